"""RVTools exports of a vCenter: a snapshot for each virtual machine, with what VMware knows of it.

RVTools (Dell; before, Robware) 3.x and 4.x. Annotations, custom attributes and names of snapshots
are free text, in which people keep passwords: none is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from planner.facts.typed import told
from planner.imports import sheets
from planner.imports.result import Imported
from planner.imports.sheets import Export, Row
from planner.imports.values import MIB, flag, moment, whole, word
from planner.model import (
    SNAPSHOT_SCHEMA,
    Snapshot,
    Space,
    Typed,
    VirtualDisk,
    VirtualMachine,
)
from planner.model.guest import Power

DOOR = "rvtools"

_POWER: dict[str, Power] = {"poweredon": "on", "poweredoff": "off", "suspended": "suspended"}
_SHARED = ("virtual", "physical", "virtualsharing", "physicalsharing")
_LACKS = "RVTools tells no TPM, no CPU affinity, and of devices of the host only USB and network"
_PLACES = {"cluster": "cluster", "datacenter": "datacenter", "esxi_hostname": "host",
           "folder": "folder"}  # fmt: skip
Key = tuple[str, str]


def read(paths: Sequence[Path], by_dns_name: bool = False) -> Imported:
    """A snapshot for each machine of RVTools exports; templates and placeholders are left out.

    Hosts are called as the virtual machines; ``by_dns_name``: by the name inside, where Tools tell
    one. Machines that share a name get their VM ID behind it. InputError for a file of no use.
    """
    machines: list[tuple[str, str, Snapshot]] = []
    left: list[str] = []
    for path in paths:
        export = sheets.read(path)
        tables = {name: _by_machine(rows) for name, rows in export.sheets.items()}
        for row in export.sheets["vinfo"]:
            name, key = word(row.get("vm")), _key(row)
            if not name:
                continue
            if flag(row.get("template")) or flag(row.get("srm placeholder")):
                left.append(name)
                continue
            called = (word(row.get("dns name")) if by_dns_name else "") or name
            own = {sheet: of.get(key, []) for sheet, of in tables.items()}
            machines.append((called, key[1], _snapshot(called, export, row, own)))
    notes = [f"{len(left)} templates and placeholders: {', '.join(sorted(left))}"] if left else []
    return Imported(*_named(machines, notes))


def _named(
    machines: Sequence[tuple[str, str, Snapshot]], notes: list[str]
) -> tuple[tuple[Snapshot, ...], tuple[str, ...], tuple[str, ...]]:
    several: dict[str, int] = defaultdict(int)
    for name, _, _ in machines:
        several[name] += 1
    found: dict[str, Snapshot] = {}
    problems = []
    for name, number, snapshot in machines:
        unique = f"{name}.{number}" if several[name] > 1 else name
        if unique in found:
            problems.append(f"{unique}: in the export twice, the first counts: remove the other")
            continue
        fields = {f: getattr(snapshot, f) for f in snapshot.__struct_fields__}
        found[unique] = Snapshot(**{**fields, "host": unique})
    for name in sorted(name for name, count in several.items() if count > 1):
        notes.append(f"{several[name]} machines are called {name}: the VM ID is added to each")
    return tuple(found[name] for name in sorted(found)), tuple(problems), tuple(notes)


def _key(row: Row) -> Key:
    """A machine: its vCenter with its VM ID; by its name alone, where an export has no ids."""
    centre = word(row.get("vi sdk uuid")) or word(row.get("vi sdk server"))
    return centre, word(row.get("vm id")) or word(row.get("vm uuid")) or word(row.get("vm"))


def _by_machine(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[_key(row)].append(row)
    return found


def _snapshot(name: str, export: Export, info: Row, own: dict[str, list[Row]]) -> Snapshot:
    guest = _guest(info, own)
    lacks = [_LACKS] + [f"no sheet {s}" for s in ("vDisk", "vSnapshot") if s.lower() not in own]
    typed = {"guest": told(DOOR, guest, "; ".join(lacks))}
    if space := _space(own.get("vpartition", [])):
        typed["space"] = space
    places = {variable: word(info.get(column)) for variable, column in _PLACES.items()}
    return Snapshot(
        schema=SNAPSHOT_SCHEMA,
        host=name,
        status="seen",
        taken_at=export.taken_at,
        origin="captured",
        door=DOOR,
        address=word(info.get("primary ip address")),
        variables={variable: place for variable, place in places.items() if place},
        typed=typed,
    )


def _guest(info: Row, own: dict[str, list[Row]]) -> VirtualMachine:
    cpu, memory = _one(own.get("vcpu")), _one(own.get("vmemory"))
    tools, cards = _one(own.get("vtools")), own.get("vnetwork", [])
    size = whole(info.get("memory"))
    kept = whole(memory.get("reservation"))
    taken = [moment(row.get("date / time")) for row in own.get("vsnapshot", [])]
    return VirtualMachine(
        platform="vmware",
        virtualization="vmware",
        id=word(info.get("vm uuid")) or word(info.get("vm id")),
        uuid=(word(info.get("smbios uuid"))).lower(),
        hostname=word(info.get("dns name")),
        guest_os=word(info.get("os according to the configuration file")),
        os_name=word(info.get("os according to the vmware tools")),
        power=_POWER.get(word(info.get("powerstate")).lower(), ""),
        tools=word(tools.get("tools")) or word(info.get("guest state")),
        cpus=max(whole(info.get("cpus")) or 0, 0),
        sockets=max(whole(cpu.get("sockets")) or 0, 0),
        memory=max(size or 0, 0) * MIB,
        cpu_reservation=whole(cpu.get("reservation")),
        memory_reservation=None if kept is None else kept * MIB,
        latency_sensitivity=word(info.get("latency sensitivity")),
        fault_tolerance=word(info.get("ft state")),
        passthrough=tuple(_passthrough(own)) or None,
        disks=tuple(_disks(own["vdisk"])) if "vdisk" in own else None,
        snapshots=len(own["vsnapshot"]) if "vsnapshot" in own else None,
        oldest_snapshot=min((when for when in taken if when), default=""),
        secure_boot=flag(info.get("efi secure boot")),
        firmware=word(info.get("firmware")).lower(),
        addresses=tuple(sorted(set(_addresses(info, cards)))),
        host=word(info.get("host")),
        cluster=word(info.get("cluster")),
        datacenter=word(info.get("datacenter")),
        folder=word(info.get("folder")),
    )


def _one(rows: Sequence[Row] | None) -> Row:
    return rows[0] if rows else {}


def _passthrough(own: dict[str, list[Row]]) -> Iterator[str]:
    """USB devices of the host, and cards that bypass the hypervisor; PCI is in no sheet."""
    for row in own.get("vusb", []):
        device = word(row.get("device node"))
        if device and "controller" not in device.lower():
            yield f"usb {device}"
    for row in own.get("vnetwork", []):
        label, adapter = word(row.get("nic label")), word(row.get("adapter")).lower()
        if "sriov" in adapter or "sr-iov" in adapter:
            yield f"sr-iov {label}"
        elif flag(row.get("direct path io")):
            yield f"directpath {label}"


def _disks(rows: Iterable[Row]) -> Iterator[VirtualDisk]:
    for row in rows:
        size = whole(row.get("capacity mib"))
        bus = word(row.get("shared bus")).lower()
        multi = word(row.get("sharing mode")).lower() == "sharingmultiwriter"
        yield VirtualDisk(
            word(row.get("disk")) or word(row.get("label")) or "disk",
            size=-1 if size is None else size * MIB,
            shared=multi or bus in _SHARED,
            raw=flag(row.get("raw")) is True,
        )


def _space(rows: Iterable[Row]) -> Typed | None:
    found = {}
    for row in rows:
        path, size = word(row.get("disk")), whole(row.get("capacity mib"))
        used, free = whole(row.get("consumed mib")), whole(row.get("free mib"))
        if used is None and size is not None and free is not None:
            used = size - free
        if path and size is not None and used is not None and 0 <= used <= size:
            found[path] = Space(path, size * MIB, used * MIB)
    if not found:
        return None
    return told(DOOR, [found[path] for path in sorted(found)], "as VMware Tools report them")


def _addresses(info: Row, cards: Iterable[Row]) -> Iterator[str]:
    cells = [card.get(column) for card in cards for column in ("ipv4 address", "ipv6 address")]
    for cell in cells or [info.get("primary ip address")]:
        for address in word(cell).replace(";", ",").split(","):
            text = address.strip().lower()
            if text and not text.startswith(("127.", "::1", "fe80:")):
                yield address.strip()
