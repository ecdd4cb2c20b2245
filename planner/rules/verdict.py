"""Findings in, verdicts out. The worst finding decides, and their order never matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from planner.facts.windows import NOT_OF_WINDOWS
from planner.model import (
    Confidence,
    Effect,
    Effort,
    Evidence,
    Fact,
    Finding,
    Host,
    HostOutcome,
    Outcome,
    Verdict,
    Workload,
)
from planner.rules import overrides
from planner.rules.conditions import FAULTS, Answer, Expression, all_of, one_of
from planner.rules.context import Context
from planner.rules.language import clean
from planner.rules.rule import Rule, RuleSet
from planner.rules.scope import (
    NO_CONTEXT,
    NOBODY,
    Cause,
    LimitView,
    Neighbours,
    NotKnownError,
    Trace,
    names,
)
from planner.rules.shown import shown

_WORST_FIRST: tuple[Effect, ...] = ("block", "adapt", "note", "affinity")
_LARGEST_FIRST: tuple[Effort, ...] = ("large", "medium", "small")
_TELLING = ("isolation", "hardware", "system", "application", "storage", "network")
_SHOWN = 5
_NOT_SEEN = ("processes", "units", "listeners")


def judge(
    rules: RuleSet,
    host: Host,
    workload: Workload,
    as_of: str,
    context: Context = NO_CONTEXT,
    neighbours: Neighbours = NOBODY,
) -> Verdict:
    """Whether the workload becomes a container, judged as of an ISO 8601 time in UTC."""
    scope = names(host, workload, as_of, trace := Trace(), context, neighbours)
    asked = [ask(rule, scope, trace, context.limits) for rule in rules.rules]
    said = overrides.word(context.overrides, host.name, workload.id, as_of)
    return _judged(host, workload, asked, said)


def judge_host(rules: RuleSet, host: Host, as_of: str, context: Context = NO_CONTEXT) -> Verdict:
    """What the rules about machines (``scope: host``) say of one, whatever runs on it.

    Its looks name also what has to be seen to know whether anything runs there.
    """
    scope = names(host, None, as_of, trace := Trace(), context)
    own = [rule for rule in rules.rules if rule.source.scope == "host"]
    lacking = {
        Cause("fact", name, "")
        for name in _NOT_SEEN
        if _lacks(fact := getattr(host, name)) and fact.unknown != NOT_OF_WINDOWS
    }
    asked = [ask(rule, scope, trace, context.limits) for rule in own]
    said = overrides.word(context.overrides, host.name, "", as_of)
    return _judged(host, None, asked, said, lacking)


def _judged(
    host: Host,
    workload: Workload | None,
    asked: Sequence[tuple[Answer, Finding | None]],
    said: overrides.Word,
    lacking: AbstractSet[Cause] = frozenset(),
) -> Verdict:
    asked = [(a, f and overrides.accepted(f, said)) for a, f in asked]
    fired = _sorted(f for _, f in asked if f and not f.unchecked)
    asked = [(a, f) for a, f in asked if f and f.unchecked and not _pointless(host, a)]
    unchecked = _sorted(f for _, f in asked if f)
    # Nobody is asked a question whose answer decides nothing.
    causes = lacking | {
        c
        for answer, finding in asked
        for c in answer.causes
        if c.kind != "question" or (finding and finding.effect in ("block", "adapt"))
    }
    made = _decided(host, workload, fired, unchecked)
    return overrides.finished(replace(made, looks=_looks(host, causes)), said)


def _decided(
    host: Host,
    workload: Workload | None,
    fired: tuple[Finding, ...],
    unchecked: tuple[Finding, ...],
) -> Verdict:
    known = _lean(fired, unchecked)
    blind = _with(unchecked, "block")
    if _with(fired, "block"):
        return Verdict(
            outcome="stay-vm",
            why=_why_stay(fired),
            findings=fired,
            unchecked=unchecked,
            confidence="high",
            confidence_why="What keeps it a virtual machine was seen.",
            otherwise="insufficient-data" if blind else known,
        )
    effort, effort_why = _effort(fired, unchecked)
    if blind:
        return Verdict(
            outcome="insufficient-data",
            leaning=known,
            why=_why_blind(blind, known),
            findings=fired,
            unchecked=unchecked,
            confidence="low",
            confidence_why="What decides was not seen.",
            effort=effort,
            effort_why=effort_why,
        )
    confidence, confidence_why = _confidence(host, workload, unchecked)
    return Verdict(
        outcome=known,
        why=_why_move(fired, unchecked),
        findings=fired,
        unchecked=unchecked,
        confidence=confidence,
        confidence_why=confidence_why,
        effort=effort,
        effort_why=effort_why,
    )


def _confidence(
    host: Host, workload: Workload | None, unchecked: Sequence[Finding]
) -> tuple[Confidence, str]:
    """How much of what could speak against moving was seen, and what was not."""
    if workload and workload.state != "running":
        return "low", f"Nothing of it ran at the look ({workload.state}): what it does is unseen."
    if workload and workload.kind == "job":
        return "medium", "It is a job, and what it opens while it runs was not seen."
    if open_ := _with(unchecked, "adapt"):
        return "medium", f"Nothing that decides is open, but not all was seen: {_titles(open_)}."
    if not host.login.root and host.door == "ansible":
        return "medium", "Nothing that decides is open, but the look was not root's."
    return "high", "Everything that decides was seen, while it ran."


def _effort(fired: Sequence[Finding], unchecked: Sequence[Finding]) -> tuple[Effort | None, str]:
    """The largest effort among what was seen to change, and which findings cost it."""
    changes = _with(fired, "adapt")
    open_ = [f for f in _with(unchecked, "adapt") if f.effort != "small"]
    more = f" More, should one of these show: {_titles(open_, _SHOWN)}." if open_ else ""
    for effort in _LARGEST_FIRST:
        # What it takes to live with an accepted block is not said by its rule.
        if costly := [f for f in changes if (f.effort or "medium") == effort]:
            return effort, f"Because of: {_titles(costly)}.{more}"
    return "small", f"Nothing was seen that has to change: build, start, move the traffic.{more}"


def _pointless(host: Host, answer: Answer) -> bool:
    """Of Windows, whose kernel decides, neither what Linux alone has nor what the owner would have
    to say of a container is an open question.
    """
    return host.windows is not None and all(
        c.kind != "fact" or c.reason == NOT_OF_WINDOWS for c in answer.causes
    )


def ask(
    rule: Rule,
    scope: Mapping[str, Any],
    trace: Trace,
    limits: Mapping[str, Mapping[str, int | float]] = MappingProxyType({}),
) -> tuple[Answer, Finding | None]:
    """Put the rule to what :func:`names` made: its answer, and the finding unless it is no.

    Where only those were not asked who could have known, the answer is unknown, and no finding.
    """
    source = rule.source
    scope = {**scope, "limit": LimitView({**source.limits, **limits.get(rule.id, {})})}
    answer = _all_of(rule.when, scope, trace)
    if answer.value is not False and rule.any:
        answer = all_of([answer, one_of([e.answer(scope, trace) for e in rule.any])])
    if answer.value is False:
        return answer, None
    if answer.causes and all(c.kind == "unasked" for c in answer.causes):
        return answer, None
    unchecked = "; ".join(f"{c.what}: {c.reason}" for c in answer.causes)
    return answer, Finding(
        rule=rule.id,
        title=source.title,
        axis=source.axis,
        effect=source.effect,
        message=source.unknown if unchecked else _message(rule, scope),
        remediation=source.remediation,
        guidance=source.guidance,
        evidence=tuple(_evidence(e, scope, trace) for e in rule.evidence),
        unchecked=clean(unchecked),
        effort=source.effort,
        alternative=source.alternative,
    )


def _all_of(items: Sequence[Expression], scope: Mapping[str, Any], trace: Trace) -> Answer:
    """As :func:`all_of`, up to the first that is false: it decides. So does one that only those
    could answer who were not asked: whatever the others say, the rule is not asked then.
    """
    answers: list[Answer] = []
    unasked = None
    for item in items:
        answer = item.answer(scope, trace)
        answers.append(answer)
        if answer.value is False:
            break
        if answer.causes and all(c.kind == "unasked" for c in answer.causes):
            unasked = unasked or answer
    else:
        return unasked or all_of(answers)
    return all_of(answers)


def roll_up(
    host: Host, verdicts: Sequence[Verdict], alone: Verdict | None = None
) -> tuple[HostOutcome | None, str]:
    """Say what becomes of the machine, and why in one sentence; None when nobody could look.

    ``alone``: of :func:`judge_host`, which decides where no workload was found.
    """
    if host.status != "seen":
        return None, f"No verdict: the machine was not seen ({clean(host.reason or host.status)})."
    if not verdicts:
        return _empty(host, alone)
    stays = sum(v.outcome == "stay-vm" for v in verdicts)
    blind = sum(v.outcome == "insufficient-data" for v in verdicts)
    moves = len(verdicts) - stays - blind
    tally = f"{moves} of {len(verdicts)} workloads can move, {stays} stay"
    if blind:
        return "insufficient-data", f"{tally}, {blind} could not be judged on what was seen."
    unseen = [name for name in _NOT_SEEN if getattr(host, name).unknown]
    if moves and unseen and host.windows is None:
        return "insufficient-data", f"{tally}, and more may run there: {', '.join(unseen)} lack."
    if stays and moves:
        return "split", f"{tally}: the machine gives up what can move and keeps the rest."
    if stays:
        return "stay", f"All of its workloads ({stays}) stay on a virtual machine."
    return "move", f"All of its workloads ({moves}) can move; nothing keeps the machine."


def _empty(host: Host, alone: Verdict | None) -> tuple[HostOutcome, str]:
    lacking = [name for name in _NOT_SEEN if _lacks(getattr(host, name))]
    if alone and alone.outcome == "stay-vm":
        found = f"No workload was seen ({', '.join(lacking)} lack)" if lacking else "No workload"
        return "stay", f"{found}, and the machine itself stays. {alone.why}"
    if lacking:
        return "insufficient-data", f"No workload was seen, but {', '.join(lacking)} lack."
    return "empty", "No workload: processes, units and listeners were seen, and none is one."


def _lacks(fact: Fact[object]) -> bool:
    return bool(fact.unknown or fact.partial) or fact.value is None


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (_WORST_FIRST.index(f.effect), f.rule)))


def _with(findings: Sequence[Finding], effect: Effect) -> list[Finding]:
    return [f for f in findings if overrides.effect(f) == effect]


def _lean(fired: Sequence[Finding], unchecked: Sequence[Finding]) -> Outcome:
    changes = _with(fired, "adapt") or _with(unchecked, "adapt")
    return "container-with-changes" if changes else "container"


def _why_stay(fired: Sequence[Finding]) -> str:
    first, *more = sorted(_with(fired, "block"), key=_telling)
    also = f"; also {_titles(more)}" if more else ""
    return f"Risk in a container: {first.message.rstrip('.')}{also}."


def _telling(finding: Finding) -> tuple[bool, bool, int, str]:
    """What says most first: another system or processor; last what only follows from others."""
    return (
        finding.rule == "coupled-to-what-stays",
        finding.rule not in ("other-operating-system", "other-architecture"),
        _TELLING.index(finding.axis) if finding.axis in _TELLING else len(_TELLING),
        finding.rule,
    )


def _why_blind(blind: Sequence[Finding], known: Outcome) -> str:
    checks = "check" if len(blind) == 1 else "checks"
    rules = ", ".join(f.rule for f in blind)
    return (
        f"{len(blind)} deciding {checks} could not be made ({rules}), and what is known leans to "
        f"{known}."
    )


def _why_move(fired: Sequence[Finding], unchecked: Sequence[Finding]) -> str:
    changes, perhaps = _with(fired, "adapt"), _with(unchecked, "adapt")
    needed = f"what changes: {_titles(changes)}" if changes else "nothing was seen to change"
    if perhaps:
        needed += f", perhaps also: {_titles(perhaps)}"
    good = _with(fired, "affinity")
    benefit = f"what speaks for it: {_titles(good, _SHOWN)}" if good else "its benefit is unproven"
    return f"Nothing keeps it a virtual machine; {needed}; {benefit}."


def _titles(findings: Sequence[Finding], most: int = 0) -> str:
    """In a sentence; ``most``: how many of them, the others as a number."""
    shown = findings[: most or None]
    words = [f.title if f.title[1:2].isupper() else f.title[0].lower() + f.title[1:] for f in shown]
    more = f" and {len(findings) - len(shown)} more" if len(findings) > len(shown) else ""
    return ", ".join(words) + more


def _looks(host: Host, causes: AbstractSet[Cause]) -> tuple[str, ...]:
    """Say what would settle the unchecked rules, one sentence each."""
    facts = sorted({c.what for c in causes if c.kind == "fact"} - {"history"})
    idle = sorted({c.what for c in causes if c.kind == "idle"})
    found = []
    if facts:
        how = "Look again" if host.login.root else "Look again as root (-b)"
        if host.door not in ("", "ansible"):
            how = "Look at the machine itself (planner gather, over Ansible)"
        found.append(f"{how}, to see: {', '.join(facts)}.")
    if idle:
        found.append(f"Look again while it runs, to see: {', '.join(idle)}.")
    found += [f"Ask the owner: {c.reason}." for c in causes if c.kind == "question"]
    found += [f"Correct the rule: {c.what} ({c.reason})." for c in causes if c.kind == "rule"]
    return tuple(sorted(found, key=lambda text: (not text.startswith("Look"), text)))


def _message(rule: Rule, scope: Mapping[str, Any]) -> str:
    try:
        return rule.message.render(scope)
    except (NotKnownError, *FAULTS):
        return rule.source.title


def _evidence(expression: Expression, scope: Mapping[str, Any], trace: Trace) -> Evidence:
    trace.sections.clear()
    try:
        value = shown(expression.text, expression.value(scope))
    except NotKnownError as error:
        value = f"unknown: {error}"
    except FAULTS as error:
        value = f"cannot be shown: {error}"
    elsewhere = "inventory" if expression.text.startswith("host.") else "detector"
    section = trace.sections[0] if trace.sections else elsewhere
    return Evidence(expression.text, section, clean(value))
