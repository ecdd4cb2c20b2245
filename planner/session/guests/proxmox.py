"""Proxmox VE: ``community.proxmox.proxmox`` (1.4; before, ``community.general.proxmox``).

``facts_prefix`` (``proxmox_``) and a name of the API: node, vmid, vmtype always; status, snapshots
and every key of the machine's configuration (qm.conf(5), pct.conf(5)) with ``want_facts``. Of a
value such as ``local-lvm:vm-100-disk-0,size=32G`` the plugin makes a dictionary if every part has
a ``=``, and puts ``disk_image=`` before a disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from planner.model import VirtualDisk, VirtualMachine
from planner.model.guest import Power
from planner.session.guests import qemu
from planner.session.guests.values import (
    MIB,
    Variables,
    address,
    flag,
    items,
    mapping,
    named,
    number,
    size,
    word,
)

_POWER: dict[str, Power] = {"running": "on", "stopped": "off", "paused": "suspended"}
_DISK = re.compile(r"(?:scsi|virtio|sata|ide)\d{1,2}|rootfs|mp\d{1,3}")


def read(variables: Variables) -> VirtualMachine | None:
    prefix = next(
        (
            n[:-4]
            for n in sorted(variables)
            if n.endswith("vmid") and f"{n[:-4]}vmtype" in variables
        ),
        None,
    )
    if prefix is None:
        return None
    said = {n.removeprefix(prefix): v for n, v in variables.items() if n.startswith(prefix)}
    kind = word(said.get("vmtype"))
    configured = "memory" in said
    status = word(said.get("qmpstatus")) or word(said.get("status"))
    interfaces = [mapping(one) for one in items(said.get("agent_interfaces"))]
    cores, sockets = number(said.get("cores")), number(said.get("sockets")) or 1
    bios, snapshots = word(said.get("bios")), said.get("snapshots")
    return VirtualMachine(
        platform="proxmox",
        virtualization={"qemu": "kvm", "lxc": "lxc"}.get(kind, ""),
        id=word(said.get("vmid")),
        uuid=word(mapping(said.get("smbios1")).get("uuid")).lower(),
        guest_os=word(said.get("ostype")),
        power=_POWER.get(status, ""),
        cpus=number(said.get("vcpus")) or cores * sockets or (1 if configured else 0),
        sockets=sockets if cores and kind == "qemu" else 0,
        memory=max(_memory(said.get("memory")), 0),
        cpu_affinity=word(said.get("affinity", "none")) if configured else "",
        passthrough=qemu.devices(_passthrough(said), said.get("args")) if configured else None,
        disks=_disks(said) if configured else None,
        snapshots=len(snapshots) if isinstance(snapshots, list) else None,
        tpm="tpmstate0" in said if configured else None,
        secure_boot=_secure(said) if configured else None,
        firmware="" if not configured or kind == "lxc" else "efi" if bios == "ovmf" else "bios",
        addresses=tuple(sorted(set(_addresses(interfaces)))),
        host=word(said.get("node")),
        tags=named(said.get("tags_parsed")),
    )


def _memory(value: object) -> int:
    """MiB; since Proxmox VE 8.1 also as ``current=4096``, which the plugin makes a dictionary."""
    said = mapping(value).get("current", value)
    return size(said, MIB)


def _parts(value: object) -> Mapping[str, Any]:
    """``name=value`` by name, what has no name as ``host``; empty: not readable."""
    said = [part for part in word(value).split(",") if part]
    return mapping(value) or dict(
        part.partition("=")[::2] if "=" in part else ("host", part) for part in said
    )


def _secure(said: Mapping[str, Any]) -> bool | None:
    """With keys enrolled, OVMF starts only what is signed."""
    disk = _parts(said.get("efidisk0", "none"))
    keys = disk.get("pre_enrolled_keys", disk.get("pre-enrolled-keys", False))
    return flag(keys) if disk else None


def _passthrough(said: Mapping[str, Any]) -> Iterator[str | None]:
    """None: a port of which is not readable what it is; any ``hostpci`` is a device of the host."""
    for name in sorted(said):
        match = re.fullmatch(r"(hostpci|usb|serial|parallel|dev)\d{1,2}", name)
        if not match:
            continue
        parts = _parts(said[name])
        device = word(parts.get("mapping")) or word(parts.get("host")) or word(parts.get("path"))
        if device or match[1] == "hostpci":
            if device not in ("spice", "socket"):
                yield f"{match[1].removeprefix('host')} {device or 'device'}"
        else:
            yield None


def _disks(said: Mapping[str, Any]) -> tuple[VirtualDisk, ...] | None:
    """None: one is not readable, and none of the others is a device of the host.

    ``shared=1`` says that all nodes reach the volume, not that machines share it.
    """
    found, unsure = [], False
    for name in sorted(filter(_DISK.fullmatch, said)):
        parts = _parts(said[name])
        image = next((i for k in ("disk_image", "file", "host") if (i := word(parts.get(k)))), "")
        if word(parts.get("media")) == "cdrom":
            continue
        if not image:
            unsure = True
            continue
        found.append(VirtualDisk(name, size(parts.get("size")), raw=image.startswith("/dev/")))
    return tuple(found) if not unsure or any(disk.raw for disk in found) else None


def _addresses(interfaces: list[Mapping[str, Any]]) -> Iterator[str]:
    for one in interfaces:
        for said in items(one.get("ip-addresses")):
            if found := address(said):
                yield found
