"""Listeners whose process was not seen: something runs there, and nobody knows what."""

from __future__ import annotations

from planner.model import Host, Listener, Workload
from planner.service import sockets
from planner.service.view import stem, why_unknown


def workloads(host: Host, found: sockets.Found) -> list[Workload]:
    """A workload for each such port, of which no container can be derived."""
    return [_workload(host, entry, port) for port, entry in _listeners(host, found)]


def _listeners(host: Host, found: sockets.Found) -> list[tuple[int, Listener]]:
    """One of each port whose process was not seen, without those of the system itself."""
    ssh = any(
        stem(u.name) in ("ssh", "sshd") and u.active == "active" for u in host.units.value or ()
    )
    kept: dict[tuple[int, str], Listener] = {}
    for entry in found.orphans:
        system = (
            (entry.port == 22 and ssh)
            or (entry.protocol == "udp" and entry.port in (68, 546, 5353, 323))
            or (entry.port in (53, 5355) and entry.address.startswith("127."))
        )
        if not system:
            kept.setdefault((entry.port, entry.protocol), entry)
    return [(port, kept[port, protocol]) for port, protocol in sorted(kept)]


def _workload(host: Host, entry: Listener, port: int) -> Workload:
    name = f"listener-{entry.protocol}-{port}"
    reason = (
        host.listeners.partial
        or host.processes.unknown
        or host.processes.partial
        or ("the kernel itself, or a process that the look could not see")
    )
    return Workload(
        id=f"{host.name}/{name}",
        host=host.name,
        name=name,
        kind="service",
        title=f"something that listens on {entry.protocol} port {port}",
        state="running",
        listeners=(entry,),
        unknowns=(
            f"What listens on {entry.protocol} port {port} is not known: {reason}.",
            "How it is started is not known, so no container can be derived.",
            *why_unknown(host.units, "Which units run"),
        ),
    )
