"""Several looks at one machine, on different days: what they say together.

The newest look decides what is there; the earlier ones add what one moment cannot show: the
highest use, whom a workload spoke to on other days, how its data grew, and what ran then.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from planner.facts.typed import seconds
from planner.model import Gone, Host, Look, Peer, Volume, Workload

PEAKS = ("memory", "memory_peak", "cpu_milli")
"""Resources of which the highest of all looks counts."""

_DAY = 86_400


def newest(hosts: Sequence[Host]) -> Host:
    """The look that a plan starts from: the newest at which the machine was seen, else the newest.

    ``hosts``: one or more looks at one machine.
    """
    seen = [host for host in hosts if host.status == "seen"]
    return max(seen or hosts, key=lambda host: (seconds(host.taken_at) is not None, host.taken_at))


def comparable(base: Host, other: Host) -> str:
    """Why ``other`` says nothing about the machine that ``base`` is; empty: it does."""
    if other.status != "seen":
        return other.reason or other.status
    if seconds(other.taken_at) is None:
        return "its time cannot be read"
    ids = base.machine_id.value, other.machine_id.value
    if all(ids) and ids[0] != ids[1]:
        return "another machine id: it was installed anew, or is another machine"
    return ""


def described(base: Host, hosts: Sequence[Host]) -> tuple[Look, ...]:
    """All looks, oldest first, with the reason where one adds nothing."""
    return tuple(
        Look(taken_at=host.taken_at, status=host.status, lacks=comparable(base, host))
        for host in sorted(hosts, key=lambda host: host.taken_at)
    )


def merged(
    base: Sequence[Workload], earlier: Sequence[tuple[str, Sequence[Workload]]]
) -> tuple[Workload, ...]:
    """The workloads of the newest look with what earlier ones saw of each.

    ``earlier``: (time of the look, its workloads with measured volumes), in any order.
    """
    ordered = sorted(earlier, key=lambda look: look[0])
    return tuple(_merged(workload, _same(workload, ordered)) for workload in base)


def gone(
    base: Sequence[Workload], earlier: Sequence[tuple[str, Sequence[Workload]]]
) -> tuple[Gone, ...]:
    """What ran at an earlier look and is not there at the newest, by name, with its last look."""
    here = {workload.id for workload in base}
    last = {
        workload.id: Gone(name=workload.name, title=workload.title, last_seen=taken_at)
        for taken_at, found in sorted(earlier, key=lambda look: look[0])
        for workload in found
        if workload.id not in here and workload.state == "running"
    }
    return tuple(last[id] for id in sorted(last))


def growth(volume: Volume, taken_at: str, earlier: Sequence[tuple[str, int]]) -> int | None:
    """Bytes a day between the first look that measured the volume and the newest; None: not known.

    ``earlier``: (time, bytes). Looks of one day tell how a log fills, not how data grows.
    """
    return _growth(volume, taken_at, earlier)[0]


def _growth(
    volume: Volume, taken_at: str, earlier: Sequence[tuple[str, int]]
) -> tuple[int | None, str]:
    """The growth, and the time of the first look."""
    times = [(seconds(when), size, when) for when, size in earlier if size >= 0]
    measured = [(when, size, text) for when, size, text in times if when is not None]
    now = seconds(taken_at)
    if volume.size < 0 or not measured or now is None:
        return None, ""
    first, size, text = min(measured)
    if now - first < _DAY:
        return None, ""
    return round((volume.size - size) * _DAY / (now - first)), text


def with_growth(
    workload: Workload, taken_at: str, earlier: Sequence[tuple[str, Sequence[Workload]]]
) -> Workload:
    """The workload with the growth of each of its volumes."""
    past = _same(workload, earlier)
    found = []
    for volume in workload.volumes:
        sizes = [(t, v.size) for t, w in past for v in w.volumes if v.path == volume.path]
        growth, since = _growth(volume, taken_at, sizes)
        found.append(structs.replace(volume, growth=growth, growth_since=since))
    return structs.replace(workload, volumes=tuple(found))


def _same(
    workload: Workload, earlier: Sequence[tuple[str, Sequence[Workload]]]
) -> list[tuple[str, Workload]]:
    return [(when, one) for when, found in earlier for one in found if one.id == workload.id]


def _merged(workload: Workload, earlier: Sequence[tuple[str, Workload]]) -> Workload:
    if not earlier:
        return workload
    resources = dict(workload.resources)
    for name in PEAKS:
        seen = [
            w.resources[name] for w in (workload, *(w for _, w in earlier)) if name in w.resources
        ]
        if seen:
            resources[name] = max(seen)
    unknowns = workload.unknowns
    ran = [when for when, one in earlier if one.state == "running"]
    if workload.state != "running" and ran:
        unknowns = (*unknowns, f"It ran on {ran[-1]} and did not at the newest look.")
    return structs.replace(
        workload, resources=resources, peers=_peers(workload, earlier), unknowns=unknowns
    )


def _peers(workload: Workload, earlier: Sequence[tuple[str, Workload]]) -> tuple[Peer, ...]:
    """Those of all looks: a connection that was open on any day counts as seen."""
    found = {(peer.address, peer.port): peer for peer in workload.peers}
    for when, one in earlier:
        for peer in one.peers:
            key = (peer.address, peer.port)
            if peer.seen and (key not in found or not found[key].seen or found[key].last_seen):
                found[key] = structs.replace(peer, last_seen=when)
    return tuple(found[key] for key in sorted(found))
