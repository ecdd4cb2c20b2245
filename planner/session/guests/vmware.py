"""VMware: ``community.vmware.vmware_vm_inventory`` (5.10) and ``vmware.vmware.vms`` (2.6).

Their variables are properties of vSphere's ``VirtualMachine`` (Web Services API), those that the
inventory's ``properties:`` asks for: nested, with dots, or in snake case. By default few: neither
devices nor reservations. Data objects inside lists carry their class as ``_vimtype``
(pyVmomi's VmomiJSONEncoder).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from planner.model import VirtualDisk, VirtualMachine
from planner.model.guest import Power
from planner.session.guests.values import (
    MIB,
    Variables,
    address,
    count,
    flag,
    flat,
    items,
    mapping,
    named,
    number,
    word,
)

_ROOTS = (
    "config",
    "guest",
    "summary",
    "runtime",
    "snapshot",
    "cluster",
    "esxi",
    "esxi_host",
    "path",
)
_MARKS = ("configuuid", "configinstanceuuid", "configguestid", "summaryruntimepowerstate")
_POWER: dict[str, Power] = {"poweredon": "on", "poweredoff": "off", "suspended": "suspended"}
_PASSTHROUGH = ("VirtualPCIPassthrough", "VirtualSCSIPassthrough", "VirtualSriovEthernetCard",
                "VirtualParallelPort", "VirtualSerialPort")  # fmt: skip


def read(variables: Variables) -> VirtualMachine | None:
    said = {
        key: value
        for name, one in variables.items()
        if re.split(r"[._]", name)[0] in _ROOTS or name in _ROOTS
        for key, value in flat({name: one})
    }
    if not any(word(said.get(mark)) for mark in _MARKS):
        return None
    devices = said.get("confighardwaredevice")
    known = _known(devices)
    affinity = said.get("configcpuaffinityaffinityset")
    return VirtualMachine(
        platform="vmware",
        virtualization="vmware",
        id=_word(said, "configinstanceuuid"),
        uuid=_word(said, "configuuid").lower(),
        hostname=_word(said, "guesthostname"),
        guest_os=_word(said, "configguestid", "guestguestid", "summaryconfigguestid"),
        os_name=_word(said, "guestguestfullname"),
        power=_POWER.get(_word(said, "summaryruntimepowerstate", "runtimepowerstate").lower(), ""),
        tools=_word(said, "guesttoolsrunningstatus", "guesttoolsstatus", "guestgueststate"),
        cpus=number(_first(said, "confighardwarenumcpu", "summaryconfignumcpu")),
        sockets=_sockets(said),
        memory=number(_first(said, "confighardwarememorymb", "summaryconfigmemorysizemb")) * MIB,
        cpu_affinity=_affinity(affinity),
        cpu_reservation=_told(
            said, "configcpuallocationreservation", "summaryconfigcpureservation"
        ),
        memory_reservation=_bytes(
            _told(said, "configmemoryallocationreservation", "summaryconfigmemoryreservation")
        ),
        latency_sensitivity=_word(said, "configlatencysensitivitylevel"),
        fault_tolerance=_word(
            said, "summaryruntimefaulttolerancestate", "runtimefaulttolerancestate"
        ),
        passthrough=None if known is None else tuple(_passthrough(known)),
        disks=None if known is None else tuple(_disks(known)),
        snapshots=_snapshots(said, variables),
        oldest_snapshot=min(_times(items(said.get("snapshotrootsnapshotlist"))), default=""),
        tpm=_tpm(said, known),
        secure_boot=flag(said.get("configbootoptionsefisecurebootenabled")),
        encrypted=bool(_word(said, "configkeyidkeyid")) or None,
        firmware=_word(said, "configfirmware").lower(),
        addresses=_addresses(said),
        host=_word(said, "esxihostname", "summaryruntimehostname"),
        cluster=_word(said, "clustername", "summaryruntimehostparentname"),
        folder=_word(said, "path"),
        tags=named(list(mapping(variables.get("tags")).values())),
    )


def _first(said: Mapping[str, Any], *keys: str) -> object:
    return next((said[key] for key in keys if said.get(key) is not None), None)


def _word(said: Mapping[str, Any], *keys: str) -> str:
    return next((found for key in keys if (found := word(said.get(key)))), "")


def _told(said: Mapping[str, Any], *keys: str) -> int | None:
    return count(_first(said, *keys))


def _bytes(mib: int | None) -> int | None:
    return None if mib is None else mib * MIB


def _sockets(said: Mapping[str, Any]) -> int:
    cores = number(said.get("confighardwarenumcorespersocket"))
    return number(said.get("confighardwarenumcpu")) // cores if cores else 0


def _affinity(value: object) -> str:
    if not isinstance(value, list):
        return ""
    numbers = {count(one) for one in value}
    known = sorted(number for number in numbers if number is not None)
    return "" if None in numbers else ",".join(map(str, known)) or "none"


def _known(devices: object) -> list[Mapping[str, Any]] | None:
    """None unless every device says what it is; a machine without any device there is none."""
    known = [mapping(one) for one in items(devices)]
    return known if known and all("Virtual" in _kind(one) for one in known) else None


def _kind(device: Mapping[str, Any]) -> str:
    return word(device.get("_vimtype")).rpartition("vm.device.")[2]


def _passthrough(devices: list[Mapping[str, Any]]) -> Iterator[str]:
    for device in devices:
        kind = _kind(device)
        backing = mapping(device.get("backing"))
        label = word(mapping(device.get("deviceInfo")).get("label"))
        if kind.startswith(_PASSTHROUGH):
            yield f"{_bus(kind)} {word(backing.get('id')) or label or kind}".strip()
        elif kind == "VirtualUSB":
            yield f"usb {label or word(backing.get('deviceName')) or 'device'}"


def _bus(kind: str) -> str:
    marks = {"PCI": "pci", "Sriov": "sr-iov", "SCSI": "scsi", "Serial": "serial", "USB": "usb"}
    return next((bus for mark, bus in marks.items() if mark in kind), "parallel")


def _disks(devices: list[Mapping[str, Any]]) -> Iterator[VirtualDisk]:
    shared_buses = {
        number(device.get("key"))
        for device in devices
        if word(device.get("sharedBus")) in ("virtualSharing", "physicalSharing")
    }
    for device in devices:
        if _kind(device) == "VirtualDisk":
            backing = mapping(device.get("backing"))
            multi = word(backing.get("sharing")) == "sharingMultiWriter"
            yield VirtualDisk(
                word(mapping(device.get("deviceInfo")).get("label")) or "disk",
                size=number(device.get("capacityInKB")) * 1024 or -1,
                shared=multi or number(device.get("controllerKey")) in shared_buses,
                raw="RawDisk" in word(backing.get("_vimtype")),
            )


def _tpm(said: Mapping[str, Any], devices: list[Mapping[str, Any]] | None) -> bool | None:
    summary = flag(said.get("summaryconfigtpmpresent"))
    if summary is None and devices is not None:
        return any(_kind(device) == "VirtualTPM" for device in devices)
    return summary


def _tree(snapshots: list[Any], depth: int = 40) -> Iterator[Mapping[str, Any]]:
    for one in map(mapping, snapshots):
        yield one
        if depth:
            yield from _tree(items(one.get("childSnapshotList")), depth - 1)


def _snapshots(said: Mapping[str, Any], variables: Variables) -> int | None:
    """The property ``snapshot`` is null where there are none."""
    found = said.get("snapshotrootsnapshotlist")
    if isinstance(found, list):
        return sum(1 for _ in _tree(found))
    return 0 if "snapshot" in variables and not variables["snapshot"] else None


def _times(snapshots: list[Any]) -> list[str]:
    return [found for one in _tree(snapshots) if (found := word(one.get("createTime")))]


def _addresses(said: Mapping[str, Any]) -> tuple[str, ...]:
    found: set[str] = set()
    for card in map(mapping, items(said.get("guestnet"))):
        for one in map(mapping, items(mapping(card.get("ipConfig")).get("ipAddress"))):
            if word(one.get("prefixLength")):
                found.add(address(f"{word(one.get('ipAddress'))}/{word(one.get('prefixLength'))}"))
    alone = {address(said.get("guestipaddress"))}
    return tuple(sorted(found - {""} or alone - {""}))
