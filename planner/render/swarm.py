"""What a Swarm's stack says of a machine beyond its Compose file, and what it cannot say."""

from __future__ import annotations

from collections.abc import Iterator

from planner.model import Data, HostPlan, Job
from planner.render.pods import Held, Member, Pod, held, label, pods, shortened
from planner.render.services import Mount, Port, Service
from planner.service.starting import patience

_LONGEST = 63
"""Characters of ``<stack>_<service>``: a Swarm refuses more, and dots."""


class Stacked(Data, frozen=True):
    """A service of a stack. ``name``: in the stack. ``patience``: seconds that it has to start."""

    name: str
    service: Service
    ports: tuple[Port, ...]
    secrets: tuple[Held, ...]
    mounts: tuple[Mount, ...]
    extra_hosts: tuple[tuple[str, str, str], ...]
    condition: str
    job: Job | None
    patience: int
    lost: tuple[str, ...]


def stack(host: HostPlan) -> tuple[Stacked, ...]:
    """Derive every service and job of a machine's stack; a group's ports go back to their owners,
    since no two services of a Swarm share a network of their own."""
    space = label(host.slug)
    return tuple(
        _stacked(space, pod, member) for pod in pods(host) for member in (*pod.members, *pod.jobs)
    )


def _name(space: str, name: str) -> str:
    return shortened(label(name), _LONGEST - len(space) - 1)


def _stacked(space: str, pod: Pod, member: Member) -> Stacked:
    s = member.service
    own = {(x.port, x.protocol) for x in member.w.listeners}
    ports = () if s.job else tuple(p for p in pod.ports if (p.number, p.protocol) in own)
    condition = {"no": "none", "on-failure": "on-failure"}.get(s.restart, "any")
    return Stacked(
        name=_name(space, s.name),
        service=s,
        ports=ports,
        secrets=held(member),
        mounts=s.mounts,
        extra_hosts=s.extra_hosts or pod.images[0].service.extra_hosts,
        condition="none" if s.job else condition,
        job=s.job,
        patience=patience(member.w).seconds,
        lost=tuple(_lost(space, pod, member)),
    )


def _lost(space: str, pod: Pod, member: Member) -> Iterator[str]:
    s, name = member.service, _name(space, member.service.name)
    others = [_name(space, m.service.name) for m in pod.members if m.service.name != s.name]
    ties = {c.kind for c in member.w.couplings}
    if others and not s.job:
        names = ", ".join(others)
        if "loopback" in ties:
            yield (
                f"{name} and {names} speak over loopback, and services of a Swarm cannot: let "
                f"them listen on every address and call each other by these names first"
            )
        if "socket" in ties or "file" in ties:
            yield f"{name} shares files with {names}: both have to be placed on one node"
    if s.job:
        yield (
            "nothing in a Swarm schedules it: it stands at no replica, and whatever schedules on a "
            "manager runs it"
        )
        if s.network_of:
            yield f"it spoke to {_name(space, s.network_of)} over loopback: here it needs that name"
    if any(m.origin == "external" for m in s.mounts):
        yield "its volumes are those of the node that has them: give it the node's name below"
