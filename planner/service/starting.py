"""How long a program may take to start before an orchestrator takes it for dead."""

from __future__ import annotations

import math
import posixpath

from planner.facts.unitfile import duration
from planner.model import Data, Workload

USUAL = 5 * 60
SLOW = 30 * 60
"""Seconds. Planning figures: a database reads its log again, and a large heap fills, in minutes."""
ENDLESS = 365 * 24 * 3600
"""Where the unit waits for ever: an orchestrator has to be given a number."""

_SLOW = (
    "ci", "broker", "database", "database-cluster", "in-memory-database", "search",
    "vendor-database",
)  # fmt: skip
NAMES = ("TimeoutStartSec", "TimeoutSec")


class Patience(Data, frozen=True):
    """``why``: what it follows from."""

    seconds: int
    why: str


def patience(workload: Workload) -> Patience:
    """How long a workload may take to start: what its kind may need, and at least what its unit
    allows; 0 is without end, as in systemd. What is no time span is passed over."""
    programs = {posixpath.basename(p[0]) for p in (workload.argv, workload.command) if p}
    java = "java" in {*programs, posixpath.basename(workload.exe)}
    kind = next((t for t in _SLOW if t in workload.traits), "Java program" if java else "")
    seconds = SLOW if kind else USUAL
    why = f"Half an hour to start, as a {kind} may need." if kind else "Five minutes to start."
    said = [d for d in workload.directives if d.name in NAMES and duration(d.value) is not None]
    if said:
        allowed = duration(said[-1].value) or math.inf
        found = ENDLESS if allowed == math.inf else min(math.ceil(allowed), ENDLESS)
        if found > seconds:
            return Patience(found, f"{said[-1].name}={said[-1].value.strip()} of its unit.")
    return Patience(seconds, why)
