"""What the plan says about data: where it lies, who else uses it, how it moves and is checked."""

from __future__ import annotations

from planner.volumes.completing import complete
from planner.volumes.moving import BUSYBOX, UNPACK, Move, live, move, seconds

__all__ = ["BUSYBOX", "UNPACK", "Move", "complete", "live", "move", "seconds"]
