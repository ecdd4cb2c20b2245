"""Answers of a proxy that has not seen its backends yet: it takes them for dead until its own
checks have passed, which begin when it starts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from planner.questions import Answer, Question

Answers = Mapping[tuple[str, str], Answer]
_NO_BACKEND = ("502", "503", "504")
SECONDS = 45


def for_backends(
    ask: Callable[[Sequence[Question]], Answers],
    id: str,
    questions: Sequence[Question],
    machine: Answers,
    container: Answers,
    pause: Callable[[float], None] = time.sleep,
) -> dict[tuple[str, str], Answer]:
    """The container's answers, asked again for some time where it says that it has no backend and
    the machine does not."""
    found = dict(container)
    for _ in range(SECONDS // 3):
        late = [
            q
            for q in questions
            if _lacks(found.get((id, q.title))) and not _lacks(machine.get((id, q.title)))
        ]
        if not late:
            break
        pause(3)
        found |= ask(late)
    return found


def _lacks(answer: Answer | None) -> bool:
    return answer is not None and dict(answer.parts).get("status", "") in _NO_BACKEND
