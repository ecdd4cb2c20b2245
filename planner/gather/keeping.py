"""What other doors told of a machine before it was looked at."""

from __future__ import annotations

from pathlib import Path

import msgspec

from planner import store
from planner.errors import InputError
from planner.model import Snapshot

_OWN = "inventory:"
"""Begins the door of what a gathering's own inventory says, which it says anew every time."""


def with_imports(folder: Path, snapshot: Snapshot) -> Snapshot:
    """A gathering's snapshot with the typed sections that imports left in the older one.

    What the gathering itself tells goes first. Each section keeps the time at which it was told. A
    look that brought nothing does not replace one that saw, so it needs nothing from it.
    """
    path, _ = store.snapshot_files(folder, snapshot.host)
    head = store.head(path)
    if not head or (head.status == "seen" != snapshot.status):
        return snapshot
    try:
        (old,) = store.read_snapshots([path])
    except InputError:
        return snapshot
    if old.host != snapshot.host:
        return snapshot
    kept = {
        name: msgspec.structs.replace(one, taken_at=one.taken_at or old.taken_at)
        for name, one in old.typed.items()
        if not one.door.startswith(_OWN)
    }
    return msgspec.structs.replace(snapshot, typed={**kept, **snapshot.typed})
