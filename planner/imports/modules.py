"""What other fact modules leave in the same cache: packages, services, listeners, mounts.

Shapes: lib/ansible/modules/{package_facts,service_facts,mount_facts}.py of ansible-core 2.16 to
2.19 and plugins/modules/listen_ports_facts.py of community.general 11.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, Literal

from planner.facts.text import joined
from planner.facts.typed import told
from planner.imports.values import items, mapping, whole, word
from planner.model import Listener, Mount, Package, Space, Typed, Unit

Facts = Mapping[str, Any]

_SETUP = "setup"
_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "fuse.sshfs", "9p", "afs",
            "fuse.glusterfs", "lustre", "beegfs", "ocfs2", "gfs2")  # fmt: skip
_ACTIVE = ("active", "activating", "reloading", "deactivating", "failed", "inactive")
_UNIT_LACKS = "service_facts tells no text, no sockets, no timers, and not what ran once and ended"


def _counted(lacks: str, dropped: int, what: str) -> str:
    return joined(lacks, f"{dropped} {what} not understood" if dropped else "")


def _nothing(door: str, what: str, dropped: int = 0) -> Typed:
    """No machine has none of these: nothing told is not nothing there."""
    return Typed(door, unknown=_counted(f"{door} tells no {what}", dropped, what))


def _points(facts: Facts) -> tuple[str, object]:
    """What tells of mounts, and its entries."""
    points = facts.get("mount_points")
    if points is not None and (points or "ansible_mounts" not in facts):
        return "mount_facts", [*points.values()] if isinstance(points, Mapping) else points
    return _SETUP, facts.get("ansible_mounts")


def mounts(facts: Facts) -> Typed | None:
    """From mount_facts, which tells all; setup leaves out what has no device and no server."""
    door, said = _points(facts)
    if said is None:
        return None
    found = [
        Mount(
            path=word(one.get("mount")),
            source=word(one.get("device")),
            type=word(one.get("fstype")),
            options=tuple(dict.fromkeys(o for o in word(one.get("options")).split(",") if o)),
        )
        for one in map(mapping, items(said))
    ]
    known = [mount for mount in found if mount.path.startswith("/") and mount.type]
    dropped = len(found) - len(known)
    if not known:
        return _nothing(door, "mounts", dropped)
    lacks = "setup tells only mounts of devices and of network shares"
    if door != _SETUP:
        lacks = "of several mounts on one path, only one"
    return told(door, known, _counted(lacks, dropped, "mounts"))


def space(facts: Facts) -> Typed | None:
    """Used counts the blocks that are kept for root, too: both tell only what is available."""
    door, said = _points(facts)
    if said is None:
        return None
    found: dict[str, Space] = {}
    dropped = 0
    for one in map(mapping, items(said)):
        path, size = word(one.get("mount")), whole(one.get("size_total"))
        free = whole(one.get("size_available"))
        if word(one.get("fstype")) in _NETWORK or size == 0:
            continue
        if path.startswith("/") and size and free is not None and 0 <= free <= size:
            found[path] = Space(path, size, size - free)
        elif not one or not path.startswith("/") or word(one.get("device")).startswith("/"):
            dropped += 1
    if not found:
        return _nothing(door, "space", dropped)
    lacks = _counted("used includes the blocks that are kept for root", dropped, "mounts")
    return told(door, [found[path] for path in sorted(found)], lacks)


def packages(facts: Facts) -> Typed | None:
    said = facts.get("packages")
    if said is None:
        return None
    entries = [one for several in mapping(said).values() for one in _several(several)]
    real = [one for one in entries if word(one.get("name")) != "gpg-pubkey"]
    read = [_package(one) for one in real]
    found = {package for package in read if package}
    dropped = read.count(None)
    if not found:
        return _nothing("package_facts", "packages", dropped)
    order = sorted(found, key=lambda p: (p.name, p.arch, p.version))
    return told("package_facts", order, _counted("", dropped, "packages"))


def _several(value: object) -> list[Mapping[str, object]]:
    """The entries of one name; what is no list counts as one that cannot be understood."""
    return [mapping(one) for one in value] if isinstance(value, list) else [{}]


def _package(said: Mapping[str, object]) -> Package | None:
    name, version = word(said.get("name")), word(said.get("version"))
    if not name or not version:
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
    if said is None:
        return None
    found: dict[str, Unit] = {}
    entries = [mapping(one) for one in mapping(said).values()]
    for one in sorted(entries, key=lambda s: s.get("source") == "systemd"):
        unit = _unit(one)
        if unit:
            found[unit.name] = unit
    dropped = sum(1 for one in entries if not word(one.get("name")))
    if not found:
        return _nothing("service_facts", "services", dropped)
    lacks = _counted(_UNIT_LACKS, dropped, "services")
    return told("service_facts", [found[name] for name in sorted(found)], lacks)


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
    if tcp is None and udp is None:
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
    untold = [name for name, entries in protocols if not isinstance(entries, list)]
    lacks = _counted("", bad, "sockets")
    for protocol in untold:
        lacks = joined(f"{protocol.upper()} sockets not told", lacks)
    if not found and lacks:
        return Typed("listen_ports_facts", unknown=lacks)
    return told("listen_ports_facts", found, lacks)


def _bound(value: object) -> str:
    text = word(value).strip("[]").partition("%")[0]
    try:
        return "*" if text == "*" else str(ipaddress.ip_address(text))
    except ValueError:
        return ""
