"""A machine's workloads as task definitions of AWS ECS: RegisterTaskDefinition's input.

What only the account knows stands as ``${PLANNER_...}``, which the page about targets replaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from planner.model import Data, HostPlan
from planner.render import ecs_storage as storage
from planner.render.calendar import from_cron, from_systemd, to_aws
from planner.render.ecs_container import LONGEST_START, LONGEST_STOP, beyond, clean, container, log
from planner.render.ecs_prepare import prepare, secret_files
from planner.render.ecs_size import TaskSize, task_size
from planner.render.pods import Member, Pod, can_mount, label, pods, unmounted
from planner.service.starting import patience
from planner.sizing import MIB

_ARCHITECTURES = {"x86_64": "X86_64", "amd64": "X86_64", "aarch64": "ARM64", "arm64": "ARM64"}


class Task(Data, frozen=True):
    """``problem``: why there is no definition. ``when``: for EventBridge; empty: not exact."""

    name: str
    definition: dict[str, Any] = {}  # noqa: RUF012
    size: TaskSize = TaskSize()
    problem: str = ""
    lost: tuple[str, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    """(name in Secrets Manager, file beside the Compose file)."""
    folders: tuple[str, ...] = ()
    """Of the file system: one for each volume."""
    schedule: str = ""
    when: str = ""
    zone: str = ""
    hosts: tuple[str, ...] = ()
    """Names that only the machine's hosts file knows: tasks have none."""


def files(host: HostPlan, ending: str) -> tuple[tuple[str, object], ...]:
    """Name and content of each task definition."""
    return tuple((t.name, t.definition) for t in tasks(host) if not t.problem and ending == "json")


def tasks(host: HostPlan) -> tuple[Task, ...]:
    """Derive a task for each pod, and one for each job."""
    made = []
    for pod in pods(host):
        if pod.members:
            made.append(_task(host, label(f"{host.slug}-{pod.name}"), pod.members, pod))
        for job in pod.jobs:
            made.append(_task(host, label(f"{host.slug}-{job.service.name}"), (job,), None))
    return tuple(made)


def _task(host: HostPlan, name: str, members: Sequence[Member], pod: Pod | None) -> Task:
    size, architecture = task_size(host, members), _ARCHITECTURES.get(host.arch, "")
    problem = "" if size.memory else f"no size can be said: {size.why}"
    problem = problem or ("" if architecture else f"ECS has no processors of {host.arch or '?'}")
    mounts = {m.source: m for x in members for m in x.service.mounts if can_mount(m.target)}
    bound = any(m.origin == "bind" for m in mounts.values())
    fargate = size.fits and not bound and not any(beyond(m) for m in members)
    job = members[0].service.job
    containers = [container(host, name, m, fargate) for m in members]
    if pod and pod.ports:
        containers[0]["portMappings"] = [
            {"containerPort": p.number, "protocol": p.protocol} for p in pod.ports
        ]
    if first := prepare(host, members):
        for made in containers:
            made["dependsOn"] = [{"containerName": "prepare", "condition": "SUCCESS"}]
        containers.append(clean({**first, "logConfiguration": log(name, "prepare")}))
    definition = {
        "family": name,
        "requiresCompatibilities": ["FARGATE" if fargate else "EC2"],
        "networkMode": "awsvpc",
        "cpu": str(size.cpu),
        "memory": str(size.memory),
        "runtimePlatform": {"cpuArchitecture": architecture, "operatingSystemFamily": "LINUX"},
        "executionRoleArn": "arn:aws:iam::${PLANNER_ACCOUNT}:role/${PLANNER_EXECUTION_ROLE}",
        "volumes": storage.volumes(mounts, members),
        "containerDefinitions": containers,
    }
    found = None
    if job:
        found = (from_systemd if job.source.endswith(".timer") else from_cron)(job.schedule)
    secrets = {(storage.stored(host, n), file) for m in members for n, file, _ in m.service.secrets}
    return Task(
        name=name,
        definition=clean(definition),
        size=size,
        problem=problem,
        lost=tuple(_lost(members, fargate)),
        secrets=tuple(sorted(secrets)),
        folders=tuple(m.source for m in mounts.values() if storage.kept(m)),
        schedule=job.schedule if job else "",
        hosts=tuple(dict.fromkeys(name for m in members for name, _, _ in m.service.extra_hosts)),
        when=(to_aws(found) or "") if found else "",
        zone=(found.zone if found else "") or (job.timezone if job else ""),
    )


def _lost(members: Sequence[Member], fargate: bool) -> Iterator[str]:
    for path in unmounted(members):
        yield f"{path} is not mounted: no mount can name it"
    if fargate:
        yield "no-new-privileges: Fargate has no such option"
    for member in members:
        w, s = member.w, member.service
        longest = patience(w).seconds
        if s.health and longest > LONGEST_START:
            yield (
                f"{w.name} may take {longest} s to start, and ECS lets a health check wait "
                f"{LONGEST_START} s: raise healthCheckGracePeriodSeconds of the ECS service"
            )
        files = {f.secret.path for f in secret_files(member)}
        for secret in w.secrets:
            if secret.form == "file" and secret.path not in files:
                yield (
                    f"the secret {secret.path} of {w.name} is in no folder of its own, and ECS "
                    "gives secrets to environments alone: let the image read it elsewhere"
                )
        if s.sizing.pids > 0:
            yield f"TasksMax={s.sizing.pids} of {w.name} is not set"
        if s.stop_seconds > LONGEST_STOP:
            yield (
                f"{w.name} may take {s.stop_seconds} s to end, and is killed after {LONGEST_STOP} s"
            )
        if fargate and s.shm:
            yield f"{s.shm // MIB} MiB of /dev/shm for {w.name}: Fargate has 64 MiB"
        if "database" in w.traits and any(storage.kept(m) for m in s.mounts):
            yield f"{w.name} would keep its data on a network file system: weigh Amazon RDS or EC2"
        if s.job and s.network_of:
            yield f"{s.name} spoke to {s.network_of} over loopback: here it needs its name"
