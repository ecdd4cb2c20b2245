"""Which containers stand on the network without a way out, and who finds whom there. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from planner.change.names import moving, service_name
from planner.errors import InputError, RunError
from planner.model import HostPlan, Plan, WorkloadPlan
from planner.render.services import Service, services
from planner.store import slug

SUFFIX = "-verify"


@dataclass(frozen=True)
class Berth:
    """One container: its machine, workload and what the Compose file says of it."""

    host: HostPlan
    item: WorkloadPlan
    service: Service
    name: str
    address: str
    """On the network; of the one whose network it shares, too."""
    compared: bool
    """False: it only has to be there for another."""
    names: tuple[tuple[str, str], ...] = ()
    """(name, address) that only its own files know; of the one that owns the network."""


def chosen(plan: Plan, targets: Sequence[str]) -> list[WorkloadPlan]:
    """What moves and is named by ``HOST`` or ``HOST/WORKLOAD``; all that moves without a name.

    InputError: a name under which nothing moves.
    """
    items = [item for host in plan.hosts for item in moving(host)]
    for target in targets:
        if not any(target in (i.workload.id, i.workload.host) for i in items):
            raise InputError(f"{target}: nothing in this plan moves under this name")
    return [i for i in items if not targets or {i.workload.id, i.workload.host} & set(targets)]


def needed(plan: Plan, wanted: Iterable[WorkloadPlan], beside: Sequence[str]) -> set[str]:
    """Ids of what has to run for these: themselves, whom they speak to or are tied to, and all of
    the machines ``beside``."""
    items = {i.workload.id: i for host in plan.hosts for i in moving(host)}
    found = {i.workload.id for i in wanted}
    found |= {id for id, i in items.items() if {id, i.workload.host} & set(beside)}
    left = list(found)
    while left:
        w = items[left.pop()].workload
        ties = {*(p.workload for p in w.peers), *(c.workload for c in w.couplings)}
        ties |= set(items[w.id].together)
        new = (ties & items.keys()) - found
        found |= new
        left += new
    return found


def berths(
    plan: Plan, ids: set[str], compared: set[str], network: ipaddress.IPv4Network
) -> tuple[Berth, ...]:
    """Containers in the order of their start: who owns a network before who shares it."""
    free = (str(address) for address in list(network.hosts())[9:])
    made: list[Berth] = []
    for host in plan.hosts:
        owned: dict[str, str] = {}
        items = {service_name(i.workload): i for i in moving(host) if i.workload.id in ids}
        known = [s for s in services(host) if not s.job and s.name in items]
        for service in sorted(known, key=lambda s: bool(s.network_of)):
            owner = service.network_of or service.name
            if owner not in owned:
                try:
                    owned[owner] = next(free)
                except StopIteration:
                    raise RunError("more containers than one network takes: use --limit") from None
            item = items[service.name]
            id = item.workload.id
            name = f"{service.container}{SUFFIX}"
            made.append(Berth(host, item, service, name, owned[owner], id in compared))
    return tuple(
        Berth(b.host, b.item, b.service, b.name, b.address, b.compared, tuple(_names(b, made)))
        for b in made
    )


def _names(berth: Berth, others: Sequence[Berth]) -> Iterator[tuple[str, str]]:
    """Names of the machines whose containers stand here, then names of those that do not."""
    if berth.service.network_of:
        return
    ids = {b.item.workload.id: b for b in others}
    found: dict[str, str] = {}
    members = [b for b in others if b.address == berth.address]
    for member in members:
        for peer in member.item.workload.peers:
            if there := ids.get(peer.workload):
                found |= dict.fromkeys(peer.names, there.address)
    for other in sorted(others, key=lambda b: (b.host.name, -len(b.service.ports))):
        address = berth.address if other.host is berth.host else other.address
        for name in (*other.host.names, *_called(other.host, [b.host for b in others])):
            found.setdefault(name, address)
    for name, _, address in berth.service.extra_hosts:
        found.setdefault(name, address)
    yield from sorted(found.items())


def _called(host: HostPlan, others: Iterable[HostPlan]) -> Iterator[str]:
    """What the other machines call this one in their own files."""
    mine = {address.partition("/")[0] for address in host.addresses} | {host.address}
    for other in others:
        for address, names in other.host_entries:
            if address in mine:
                yield from names


def volume(host: HostPlan, source: str) -> str:
    """Name of the volume that stands for one of the plan, or for a path of the target."""
    return f"{source if not source.startswith('/') else f'{host.slug}-{slug(source)}'}{SUFFIX}"
