"""The rules put to one machine and everything that runs on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from planner.facts.windows import NOT_OF_WINDOWS
from planner.model import Host, HostOutcome, Verdict, Workload, WorkloadPlan
from planner.rules import overrides
from planner.rules.asking import Asked, ask
from planner.rules.conditions import bound
from planner.rules.context import Context
from planner.rules.rollup import NOT_SEEN, lacks, roll_up
from planner.rules.rule import Rule, RuleSet
from planner.rules.scope import NO_CONTEXT, NOBODY, Cause, Neighbours, Trace, names
from planner.rules.verdict import decide

_DISPLAYS = ("Xorg", "X", "Xwayland", "Xvnc", "weston", "cage", "gnome-shell", "kwin_wayland")
_ONE_POD = ("loopback", "socket", "file")

_NOT_MOVING = ("stay-vm", "insufficient-data")

_Answers = Mapping[str, Asked]
"""By id of the rule."""


class Judged(NamedTuple):
    """What becomes of a machine, of itself (None: it was not seen) and of what runs on it."""

    outcome: HostOutcome | None
    why: str
    alone: Verdict | None
    workloads: tuple[WorkloadPlan, ...]


def judge_machine(
    rules: RuleSet,
    host: Host,
    found: Sequence[Workload],
    as_of: str,
    context: Context = NO_CONTEXT,
) -> Judged:
    """Judge the machine with its workloads as of an ISO 8601 time in UTC.

    What cannot be parted from something that stays is judged again, until nothing changes. It
    stays because of what stayed before it, never because of what stays on its account.
    """
    everywhere = _ask(rules.of("host"), host, None, as_of, context)
    around = {w.id: Neighbours(pids=_pids_of_others(w, found)) for w in found}
    answers = {
        w.id: {**everywhere, **_ask(rules.of_each, host, w, as_of, context, around[w.id])}
        for w in found
    }
    verdicts = {w.id: _decide(rules, host, w, answers[w.id], as_of, context) for w in found}
    since: dict[str, int] = {}
    for turn in range(len(found)):
        staying = tuple(name for name, v in verdicts.items() if v.outcome == "stay-vm")
        since = dict.fromkeys(staying, turn) | since
        undecided = tuple(n for n, v in verdicts.items() if v.outcome == "insufficient-data")
        again = {}
        for w in found if staying or undecided else ():
            if w.couplings:
                last = since.get(w.id, turn)
                before = tuple(n for n in staying if n != w.id and since[n] <= last)
                known = around[w.id]._replace(staying=before, undecided=undecided)
                changed = _ask(rules.of_neighbours, host, w, as_of, context, known)
                known_now = {**answers[w.id], **changed}
                again[w.id] = _decide(rules, host, w, known_now, as_of, context)
        if all(verdicts[name] == verdict for name, verdict in again.items()):
            break
        verdicts |= again
    alone = _alone(rules, host, everywhere, as_of, context) if host.status == "seen" else None
    outcome, why = roll_up(host, tuple(verdicts.values()), alone)
    moving = {name for name, v in verdicts.items() if v.outcome not in _NOT_MOVING}
    plans = (
        WorkloadPlan(workload=w, verdict=verdicts[w.id], together=_together(w, found, moving))
        for w in found
    )
    return Judged(outcome, why, alone, tuple(plans))


def judge(
    rules: RuleSet,
    host: Host,
    workload: Workload,
    as_of: str,
    context: Context = NO_CONTEXT,
    neighbours: Neighbours = NOBODY,
) -> Verdict:
    """Whether the one workload becomes a container."""
    everywhere = _ask(rules.of("host"), host, None, as_of, context)
    own = _ask(rules.of_each, host, workload, as_of, context, neighbours)
    return _decide(rules, host, workload, {**everywhere, **own}, as_of, context)


def judge_host(rules: RuleSet, host: Host, as_of: str, context: Context = NO_CONTEXT) -> Verdict:
    """What the rules about machines (``scope: host``, ``machine``) say of one, whatever runs on it.

    Its looks name also what has to be seen to know whether anything runs there.
    """
    everywhere = _ask(rules.of("host"), host, None, as_of, context)
    return _alone(rules, host, everywhere, as_of, context)


def _ask(
    rules: Iterable[Rule],
    host: Host,
    workload: Workload | None,
    as_of: str,
    context: Context,
    neighbours: Neighbours = NOBODY,
) -> _Answers:
    known = bound(names(host, workload, as_of, trace := Trace(), context, neighbours))
    return {rule.id: ask(rule, known, trace, context.limits) for rule in rules}


def _decide(
    rules: RuleSet,
    host: Host,
    workload: Workload,
    answers: _Answers,
    as_of: str,
    context: Context,
) -> Verdict:
    said = overrides.word(context.overrides, host.name, workload.id, as_of)
    return decide(host, workload, _said_once(rules, answers), said)


def _said_once(rules: RuleSet, answers: _Answers) -> Iterable[Asked]:
    """Answers without those of rules of which another that fired says the same and more."""
    fired = {name for name, (_, f) in answers.items() if f and not f.unchecked}
    nobody: frozenset[str] = frozenset()
    return [a for name, a in answers.items() if not fired & rules.said_by.get(name, nobody)]


def _alone(
    rules: RuleSet, host: Host, everywhere: _Answers, as_of: str, context: Context
) -> Verdict:
    answers = {**everywhere, **_ask(rules.of("machine"), host, None, as_of, context)}
    lacking = {
        Cause("fact", name, "")
        for name in NOT_SEEN
        if lacks(fact := getattr(host, name)) and fact.unknown != NOT_OF_WINDOWS
    }
    said = overrides.word(context.overrides, host.name, "", as_of)
    return decide(host, None, _said_once(rules, answers), said, lacking)


def _pids_of_others(workload: Workload, found: Sequence[Workload]) -> tuple[int, ...]:
    """A desktop holds the card that it draws with, whoever else works with it."""
    return tuple(
        sorted(
            pid
            for other in found
            if other.id != workload.id
            and "remote-desktop" not in other.traits
            and other.exe.rpartition("/")[2] not in _DISPLAYS
            for pid in other.pids
        )
    )


def _together(
    workload: Workload, found: Sequence[Workload], moving: Collection[str]
) -> tuple[str, ...]:
    """What moves with it in one pod, since they share a socket, files or the loopback address."""
    if workload.id not in moving:
        return ()
    ties = {w.id: {c.workload for c in w.couplings if c.kind in _ONE_POD} for w in found}
    pod, reached = {workload.id}, [workload.id]
    while reached:
        new = (ties.get(reached.pop(), set()) & set(moving)) - pod
        pod |= new
        reached += new
    return tuple(sorted(pod - {workload.id}))
