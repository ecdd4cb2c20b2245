"""Answers of both sides as results, without the secrets that this comparison saw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from msgspec import structs

from planner.questions import Answer, Question, Result, compare, useful

_SILENT = Answer(reason="it does not run", asked=False)

_NOBODY = Answer(reason="not asked", asked=False)


def judged(
    id: str,
    questions: Sequence[Question],
    machine: tuple[Mapping[tuple[str, str], Answer], Mapping[tuple[str, str], Answer]],
    container: Mapping[tuple[str, str], Answer],
    secrets: Iterable[str],
) -> tuple[Result, ...]:
    """Results of one workload, in the order of its questions. ``machine``: before and after."""
    hidden = frozenset(secrets)
    found = []
    for question in questions:
        at = (id, question.title)
        before, after = (answers.get(at, _NOBODY) for answers in machine)
        found.append(compare(question, before, container.get(at, _SILENT), after))
    return tuple(_hidden(result, hidden) for result in useful(found))


def cleaned(text: str, secrets: Iterable[str]) -> str:
    """The text without these values, the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _hidden(result: Result, secrets: Iterable[str]) -> Result:
    clean = partial(cleaned, secrets=tuple(secrets))
    return structs.replace(
        result,
        machine=clean(result.machine),
        container=clean(result.container),
        differences=tuple(map(clean, result.differences)),
        expected=tuple((name, clean(text)) for name, text in result.expected),
    )
