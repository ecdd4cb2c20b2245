"""Judgement: findings and what they add up to."""

from __future__ import annotations

from typing import Literal

from planner.model.data import Data

Effect = Literal["affinity", "note", "adapt", "block"]


Outcome = Literal["container", "container-with-changes", "stay-vm", "insufficient-data"]


HostOutcome = Literal["move", "split", "stay", "insufficient-data", "empty"]


Effort = Literal["small", "medium", "large"]


Confidence = Literal["high", "medium", "low"]


class Alternative(Data, frozen=True):
    """A middle way that is better than yes or no. ``text``: one sentence."""

    way: Literal[
        "container-host-vm",
        "sandboxed-runtime",
        "keep-data",
        "split",
        "sidecar",
        "rebuild-first",
        "retire",
    ]
    text: str


class Evidence(Data, frozen=True):
    """The fact behind a finding: where it came from and its value, shortened."""

    fact: str
    section: str
    value: str


class Override(Data, frozen=True):
    """A reviewer's word beside what the rules say: a finding accepted, or a verdict forced.

    Exactly one of ``finding`` (a rule's id) and ``verdict``. Of ``workload`` (``host/name``) and
    ``host``, both shell patterns, exactly one; a forced verdict names a workload. Days are ISO
    8601; ``until`` is the last one on which it counts.
    """

    where: str
    """File and line: ``planner.yml:12``."""
    who: str
    when: str
    why: str
    until: str
    workload: str = ""
    host: str = ""
    finding: str = ""
    verdict: Outcome | None = None


class Unmatched(Data, frozen=True):
    """An override that concerns nothing in the plan."""

    override: Override
    reason: str


class Finding(Data, frozen=True):
    """A rule that fired, or one that could not be checked (``unchecked`` says why)."""

    rule: str
    title: str
    axis: str
    effect: Effect
    message: str
    remediation: str
    guidance: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    unchecked: str = ""
    effort: Effort | None = None
    """What the change costs; None: nothing has to change for it."""
    alternative: Alternative | None = None
    accepted: tuple[Override, ...] = ()
    """By reviewers, the longest first. It counts less then (an accepted block as a change), and its
    effect and evidence stay as they are."""


class Verdict(Data, frozen=True):
    outcome: Outcome
    leaning: Outcome | None = None
    """For insufficient data: what the known facts alone would say."""
    why: str = ""
    """One sentence."""
    findings: tuple[Finding, ...] = ()
    """Those that fired, worst first, then by rule id."""
    unchecked: tuple[Finding, ...] = ()
    confidence: Confidence = "low"
    confidence_why: str = ""
    """What was seen, one sentence."""
    effort: Effort | None = None
    """Of what moves: the largest of its findings'."""
    effort_why: str = ""
    otherwise: Outcome | None = None
    """Of what stays: the outcome if nothing of what blocks it were there."""
    looks: tuple[str, ...] = ()
    """What would settle the unchecked ones."""
    judged: Outcome | None = None
    """What the rules said, where a reviewer forced the outcome."""
    forced: Override | None = None
    expired: tuple[Override, ...] = ()
    """Overrides of this workload that count no more."""
