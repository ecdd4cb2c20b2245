"""Networks: which are free, which are near, and whether a container sees a way out. Pure."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator, Sequence
from pathlib import Path

from planner.model import Plan

TABLE = Path("/proc/net/route")
"""This machine's own table, or a container's."""


def subnets(plan: Plan, routes: Sequence[str], seed: str) -> Iterator[ipaddress.IPv4Network]:
    """Private networks that overlap with nothing that a machine of the plan or this one knows."""
    taken = [*routes]
    for host in plan.hosts:
        taken += [*host.addresses, host.address, *(address for address, _ in host.host_entries)]
        taken += [peer.address for item in host.workloads for peer in item.workload.peers]
    known = [network for text in taken if (network := _network(text))]
    start = int(hashlib.sha256(seed.encode()).hexdigest(), 16)
    for step in range(256 * 64):
        number = (start + step) % (256 * 64)
        network = ipaddress.IPv4Network(f"10.{192 + number // 256}.{number % 256}.0/24")
        if not any(network.overlaps(other) for other in known if other.prefixlen):
            yield network


def _network(text: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        return None


def routes(table: str, *, direct: bool = False) -> list[str]:
    """Networks of /proc/net/route; ``direct``: those without a gateway."""
    found = []
    for line in table.splitlines()[1:]:
        words = line.split()
        if len(words) > 7 and not (direct and int(words[2], 16)):
            numbers = [int.from_bytes(bytes.fromhex(words[n])[::-1]) for n in (1, 7)]
            found.append(f"{ipaddress.IPv4Address(numbers[0])}/{numbers[1].bit_count()}")
    return found


def on_link(table: str, address: str) -> bool:
    """Whether an address lies on a network of this machine itself: whatever else it were sent to
    would be somebody we do not mean."""
    networks = (ipaddress.IPv4Network(route) for route in routes(table, direct=True))
    return any(ipaddress.IPv4Address(address) in network for network in networks)


def leads_out(table: str, table6: str) -> bool:
    """Whether a routing table of a container has a default route of either family."""
    if any(route.endswith("/0") for route in routes(table)):
        return True
    rows = [line.split() for line in table6.splitlines()]
    return any(len(r) > 9 and int(r[0], 16) == 0 and r[1] == "00" and r[9] != "lo" for r in rows)


def leads_nowhere(table: str, table6: str, host: str, proxies: str, subnet: str) -> bool:
    """Whether the default route of a container's table leads to an address that nobody answers for:
    one of its own network, in which its engine's machine has no address (``host``: that one's
    table) and for which it does not stand in (``proxies``: every proxy_arp, a line each)."""
    own = ipaddress.IPv4Network(subnet)
    ways = {words[2] for words in map(str.split, table.splitlines()[1:]) if len(words) > 7}
    gates = [ipaddress.IPv4Address(bytes.fromhex(way)[::-1]) for way in ways if int(way, 16)]
    known = [ipaddress.IPv4Network(route) for route in routes(host, direct=True)]
    return (
        bool(gates)
        and all(gate in own for gate in gates)
        and not leads_out("", table6)
        and not any(other.overlaps(own) for other in known if other.prefixlen)
        and bool(proxies.split())
        and set(proxies.split()) == {"0"}
    )
