"""One machine through several doors: the one that saw most is the base, the others add to it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from planner.facts import identity
from planner.facts.section import fact
from planner.facts.typed import Typeds, another, seconds, source
from planner.model import Snapshot, Typed

_ORDER = ("ansible", "setup", "rvtools", "inventory")
"""From who looked at the machine itself to who only has it in a list."""


def join(snapshots: Sequence[Snapshot]) -> Snapshot:
    """One snapshot of one host, of snapshots by different doors (one or more).

    The base is the first that saw it in the order of the doors, of two by one door the newer.
    Typed sections, variables, groups and the address that it lacks come from the others. Of one
    door the newer section replaces the older; one that is not of the base's time carries its own.
    """
    ordered = sorted(snapshots, key=lambda s: s.taken_at, reverse=True)
    ordered.sort(key=lambda s: (s.status != "seen", _rank(s.door)))
    base = ordered[0]
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
        typed=dict(sorted(_typed(base, ordered).items())),
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


def _typed(base: Snapshot, snapshots: Sequence[Snapshot]) -> Typeds:
    """Of each field the newest section of each door, and of those the first in the order of the
    doors that knows. What a door told of another machine before is left out.
    """
    told: dict[str, list[Typeds]] = {}
    for snapshot in snapshots:
        parts: dict[str, Typeds] = {}
        for name, one in snapshot.typed.items():
            parts.setdefault(source(one.door), {})[name] = _dated(one, snapshot, base)
        for door, part in parts.items():
            told.setdefault(door, []).append(part)
    machine_id = fact(base, "identity", identity.value_of("machine_id")).value or ""
    found: Typeds = {}
    for door in sorted(told, key=_rank):
        parts_of = [p for p in told[door] if not another(machine_id, p)] or told[door]
        for name, one in _newest(base, parts_of).items():
            if name not in found or (found[name].value is None and one.value is not None):
                found[name] = one
    return found


def _newest(base: Snapshot, parts: Sequence[Typeds]) -> Typeds:
    """Of what one door told at several times."""

    def time(part: Typeds) -> float:
        return max(_time(one, base) for one in part.values())

    newest, *older = sorted(parts, key=time, reverse=True)
    now = newest["machine_id"].value if "machine_id" in newest else ""
    found = dict(newest)
    for part in older:
        if another(now, part):
            continue
        for name, one in part.items():
            if name not in found or _time(one, base) > _time(found[name], base):
                found[name] = one
    return found


def _dated(one: Typed, snapshot: Snapshot, base: Snapshot) -> Typed:
    when = one.taken_at or snapshot.taken_at
    return msgspec.structs.replace(one, taken_at="" if when == base.taken_at else when)


def _time(one: Typed, base: Snapshot) -> float:
    when = seconds(one.taken_at or base.taken_at)
    return float("-inf") if when is None else when
