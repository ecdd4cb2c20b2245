"""Who may speak to whom, from the connections that were seen: what network policies let through."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

from planner.change.names import moving
from planner.model import Data, HostPlan, Peer, Plan, Workload
from planner.render.pods import Pod, label, pods
from planner.service.network import is_loopback


class Party(Data, frozen=True):
    """A pod of the plan (``namespace`` and ``pod``), or addresses of a machine; which ``what``.
    Without ``pod``: every pod of the namespace."""

    what: str
    namespace: str = ""
    pod: str = ""
    networks: tuple[str, ...] = ()


class Allowed(Data, frozen=True):
    """One direction of a connection. ``ports``: (number, protocol); empty: every port."""

    party: Party
    ports: tuple[tuple[int, str], ...]


class Reach(Data, frozen=True):
    """``everybody``: ports that clients reach from anywhere, since it serves the web."""

    clients: tuple[Allowed, ...]
    peers: tuple[Allowed, ...]
    everybody: bool
    nobody: bool
    """It has ports, and no client of them is known."""
    unseen: tuple[str, ...]
    """What may exist beyond that, one sentence each."""


Network = ipaddress.IPv4Network | ipaddress.IPv6Network

Places = dict[str, tuple[str, str]]
"""Namespace and pod of each workload that moves."""


def places(plan: Plan) -> Places:
    """Find where every workload of the plan will run in a cluster."""
    return {
        member.w.id: (label(host.slug), pod.name)
        for host in plan.hosts
        for pod in pods(host)
        for member in pod.images
    }


def reach(plan: Plan, pod: Pod, where: Places) -> Reach:
    """Derive whom the members of a pod speak to, and who speaks to them."""
    hosts = {h.name: h for h in plan.hosts}
    inside = {m.w.id for m in pod.images}
    ports = tuple((p.number, p.protocol) for p in pod.ports)
    clients = {c.workload for m in pod.members for c in m.w.clients} - inside
    web = any("web" in m.w.traits for m in pod.members)
    outgoing = [p for m in pod.images for p in m.w.peers if p.workload not in inside]
    seen = (Allowed(party, ports) for c in sorted(clients) for party in _parties(c, where, hosts))
    named = (Allowed(party, ports) for m in pod.members for party in _admitted(plan, m.w))
    allowed = tuple(dict.fromkeys((*seen, *named)))
    towards = (a for p in outgoing for a in _towards(p, where))
    nobody = bool(pod.ports) and not web and not allowed
    return Reach(
        clients=allowed,
        peers=tuple(dict.fromkeys((*towards, *_let_in(plan, pod, where)))),
        everybody=web,
        nobody=nobody,
        unseen=tuple(_unseen(pod, web, nobody)),
    )


def _admitted(plan: Plan, workload: Workload) -> Iterator[Party]:
    """Whom an access list lets in by address: the address, and what moves off the machine that
    has it, since the list names a machine and not which of its programs."""
    for network in _lists(workload):
        for host in plan.hosts:
            if moving(host) and _has(host, network):
                said = f"{host.name}: {network} in its access list"
                yield Party(said, namespace=label(host.slug))
        yield Party(f"{network} in its access list", networks=(str(network),))


def _let_in(plan: Plan, pod: Pod, where: Places) -> Iterator[Allowed]:
    """What lets the machine of a pod in by its address: the other end of :func:`_admitted`."""
    inside = {m.w.id for m in pod.images}
    mine = {m.w.host for m in pod.images}
    hosts = [h for h in plan.hosts if h.name in mine]
    for other in plan.hosts:
        for w in (i.workload for i in other.workloads if i.workload.id not in inside):
            if not any(_has(h, network) for network in _lists(w) for h in hosts):
                continue
            found = {(x.port, x.protocol) for x in w.listeners if not is_loopback(x.address)}
            what = f"{w.id}, whose access list names this machine"
            networks = tuple(networks_of(other.addresses))
            if found and w.id in where:
                yield Allowed(Party(what, *where[w.id]), tuple(sorted(found)))
            if found and networks:
                yield Allowed(Party(what, networks=networks), tuple(sorted(found)))


def _lists(workload: Workload) -> tuple[Network, ...]:
    """The networks of its access lists, each once."""
    found = []
    for line in workload.admissions:
        try:
            found.append(ipaddress.ip_network(line.address, strict=False))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def _has(host: HostPlan, network: Network) -> bool:
    return any(
        ipaddress.ip_network(text).network_address in network
        for text in networks_of(host.addresses)
    )


def _parties(workload: str, where: Places, hosts: dict[str, HostPlan]) -> Iterator[Party]:
    """The pod that it becomes, and its machine, as long as it runs there."""
    if workload in where:
        yield Party(workload, *where[workload])
    host = hosts.get(workload.partition("/")[0])
    networks = tuple(networks_of(host.addresses)) if host else ()
    if networks:
        yield Party(f"{workload} on its machine", networks=networks)


def _towards(peer: Peer, where: Places) -> Iterator[Allowed]:
    ports = ((peer.port, "tcp"),) if peer.port else ()
    known = "" if peer.seen else ", named in its configuration"
    if peer.workload in where:
        yield Allowed(Party(f"{peer.workload}{known}", *where[peer.workload]), ports)
    networks = tuple(networks_of((peer.address,)))
    if networks:
        who = peer.workload or peer.host or ", ".join(peer.names) or "not of the fleet"
        yield Allowed(Party(f"{who}{known}", networks=networks), ports)


def networks_of(addresses: Iterable[str]) -> Iterator[str]:
    """Each address of a machine as a network of its own; loopback and link-local ones left out."""
    for text in addresses:
        try:
            address = ipaddress.ip_address(text.partition("/")[0].partition("%")[0])
        except ValueError:
            continue
        if not (address.is_loopback or address.is_link_local or address.is_unspecified):
            yield str(ipaddress.ip_network(address))


def _unseen(pod: Pod, web: bool, nobody: bool) -> Iterator[str]:
    yield "a connection that was not open at a look, and is in no configuration, is refused"
    if pod.ports and not web and not nobody:
        yield "clients that are no machines of this plan are not known, and are refused"
    for member in pod.images:
        if any(s.form == "env" for s in member.w.secrets):
            yield (
                f"{member.w.name} takes settings from an environment file that stayed on the "
                "machine: whom it names is unknown"
            )
