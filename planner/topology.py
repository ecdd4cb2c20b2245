"""Who speaks to whom over the fleet: addresses that workloads name, resolved to machines."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from planner.model import Client, Host, Listener, Peer, Workload
from planner.service import places

_EVERY = frozenset({"*", "0.0.0.0", "::"})  # noqa: S104


def connect(hosts: Sequence[Host], workloads: Iterable[Workload]) -> tuple[Workload, ...]:
    """Return the workloads, in their order, with host and workload of every peer filled in, with
    their clients, and with the same workload on other machines of their role.

    A machine is found by the addresses that it has, by the one that the inventory reaches it at,
    and by its names. An address or name of two machines (NAT, clones) resolves to none. The
    workload is the one that listens on the peer's port; without a port, the only one of that
    machine that listens to the outside.
    """
    every = tuple(workloads)
    owners = _owners(hosts)
    by_host: dict[str, list[Workload]] = {}
    for workload in every:
        by_host.setdefault(workload.host, []).append(workload)
    resolved = [
        structs.replace(w, peers=tuple(_resolved(p, owners, by_host) for p in w.peers))
        for w in every
    ]
    clients = _clients(resolved)
    users = _users(hosts, resolved)
    return tuple(
        structs.replace(
            w,
            clients=clients.get(w.id, ()),
            volumes=tuple(
                structs.replace(v, users=(*v.users, *users.get((w.id, v.path), ())))
                for v in w.volumes
            ),
        )
        for w in _with_siblings(resolved, {h.name: frozenset(h.groups) for h in hosts})
    )


def _users(
    hosts: Sequence[Host], workloads: Sequence[Workload]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Give by workload and path who else has the same files: workloads of the same machine that
    have a volume there, and machines that mount the same file system of a server."""
    found: dict[tuple[str, str], list[str]] = {}
    here: dict[str, list[tuple[str, str]]] = {}
    mounted: dict[str, list[tuple[str, str]]] = {}
    for workload in workloads:
        here.setdefault(workload.host, []).extend((workload.id, v.path) for v in workload.volumes)
    for host in hosts:
        for mount in host.mounts.value or ():
            if places.is_network(mount.type):
                mounted.setdefault(mount.source, []).append((host.name, mount.path))
    for workload in workloads:
        for volume in workload.volumes:
            others = [
                f"{name} uses {path}"
                for name, path in here[workload.host]
                if name != workload.id
                and (places.below(path, volume.path) or places.below(volume.path, path))
            ]
            kind, _, at = volume.filesystem.partition(" on ")
            if places.is_network(kind):
                inside = volume.path.removeprefix(at)
                source = volume.source.removesuffix(inside) if inside else volume.source
                others += [
                    f"{name} mounts {source} on {path}"
                    for name, path in mounted.get(source, [])
                    if name != workload.host
                ]
            if others:
                found[workload.id, volume.path] = sorted(set(others))
    return {key: tuple(names) for key, names in found.items()}


def _clients(workloads: Sequence[Workload]) -> dict[str, tuple[Client, ...]]:
    found: dict[str, dict[str, Client]] = {}
    for workload in workloads:
        for peer in workload.peers:
            if peer.workload and peer.workload != workload.id:
                client = Client(workload.id, workload.kind, workload.traits)
                found.setdefault(peer.workload, {})[workload.id] = client
    return {server: tuple(of[key] for key in sorted(of)) for server, of in found.items()}


def _with_siblings(
    workloads: Sequence[Workload], groups: Mapping[str, frozenset[str]]
) -> tuple[Workload, ...]:
    """A group that every machine is in says nothing about their roles."""
    everybody = frozenset.intersection(*groups.values()) if groups else frozenset()
    alike: dict[tuple[object, ...], list[Workload]] = {}
    for workload in workloads:
        alike.setdefault(_likeness(workload), []).append(workload)
    made = []
    for workload in workloads:
        roles = groups.get(workload.host, frozenset()) - everybody
        others = [
            w
            for w in alike[_likeness(workload)]
            if w.host != workload.host and roles & groups.get(w.host, frozenset())
        ]
        made.append(
            structs.replace(
                workload,
                siblings=tuple(sorted(w.id for w in others)),
                drift=tuple(sorted({d for w in others for d in _drift(workload, w)})),
            )
            if others
            else workload
        )
    return tuple(made)


def _likeness(workload: Workload) -> tuple[object, ...]:
    ports = frozenset((entry.protocol, entry.port) for entry in workload.listeners)
    return workload.kind, workload.name, ports


def _drift(one: Workload, other: Workload) -> Iterator[str]:
    there = {p.name: p.version for p in other.packages}
    for pin in one.packages:
        if there.get(pin.name, pin.version) != pin.version:
            yield f"{pin.name} {pin.version}, and {there[pin.name]} on {other.host}"
    if one.version != other.version and one.version and other.version:
        yield f"version {one.version}, and {other.version} on {other.host}"
    if one.argv[1:] != other.argv[1:] and one.argv and other.argv:
        yield f"other arguments than on {other.host}"


def _owners(hosts: Sequence[Host]) -> dict[str, str]:
    found: dict[str, str] = {}
    shared: set[str] = set()
    for host in hosts:
        told = {a.partition("/")[0] for a in host.addresses.value or ()}
        called = (host.name, host.hostname.value or "")
        for address in {_plain(a) for a in (*told, host.address, *called) if a}:
            if not address or _loopback(address):
                continue
            if found.setdefault(address, host.name) != host.name:
                shared.add(address)
    return {address: name for address, name in found.items() if address not in shared}


def _plain(address: str) -> str:
    bare = address.strip("[]").partition("%")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return bare.lower()
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _resolved(peer: Peer, owners: dict[str, str], by_host: dict[str, list[Workload]]) -> Peer:
    names = (_plain(peer.address), *(_plain(n) for n in peer.names))
    host = next((owners[n] for n in names if n in owners), "")
    if not host:
        return peer
    there = [w for w in by_host.get(host, []) if _answers(w.listeners, peer)]
    workload = there[0].id if len(there) == 1 else ""
    return structs.replace(peer, host=host, workload=workload)


def _answers(listeners: Sequence[Listener], peer: Peer) -> bool:
    address = _plain(peer.address)
    return any(
        entry.protocol == "tcp"
        and (not peer.port or entry.port == peer.port)
        and (
            entry.address in _EVERY
            or _plain(entry.address) == address
            or (not _loopback(_plain(entry.address)) and not _is_ip(address))
        )
        for entry in listeners
    )


def _is_ip(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True
