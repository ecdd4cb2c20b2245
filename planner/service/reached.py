"""How a workload is reached: networks of the machine, ports that others share, special sockets."""

from __future__ import annotations

import ipaddress
import re
from typing import TypeVar

from planner.facts.section import mapped
from planner.facts.text import joined
from planner.model import Fact, Host, Listener, SpecialSocket, Workload
from planner.service import bridges, network
from planner.service.users import programs

T = TypeVar("T")

ELSEWHERE = re.compile(
    r"[0-9]+ processes live in other networks of this machine \(containers\): "
    r"their sockets are not seen"
)
"""What the collector says where sockets of another network namespace are not in its lists."""
_MANAGER = re.compile("keepalived|corosync|pacemakerd?|heartbeat|ucarp|vrrpd|carp")


def within_sight(host: Host, workload: Workload, fact: Fact[T]) -> Fact[T]:
    """A fact about sockets as it holds for this workload: where its own processes live in the
    machine's network, it lacks nothing for what others do in theirs.
    """
    if not fact.partial or not workload.pids or not ELSEWHERE.fullmatch(fact.partial):
        return fact
    own = [p for p in host.processes.value or () if p.pid in set(workload.pids)]
    if len(own) < len(set(workload.pids)) or any("net" in p.namespaces for p in own):
        return fact
    return Fact(fact.section, fact.value)


def networks(host: Host) -> Fact[tuple[str, ...]]:
    """Networks of IPv4 that the machine has an address in (of IPv6 where it has none of IPv4),
    sorted, without those of bridges that engines make and without those inside of another.
    """
    guessed = bridges.perhaps(host)
    made_by_engines = bridges.networks(host) | guessed

    def told(addresses: tuple[str, ...]) -> tuple[str, ...]:
        made = [ipaddress.ip_interface(a) for a in addresses]
        kept = [i for i in made if not i.is_link_local and i.network not in made_by_engines]
        four = {i.network for i in kept if i.version == 4}
        six = {i.network for i in kept if i.version == 6 and i.is_global}
        found: set[_Network] = {*(four or six)}
        return tuple(str(one) for one in found if not any(_inside(one, o) for o in found))

    seen = mapped(host.addresses, told)
    found = mapped(seen, lambda found: tuple(sorted(found)))
    if not guessed or found.value is None:
        return found
    names = ", ".join(sorted(map(str, guessed)))
    lack = f"whether {names} are its engines' own was not seen"
    return Fact(found.section, found.value, partial=joined(found.partial, lack))


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _inside(one: _Network, other: _Network) -> bool:
    same = one.version == other.version and one != other
    return same and one.network_address in other and one.prefixlen > other.prefixlen


def rivals(host: Host, workload: Workload) -> Fact[tuple[Listener, ...]]:
    """Listeners of others at a port and protocol of its own; loopback is nobody's rival."""
    own = [e for e in workload.listeners if not network.is_loopback(e.address)]
    ports = {(e.protocol, e.port) for e in own}
    mine = {(e.protocol, e.port, e.address) for e in workload.listeners}
    pids = set(workload.pids)

    def others(listeners: tuple[Listener, ...]) -> tuple[Listener, ...]:
        return tuple(
            e
            for e in listeners
            if (e.protocol, e.port) in ports
            and (e.protocol, e.port, e.address) not in mine
            and not pids & set(e.pids)
            and not network.is_loopback(e.address)
        )

    return mapped(within_sight(host, workload, host.listeners), others)


def managers(host: Host) -> Fact[tuple[str, ...]]:
    """What runs here to move addresses between machines, by the names of its programs and units."""
    active = (u.name for u in host.units.value or () if u.active == "active")
    units = {name for name in active if _MANAGER.fullmatch(re.split("[@.]", name)[0])}
    return mapped(
        programs(host),
        lambda names: tuple(sorted(units | {n for n in names if _MANAGER.fullmatch(n)})),
    )


def special_sockets(host: Host, workload: Workload) -> Fact[tuple[SpecialSocket, ...]]:
    """Its raw, packet and SCTP sockets; one that is nobody's may be its own."""
    pids = set(workload.pids)
    seen = within_sight(host, workload, host.special_sockets)
    own = mapped(seen, lambda told: tuple(s for s in told.sockets if pids & set(s.pids)))
    stray = [s.kind for s in (seen.value.sockets if seen.value and pids else ()) if not s.pids]
    reason = f"whose {' and '.join(sorted(set(stray)))} sockets are was not seen" if stray else ""
    return Fact(own.section, own.value, own.unknown, joined(own.partial, reason))
