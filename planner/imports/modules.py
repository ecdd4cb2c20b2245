"""What other fact modules leave in the same cache: packages, services, listeners, mounts.

Shapes: lib/ansible/modules/{package_facts,service_facts,mount_facts}.py of ansible-core 2.16 to
2.19 and plugins/modules/listen_ports_facts.py of community.general 11.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, Literal

from planner.facts.typed import told
from planner.imports.values import items, mapping, whole, word
from planner.model import Listener, Mount, Package, Space, Typed, Unit

Facts = Mapping[str, Any]

_SETUP = "setup"
_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "fuse.sshfs", "9p", "afs",
            "fuse.glusterfs", "lustre", "beegfs", "ocfs2", "gfs2")  # fmt: skip
_ACTIVE = ("active", "activating", "reloading", "deactivating", "failed", "inactive")
_UNIT_LACKS = "service_facts tells no text, no sockets, no timers, and not what ran once and ended"


def mounts(facts: Facts) -> Typed | None:
    """From mount_facts, which tells all; setup leaves out what has no device and no server."""
    points = facts.get("mount_points")
    whole_list = [*mapping(points).values()] if isinstance(points, Mapping) else None
    said = whole_list if whole_list is not None else facts.get("ansible_mounts")
    if not isinstance(said, list):
        return None
    found = [
        Mount(
            path=word(one.get("mount")),
            source=word(one.get("device")),
            type=word(one.get("fstype")),
            options=tuple(dict.fromkeys(o for o in word(one.get("options")).split(",") if o)),
        )
        for one in map(mapping, said)
    ]
    known = [mount for mount in found if mount.path.startswith("/") and mount.type]
    if whole_list is not None:
        return told("mount_facts", known, "of several mounts on one path, only one")
    return told(_SETUP, known, "setup tells only mounts of devices and of network shares")


def space(facts: Facts) -> Typed | None:
    """Used counts the blocks that are kept for root, too: both tell only what is available."""
    points = facts.get("mount_points")
    said = [*mapping(points).values()] if points else facts.get("ansible_mounts")
    if not isinstance(said, list):
        return None
    found = {}
    for one in map(mapping, said):
        path, size = word(one.get("mount")), whole(one.get("size_total"))
        free = whole(one.get("size_available"))
        if word(one.get("fstype")) in _NETWORK or not path.startswith("/"):
            continue
        if size and free is not None and 0 <= free <= size:
            found[path] = Space(path, size, size - free)
    lacks = "used includes the blocks that are kept for root"
    return told("mount_facts" if points else _SETUP, [found[path] for path in sorted(found)], lacks)


def packages(facts: Facts) -> Typed | None:
    said = facts.get("packages")
    if not isinstance(said, Mapping):
        return None
    found = {
        package
        for several in said.values()
        for package in map(_package, map(mapping, items(several)))
        if package
    }
    order = sorted(found, key=lambda p: (p.name, p.arch, p.version))
    return told("package_facts", order)


def _package(said: Mapping[str, object]) -> Package | None:
    name, version = word(said.get("name")), word(said.get("version"))
    if not name or not version or name == "gpg-pubkey":
        return None
    release, epoch = word(said.get("release")), word(said.get("epoch"))
    if word(said.get("source")) == "rpm":
        version = f"{version}-{release}" if release else version
        version = f"{epoch}:{version}" if epoch not in ("", "0", "None") else version
    arch = word(said.get("arch")).replace("None", "")
    return Package(name=name, version=version, arch=arch, origin=word(said.get("origin")))


def units(facts: Facts) -> Typed | None:
    """Services. What systemd knows goes before what an init script of the same name says."""
    said = facts.get("services")
    if not isinstance(said, Mapping):
        return None
    found: dict[str, Unit] = {}
    for one in sorted(map(mapping, said.values()), key=lambda s: s.get("source") == "systemd"):
        unit = _unit(one)
        if unit:
            found[unit.name] = unit
    return told("service_facts", [found[name] for name in sorted(found)], _UNIT_LACKS)


def _unit(said: Mapping[str, object]) -> Unit | None:
    """``state``: running, stopped or, of a unit that is not loaded, systemd's own word.

    ``stopped`` is told also of what ran once and ended well, so ``active`` stays open.
    """
    name, state, status = (word(said.get(key)) for key in ("name", "state", "status"))
    if not name or status == "not-found":
        return None
    full = name if name.endswith(".service") else f"{name}.service"
    active, sub, enabled = "", "", status
    if state == "running":
        active, sub = "active", "running"
    elif state in _ACTIVE:
        active = state
    elif state == "stopped" and said.get("source") != "systemd":
        active, sub = "inactive", "dead"
    if status == "failed":
        active, sub, enabled = "failed", "failed", ""
    if status in ("unknown", "active", "inactive"):
        enabled = ""
    load = "masked" if status == "masked" else "loaded" if active == "active" else ""
    return Unit(full, load=load, active=active, sub=sub, enabled=enabled)


def listeners(facts: Facts) -> Typed | None:
    """TCP and UDP; a module that could not see whose a socket is says 0."""
    tcp, udp = facts.get("tcp_listen"), facts.get("udp_listen")
    if not isinstance(tcp, list) and not isinstance(udp, list):
        return None
    pids: dict[tuple[Literal["tcp", "udp"], int, str], set[int]] = {}
    bad = 0
    protocols: tuple[tuple[Literal["tcp", "udp"], object], ...] = (("tcp", tcp), ("udp", udp))
    for protocol, entries in protocols:
        for one in map(mapping, items(entries)):
            port, address = whole(one.get("port")), _bound(one.get("address"))
            if not address or port is None or not 0 <= port < 65536:
                bad += 1
                continue
            pid = whole(one.get("pid")) or 0
            pids.setdefault((protocol, port, address), set()).update({pid} if pid > 0 else ())
    found = [Listener(p, a, n, tuple(sorted(who))) for (p, n, a), who in sorted(pids.items())]
    return told("listen_ports_facts", found, f"{bad} sockets not understood" if bad else "")


def _bound(value: object) -> str:
    text = word(value).strip("[]").partition("%")[0]
    try:
        return "*" if text == "*" else str(ipaddress.ip_address(text))
    except ValueError:
        return ""
