"""Whether it is sure of a workload that nothing ties it to special hardware of its machine."""

from __future__ import annotations

import re
from collections.abc import Collection

from planner.facts.text import joined
from planner.model import Host, Process, Workload
from planner.service import naming, rights, suites
from planner.service.used import loose_libraries, sockets

_NEEDED = (
    "processes", "open_files", "open_devices", "mapped", "files", "config_files", "unix_sockets",
    "special_sockets", "units", "user_groups", "modules", "devices", "usb", "pci", "cron",
    "owners", "packages", "accounts", "mounts", "block_devices",
)  # fmt: skip
# fmt: off
_DEVICE_GROUPS = frozenset({
    "dialout", "uucp", "tape", "gpio", "i2c", "spi", "plugdev", "scanner", "tss", "video", "render",
    "audio", "lp", "disk", "kvm", "bluetooth", "usb", "input", "cdrom", "optical", "floppy", "lock",
    "tty", "sys", "kmem", "netdev", "libvirt", "docker", "lxd",
})
_PLAIN_GROUPS = frozenset({
    "ssl-cert", "www-data", "adm", "nogroup", "nobody", "users", "systemd-journal", "mail", "certs",
})
_SERVERS = frozenset({
    "nginx", "haproxy", "mosquitto", "redis", "memcached", "nats", "influxdb", "postgresql",
    "mysql", "mariadb", "rabbitmq", "etcd", "prometheus",
})
# fmt: on
"""Kinds that work on their files and the network alone unless their settings bring in more."""
_MASTERS = frozenset(("nginx", "haproxy"))
"""Those of which one process stays root, to open ports and files."""
_SAID_TO_ALL = re.compile(r"/(var/)?run/(systemd/(journal/|notify|userdb/)|nscd/)|/dev/log|@?/org/")
_OF_DEVICES = re.compile(
    "/lib(cuda|nvidia|OpenCL|rocm|hsa|hasp|sentinel|aks|usb|hidapi|ftdi|gpib|comedi|ethercat|DeckLink"
    "|dahdi|tonezone|bluetooth|pcsclite|ibverbs|rdmacm|serialport|gphoto|sane|p11\\.so|tss2)"
    "|pkcs11|opensc|cryptoki|/engines-[^/]*/|/ossl-modules/"
)
_TIES = ("socket", "file", "user", "unit")


def seen(host: Host) -> bool:
    """Whether root looked, and all of what could tie something to a device was told."""
    facts = [getattr(host, name) for name in _NEEDED]
    return host.login.root and all(f.value is not None and not f.partial for f in facts)


def has_devices(host: Host, process: Process) -> bool:
    """Whether it is in a group that devices are open to."""
    names = {g.gid: g.name for g in host.user_groups.value or ()}
    return any(names.get(gid) in _DEVICE_GROUPS for gid in _gids(process))


def is_apart(
    host: Host, workload: Workload, holders: Collection[int], names: Collection[str]
) -> bool:
    """Whether it surely neither holds nor names nor may open a special device, and has no tie to
    the processes that do but the network. ``names``: paths of their devices, and drivers. Only
    where :func:`seen` holds, and only of servers that are known: a program of somebody's own may
    open a device for a moment.
    """
    own = [p for p in host.processes.value or () if p.pid in workload.pids]
    told = not any({"uid", "gid", "groups", "caps"} & set(p.untold) or p.stuck for p in own)
    whole = bool(own) and len(own) == len(workload.pids) and told and workload.state == "running"
    if not whole or workload.kind not in _SERVERS or workload.jobs or workload.unread:
        return False
    if any(c.kind in _TIES for c in workload.couplings) or _speaks(host, workload):
        return False
    return (
        _without_rights(host, workload, own, holders)
        and not naming.touches(host, workload, own, names)
        and not _libraries(host, workload, holders)
        and not suites.together(host, workload, holders)
        and not suites.stands_on_it(host, workload)
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
        if not (master or process.uid) or not _gids(process) <= _harmless(host, workload, process):
            return False
    held = rights.capabilities(host, workload)
    return not (joined(held.unknown, held.partial) or set(held.value or ()) - {"NET_BIND_SERVICE"})


def _harmless(host: Host, workload: Workload, process: Process) -> set[int]:
    """Groups that surely open no device: known ones, and the one that its user has for itself."""
    known = (*(host.accounts.value or ()), *(a for a in (workload.user, workload.run_as) if a))
    private = {(a.name, a.gid) for a in known if a.uid == process.uid}
    return {
        g.gid
        for g in host.user_groups.value or ()
        if g.name not in _DEVICE_GROUPS
        and (g.name in _PLAIN_GROUPS or (g.gid == process.gid and (g.name, g.gid) in private))
    } | ({0} if process.uid == 0 else set())


def _gids(process: Process) -> set[int]:
    return {process.gid, *process.groups}


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
        m.path.startswith(("/dev/", "/SYSV", "/sys/", "/proc/"))
        or _OF_DEVICES.search(m.path)
        or (theirs & set(m.pids) and not re.match(r"/(usr/)?lib(32|64|x32)?/", m.path))
        for m in mine
    )
