"""One machine through several doors: the one that saw most is the base, the others add to it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from planner.model import Snapshot

_ORDER = ("ansible", "setup", "rvtools", "inventory")
"""From who looked at the machine itself to who only has it in a list."""


def join(snapshots: Sequence[Snapshot]) -> Snapshot:
    """One snapshot of one host, of snapshots by different doors (one or more).

    The base is the first that saw it in the order of the doors, of two by one door the newer.
    Typed sections, variables, groups and the address that it lacks come from the others.
    """
    ordered = sorted(snapshots, key=lambda s: s.taken_at, reverse=True)
    ordered.sort(key=lambda s: (s.status != "seen", _rank(s.door)))
    base = ordered[0]
    typed = {name: one for s in reversed(ordered) for name, one in s.typed.items()}
    variables = {name: one for s in reversed(ordered) for name, one in s.variables.items()}
    address = next((s.address for s in ordered if s.address), "")
    missed = next((s for s in ordered if s.door == "ansible" and s.status != "seen"), base)
    told = f"{missed.status} over Ansible: {missed.reason}" if missed is not base else ""
    return msgspec.structs.replace(
        base,
        reason=base.reason or told,
        address=address,
        groups=base.groups or next((s.groups for s in ordered if s.groups), ()),
        variables=dict(sorted(variables.items())),
        typed=dict(sorted(typed.items())),
    )


def one_door(snapshots: Sequence[Snapshot]) -> tuple[Snapshot, ...]:
    """The looks at one host by the door that saw most, each with what the other doors add.

    So a list that was exported yesterday never stands before a look of last week.
    """
    door = join(snapshots).door
    others = [s for s in snapshots if s.door != door]
    return tuple(join((s, *others)) if others else s for s in snapshots if s.door == door)


def _rank(door: str) -> int:
    return _ORDER.index(door) if door in _ORDER else len(_ORDER)
