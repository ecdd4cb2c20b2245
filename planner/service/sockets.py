"""Which listener belongs to which service: by its process, its socket unit, or its port."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.facts import unitfile
from planner.model import Host, Listener
from planner.service import config
from planner.service.view import Service, called, commands, stem

_RUNNING = ("active", "activating", "reloading", "deactivating")
_PORT_LINE = re.compile(
    r"^[ \t]*(?:server\.port|[pP]ort|[lL]isten|bind|http_port|listener)\b([^\n;#]*)", re.MULTILINE
)
_PORT = re.compile(r"(?<![\w.])(?:[\w.*\[\]-]*:)?(\d{2,5})\b(?!\.)")
_FLAG = re.compile(r"(?:.*:|--?(?:port|bind|listen|p)=?(?:.*:)?)?(\d{2,5})")
_DEFAULT = {
    "apache2": (80, 443), "httpd": (80, 443), "nginx": (80, 443), "lighttpd": (80,),
    "redis-server": (6379,), "redis": (6379,), "memcached": (11211,), "mysqld": (3306,),
    "mariadbd": (3306,), "mysql": (3306,), "mariadb": (3306,), "postgres": (5432,),
    "mongod": (27017,), "openvpn": (1194,), "nfs-server": (2049,), "nfs-kernel-server": (2049,),
    "wg-quick": (51820,), "named": (53, 953), "dnsmasq": (53, 67), "master": (25,), "exim4": (25,),
    "vsftpd": (21,), "slapd": (389, 636), "smbd": (139, 445), "nmbd": (137, 138), "cupsd": (631,),
    "chronyd": (123, 323), "ntpd": (123,), "rpcbind": (111,), "snmpd": (161,), "sshd": (22,),
    "ssh": (22,), "dhcpd": (67,), "squid": (3128,), "mosquitto": (1883,), "avahi-daemon": (5353,),
}  # fmt: skip
"""Ports of IANA's registry, for listeners whose process could not be seen."""


@dataclass(frozen=True)
class Found:
    """Services in the order of their names, and the listeners that nobody could be found for."""

    services: tuple[Service, ...]
    orphans: tuple[Listener, ...]


def assign(host: Host, found: Sequence[Service]) -> Found:
    """Each listener goes to the service of its process, of its socket unit, of its port, or to the
    one that works in the kernel.
    """
    given: list[list[Listener]] = [[] for _ in found]
    guessed: list[list[Listener]] = [[] for _ in found]
    inner: list[list[Listener]] = [[] for _ in found]
    look = _Look(host, found)
    orphans: list[Listener] = []
    for entry in host.listeners.value or ():
        holders = [n for n, s in enumerate(found) if s.pids & set(entry.pids)]
        if not holders and (not entry.pids or 1 in entry.pids or look.hidden(entry)):
            holders = look.by_unit(entry)
            if not holders and 1 not in entry.pids:
                holders = look.by_port(entry)
                for n in holders:
                    (guessed if not look.kernels.get(n) or entry.pids else given)[n].append(entry)
        if not holders and not entry.pids:
            holders = look.by_kernel(entry)
            for n in holders:
                inner[n].append(entry)
        for n in holders:
            given[n].append(entry)
        if not holders and look.hidden(entry) and not (look.mounts and not entry.pids):
            orphans.append(entry)
    made = [
        replace(
            service,
            listeners=tuple(dict.fromkeys(given[n])),
            unknowns=(*service.unknowns, *_notes(guessed[n], inner[n])),
        )
        for n, service in enumerate(found)
    ]
    return Found(tuple(sorted(made, key=lambda s: s.name)), tuple(orphans))


class _Look:
    """What is known of the machine's sockets besides the processes that hold them."""

    def __init__(self, host: Host, found: Sequence[Service]) -> None:
        self._found = found
        self._units = _sockets(host)
        self._pids = {p.pid for p in host.processes.value or ()} - {1}
        self._ports = [_expected(s) for s in found]
        # Root sees the process of every socket that has one: the others are the kernel's.
        whole = not host.listeners.partial and host.login.root
        self.kernels = {n: p for n, s in enumerate(found) if whole and (p := _in_kernel(s))}
        """Services that work in the kernel, with the protocols at which it listens for them."""
        self.mounts = whole and any(m.type in ("nfs", "nfs4") for m in host.mounts.value or ())
        """Whether the kernel listens to servers whose file systems it mounts."""

    def hidden(self, entry: Listener) -> bool:
        """Whether none of its processes was seen."""
        return not self._pids & set(entry.pids)

    def by_unit(self, entry: Listener) -> list[int]:
        unit = self._units.get(entry.port, "")
        return [n for n, s in enumerate(self._found) if s.unit and s.unit.name == unit]

    def by_port(self, entry: Listener) -> list[int]:
        found = [n for n, ports in enumerate(self._ports) if entry.port in ports]
        return found if len(found) == 1 else []

    def by_kernel(self, entry: Listener) -> list[int]:
        found = [n for n, protocols in self.kernels.items() if entry.protocol in protocols]
        return found if len(found) == 1 else []


def _notes(guessed: Sequence[Listener], inner: Sequence[Listener]) -> tuple[str, ...]:
    notes = [
        f"That {entry.protocol} port {entry.port} is its own is taken from its "
        "configuration or its usual port: whose socket it is was not seen."
        for entry in guessed
    ]
    if inner:
        ports = ", ".join(sorted({f"{entry.protocol} {entry.port}" for entry in inner}))
        notes.append(
            f"The kernel itself listens on {ports}: taken for its own (locks, callbacks), since "
            "nothing else here works in the kernel."
        )
    return tuple(dict.fromkeys(notes))


def _in_kernel(service: Service) -> frozenset[str]:
    """Protocols at which the kernel itself listens for a service: NFS with its locks, WireGuard."""
    unit = service.unit
    if unit is None or (unit.active and unit.active not in _RUNNING):
        return frozenset()
    name = stem(unit.name).partition("@")[0]
    if name in ("nfs-server", "nfs-kernel-server", "nfs"):
        return frozenset({"tcp", "udp"})
    return frozenset({"udp"}) if name == "wg-quick" else frozenset()


def _sockets(host: Host) -> dict[int, str]:
    """Port -> service that an active socket unit starts for it."""
    found: dict[int, str] = {}
    for unit in host.units.value or ():
        if unit.name.endswith(".socket") and unit.active in _RUNNING:
            target = unit.properties.get("Triggers") or f"{stem(unit.name)}.service"
            listens = (
                unit.properties.get("Listen", "")
                + "\n"
                + "\n".join(unitfile.values(unit, "Socket", "ListenStream"))
            )
            for match in re.finditer(r"(?:^|[:\s])(\d{1,5})(?=\s|$)", listens):
                found[int(match[1])] = target.split()[0]
    return found


def _expected(service: Service) -> frozenset[int]:
    """Ports that its command and configuration name, else the usual ones of its program."""
    words = [w for c in commands(service, "ExecStart") for w in c.argv[1:]]
    words += list(service.main.argv[1:]) if service.main else []
    named = {int(m[1]) for w in words if (m := _FLAG.fullmatch(w))}
    names = called(service)
    files = config.texts(
        service.host, config.own_folders(names), [w for w in words if w.startswith("/")]
    )
    for file in files:
        for line in _PORT_LINE.findall(file.text):
            named |= {int(p) for p in _PORT.findall(line)}
    usual = {p for name in names for p in _DEFAULT.get(name, ())}
    return frozenset(p for p in (named or usual) if p < 65536)
