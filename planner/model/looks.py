"""Several looks at one machine."""

from __future__ import annotations

from planner.model.data import Data
from planner.model.snapshot import SnapshotStatus


class Look(Data, frozen=True):
    """One look of those that a plan has of a machine."""

    taken_at: str
    status: SnapshotStatus
    lacks: str = ""
    """Why it adds nothing: not reachable, or not the machine that it is now."""


class Gone(Data, frozen=True):
    """A workload that ran at an earlier look and is not there at the newest."""

    name: str
    title: str
    last_seen: str
