"""Build what moves, start it beside a copy of its data on a network without a way out, and compare
what it answers with what the live machine answers. Machines are only read."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from planner import session, store
from planner.errors import InputError, PlannerError, RunError
from planner.model import Plan
from planner.questions import VERIFY_SCHEMA, Question, Verification, Verified, further, questions
from planner.session.folder import memory_first
from planner.session.ssh import commands
from planner.verify import engine as engines
from planner.verify import sides, start
from planner.verify.engine import Engine, run, sweep
from planner.verify.guard import nothing_left
from planner.verify.judged import judged
from planner.verify.settle import settle
from planner.verify.stage import Berth, berths, chosen, needed

__all__ = ["Wishes", "verify", "wanted"]


@dataclass(frozen=True)
class Wishes:
    """What the operator asked for. ``again``: with the containers that ``keep`` left."""

    targets: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    """Machines or workloads that only have to be there."""
    engine: str = ""
    data: Literal["copy", "empty"] = "copy"
    paths: tuple[str, ...] = ()
    build_flags: tuple[str, ...] = ()
    keep: bool = False
    again: bool = False


@dataclass
class _Run:
    """What is known of the workloads, as it goes."""

    berths: tuple[Berth, ...] = ()
    problems: dict[str, list[str]] = field(default_factory=dict)
    built: set[str] = field(default_factory=set)
    seconds: dict[str, int] = field(default_factory=dict)

    def compared(self) -> list[Berth]:
        return [b for b in self.berths if b.compared]

    def failed(self, berth: Berth, problem: str) -> None:
        self.problems.setdefault(berth.item.workload.id, []).append(problem)


def wanted(plan: Plan, wishes: Wishes) -> set[str]:
    """Ids of the workloads whose images are needed."""
    return needed(plan, chosen(plan, wishes.targets), wishes.beside)


def verify(
    plan: Plan,
    folder: Path,
    options: session.Options,
    wishes: Wishes,
    now: str,
    say: Callable[[str], None] = lambda line: None,
) -> Verification:
    """Compare; every image's build context lies in the plan's folder already. ``now``: ISO 8601.

    Nothing of what it made is left, however it ends, but for the images and, with ``keep``, the
    containers. Raises InputError, OutputError, RunError; what fails for one workload alone is told
    in its result.
    """
    name, program = engines.found(wishes.engine)
    id = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    engine = Engine(name, program, _place(id), id)
    who = f"planner verify, process {os.getpid()}"
    if wishes.again and not (engine.place / "kept.json").exists():
        raise InputError(f"{folder}: no containers were kept: verify with --keep first")
    with store.locked(folder / ".verify", who), _cleaned(engine, wishes):
        if wishes.again:
            made = _kept(engine, plan, wishes)
        else:
            made = _started(engine, plan, folder, options, wishes, say)
        return Verification(
            VERIFY_SCHEMA,
            plan.planner,
            hashlib.sha256(store.encode(plan)).hexdigest(),
            now,
            engine.name,
            wishes.data,
            _compared(engine, options, made, wishes, say),
        )


def _place(id: str) -> Path:
    """The private folder of this plan's comparisons: in memory where that can be."""
    home = next(p for p in (*memory_first(), Path("/tmp")) if os.access(p, os.W_OK | os.X_OK))  # noqa: S108
    return home / f"planner-verify-{os.getuid()}-{id}"


@contextmanager
def _cleaned(engine: Engine, wishes: Wishes) -> Iterator[None]:
    """The folder and the guard; what a killed comparison left is removed first."""
    place = engine.place
    if not wishes.again and place.exists():
        engines.prepare(engine)
        sweep(engine)
        shutil.rmtree(place)
    place.mkdir(mode=0o700, exist_ok=wishes.again)
    if place.is_symlink() or place.stat().st_uid != os.getuid():
        raise RunError(f"{place}: is somebody else's: remove it")
    engines.prepare(engine)
    kept = False
    with nothing_left(engine):
        try:
            yield
            kept = wishes.keep
        finally:
            if not kept:
                left = sweep(engine)
                shutil.rmtree(place, ignore_errors=True)
                if left:
                    raise RunError(f"could not be removed: {left}")


def _started(
    engine: Engine,
    plan: Plan,
    folder: Path,
    options: session.Options,
    wishes: Wishes,
    say: Callable[[str], None],
) -> _Run:
    ids = wanted(plan, wishes)
    compared = {item.workload.id for item in chosen(plan, wishes.targets)}
    network = f"planner-verify-{engine.id}"
    subnet = start.network(engine, plan, network)
    made = _Run(berths(plan, ids, compared, subnet))
    ssh = commands(options)
    checked = False
    for berth in made.berths:
        w = berth.item.workload
        try:
            say(f"{w.id}: building")
            start.build(engine, folder, berth, wishes.build_flags)
            made.built.add(w.id)
            if not checked:
                start.is_closed(engine, network, berth.service.image)
                checked = True
            say(f"{w.id}: copying" if wishes.data == "copy" else f"{w.id}: making its volumes")
            reach = ssh.get(berth.host.name, "")
            for problem in (
                *start.fill(engine, berth, reach, wishes.data == "copy"),
                *start.stream_secrets(engine, berth, reach),
            ):
                made.failed(berth, problem)
        except PlannerError as error:
            made.failed(berth, str(error))
    for berth in made.berths:
        if berth.item.workload.id in made.built:
            try:
                start.start(engine, folder, berth, network, str(subnet))
            except PlannerError as error:
                made.failed(berth, str(error))
    state = {"subnet": str(subnet), "ids": sorted(ids), "data": wishes.data}
    (engine.place / "kept.json").write_text(json.dumps(state))
    _settled(engine, made, say, 0)
    return made


def _kept(engine: Engine, plan: Plan, wishes: Wishes) -> _Run:
    state = json.loads((engine.place / "kept.json").read_text())
    compared = {item.workload.id for item in chosen(plan, wishes.targets)}
    ids = set(state["ids"])
    made = _Run(berths(plan, ids, compared & ids, ipaddress.IPv4Network(state["subnet"])))
    for berth in made.berths:
        if run(engine, "image", "inspect", berth.service.image).returncode == 0:
            made.built.add(berth.item.workload.id)
    _settled(engine, made, lambda line: None, 15)
    return made


def _settled(engine: Engine, made: _Run, say: Callable[[str], None], patience: int) -> None:
    for berth in made.berths:
        id = berth.item.workload.id
        if id not in made.built:
            continue
        say(f"{id}: waiting for its check")
        made.seconds[id], problem = settle(engine, berth, patience)
        if problem:
            made.failed(berth, problem)


def _compared(
    engine: Engine,
    options: session.Options,
    made: _Run,
    wishes: Wishes,
    say: Callable[[str], None],
) -> tuple[Verified, ...]:
    """Ask the machines, the containers, and the machines again."""
    mine = made.compared()
    copied = wishes.data == "copy"
    asked: dict[str, list[Question]] = {
        b.item.workload.id: list(questions(b.item.workload, wishes.paths, copied)) for b in mine
    }
    names: Mapping[str, frozenset[str]] = {
        b.item.workload.id: start.variables(engine, b) for b in mine
    }
    say(f"asking {len({b.host.name for b in mine})} machines")
    before = sides.machines(options, mine, asked, names)
    more = _further(asked, before)
    before |= sides.machines(options, mine, more, names)
    for id, new in more.items():
        asked[id] += new
    say(f"asking {len(mine)} containers")
    inside: sides.Answers = {}
    for berth in mine:
        id = berth.item.workload.id
        if id in made.built and made.seconds.get(id, -1) >= 0:
            inside |= sides.container(engine, berth, asked[id], names[id])
    say("asking the machines again")
    after = sides.machines(options, mine, asked, names)
    inside |= sides.logs(engine, mine, (before, after))
    both = (sides.quiet(before, mine), sides.quiet(after, mine))
    values = start.values(engine, mine)
    return tuple(
        Verified(
            id,
            berth.service.image,
            "; ".join(made.problems.get(id, ())),
            built=id in made.built,
            image_bytes=_size(engine, berth.service.image),
            seconds=made.seconds.get(id, -1),
            results=judged(id, asked[id], both, inside, values),
        )
        for berth in mine
        for id in (berth.item.workload.id,)
    )


def _further(
    asked: Mapping[str, Sequence[Question]], answers: sides.Answers
) -> dict[str, list[Question]]:
    found: dict[str, list[Question]] = {}
    for id, items in asked.items():
        known = {question.title for question in items}
        for question in items:
            for new in further(question, answers[id, question.title]):
                if new.title not in known:
                    known.add(new.title)
                    found.setdefault(id, []).append(new)
    return found


def _size(engine: Engine, image: str) -> int:
    said = run(engine, "image", "inspect", "-f", "{{.Size}}", image).stdout.decode().strip()
    return int(said) if said.isdigit() else -1
