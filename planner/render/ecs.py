"""A machine's workloads as task definitions of AWS ECS: RegisterTaskDefinition's input.

What only the account knows stands as ``${PLANNER_...}``, which the page about targets replaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from planner.model import Data, HostPlan
from planner.render import ecs_storage as storage
from planner.render.calendar import from_cron, from_systemd, to_aws
from planner.render.ecs_size import TaskSize, task_size
from planner.render.pods import Member, Pod, can_mount, label, pods, unmounted
from planner.sizing import MIB

_ARCHITECTURES = {"x86_64": "X86_64", "amd64": "X86_64", "aarch64": "ARM64", "arm64": "ARM64"}
# fmt: off
_DOCKERS = (
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
    "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
)
# fmt: on
"""What a container has unless it is taken away; Fargate gives none back."""


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


def files(host: HostPlan, ending: str) -> tuple[tuple[str, object], ...]:
    """Name and content of each task definition."""
    return tuple((t.name, t.definition) for t in tasks(host) if not t.problem and ending == "json")


def tasks(host: HostPlan) -> tuple[Task, ...]:
    """Derive a task for each pod, and one for each job."""
    made = []
    for pod in pods(host):
        made.append(_task(host, label(f"{host.slug}-{pod.name}"), pod.members, pod))
        for job in pod.jobs:
            made.append(_task(host, label(f"{host.slug}-{job.service.name}"), (job,), None))
    return tuple(made)


def _task(host: HostPlan, name: str, members: Sequence[Member], pod: Pod | None) -> Task:
    size, architecture = task_size(host, members), _ARCHITECTURES.get(host.arch, "")
    problem = "" if size.memory else f"no size can be said: {size.why}"
    problem = problem or ("" if architecture else f"ECS has no processors of {host.arch or '?'}")
    mounts = {m.source: m for x in members for m in x.service.mounts if can_mount(m.target)}
    fargate = size.fits and not any(m.origin == "bind" for m in mounts.values())
    job = members[0].service.job
    containers = [_container(host, name, m, fargate) for m in members]
    if pod and pod.ports:
        containers[0]["portMappings"] = [
            {"containerPort": p.number, "protocol": p.protocol} for p in pod.ports
        ]
    if prepare := storage.prepare(host, members):
        for container in containers:
            container["dependsOn"] = [{"containerName": "prepare", "condition": "SUCCESS"}]
        containers.append(_clean({**prepare, "logConfiguration": _log(name, "prepare")}))
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
        definition=_clean(definition),
        size=size,
        problem=problem,
        lost=tuple(_lost(members, fargate)),
        secrets=tuple(sorted(secrets)),
        folders=tuple(m.source for m in mounts.values() if storage.kept(m)),
        schedule=job.schedule if job else "",
        when=(to_aws(found) or "") if found else "",
        zone=(found.zone if found else "") or (job.timezone if job else ""),
    )


def _container(host: HostPlan, task: str, member: Member, fargate: bool) -> dict[str, Any]:
    s, z = member.service, member.service.sizing
    drop = [c for c in _DOCKERS if c not in s.capabilities] if s.capabilities else ["ALL"]
    ulimits = [u for u in z.ulimits if u.soft >= 0 and (u.name == "nofile" or not fargate)]
    environment = [{"name": n, "value": v} for n, v in s.environment]
    variables, command = storage.command(host, member)
    made = {
        "name": label(s.name),
        "image": f"${{PLANNER_REGISTRY}}/{s.image}",
        "essential": True,
        "user": s.user,
        "command": command,
        "environment": environment,
        "secrets": variables,
        "mountPoints": storage.mounted(member),
        "memory": z.memory_limit // MIB if z.memory_limit > 0 else None,
        "memoryReservation": z.memory_request // MIB if z.memory_request > 0 else None,
        "readonlyRootFilesystem": s.writes.read_only,
        "linuxParameters": {"capabilities": {"drop": drop}, "initProcessEnabled": s.init},
        "dockerSecurityOptions": [] if fargate else ["no-new-privileges"],
        "ulimits": [{"name": u.name, "softLimit": u.soft, "hardLimit": u.hard} for u in ulimits],
        "systemControls": [{"namespace": n, "value": v} for n, v in s.sysctls],
        "stopTimeout": 60,
        "healthCheck": _health(member),
        "logConfiguration": _log(task, label(s.name)),
    }
    if made["memory"] and made["memory"] == made["memoryReservation"]:
        made["memoryReservation"] = None
    return _clean(made)


def _clean(made: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in made.items() if value not in (None, [])}


def _log(task: str, name: str) -> dict[str, Any]:
    return {
        "logDriver": "awslogs",
        "options": {
            "awslogs-create-group": "true",
            "awslogs-group": f"/ecs/{task}",
            "awslogs-region": "${PLANNER_REGION}",
            "awslogs-stream-prefix": name,
        },
    }


def _health(member: Member) -> dict[str, Any] | None:
    health = member.health
    if not health or member.service.job:
        return None
    return {
        "command": ["CMD", *health.command],
        "interval": 30,
        "timeout": 5,
        "retries": 3,
        "startPeriod": min(health.start_period, 300),
    }


def _lost(members: Sequence[Member], fargate: bool) -> Iterator[str]:
    for path in unmounted(members):
        yield f"{path} is not mounted: no mount can name it"
    names = dict.fromkeys(name for m in members for name, _, _ in m.service.extra_hosts)
    if names:
        yield f"tasks have no hosts file, so these need a private zone: {', '.join(names)}"
    if fargate:
        yield "no-new-privileges: Fargate has no such option"
    for member in members:
        w, s = member.w, member.service
        files = {f.secret.path for f in storage.secret_files(member)}
        for secret in w.secrets:
            if secret.form == "file" and secret.path not in files:
                yield (
                    f"the secret {secret.path} of {w.name} is in no folder of its own, and ECS "
                    "gives secrets to environments alone: let the image read it elsewhere"
                )
        if s.sizing.pids > 0:
            yield f"TasksMax={s.sizing.pids} of {w.name} is not set"
        if "database" in w.traits and any(storage.kept(m) for m in s.mounts):
            yield f"{w.name} would keep its data on a network file system: weigh Amazon RDS or EC2"
        if s.job and s.network_of:
            yield f"{s.name} spoke to {s.network_of} over loopback: here it needs its name"
