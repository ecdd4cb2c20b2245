"""Processors and disks by the facts of ``setup`` (module_utils/facts/hardware/linux.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from planner.facts.text import joined
from planner.facts.typed import told
from planner.imports.values import items, mapping, whole, word
from planner.model import BlockDevice, Confinement, Processor, Typed

DOOR = "setup"
Facts = Mapping[str, Any]
_Type = Literal["disk", "dm", "md", "loop", "rom", "zram", "network"]

_SECTOR = 512
"""Of /sys/block/*/size, whatever the device's own sectors are."""
_TYPES: tuple[tuple[str, _Type], ...] = (
    ("dm-", "dm"),
    ("md", "md"),
    ("loop", "loop"),
    ("sr", "rom"),
    ("zram", "zram"),
    ("nbd", "network"),
    ("rbd", "network"),
)


def processor(facts: Facts) -> Typed | None:
    """``ansible_processor`` is a flat list: number, vendor, model of each; elsewhere less."""
    said = [word(one) for one in items(facts.get("ansible_processor"))]
    if not said:
        return None
    names = [text for text in said if text and not text.isdigit()]
    vendor = names[0] if len(names) > 1 else ""
    flags = {word(flag) for flag in items(facts.get("ansible_flags"))} - {""}
    lacks = "speed, isolation and the device for virtual machines of its own not told"
    return told(
        DOOR,
        Processor(
            model=names[1] if len(names) > 1 else "".join(names),
            vendor=vendor,
            sockets=_count(facts.get("ansible_processor_count")),
            cores=_count(facts.get("ansible_processor_cores")),
            threads=_count(facts.get("ansible_processor_threads_per_core")),
            flags=tuple(sorted(flags)),
        ),
        lacks if flags else f"{lacks}, nor flags",
    )


def _count(value: object) -> int:
    return max(whole(value) or 0, 0)


def block_devices(facts: Facts) -> Typed | None:
    """Disks with their partitions; empty loop devices and drives are none."""
    said = facts.get("ansible_devices")
    if said is None:
        return None
    bad: list[str] = []
    found = {
        one.name: one for name, disk in mapping(said).items() for one in _disk(name, disk, bad)
    }
    dropped = f"{len(bad)} devices not understood" if bad else ""
    if not found:
        return Typed(DOOR, unknown=joined("setup tells no devices", dropped))
    lacks = joined("what the devices are made of is not told", dropped)
    return told(DOOR, [found[name] for name in sorted(found)], lacks)


def _disk(name: str, disk: object, bad: list[str]) -> Iterator[BlockDevice]:
    """``bad`` gets the names of what cannot be understood."""
    said = mapping(disk)
    size = _size(name, said, bad)
    if size <= 0:
        return
    kind: _Type = next((kind for mark, kind in _TYPES if name.startswith(mark)), "disk")
    yield BlockDevice(
        name.replace("!", "/"),
        size,
        kind,
        removable=word(said.get("removable")) == "1",
        rotational=word(said.get("rotational")) == "1",
        model=word(said.get("model")),
        transport="virtio" if name.startswith("vd") else "nvme" if name.startswith("nvme") else "",
    )
    for part, values in mapping(said.get("partitions")).items():
        length = _size(part, mapping(values), bad)
        if length > 0:
            yield BlockDevice(part.replace("!", "/"), length, "part", parent=name.replace("!", "/"))


def _size(name: str, said: Mapping[str, object], bad: list[str]) -> int:
    sectors = whole(said.get("sectors"))
    if sectors is None or sectors < 0 or not re.fullmatch(r"[\w!.-]+", name):
        bad.append(name)
        return 0
    return sectors * _SECTOR


def confinement(facts: Facts) -> Typed | None:
    status = word(mapping(facts.get("ansible_apparmor")).get("status"))
    if status not in ("enabled", "disabled"):
        return None
    return told(DOOR, Confinement(apparmor=status == "enabled"), "only whether AppArmor is on")
