"""RVTools exports of a vCenter: a snapshot for each virtual machine, with what VMware knows of it.

RVTools (Dell; before, Robware) 3.x and 4.x. Annotations, custom attributes and names of snapshots
are free text, in which people keep passwords: none is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

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
from planner.store import printable

DOOR = "rvtools"

_POWER: dict[str, Power] = {"poweredon": "on", "poweredoff": "off", "suspended": "suspended"}
_SHARED = ("virtual", "physical", "virtualsharing", "physicalsharing")
_LACKS = "RVTools tells no TPM, no CPU affinity, and of devices of the host only USB and network"
_PLACES = {"cluster": "cluster", "datacenter": "datacenter", "esxi_hostname": "host",
           "folder": "folder"}  # fmt: skip
_CENTRE = ("vi sdk uuid", "vi sdk server")
_MACHINE = ("vm id", "vm uuid", "vm")
_SHOWN = 20
Key = tuple[str, ...]


def read(paths: Sequence[Path], by_dns_name: bool = False) -> Imported:
    """A snapshot for each machine of RVTools exports; templates and placeholders are left out.

    Hosts are called as the virtual machines; ``by_dns_name``: by the name inside, where Tools tell
    one. Machines that share a name get their VM ID behind it. InputError for a file of no use.
    """
    machines: list[tuple[str, str, Snapshot]] = []
    left: list[str] = []
    nameless: list[str] = []
    for path in paths:
        export = sheets.read(path)
        info = export.sheets["vinfo"]
        tables = {s: _table(info, rows) for s, rows in export.sheets.items() if s != "vinfo"}
        for number, row in enumerate(info, 1):
            name, id = word(row.get("vm")), word(row.get("vm id")) or word(row.get("vm uuid"))
            if not name:
                nameless.append(
                    f"{printable(path)}: machine {number} of vInfo ({id or 'no VM ID'})"
                )
                continue
            if flag(row.get("template")) or flag(row.get("srm placeholder")):
                left.append(name)
                continue
            called = (word(row.get("dns name")) if by_dns_name else "") or name
            told_of = {sheet: table.of(row) for sheet, table in tables.items()}
            own = {sheet: rows for sheet, rows in told_of.items() if rows is not None}
            machines.append((called, id or name, _snapshot(called, export, row, own)))
    notes = [f"{len(left)} templates and placeholders: {_some(left)}"] if left else []
    problems = []
    if nameless:
        problems.append(
            f"{len(nameless)} machines whose name cannot be used: {_some(nameless)}: rename them"
        )
    return _named(machines, problems, notes)


def _named(
    machines: Sequence[tuple[str, str, Snapshot]], problems: list[str], notes: list[str]
) -> Imported:
    several = Counter(name for name, _, _ in machines)
    found: dict[str, Snapshot] = {}
    twice = []
    for name, number, snapshot in machines:
        unique = f"{name}.{number}" if several[name] > 1 else name
        if unique in found:
            twice.append(unique)
            continue
        found[unique] = structs.replace(snapshot, host=unique)
    if twice:
        problems.append(
            f"{len(twice)} rows of machines that are in the export before, the first counts: "
            f"{_some(twice)}: remove the others"
        )
    shared = [name for name, count in several.items() if count > 1]
    if shared:
        count = sum(several[name] for name in shared)
        notes.append(f"{count} machines share their name: the VM ID is added: {_some(shared)}")
    return Imported(tuple(found[name] for name in sorted(found)), tuple(problems), tuple(notes))


def _some(names: Iterable[str]) -> str:
    ordered = sorted(set(names))
    more = len(ordered) - _SHOWN
    return ", ".join(ordered[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True)
class _Table:
    """Rows of one sheet by machine: by the columns that the sheet and vInfo both fill."""

    columns: tuple[str, ...]
    rows: Mapping[Key, list[Row]]
    shared: AbstractSet[Key]
    """What several machines of vInfo have in common."""

    def of(self, row: Row) -> list[Row] | None:
        """None: what is of this machine cannot be told."""
        key = _key(row, self.columns)
        return None if not self.columns or key in self.shared else self.rows.get(key, [])


def _table(info: Sequence[Row], rows: Sequence[Row]) -> _Table:
    """Of the columns that name a machine, the first in which no row of both sheets is empty. An
    empty sheet tells that no machine has any; one of which no row is of a machine tells nothing.
    """
    columns = tuple(
        name
        for names in (_CENTRE, _MACHINE)
        if (name := next((c for c in names if _filled(info, c) and _filled(rows, c)), ""))
    )
    if not {*columns} & {*_MACHINE}:
        return _Table((), {}, frozenset())
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(_key(row, columns), []).append(row)
    machines = Counter(_key(row, columns) for row in info)
    shared = {key for key, count in machines.items() if count > 1}
    fits = not found or not found.keys().isdisjoint(machines.keys())
    return _Table(columns if fits else (), found, shared)


def _filled(rows: Sequence[Row], column: str) -> bool:
    return all(word(row.get(column)) for row in rows if column != "vm" or word(row.get("vm")))


def _key(row: Row, columns: Sequence[str]) -> Key:
    return tuple(word(row.get(column)) for column in columns)


def _snapshot(name: str, export: Export, info: Row, own: dict[str, list[Row]]) -> Snapshot:
    guest = _guest(info, own)
    lacks = [_LACKS, *_untold(export, own)]
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


def _untold(export: Export, own: Mapping[str, list[Row]]) -> Iterator[str]:
    for sheet in ("vDisk", "vSnapshot"):
        if sheet.lower() not in export.sheets:
            yield f"no sheet {sheet}"
        elif sheet.lower() not in own:
            yield f"the rows of {sheet} that are of this machine cannot be told"
    if own.get("vdisk") == []:
        yield "no row of it in vDisk"


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
        disks=tuple(_disks(own.get("vdisk", []))) or None,
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
