"""Judgement: findings and what they add up to."""

from __future__ import annotations

from typing import Literal

from planner.model.data import Data

Effect = Literal["affinity", "note", "adapt", "block"]


Outcome = Literal["container", "container-with-changes", "stay-vm", "insufficient-data"]


HostOutcome = Literal["move", "split", "stay", "insufficient-data", "empty"]


class Evidence(Data, frozen=True):
    """The fact behind a finding: where it came from and its value, shortened."""

    fact: str
    section: str
    value: str


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
    alternative: str = ""
    """A middle way, where it is better than yes or no."""


class Verdict(Data, frozen=True):
    outcome: Outcome
    leaning: Outcome | None = None
    """For insufficient data: what the known facts alone would say."""
    why: str = ""
    """One sentence."""
    findings: tuple[Finding, ...] = ()
    """Those that fired, worst first, then by rule id."""
    unchecked: tuple[Finding, ...] = ()
    looks: tuple[str, ...] = ()
    """What would settle the unchecked ones."""
