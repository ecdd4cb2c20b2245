"""A machine's workloads as objects of Kubernetes, as data: pods, claims, secrets, connections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from planner.model import Data, HostPlan, Plan
from planner.render.connections import Places, Reach, reach
from planner.render.kubernetes_containers import Container, CronJob, container, cron
from planner.render.kubernetes_storage import PodVolume, kind, of_members
from planner.render.pods import Member, Pod, pods, unmounted

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
# fmt: off
BASELINE = frozenset({
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
    "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
})
# fmt: on
"""Capabilities that the baseline standard lets a pod add."""


class Set(Data, frozen=True):
    """A pod with what manages it."""

    name: str
    kind: Kind
    why: str
    alone: bool
    """A claim of its own keeps a second pod from another node."""
    pod: Pod
    image: str
    family: str
    """Of the image's distribution, which says whose tools it has."""
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


def standard(found: Iterable[Set]) -> Literal["restricted", "baseline", "privileged"]:
    """The strictest of the Pod Security Standards that lets all of them through."""
    containers = [c for s in found for c in (*s.containers, *(j.container for j in s.crons))]
    if any(set(c.s.capabilities) - BASELINE for c in containers):
        return "privileged"
    return "baseline" if any(c.root for c in containers) else "restricted"


def _set(plan: Plan, pod: Pod, where: Places) -> Set:
    containers = tuple(container(m) for m in pod.members)
    members, first = pod.images, pod.images[0]
    crons = tuple(cron(m) for m in pod.jobs)
    managed, why = _managed(pod)
    ports = [p.number for p in pod.ports if p.protocol == "tcp"]
    plain = [p for p in ports if not str(p).endswith("443")]
    sysctls = {s for m in members for s in m.w.sysctls}
    restricted = all(not c.root for c in containers)
    return Set(
        name=pod.name,
        kind=managed,
        why=why,
        alone=any(
            kind(m) == "claim" and m.origin != "bind" for x in members for m in x.service.mounts
        ),
        pod=pod,
        image=first.service.image,
        family=first.item.image.family if first.item.image else "",
        containers=containers,
        volumes=of_members(pod.members),
        crons=crons,
        group=next((c.gid for c in (*containers, *(j.container for j in crons)) if c.gid > 0), -1),
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
