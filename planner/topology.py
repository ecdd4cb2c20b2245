"""Who speaks to whom over the fleet: addresses that workloads name, resolved to machines."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

from msgspec import structs

from planner.model import Host, Listener, Peer, Workload

_EVERY = frozenset({"*", "0.0.0.0", "::"})  # noqa: S104


def connect(hosts: Sequence[Host], workloads: Iterable[Workload]) -> tuple[Workload, ...]:
    """Return the workloads, in their order, with host and workload of every peer filled in.

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
    return tuple(
        structs.replace(w, peers=tuple(_resolved(p, owners, by_host) for p in w.peers))
        for w in every
    )


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
