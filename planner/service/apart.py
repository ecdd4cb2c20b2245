"""Whether it is sure of a workload that nothing ties it to special hardware of its machine."""

from __future__ import annotations

import re
from collections.abc import Collection

from planner.facts.text import joined
from planner.model import Host, Process, Workload
from planner.service import network, rights
from planner.service.used import loose_libraries, sockets, texts, unit_lines

_COMMON = (
    r"(null|zero|full|u?random|tty|console|ptmx|log|stdin|stdout|stderr|tcp|udp)(?![\w-])"
    r"|(pts|shm|mqueue|fd)(?![\w-])"
)
SPECIAL = re.compile(rf"/dev/(?!{_COMMON})\w")
"""Path of a device that not every container has."""
_NAMES_ONE = re.compile(rf"(?<![\w.-])/dev/(?!{_COMMON})\w")
_NEEDED = (
    "processes", "open_files", "open_devices", "mapped", "files", "config_files", "unix_sockets",
    "special_sockets", "units", "user_groups", "modules", "devices", "usb", "pci", "cron",
)  # fmt: skip
# fmt: off
_DEVICE_GROUPS = frozenset({
    "dialout", "uucp", "tape", "gpio", "i2c", "spi", "plugdev", "scanner", "tss", "video", "render",
    "audio", "lp", "disk", "kvm", "bluetooth", "usb", "input", "cdrom", "optical", "floppy", "lock",
    "tty", "sys", "kmem", "root", "netdev", "libvirt", "docker", "lxd",
})
_SERVERS = frozenset({
    "nginx", "haproxy", "mosquitto", "redis", "memcached", "nats", "influxdb", "postgresql",
    "mysql", "mariadb", "rabbitmq", "etcd", "prometheus",
})
# fmt: on
"""Kinds that work on their files and the network alone, whatever their settings say."""
_MASTERS = frozenset(("nginx", "haproxy"))
"""Those of which one process stays root, to open ports and files."""
_SAID_TO_ALL = re.compile(r"/(var/)?run/(systemd/(journal/|notify|userdb/)|nscd/)|/dev/log|@?/org/")
_OF_DEVICES = re.compile(
    "/lib(cuda|nvidia|OpenCL|rocm|hsa|hasp|sentinel|aks|usb|hidapi|ftdi|gpib|comedi|ethercat|DeckLink"
    "|dahdi|tonezone|bluetooth|pcsclite|ibverbs|rdmacm|serialport|gphoto|sane)"
)
_TIES = ("socket", "file", "user")


def seen(host: Host) -> bool:
    """Whether root looked, and all of what could tie something to a device was told."""
    facts = [getattr(host, name) for name in _NEEDED]
    return host.login.root and all(f.value is not None and not f.partial for f in facts)


def has_devices(host: Host, process: Process, unnamed: bool = True) -> bool:
    """Whether it is in a group that devices are open to; ``unnamed``: what to say of groups that
    are not in /etc/group."""
    names = {g.gid: g.name for g in host.user_groups.value or ()}
    return any(names[g] in _DEVICE_GROUPS if g in names else unnamed for g in _gids(process))


def is_apart(host: Host, workload: Workload, holders: Collection[int]) -> bool:
    """Whether it surely neither holds nor names nor may open a special device, and has no tie to
    the processes that do but the network. Only where :func:`seen` holds.
    """
    own = [p for p in host.processes.value or () if p.pid in workload.pids]
    told = not any({"uid", "gid", "groups", "caps"} & set(p.untold) or p.stuck for p in own)
    whole = bool(own) and len(own) == len(workload.pids) and told and workload.state == "running"
    if not whole or workload.kind == "job" or workload.jobs or workload.unread:
        return False
    if workload.kind not in _SERVERS and not _asks(host, workload, holders):
        return False
    if any(c.kind in _TIES for c in workload.couplings) or _speaks(host, workload):
        return False
    return (
        _without_rights(host, workload, own, holders)
        and not _touches(host, workload)
        and not _libraries(host, workload, holders)
    )


def _without_rights(
    host: Host, workload: Workload, own: list[Process], holders: Collection[int]
) -> bool:
    users = {p.uid for p in host.processes.value or () if p.pid in holders} - {0}
    theirs = {g for p in host.processes.value or () if p.pid in holders for g in _gids(p)} - {0}
    for process in own:
        master = process.uid == 0 and workload.kind in _MASTERS and bool(workload.packages)
        if process.uid in users or theirs & _gids(process):
            return False
        if not master and (process.uid == 0 or has_devices(host, process)):
            return False
    held = rights.capabilities(host, workload)
    return not (joined(held.unknown, held.partial) or set(held.value or ()) - {"NET_BIND_SERVICE"})


def _gids(process: Process) -> set[int]:
    return {process.gid, *process.groups}


def _touches(host: Host, workload: Workload) -> bool:
    """Whether it holds a device, or names one wherever that was read."""
    every = (*(host.open_files.value or ()), *(host.open_devices.value or ()))
    held = any(f.pid in workload.pids and SPECIAL.match(f.path) for f in every)
    words = [*workload.argv, *workload.command, *unit_lines(host, workload)]
    words += [v.value for v in workload.environment] + [f.text for f in texts(host, workload)]
    return held or any(_NAMES_ONE.search(word) for word in words)


def _speaks(host: Host, workload: Workload) -> bool:
    """Whether it speaks by a socket file to what may stand between it and a device, as the system
    bus does, or by a socket below TCP and UDP."""
    special = host.special_sockets.value
    every = special.sockets if special else ()
    low = any(not s.pids or set(s.pids) & set(workload.pids) for s in every)
    return low or any(not _SAID_TO_ALL.match(s.path) for s in sockets(host, workload))


def _libraries(host: Host, workload: Workload, holders: Collection[int]) -> bool:
    """Whether it maps a device, memory or a library that those who hold one brought along."""
    pids, theirs = set(workload.pids), set(holders)
    mine = [m for m in host.mapped.value or () if pids & set(m.pids)]
    return bool(loose_libraries(host, workload)) or any(
        m.path.startswith(("/dev/", "/SYSV"))
        or _OF_DEVICES.search(m.path)
        or (theirs & set(m.pids) and not re.match(r"/(usr/)?lib(32|64|x32)?/", m.path))
        for m in mine
    )


def _asks(host: Host, workload: Workload, holders: Collection[int]) -> bool:
    """Whether it was seen to work with them by a port of theirs: it needs no device then."""
    ports = {e.port for e in host.listeners.value or () if set(holders) & set(e.pids)}
    return any(
        c.peer_port in ports and network.is_loopback(c.peer_address)
        for c in host.connections.value or ()
        if set(workload.pids) & set(c.pids)
    )
