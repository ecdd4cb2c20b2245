"""Ask the machines, the containers, and the machines again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from planner import session
from planner.questions import PATHS, Question, Verified, further, greets, questions
from planner.verify import arriving, beside, far, sides, waited
from planner.verify.engine import Engine, run
from planner.verify.judged import cleaned, judged
from planner.verify.running import Run
from planner.verify.wishes import Wishes

ROUNDS = 4
"""A handshake leads to a page, a page to others."""


def compared(
    engine: Engine,
    options: session.Options,
    made: Run,
    wishes: Wishes,
    say: Callable[[str], None],
) -> tuple[Verified, ...]:
    """Ask the machines, the containers, and the machines again."""
    mine = made.compared()
    copied = wishes.data == "copy"
    asked: dict[str, list[Question]] = {
        b.item.workload.id: list(questions(b.item.workload, wishes.paths, copied)) for b in mine
    }
    names = made.names
    say(f"asking {len({b.host.name for b in mine})} machines")
    before = sides.machines(options, mine, asked, names)
    for _ in range(ROUNDS):
        more = _further(asked, before, wishes.paths)
        if not more:
            break
        before |= sides.machines(options, mine, more, names)
        for id, new in more.items():
            asked[id] += new
    before |= made.early
    say(f"asking {len(mine)} containers")
    ready = far.clock(engine)
    inside: beside.Answers = dict(made.jobs)
    for berth in mine:
        id = berth.item.workload.id
        if berth.service.once:
            continue
        if id in made.built and made.seconds.get(id, -1) >= 0:
            ask = partial(sides.container, engine, berth, variables=names[id])
            inside |= waited.for_backends(ask, id, asked[id], before, ask(asked[id]))
    say("asking the machines again")
    after = sides.machines(options, mine, asked, names)
    spoken = {id for id, _ in inside}
    there = [b for b in mine if b.item.workload.id in spoken]
    inside |= beside.logs(engine, there, (before, after), ready)
    both = (beside.quiet(before, mine), beside.quiet(after, mine))
    values, unread = _values(engine, made)
    return tuple(
        Verified(
            id,
            berth.service.image,
            cleaned("; ".join(made.problems.get(id, ())), values),
            built=id in made.built,
            image_bytes=_size(engine, berth.service.image),
            seconds=made.seconds.get(id, -1),
            results=() if id in unread else judged(id, asked[id], both, inside, values),
        )
        for berth in mine
        for id in (berth.item.workload.id,)
    )


def _values(engine: Engine, made: Run) -> tuple[frozenset[str], set[str]]:
    """Values that may stand in no result; workloads whose own cannot be read, which have none."""
    found: set[str] = set()
    unread = set()
    for berth in made.compared():
        unread.add(berth.item.workload.id)
        with made.blamed(berth):
            found |= arriving.values(engine, [berth])
            unread.discard(berth.item.workload.id)
    return frozenset(found), unread


def _further(
    asked: Mapping[str, Sequence[Question]], answers: beside.Answers, paths: Sequence[str]
) -> dict[str, list[Question]]:
    found: dict[str, list[Question]] = {}
    for id, items in asked.items():
        known = {question.title for question in items}
        greeted = {q.port for q in items if greets(q, answers[id, q.title])}
        for question in items:
            for new in further(question, answers[id, question.title], greeted, (*PATHS, *paths)):
                if new.title not in known:
                    known.add(new.title)
                    found.setdefault(id, []).append(new)
    return found


def _size(engine: Engine, image: str) -> int:
    said = run(engine, "image", "inspect", "-f", "{{.Size}}", image).stdout.decode().strip()
    return int(said) if said.isdigit() else -1
