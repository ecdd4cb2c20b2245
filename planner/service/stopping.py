"""How long a program may take to end before it is killed."""

from __future__ import annotations

import math
from collections.abc import Iterable

from planner.facts.unitfile import duration
from planner.model import Workload

USUAL = 60
LONG = 120
"""Of a database or a broker at least: it writes out what it holds, and recovers if it is killed."""
ENDLESS = 3600
"""Where the unit waits for ever: an engine has to be given a number."""
_MOST = 86400
_STATEFUL = {
    "broker", "database", "database-cluster", "in-memory-database", "search", "vendor-database",
}  # fmt: skip
NAMES = ("TimeoutStopSec", "TimeoutSec")


def of(workload: Workload) -> int:
    """Seconds that a workload's container may take to end."""
    return seconds(((d.name, d.value) for d in workload.directives), workload.traits)


def seconds(directives: Iterable[tuple[str, str]], traits: Iterable[str]) -> int:
    """Seconds from the directives (name, value) of a unit in file order, of which the last counts;
    0 is without end, as in systemd. What is no time span is passed over."""
    spans = [d for n, v in directives if n in NAMES and (d := duration(v)) is not None]
    said = spans[-1] if spans else USUAL
    found = ENDLESS if said in (0, math.inf) else min(math.ceil(said), _MOST)
    return max(found, LONG) if _STATEFUL & set(traits) else found
