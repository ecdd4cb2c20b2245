"""Findings in, a verdict out. The worst finding decides, and their order never matters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from planner.facts.windows import NOT_OF_WINDOWS
from planner.model import (
    Confidence,
    Effect,
    Effort,
    Finding,
    Host,
    Outcome,
    Verdict,
    Workload,
)
from planner.rules import overrides, sentences
from planner.rules.asking import Asked
from planner.rules.conditions import Answer
from planner.rules.overrides import counting
from planner.rules.scope import Cause

_WORST_FIRST: tuple[Effect, ...] = ("block", "adapt", "note", "affinity")
_LARGEST_FIRST: tuple[Effort, ...] = ("large", "medium", "small")


def decide(
    host: Host,
    workload: Workload | None,
    asked: Iterable[Asked],
    said: overrides.Word,
    lacking: AbstractSet[Cause] = frozenset(),
) -> Verdict:
    """What the answers add up to, with the reviewers' word on it.

    ``workload`` is None where the machine alone is judged; ``lacking``: what else has to be seen.
    """
    found = [(a, overrides.accepted(f, said)) for a, f in asked if f]
    fired = _sorted(f for _, f in found if not f.unchecked)
    open_ = [(a, f) for a, f in found if f.unchecked and not _pointless(host, a)]
    unchecked = _sorted(f for _, f in open_)
    # Nobody is asked a question whose answer decides nothing.
    causes = lacking | {
        c
        for answer, finding in open_
        for c in answer.causes
        if c.kind != "question" or finding.effect in ("block", "adapt")
    }
    made = _decided(host, workload, fired, unchecked)
    return overrides.finished(replace(made, looks=sentences.looks(host, causes)), said)


def _decided(
    host: Host,
    workload: Workload | None,
    fired: tuple[Finding, ...],
    unchecked: tuple[Finding, ...],
) -> Verdict:
    known = _lean(fired, unchecked)
    blind = counting(unchecked, "block")
    if counting(fired, "block"):
        return Verdict(
            outcome="stay-vm",
            why=sentences.stays(fired),
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
            why=sentences.blind(blind, known),
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
        why=sentences.moves(fired, unchecked),
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
    if open_ := counting(unchecked, "adapt"):
        return (
            "medium",
            f"Nothing that decides is open, but not all was seen: {sentences.titles(open_)}.",
        )
    if not host.login.root and host.door == "ansible":
        return "medium", "Nothing that decides is open, but the look was not root's."
    return "high", "Everything that decides was seen, while it ran."


def _effort(fired: Sequence[Finding], unchecked: Sequence[Finding]) -> tuple[Effort | None, str]:
    """The largest effort among what was seen to change, and which findings cost it."""
    changes = counting(fired, "adapt")
    open_ = [f for f in counting(unchecked, "adapt") if f.effort != "small"]
    more = (
        f" More, should one of these show: {sentences.titles(open_, sentences.SHOWN)}."
        if open_
        else ""
    )
    for effort in _LARGEST_FIRST:
        # What it takes to live with an accepted block is not said by its rule.
        if costly := [f for f in changes if (f.effort or "medium") == effort]:
            return effort, f"Because of: {sentences.titles(costly)}.{more}"
    return "small", f"Nothing was seen that has to change: build, start, move the traffic.{more}"


def _pointless(host: Host, answer: Answer) -> bool:
    """Of Windows, whose kernel decides, neither what Linux alone has nor what the owner would have
    to say of a container is an open question.
    """
    return host.windows is not None and all(
        c.kind != "fact" or c.reason == NOT_OF_WINDOWS for c in answer.causes
    )


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (_WORST_FIRST.index(f.effect), f.rule)))


def _lean(fired: Sequence[Finding], unchecked: Sequence[Finding]) -> Outcome:
    changes = counting(fired, "adapt") or counting(unchecked, "adapt")
    return "container-with-changes" if changes else "container"
