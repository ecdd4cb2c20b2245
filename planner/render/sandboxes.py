"""Networks of Compose services that speak over loopback, each held by a container of its own.

A network goes with the container that has it: were that one of the services themselves, the others
would keep the old one at its first restart, and speak to nobody. Pods have such a container, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from planner.change.names import moving
from planner.model import Data, HostPlan
from planner.render.services import Port, Service


class Sandbox(Data, frozen=True):
    """A service of Compose that holds a network; ``image``: one of its services'."""

    name: str
    container: str
    image: str
    members: tuple[str, ...]
    ports: tuple[Port, ...] = ()
    extra_hosts: tuple[tuple[str, str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    sysctls: tuple[tuple[str, str], ...] = ()


def sandboxes(host: HostPlan, made: Sequence[Service]) -> dict[str, Sandbox]:
    """Return the networks of two services or more that keep running, by the name of the one that
    :func:`services` has own it. A job comes and goes, and joins what it belongs to."""
    # An application's own image may declare volumes, which each of its containers is given.
    own = {i.workload.id for i in moving(host) if i.image and i.image.policy == "official"}
    taken = {s.name for s in made}
    found = {}
    for owner in made:
        members = [s for s in made if s.network_of == owner.name and not s.job and not s.once]
        if not members or owner.job:
            continue
        name = f"{owner.name}-network"
        while name in taken:
            name += "-of"
        taken.add(name)
        found[owner.name] = Sandbox(
            name=name,
            container=f"{host.slug}-{name}",
            image=min((owner, *members), key=lambda s: s.workload in own).image,
            members=tuple(s.name for s in (owner, *members)),
            ports=owner.ports,
            extra_hosts=owner.extra_hosts,
            aliases=tuple(sorted({*owner.aliases, *(s.name for s in (owner, *members))})),
            sysctls=owner.sysctls,
        )
    return found
