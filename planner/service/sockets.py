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
    """Each listener goes to the service of its process, of its socket unit, or of its port."""
    every = host.listeners.value or ()
    given: dict[int, list[Listener]] = {n: [] for n in range(len(found))}
    notes: dict[int, list[str]] = {n: [] for n in range(len(found))}
    sockets = _sockets(host)
    known = {pid for p in host.processes.value or () for pid in (p.pid,)}
    orphans: list[Listener] = []
    expected = [_expected(s) for s in found]
    for entry in every:
        holders = [n for n, s in enumerate(found) if s.pids & set(entry.pids)]
        if not holders and (not entry.pids or 1 in entry.pids or not known & set(entry.pids)):
            unit = sockets.get(entry.port, "")
            holders = [n for n, s in enumerate(found) if s.unit and s.unit.name == unit]
            if not holders and 1 not in entry.pids:
                holders = [n for n, ports in enumerate(expected) if entry.port in ports]
                holders = holders if len(holders) == 1 else []
                for n in holders:
                    notes[n].append(
                        f"That {entry.protocol} port {entry.port} is its own is taken from its "
                        "configuration or its usual port: whose socket it is was not seen."
                    )
        for n in holders:
            given[n].append(entry)
        if not holders and not known & set(entry.pids) - {1}:
            orphans.append(entry)
    return Found(
        tuple(
            sorted(
                (
                    replace(
                        s,
                        listeners=tuple(given[n]),
                        unknowns=(*s.unknowns, *dict.fromkeys(notes[n])),
                    )
                    for n, s in enumerate(found)
                ),
                key=lambda s: s.name,
            )
        ),
        tuple(orphans),
    )


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
