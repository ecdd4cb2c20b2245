"""What the plan says about data: where it lies, who else uses it, how it moves and is checked."""

from __future__ import annotations

from planner.volumes.completing import complete
from planner.volumes.growing import Growth, basis, growing
from planner.volumes.moving import BUSYBOX, UNPACK, Move, live, move, seconds

__all__ = [
    "BUSYBOX",
    "UNPACK",
    "Growth",
    "Move",
    "basis",
    "complete",
    "growing",
    "live",
    "move",
    "seconds",
]
