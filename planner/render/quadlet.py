"""A machine's containers as files of Podman's Quadlet: podman-systemd.unit(5) of podman 5."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from planner.change.names import build_folder
from planner.model import Data, HostPlan
from planner.render.pods import Held, Member, Pod, can_mount, held, numeric, pods, unmounted
from planner.render.quadlet_timers import Timer, timer
from planner.render.services import Mount, Port, Service


class Container(Data, frozen=True):
    """``pod``: file of its pod; empty: alone. ``beside``: container whose network it shares, with
    ``after``, its unit."""

    name: str
    member: Member
    pod: str = ""
    network: str = ""
    beside: str = ""
    after: str = ""
    uid: int = -1
    gid: int = -1
    mounts: tuple[Mount, ...] = ()
    secrets: tuple[Held, ...] = ()
    tmpfs: tuple[tuple[str, str], ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def s(self) -> Service:
        return self.member.service


class Group(Data, frozen=True):
    """A pod: ``containers`` are the names of its members."""

    name: str
    containers: tuple[str, ...]
    network: str
    ports: tuple[Port, ...]
    extra_hosts: tuple[tuple[str, str, str], ...]
    aliases: tuple[str, ...]
    sysctls: tuple[tuple[str, str], ...]
    shm: int = 0
    shm_why: str = ""


class Volume(Data, frozen=True):
    name: str
    note: str


class Build(Data, frozen=True):
    name: str
    tag: str
    folder: str


class Units(Data, frozen=True):
    containers: tuple[Container, ...] = ()
    pods: tuple[Group, ...] = ()
    volumes: tuple[Volume, ...] = ()
    builds: tuple[Build, ...] = ()
    timers: tuple[Timer, ...] = ()


def files(host: HostPlan, ending: str) -> tuple[tuple[str, object], ...]:
    """Name and data of each file with this ending."""
    found = units(host)
    if ending == "network":
        return ((host.slug, host.slug),) if found.containers else ()
    made: dict[str, tuple[Container | Group | Volume | Build | Timer, ...]] = {
        "container": found.containers,
        "pod": found.pods,
        "volume": found.volumes,
        "build": found.builds,
        "timer": tuple(t for t in found.timers if t.settings),
    }
    return tuple((x.name, x) for x in made[ending])


def units(host: HostPlan) -> Units:
    """Derive everything that Quadlet and systemd get for a machine."""
    found = pods(host)
    containers = [c for pod in found for c in _containers(host, pod)]
    mounts = {m.source: m for c in containers for m in c.mounts if m.origin != "bind"}
    return Units(
        containers=tuple(containers),
        pods=tuple(_group(host, pod) for pod in found if len(pod.members) > 1),
        volumes=tuple(Volume(name, mounts[name].note) for name in sorted(mounts)),
        builds=tuple(
            Build(m.service.container, m.service.image, f"../../../{build_folder(host, m.item)}")
            for pod in found
            for m in pod.images
        ),
        timers=tuple(timer(host, m) for pod in found for m in pod.jobs),
    )


def _containers(host: HostPlan, pod: Pod) -> Iterator[Container]:
    several = len(pod.members) > 1
    for member in pod.members:
        made = _container(member, member.service.container)
        if several:
            yield structs.replace(made, pod=f"{host.slug}-{pod.name}.pod")
        else:
            yield structs.replace(made, network=f"{host.slug}.network")
    for job in pod.jobs:
        made = _container(job, f"{host.slug}-{job.service.name}")
        if job.service.network_of:
            of = f"{host.slug}-{job.service.network_of}"
            yield structs.replace(made, beside=of, after=f"{of}.service")
        else:
            yield structs.replace(made, network=f"{host.slug}.network")


def _container(member: Member, name: str) -> Container:
    s = member.service
    uid, gid = numeric(s.user)
    return Container(
        name=name,
        member=member,
        uid=uid,
        gid=gid,
        mounts=tuple(
            m
            for m in s.mounts
            if can_mount(m.target) and (m.origin != "bind" or can_mount(m.source))
        ),
        secrets=tuple(x for x in held(member) if can_mount(x.target)),
        tmpfs=tuple((path, mode) for path, mode in s.tmpfs if can_mount(path)),
        lost=tuple(f"{path} is not mounted: no mount can name it" for path in unmounted([member])),
    )


def _group(host: HostPlan, pod: Pod) -> Group:
    main = [m.service for m in pod.members]
    return Group(
        name=f"{host.slug}-{pod.name}",
        containers=tuple(s.container for s in main),
        network=f"{host.slug}.network",
        ports=pod.ports,
        extra_hosts=tuple(dict.fromkeys(h for s in main for h in s.extra_hosts)),
        aliases=tuple(sorted({a for s in main for a in s.aliases})),
        sysctls=tuple(sorted({x for s in main for x in s.sysctls})),
        shm=sum(s.shm for s in main),
        shm_why=next((s.shm_why for s in main if s.shm), ""),
    )
