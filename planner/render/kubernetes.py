"""A machine's workloads as objects of Kubernetes, as data: pods, claims, secrets, connections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from planner.model import Data, HostPlan, Job, Plan
from planner.render.calendar import Calendar, from_cron, from_systemd, to_cron
from planner.render.connections import Places, Reach, reach
from planner.render.kubernetes_storage import Place, PodVolume, in_container, kind, of_members
from planner.render.pods import Member, Pod, label, numeric, pods, unmounted
from planner.render.quoting import is_variable
from planner.render.services import Service

_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")

Kind = Literal["Deployment", "StatefulSet", "DaemonSet"]

SAFE_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_syncookies",
    }
)
"""Those that the Pod Security Standards and the kubelet let through."""


class Container(Data, frozen=True):
    """``root``: why it does not run as an ordinary user, with an empty text where it does."""

    name: str
    member: Member
    uid: int
    gid: int
    root: str
    places: tuple[Place, ...]
    settings: str
    """Name of the ConfigMap; empty: none."""

    @property
    def s(self) -> Service:
        return self.member.service


class CronJob(Data, frozen=True):
    """``schedule`` empty: not to be said exactly. ``apart``: it used the workload's loopback."""

    name: str
    container: Container
    volumes: tuple[PodVolume, ...]
    job: Job
    schedule: str
    zone: str
    overlaps: bool
    apart: bool
    restricted: bool


class Set(Data, frozen=True):
    """A pod with what manages it."""

    name: str
    kind: Kind
    why: str
    pod: Pod
    containers: tuple[Container, ...]
    volumes: tuple[PodVolume, ...]
    crons: tuple[CronJob, ...]
    group: int
    groups: tuple[int, ...]
    sysctls: tuple[tuple[str, str], ...]
    aliases: tuple[tuple[str, tuple[str, ...]], ...]
    init: bool
    restricted: bool
    sites: tuple[str, ...]
    plain_port: int
    """Of TCP, without TLS by its number; -1: none."""
    tls: bool
    reach: Reach
    lost: tuple[str, ...]
    """What Kubernetes does not do for it, one sentence each."""


def sets(plan: Plan, host: HostPlan, where: Places) -> tuple[Set, ...]:
    """Derive what runs of a machine in a cluster."""
    return tuple(_set(plan, pod, where) for pod in pods(host))


def standard(found: Iterable[Set]) -> Literal["restricted", "baseline"]:
    """The strictest of the Pod Security Standards that lets all of them through."""
    strict = all(s.restricted and all(c.restricted for c in s.crons) for s in found)
    return "restricted" if strict else "baseline"


def _set(plan: Plan, pod: Pod, where: Places) -> Set:
    containers = tuple(_container(m) for m in pod.members)
    members = pod.members
    managed, why = _managed(pod)
    ports = [p.number for p in pod.ports if p.protocol == "tcp"]
    plain = [p for p in ports if not str(p).endswith("443")]
    sysctls = {s for m in members for s in m.w.sysctls}
    restricted = all(not c.root for c in containers)
    return Set(
        name=pod.name,
        kind=managed,
        why=why,
        pod=pod,
        containers=containers,
        volumes=of_members(members),
        crons=tuple(_cron(pod.name, m) for m in pod.jobs),
        group=next((c.gid for c in containers if c.gid > 0), -1),
        groups=tuple(sorted({g.gid for m in members if m.w.run_as for g in m.w.groups if g.gid})),
        sysctls=tuple(sorted(s for s in sysctls if s[0] in SAFE_SYSCTLS)),
        aliases=_aliases(members),
        init=any(m.w.needs_init for m in members),
        restricted=restricted,
        sites=tuple(sorted({s for m in members for s in m.w.sites})) if ports else (),
        plain_port=plain[0] if plain else -1,
        tls=len(plain) < len(ports),
        reach=reach(plan, pod, where),
        lost=tuple(_lost(pod, sysctls)),
    )


def _managed(pod: Pod) -> tuple[Kind, str]:
    mounts = [m for x in pod.members for m in x.service.mounts if kind(m) == "claim"]
    if any(m.origin == "external" and not m.read_only for m in mounts):
        return "StatefulSet", "it has data of its own"
    findings = [f for m in pod.members for f in m.item.verdict.findings]
    edge = any(e.fact == "signals.edge" for f in findings for e in f.evidence)
    if edge and not mounts and any(m.w.siblings for m in pod.members):
        others = ", ".join(sorted({s for m in pod.members for s in m.w.siblings}))
        return "DaemonSet", f"it runs on each machine at the edge, as {others} do"
    return "Deployment", "it has no data of its own that it writes"


def _container(member: Member) -> Container:
    s, w = member.service, member.w
    uid, gid = numeric(s.user)
    if uid > 0 and gid < 0 and w.run_as:
        gid = w.run_as.gid
    root = ""
    if uid <= 0:
        reasons = [a.why for a in w.adaptations if a.id == "user"]
        root = "; ".join(reasons) or f"it runs as {s.user or 'an unknown user'} on the machine"
    settings = any(not v.secret and is_variable(v.name) for v in w.environment)
    return Container(
        name=label(s.name),
        member=member,
        uid=uid,
        gid=gid,
        root=root,
        places=tuple(in_container(member)),
        settings=label(f"{w.name}-settings") if settings else "",
    )


def _cron(pod: str, member: Member) -> CronJob:
    job = member.service.job
    assert job  # noqa: S101 - pods() puts only jobs there
    timer = job.source.endswith(".timer")
    found: Calendar | None = (from_systemd if timer else from_cron)(job.schedule)
    container = _container(member)
    zone = (found.zone if found else "") or job.timezone
    return CronJob(
        name=label(member.service.name),
        container=container,
        volumes=of_members([member]),
        job=job,
        schedule=(to_cron(found) or "") if found else "",
        zone=zone if _is_zone(zone) else "",
        overlaps=not timer,
        apart=bool(member.service.network_of),
        restricted=not container.root,
    )


def _is_zone(text: str) -> bool:
    return (
        text == "UTC" or re.fullmatch(r"[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}", text) is not None
    )


def _aliases(members: Iterable[Member]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Names by address, as far as a pod's hosts file takes them."""
    found: dict[str, set[str]] = {}
    for member in members:
        for name, _, address in member.service.extra_hosts:
            if "%" not in address and _HOST_NAME.fullmatch(name.lower()):
                found.setdefault(address, set()).add(name.lower())
    return tuple((address, tuple(sorted(found[address]))) for address in sorted(found))


def _lost(pod: Pod, sysctls: Iterable[tuple[str, str]]) -> Iterator[str]:
    for path in unmounted((*pod.members, *pod.jobs)):
        yield f"{path} is not mounted: no mount can name it"
    for name, value in sorted(sysctls):
        if name not in SAFE_SYSCTLS:
            yield f"{name}={value} is not set: the kubelet has to be told to allow it"
    for member in pod.members:
        sizing = member.service.sizing
        for u in sizing.ulimits:
            yield f"{u.name}={u.soft} of {member.w.name} is not set: a pod has the runtime's limits"
        if sizing.pids > 0:
            yield f"TasksMax={sizing.pids} of {member.w.name} is not set: the kubelet decides it"
        if member.service.restart == "no":
            yield f"{member.w.name} is started again whenever it ends: a pod that serves always is"
        for name in member.service.aliases:
            yield f"others know {member.w.name} as {name}: in the cluster its name is {pod.name}"
