"""Block devices as /sys/block shows them: disks, partitions, LVM, encryption, arrays."""

from __future__ import annotations

import re
from typing import Any

from planner.facts.text import Parsed, each_line, fields, lines, number
from planner.model import BlockDevice

_SECTOR = 512
"""Unit of /sys/block/*/size, whatever the device's own sectors are."""

_NAMES = (
    ("md", "md"), ("loop", "loop"), ("sr", "rom"), ("scd", "rom"), ("zram", "zram"),
    ("nbd", "network"), ("rbd", "network"), ("drbd", "network"), ("dm-", "dm"),
)  # fmt: skip
_MAPPED = (("LVM-", "lvm"), ("CRYPT-", "crypt"), ("mpath-", "mpath"))
_WAYS = (
    (r"/session\d+/", "iscsi"), (r"/rport-", "fc"), (r"/end_device-", "sas"), (r"/usb\d*/", "usb"),
    (r"/ata\d+/", "ata"), (r"/nvme\d*/", "nvme"), (r"/vbd-", "xen"), (r"/virtio\d+/host", "scsi"),
    (r"/virtio\d+/", "virtio"), (r"VMBUS|vmbus|/[0-9a-f-]{36}/host", "hyperv"),
    (r"/mmc_host/", "mmc"), (r"/host\d+/", "scsi"),
)  # fmt: skip
"""In the path of the device below /sys/devices, the first that fits."""


def parse(text: str) -> Parsed[tuple[BlockDevice, ...]]:
    """Lines ``name TAB key=value TAB ...``, then ``at TAB name TAB path below /sys``."""
    paths: dict[str, str] = {}
    devices: list[str] = []
    for line in lines(text):
        if line.startswith("at\t"):
            name, _, path = line[3:].partition("\t")
            paths[name] = path
        else:
            devices.append(line)
    parsed = each_line("\n".join(devices), lambda line: _device(line, paths))
    return Parsed(tuple(sorted(parsed.value, key=lambda d: _natural(d.name))), parsed.partial)


def _natural(name: str) -> list[tuple[str, int]]:
    return [(w, int(n) if n else -1) for w, n in re.findall(r"([^0-9]+)([0-9]{0,18})", name)]


def _device(line: str, paths: dict[str, str]) -> BlockDevice:
    name, *rest = fields(line, 1)
    told: dict[str, str] = {}
    for field in rest:
        key, _, value = field.partition("=")
        told[key] = value
    if not name or set(name) & set("/ "):
        raise ValueError(line)
    parent, uuid = told.get("parent", ""), told.get("dm_uuid", "")
    kind = _kind(name, parent, uuid)
    way = paths.get(parent or name, "")
    vendor, model = told.get("vendor", ""), told.get("model", "")
    named = vendor.startswith("0x") or model.startswith(vendor)
    return BlockDevice(
        name=_path(name),
        size=number(told.get("size", "0")) * _SECTOR,
        type=kind,
        parent=_path(parent),
        removable="removable" in told,
        read_only="ro" in told,
        rotational="rotational" in told,
        model=(model if named else f"{vendor} {model}").strip(),
        transport=next((word for mark, word in _WAYS if re.search(mark, way)), ""),
        slaves=_list(told.get("slaves", "")),
        holders=_list(told.get("holders", "")),
        mapped=told.get("dm_name", ""),
        volume=_volume(told.get("dm_name", "")) if kind == "lvm" else "",
        detail=_detail(told),
        untold=_untold(kind, way, uuid),
    )


def _path(name: str) -> str:
    """``cciss!c0d0`` stands for /dev/cciss/c0d0."""
    return name.replace("!", "/")


def _list(text: str) -> tuple[str, ...]:
    return tuple(sorted((_path(name) for name in text.split(",") if name), key=_natural))


def _kind(name: str, parent: str, uuid: str) -> Any:
    if parent:
        return "part"
    for mark, kind in _MAPPED:
        if uuid.startswith(mark):
            return kind
    if uuid.startswith("part"):
        return "part"
    return next((k for mark, k in _NAMES if re.match(rf"{mark}\d", name)), "disk")


def _untold(kind: str, way: str, uuid: str) -> tuple[str, ...]:
    """Old kernels have folders in /sys/block, which do not say where a disk hangs, and no UUID of
    a mapped device, which says what it is."""
    if kind == "dm" and not uuid:
        return ("type",)
    return ("transport",) if kind in ("disk", "part") and not way else ()


def _volume(name: str) -> str:
    """LVM writes ``-`` within a name as ``--``, and one between group and volume."""
    group, dash, volume = re.sub("--", "\0", name).partition("-")
    return f"{group}/{volume}".replace("\0", "-") if dash else name


def _detail(told: dict[str, str]) -> str:
    parts = [told.get("md_level", ""), told.get("md_state", "")]
    if told.get("md_degraded"):
        parts.append("degraded")
    if told.get("dm_uuid", "").startswith("CRYPT-"):
        parts.append(told["dm_uuid"].split("-")[1].lower())
    return ", ".join(part for part in (*parts, told.get("file", "")) if part)
