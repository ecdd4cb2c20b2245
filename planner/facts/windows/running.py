"""What runs on Windows: services, processes and sockets.

Win32_Service and Win32_Process; Get-NetTCPConnection and Get-NetUDPEndpoint, or ``netstat -ano``,
whose words for states are in the language of the system: a socket that listens is known by its
peer, which has port 0.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Literal

from planner.facts.text import Parsed, UnreadableError, each, lines, number
from planner.facts.windows.record import Record, records
from planner.model import Connection, Listener, Process, Unit

_ACTIVE = {
    "running": "active",
    "start pending": "activating",
    "continue pending": "activating",
    "stop pending": "deactivating",
    "pause pending": "active",
    "paused": "active",
    "stopped": "inactive",
}
_STARTS = {"auto": "enabled", "boot": "enabled", "system": "enabled", "manual": "manual"}
NEVER_STARTED = 1077
"""ERROR_SERVICE_NEVER_STARTED, of a service that nobody tried to start since the boot."""


def parse_services(text: str) -> Parsed[tuple[Unit, ...]]:
    """Services as units under their own names, sorted; what is special lies in ``properties``:
    DisplayName, StartName (account), PathName (masked), Program, Product, Company, ProductVersion.
    """
    found = records(text, _service)
    return Parsed(tuple(sorted(found.value, key=lambda one: one.name.lower())), found.partial)


def _service(told: Record) -> Unit:
    name, state = told.one("Name"), told.one("State").lower()
    if not name or state not in _ACTIVE:
        raise ValueError(name)
    enabled = _STARTS.get(told.one("StartMode").lower(), "disabled")
    active = _ACTIVE[state]
    fails = told.number("ExitCode") not in (0, NEVER_STARTED)
    if active == "inactive" and enabled == "enabled" and fails:
        active = "failed"
    words = ("DisplayName", "StartName", "PathName", "Program", "Product", "Company")
    return Unit(
        name,
        load="loaded",
        active=active,
        sub=state.replace(" ", "-"),
        enabled=enabled,
        main_pid=told.number("ProcessId"),
        properties={n: told.one(n) for n in (*words, "ProductVersion") if told.one(n)},
    )


def owners(units: tuple[Unit, ...]) -> dict[int, str]:
    """The service of a process, where it is the only one in it."""
    found: dict[int, list[str]] = {}
    for unit in units:
        if unit.main_pid:
            found.setdefault(unit.main_pid, []).append(unit.name)
    return {pid: names[0] for pid, names in found.items() if len(names) == 1}


def parse_processes(text: str, services: Mapping[int, str]) -> Parsed[tuple[Process, ...]]:
    """Processes by id. Users are names on Windows and not told: ``uid`` and ``gid`` are -1."""
    found = records(text, lambda told: _process(told, services))
    return Parsed(tuple(sorted(found.value, key=lambda one: one.pid)), found.partial)


def _process(told: Record, services: Mapping[int, str]) -> Process:
    pid = number(told.one("ProcessId"))
    return Process(
        pid=pid,
        ppid=told.number("ParentProcessId"),
        uid=-1,
        gid=-1,
        argv=words(told.one("CommandLine")),
        comm=told.one("Name"),
        exe=told.one("ExecutablePath"),
        unit=services.get(pid, ""),
        rss=told.number("WorkingSetSize"),
    )


def words(line: str) -> tuple[str, ...]:
    """Split a command line as most programs on Windows do: double quotes hold together."""
    found = re.findall(r'(?:[^\s"]|"[^"]*"?)+', line)
    return tuple(word.replace('"', "") for word in found)


def parse_listeners(text: str) -> Parsed[tuple[Listener, ...]]:
    """Sorted by protocol, port and address; sockets that share them are one with all pids."""
    found = each(_rows(text), _listening) if _is_netstat(text) else records(text, _listener)
    pids: dict[tuple[str, int, str], set[int]] = {}
    for one in found.value:
        pids.setdefault((one.protocol, one.port, one.address), set()).update(one.pids)
    return Parsed(
        tuple(
            Listener("tcp" if protocol == "tcp" else "udp", address, port, tuple(sorted(who)))
            for (protocol, port, address), who in sorted(pids.items())
        ),
        found.partial,
    )


def parse_connections(text: str) -> Parsed[tuple[Connection, ...]]:
    """Established connections, sorted."""
    found = each(_rows(text), _established) if _is_netstat(text) else records(text, _connection)
    return Parsed(
        tuple(
            sorted(
                found.value,
                key=lambda c: (c.local_address, c.local_port, c.peer_address, c.peer_port),
            )
        ),
        found.partial,
    )


def _listener(told: Record) -> Listener:
    protocol = told.one("Protocol")
    if protocol not in ("tcp", "udp"):
        raise ValueError(protocol)
    return Listener(
        "tcp" if protocol == "tcp" else "udp",
        _address(told.one("Address")),
        _port(told.one("Port")),
        (told.number("Pid"),),
    )


def _connection(told: Record) -> Connection:
    return Connection(
        _address(told.one("Address")),
        _port(told.one("Port")),
        _address(told.one("PeerAddress")),
        _port(told.one("PeerPort")),
        (told.number("Pid"),),
    )


def _is_netstat(text: str) -> bool:
    return text.partition("\n")[0].strip() == "netstat"


def _rows(text: str) -> list[str]:
    found = [line for line in lines(text)[1:] if line.split()[:1] in (["TCP"], ["UDP"])]
    if not found:
        raise UnreadableError("netstat lists no socket")
    return found


def _listening(line: str) -> Listener | None:
    protocol, local, peer, *rest = line.split()
    if protocol == "TCP" and peer.rpartition(":")[2] != "0":
        return None
    address, _, port = local.rpartition(":")
    kind: Literal["tcp", "udp"] = "tcp" if protocol == "TCP" else "udp"
    return Listener(kind, _address(address), _port(port), (number(rest[-1]),))


def _established(line: str) -> Connection | None:
    """A connection in another state than ESTABLISHED has no process any more, or none yet."""
    protocol, local, peer, *rest = line.split()
    if protocol != "TCP" or peer.rpartition(":")[2] == "0" or rest[-1] == "0":
        return None
    (address, _, port), (other, _, far) = local.rpartition(":"), peer.rpartition(":")
    return Connection(
        _address(address), _port(port), _address(other), _port(far), (number(rest[-1]),)
    )


def _address(text: str) -> str:
    return str(ipaddress.ip_address(text.strip("[]").partition("%")[0]))


def _port(text: str) -> int:
    found = number(text)
    if found > 65535:
        raise ValueError(text)
    return found
