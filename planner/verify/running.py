"""From a plan to containers that run, or back to those that were kept."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from planner import session
from planner.errors import PlannerError
from planner.model import Plan
from planner.questions import Answer, questions, variables
from planner.session.ssh import commands
from planner.verify import arriving, closed, sides, start
from planner.verify.beside import Answers
from planner.verify.engine import Engine, run
from planner.verify.once import run_jobs
from planner.verify.settle import settle
from planner.verify.stage import Berth, berths, chosen, needed
from planner.verify.wishes import Wishes

DATA = ("rows", "owners", "files")
"""Kinds of questions about what is copied."""


@dataclass
class Run:
    """What is known of the workloads, as it goes."""

    berths: tuple[Berth, ...] = ()
    problems: dict[str, list[str]] = field(default_factory=dict)
    built: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)
    """Whose container this comparison started: another may have one of the same name."""
    seconds: dict[str, int] = field(default_factory=dict)
    names: dict[str, frozenset[str]] = field(default_factory=dict)
    """Of variables that a workload needs, as they were when its secrets arrived."""
    early: Answers = field(default_factory=dict)
    """What the machines said of their data before it was copied: what grows until they are asked
    again is masked."""

    jobs: Answers = field(default_factory=dict)
    """What came of the workloads that are nothing but jobs, each run once."""

    def compared(self) -> list[Berth]:
        return [b for b in self.berths if b.compared]

    @contextmanager
    def blamed(self, berth: Berth) -> Iterator[None]:
        """What goes wrong for one workload is told in its result."""
        try:
            yield
        except PlannerError as error:
            self.failed(berth, str(error))

    def failed(self, berth: Berth, problem: str) -> None:
        self.problems.setdefault(berth.item.workload.id, []).append(problem)


def started(
    engine: Engine,
    plan: Plan,
    folder: Path,
    options: session.Options,
    wishes: Wishes,
    say: Callable[[str], None],
) -> Run:
    """Build, fetch and start; RunError, before anything starts, if the network has a way out."""
    ids = needed(plan, chosen(plan, wishes.targets), wishes.beside)
    compared = {item.workload.id for item in chosen(plan, wishes.targets)}
    network = f"planner-verify-{engine.id}"
    subnet = closed.network(engine, plan, network)
    made = Run(berths(plan, ids, compared, subnet))
    for berth in made.berths:
        say(f"{berth.item.workload.id}: building")
        with made.blamed(berth):
            start.build(engine, folder, berth, wishes.build_flags)
            made.built.add(berth.item.workload.id)
    ready = [b for b in made.berths if b.item.workload.id in made.built]
    closed.prove(engine, network, str(subnet), sorted({b.service.image for b in ready}))
    if wishes.data == "copy":
        say("asking the machines what their data holds")
        made.early = _data(options, [b for b in ready if b.compared])
    ssh = commands(options)
    complete = []
    for berth in ready:
        say(f"{berth.item.workload.id}: fetching its data and secrets")
        reach = ssh.get(berth.host.name, "")
        with made.blamed(berth):
            for problem in arriving.fill(engine, berth, reach, wishes.data == "copy"):
                made.failed(berth, problem)
            lacking = arriving.stream_secrets(engine, berth, reach)
            for problem in lacking:
                made.failed(berth, problem)
            # docker makes a folder of root's own where a file is to be mounted that is not there
            if not lacking:
                complete.append(berth)
    lasting = [b for b in complete if not b.service.once]
    for berth in lasting:
        with made.blamed(berth):
            start.start(engine, folder, berth, network, str(subnet))
            made.begun.add(berth.item.workload.id)
    for berth in made.berths:
        made.names[berth.item.workload.id] = frozenset(variables(berth.item.workload))
        with made.blamed(berth):
            made.names[berth.item.workload.id] = arriving.variables(engine, berth)
    names = {id: sorted(names) for id, names in made.names.items()}
    _settled(engine, made, say, 0)
    for berth in complete:
        if berth.service.once and berth.compared:
            id = berth.item.workload.id
            say(f"{id}: running its jobs once")
            with made.blamed(berth):
                made.seconds[id], answers = run_jobs(engine, folder, berth, network, str(subnet))
                made.jobs |= answers
    state = {
        "subnet": str(subnet), "ids": sorted(ids), "data": wishes.data, "names": names,
        "begun": sorted(made.begun),
        "jobs": [[*at, msgspec.to_builtins(answer)] for at, answer in made.jobs.items()],
        "seconds": {b.item.workload.id: made.seconds.get(b.item.workload.id, -1) for b in ready
                    if b.service.once},
    }  # fmt: skip
    (engine.place / "kept.json").write_text(json.dumps(state))
    return made


def _data(options: session.Options, berths: list[Berth]) -> Answers:
    wanted = {
        b.item.workload.id: [q for q in questions(b.item.workload) if q.kind in DATA]
        for b in berths
    }
    return sides.machines(options, berths, wanted, {})


def kept(engine: Engine, plan: Plan, wishes: Wishes) -> Run:
    """The containers that an earlier comparison left."""
    state = json.loads((engine.place / "kept.json").read_text())
    compared = {item.workload.id for item in chosen(plan, wishes.targets)}
    ids = set(state["ids"])
    made = Run(berths(plan, ids, compared & ids, ipaddress.IPv4Network(state["subnet"])))
    made.names = {id: frozenset(names) for id, names in state["names"].items()}
    made.jobs = {(id, title): msgspec.convert(said, Answer) for id, title, said in state["jobs"]}
    made.seconds = dict(state["seconds"])
    made.begun = set(state["begun"])
    for berth in made.berths:
        if run(engine, "image", "inspect", berth.service.image).returncode == 0:
            made.built.add(berth.item.workload.id)
    _settled(engine, made, lambda line: None, 15)
    return made


def _settled(engine: Engine, made: Run, say: Callable[[str], None], patience: int) -> None:
    for berth in made.berths:
        id = berth.item.workload.id
        if id not in made.begun:
            continue
        say(f"{id}: waiting for its check")
        made.seconds[id], problem = settle(engine, berth, patience)
        if problem:
            made.failed(berth, problem)
