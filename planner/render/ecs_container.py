"""One container of a task of ECS."""

from __future__ import annotations

from typing import Any

from planner.model import HostPlan
from planner.render import ecs_storage as storage
from planner.render.pods import Member, label
from planner.render.services import Service
from planner.service.starting import patience
from planner.sizing import MIB

# fmt: off
_DOCKERS = (
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
    "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
)
# fmt: on
"""What a container has unless it is taken away; Fargate gives none back."""


LONGEST_STOP = 120
"""Seconds that ECS waits at most before it kills a container."""


LONGEST_START = 300
"""Seconds: ECS lets no health check wait longer."""


def container(host: HostPlan, task: str, member: Member, fargate: bool) -> dict[str, Any]:
    """Derive the definition of a container; what does not apply is left out."""
    s, z = member.service, member.service.sizing
    drop = [c for c in _DOCKERS if c not in s.capabilities] if s.capabilities else ["ALL"]
    capabilities = {"drop": drop, "add": beyond(member)}
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
        "linuxParameters": _linux(s, clean(capabilities), fargate),
        "dockerSecurityOptions": [] if fargate else ["no-new-privileges"],
        "ulimits": [{"name": u.name, "softLimit": u.soft, "hardLimit": u.hard} for u in ulimits],
        "systemControls": [{"namespace": n, "value": v} for n, v in s.sysctls],
        "stopTimeout": min(s.stop_seconds, LONGEST_STOP),
        "healthCheck": _health(member),
        "logConfiguration": log(task, label(s.name)),
    }
    if made["memory"] and made["memory"] == made["memoryReservation"]:
        made["memoryReservation"] = None
    return clean(made)


def _linux(s: Service, capabilities: dict[str, Any], fargate: bool) -> dict[str, Any]:
    shared = None if fargate or not s.shm else s.shm // MIB
    made = {"capabilities": capabilities, "initProcessEnabled": s.init}
    return clean({**made, "sharedMemorySize": shared})


def clean(made: dict[str, Any]) -> dict[str, Any]:
    """Without what was left open."""
    return {key: value for key, value in made.items() if value not in (None, [])}


def beyond(member: Member) -> list[str]:
    """Capabilities that no container has by itself, and that Fargate does not add."""
    return [c for c in member.service.capabilities if c not in _DOCKERS]


def log(task: str, name: str) -> dict[str, Any]:
    """CloudWatch, a group for each task."""
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
        "startPeriod": min(max(health.start_period, patience(member.w).seconds), LONGEST_START),
    }
