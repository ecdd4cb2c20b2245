"""The services of one machine's Compose file, as data."""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from planner.change.names import (
    build_folder,
    container_name,
    moving,
    port_variable,
    secret_file,
    service_name,
)
from planner.model import Data, HostPlan, Job, Secret, Volume, Workload, WorkloadPlan
from planner.render.image import in_image, tmpfs, user_of
from planner.render.quoting import is_variable
from planner.render.writes import Writes, writes
from planner.service import stopping
from planner.service.network import is_loopback
from planner.service.places import below, is_network
from planner.sizing import Sizing, shared_memory, size
from planner.store import slug

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,250}[A-Za-z0-9])?")
ROOT_CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID")
"""What a daemon that starts as root needs to hand its work to another user."""


class Port(Data, frozen=True):
    number: int
    protocol: str
    variable: str
    addresses: tuple[str, ...]


class Mount(Data, frozen=True):
    source: str
    """Name of the volume, or a path of the target."""
    target: str
    read_only: bool
    note: str
    origin: Literal["external", "managed", "bind"]
    """Made and filled by the change, made by Compose, or mounted on the target by its owner."""
    volume: Volume | None = None
    """None: a folder of sockets that two workloads share."""


class Service(Data, frozen=True):
    """One entry below ``services:``; a job is one of the profile ``jobs``."""

    name: str
    title: str
    container: str
    image: str
    build: str
    user: str
    network_of: str = ""
    """Service whose network this one shares, so that loopback is one; ports then belong there."""
    ports: tuple[Port, ...] = ()
    mounts: tuple[Mount, ...] = ()
    secrets: tuple[tuple[str, str, str], ...] = ()
    """(name, file beside the Compose file, path in the container)."""
    environment: tuple[tuple[str, str], ...] = ()
    extra_hosts: tuple[tuple[str, str, str], ...] = ()
    """(name, variable, address)."""
    aliases: tuple[str, ...] = ()
    sysctls: tuple[tuple[str, str], ...] = ()
    tmpfs: tuple[tuple[str, str], ...] = ()
    """(path, mode)."""
    capabilities: tuple[str, ...] = ()
    stop_signal: str = "SIGTERM"
    stop_seconds: int = stopping.USUAL
    """How long it may take to end before it is killed."""
    shm: int = 0
    """Bytes of /dev/shm; 0: the engine's own 64 MiB do."""
    shm_why: str = ""
    restart: str = "no"
    init: bool = False
    health: tuple[str, ...] = ()
    start_period: int = 30
    command: tuple[str, ...] = ()
    job: Job | None = None
    once: bool = False
    """It is nothing but its jobs: only they start it, at their times."""
    workload: str = ""
    """Id of the workload that it is, or that the job belongs to."""
    sizing: Sizing = Sizing()
    writes: Writes = Writes()


def services(host: HostPlan) -> tuple[Service, ...]:
    """Derive the services of what moves off a machine, each followed by its jobs."""
    items = moving(host)
    owners = _network_owners(items)
    made: list[Service] = []
    for item in items:
        members = [i for i in items if owners[i.workload.id] == item.workload.id]
        owner = next(i for i in items if i.workload.id == owners[item.workload.id])
        made.append(_service(host, item, owner, members, items))
        made += [_job(made[-1], item, owner, job) for job in item.workload.jobs]
    return tuple(made)


def _service(
    host: HostPlan,
    item: WorkloadPlan,
    owner: WorkloadPlan,
    members: Sequence[WorkloadPlan],
    items: Sequence[WorkloadPlan],
) -> Service:
    w = item.workload
    root = w.run_as is None
    low = any(p.number < 1024 for m in members for p in _ports(m))
    folder = f"hosts/{host.slug}/"
    shared, why = shared_memory(w, host.memory)
    return Service(
        name=service_name(w),
        title=w.title or w.name,
        container=container_name(host, w),
        image=item.image.tag if item.image else "",
        build=f"../../{build_folder(host, item)}",
        user=user_of(item),
        network_of="" if owner is item else service_name(owner.workload),
        ports=tuple(p for m in members for p in _ports(m)),
        mounts=(*(_mount(v) for v in w.volumes), *_shared(host, item, items)),
        secrets=tuple(
            (
                _secret_name(w, s),
                "./" + secret_file(host, s).removeprefix(folder),
                _env_target(w, s) if s.form == "env" else s.path,
            )
            for s in w.secrets
        ),
        environment=tuple(
            (v.name, v.value)
            for v in w.environment
            if not v.secret and is_variable(v.name) and not in_image(v)
        ),
        extra_hosts=_extra_hosts(host, members, items),
        aliases=_aliases(host, members, items) if owner is item else (),
        sysctls=tuple(sorted({s for m in members for s in m.workload.sysctls})),
        tmpfs=tmpfs(w),
        capabilities=_capabilities(w, low) if root else (),
        stop_signal=w.stop_signal,
        stop_seconds=stopping.of(w),
        shm=shared,
        shm_why=why,
        # What the machine starts at boot has to come back with the container host, too.
        restart="unless-stopped" if w.enabled.startswith("enabled") else w.restart,
        init=w.needs_init,
        health=("CMD-SHELL", shlex.join(w.health.command)) if w.health else (),
        start_period=w.health.start_period if w.health else 30,
        command=_with_environment(w, w.command) if _env_targets(w) else (),
        once=w.kind == "job",
        workload=w.id,
        sizing=size(w, host.memory, host.cpus),
        writes=writes(w),
    )


def _capabilities(w: Workload, low: bool) -> tuple[str, ...]:
    bound = ("NET_BIND_SERVICE",) if low else ()
    return tuple(dict.fromkeys((*ROOT_CAPABILITIES, *bound, *w.capabilities)))


def _secret_name(w: Workload, secret: Secret) -> str:
    return slug(f"{service_name(w)}-{secret.path}")


def _env_target(w: Workload, secret: Secret) -> str:
    return f"/run/secrets/{_secret_name(w, secret)}"


def _env_targets(w: Workload) -> list[str]:
    return [_env_target(w, s) for s in w.secrets if s.form == "env"]


def _with_environment(w: Workload, command: Sequence[str]) -> tuple[str, ...]:
    """Put the variables of the workload's secret files into the command's environment.

    Not by ``env_file``: each Compose reads another dialect of it, podman-compose passes the values
    on a command line, and every engine shows them to whoever may inspect the container.
    """
    files = _env_targets(w)
    if not files or not command:
        return tuple(command)
    read = " && ".join(f". {file}" for file in files)
    return ("sh", "-c", f'set -a && {read} && set +a && exec "$@"', "sh", *command)


def _job(service: Service, item: WorkloadPlan, owner: WorkloadPlan, job: Job) -> Service:
    """Derive a job's service: image, data and secrets of the workload, another command."""
    w = item.workload
    same = w.run_as is not None and job.user in ("", w.run_as.name)
    user = service.user if same else "0:0" if job.user == "root" else job.user
    shares = service.network_of or any(c.kind == "loopback" for c in w.couplings)
    return Service(
        name=f"{service.name}-job-{slug(job.name)}",
        title=f"{job.name} of {service.title}",
        container="",
        image=service.image,
        build="",
        user=user or service.user,
        network_of=service_name(owner.workload) if shares else "",
        mounts=service.mounts,
        secrets=service.secrets,
        environment=service.environment,
        extra_hosts=() if shares else service.extra_hosts,
        tmpfs=service.tmpfs,
        capabilities=() if user != "0:0" else ROOT_CAPABILITIES,
        command=_with_environment(w, job.command),
        job=job,
        workload=w.id,
    )


def _network_owners(items: Sequence[WorkloadPlan]) -> dict[str, str]:
    """Map each workload to the one whose network it shares: itself, or one tied by loopback.

    In each group of workloads that speak over loopback, the one with most ports that others reach
    owns the network, so that what clients see is the part that restarts least.
    """
    by_id = {item.workload.id: item for item in items}
    group = {name: {name} for name in by_id}
    for item in items:
        for tie in item.workload.couplings:
            if tie.kind == "loopback" and tie.workload in by_id:
                joined = group[item.workload.id] | group[tie.workload]
                for name in joined:
                    group[name] = joined
    return {
        name: min(members, key=lambda m: (-len(_ports(by_id[m])), m))
        for name, members in group.items()
    }


def _ports(item: WorkloadPlan) -> tuple[Port, ...]:
    """Ports that others reach; the same port on IPv4 and IPv6 is one."""
    found: dict[tuple[int, str], list[str]] = {}
    for x in item.workload.listeners:
        if not is_loopback(x.address):
            found.setdefault((x.port, x.protocol), []).append(x.address)
    return tuple(
        Port(port, protocol, port_variable(port, protocol), tuple(sorted(set(addresses))))
        for (port, protocol), addresses in sorted(found.items())
    )


def _mount(volume: Volume) -> Mount:
    target, note = volume.target or volume.path, f"{volume.kind}: {volume.reason}"
    if is_network(volume.filesystem.partition(" ")[0]):
        note = f"{note}; {volume.filesystem} on the machine, and to be mounted there on the target"
        return Mount(volume.path, target, volume.read_only, note, "bind", volume)
    origin: Literal["external", "managed"] = (
        "managed" if volume.consistency == "none" else "external"
    )
    return Mount(volume.name, target, volume.read_only, note, origin, volume)


def _shared(host: HostPlan, item: WorkloadPlan, items: Sequence[WorkloadPlan]) -> Iterable[Mount]:
    """Yield folders of sockets between two workloads that both move, one volume for each."""
    ids = {i.workload.id for i in items}
    folders: Mapping[str, str] = {
        tie.detail.rpartition("/")[0]: tie.detail
        for other in items
        for tie in other.workload.couplings
        if tie.kind == "socket"
        and tie.detail.count("/") > 1
        and tie.workload in ids
        and item.workload.id in (other.workload.id, tie.workload)
        and not _in_both(items, (other.workload.id, tie.workload), tie.detail)
    }
    for folder, socket in sorted(folders.items()):
        yield Mount(
            shared_name(host, folder), folder, False, f"holds the socket {socket}", "managed"
        )


def _in_both(items: Sequence[WorkloadPlan], ids: tuple[str, str], path: str) -> bool:
    """Whether a socket lies in a volume of either end: it is one volume then."""
    ends = [i.workload for i in items if i.workload.id in ids]
    return all(any(below(path, v.path) for v in w.volumes) for w in ends)


def shared_name(host: HostPlan, folder: str) -> str:
    """Name of the volume that holds a folder of sockets."""
    return f"{host.slug}-{slug(folder.strip('/').replace('/', '-'))}"


def _here(
    host: HostPlan, members: Sequence[WorkloadPlan], items: Sequence[WorkloadPlan]
) -> set[str]:
    """Names of peers that become containers of the same machine."""
    ids = {i.workload.id for i in items}
    return {n for m in members for p in m.workload.peers if p.workload in ids for n in p.names}


def _extra_hosts(
    host: HostPlan, members: Sequence[WorkloadPlan], items: Sequence[WorkloadPlan]
) -> tuple[tuple[str, str, str], ...]:
    """Names that only the machine's /etc/hosts knows: which of them a program asks for shows when
    it asks, so it gets them all."""
    here = _here(host, members, items)
    peers = ((p.address, p.names) for member in members for p in member.workload.peers)
    names = {
        name: address
        for address, said in (*host.host_entries, *peers)
        for name in said
        if name not in here and _HOST_NAME.fullmatch(name) and _is_address(address)
    }
    taken: set[str] = set()
    made = []
    for name, address in sorted(names.items()):
        wanted = "HOST_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
        variable = next(
            v for v in (wanted, *(f"{wanted}_{n}" for n in range(2, 999))) if v not in taken
        )
        taken.add(variable)
        made.append((name, variable, address))
    return tuple(made)


def _aliases(
    host: HostPlan, members: Sequence[WorkloadPlan], items: Sequence[WorkloadPlan]
) -> tuple[str, ...]:
    ids = {m.workload.id for m in members}
    return tuple(
        sorted(
            {
                name
                for item in items
                for peer in item.workload.peers
                if peer.workload in ids
                for name in peer.names
                if _HOST_NAME.fullmatch(name)
            }
        )
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
