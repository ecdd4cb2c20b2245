"""What a workload says once its neighbours are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from planner.model import Adaptation, Directory, Host, TextFile, Workload
from planner.service import network
from planner.service.network import only_loopback

_KEEPS = ("data", "state", "upload")
# fmt: off
_KEEPERS = frozenset({
    "kernel-service", "database", "batch", "stateless", "broker", "mail", "directory", "registry",
    "scm", "file-server", "clustered-fs", "print", "monolith-erp", "remote-desktop", "search",
    "licence-manager",
})
# fmt: on
"""What is there to keep something for others: what nobody saw it keep may not have come yet."""


_HEALTH = re.compile(
    r"/(health|healthz|livez|readyz|ready|readiness|liveness|actuator/health|-/healthy|_health|"
    r"health[-_]?check)\b"
)


def finished(
    host: Host, workload: Workload, every: Sequence[Workload], files: Iterable[TextFile] = ()
) -> Workload:
    """Return the workload with the adaptation for a listener on loopback, with the servers of
    network file systems among its peers, with the trait ``health-endpoint`` where its
    configuration (*files*) names one, and ``stateless`` where it was seen to keep nothing.
    """
    if workload.listeners and any(_HEALTH.search(file.text) for file in files):
        workload = replace(workload, traits=(*workload.traits, "health-endpoint"))
    known = {(p.address, p.port) for p in workload.peers}
    more = [p for p in network.of_mounts(host, workload) if (p.address, p.port) not in known]
    peers = sorted((*workload.peers, *more), key=lambda p: (p.address, p.port))
    workload = replace(workload, peers=tuple(peers), directories=_meeting(workload, every))
    return _stateless(host, _loopback(workload, every))


def _meeting(workload: Workload, every: Sequence[Workload]) -> tuple[Directory, ...]:
    """Its directories, and those in which others have the sockets that it asks: engines give a
    shared volume the owner that the folder has in the image of whoever starts first."""
    made = {d.path: d for d in workload.directories}
    asked = {c.detail for c in workload.couplings if c.kind == "socket"}
    for other in every:
        for theirs in other.directories if other.id != workload.id else ():
            if any(detail.rpartition("/")[0] == theirs.path for detail in asked):
                found = replace(theirs, reason=f"{theirs.reason}, of {other.name}")
                made.setdefault(theirs.path, found)
    return tuple(made[path] for path in sorted(made))


def _loopback(workload: Workload, every: Sequence[Workload]) -> Workload:
    if not only_loopback(workload.listeners) or "kernel-service" in workload.traits:
        return workload
    names = {w.id: w.name for w in every}
    clients = sorted({names[c.workload] for c in workload.couplings if c.kind == "loopback"})
    ports = ", ".join(sorted({str(x.port) for x in workload.listeners}, key=int))
    if clients:
        what = f"shares the network namespace of {', '.join(clients)}, where 127.0.0.1 is the same"
    else:
        what = "nobody was seen to use it: it needs another bind address before it is published"
    change = Adaptation(
        "loopback",
        what,
        f"it listens on loopback only (port {ports}), where a published port reaches nothing",
    )
    return replace(workload, adaptations=(*workload.adaptations, change))


def _stateless(host: Host, workload: Workload) -> Workload:
    """Only where its open files and paths were seen, and it ran at the look."""
    unseen = host.open_files.unknown or host.open_files.partial or host.paths.unknown
    keeps = any(v.kind in _KEEPS and not v.read_only for v in workload.volumes)
    special = _KEEPERS & set(workload.traits)
    if unseen or keeps or special or not workload.pids:
        return workload
    return replace(workload, traits=(*workload.traits, "stateless"))
