"""What an import brings."""

from __future__ import annotations

from dataclasses import dataclass

from planner.model import Snapshot


@dataclass(frozen=True)
class Imported:
    snapshots: tuple[Snapshot, ...]
    """Sorted by host."""
    problems: tuple[str, ...] = ()
    """What could not be imported, a line each: the file, the reason, what to do."""
    left_out: tuple[str, ...] = ()
    """What was left out on purpose, a line each."""
