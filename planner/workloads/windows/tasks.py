"""Scheduled tasks that somebody set up, a workload each."""

from __future__ import annotations

import re

from planner.facts.windows.running import words
from planner.model import Account, Host, Job, Task, Windows, Workload
from planner.service.view import MASK
from planner.workloads.windows import names
from planner.workloads.windows.processes import named


def detect(host: Host, windows: Windows) -> tuple[Workload, ...]:
    """Enabled tasks with a command outside of Windows' own upkeep."""
    return tuple(
        _workload(host, task)
        for task in windows.tasks.value or ()
        if task.enabled and task.actions and not names.is_upkeep(task.path)
    )


def _workload(host: Host, task: Task) -> Workload:
    name = named("task-" + task.path.strip("\\").replace("\\", "-"))
    command = words(task.actions[0])
    return Workload(
        id=f"{host.name}/{name}",
        host=host.name,
        name=name,
        kind="task",
        title=f"scheduled task {task.path}",
        state="running",
        traits=("batch",),
        user=Account(task.user, -1, -1) if task.user else None,
        argv=command,
        command=() if any(MASK in word for word in command) else command,
        jobs=(
            Job(
                name=task.path.rpartition("\\")[2],
                schedule="; ".join(_words(trigger) for trigger in task.triggers),
                command=command,
                user=task.user,
                source=task.path,
                timezone=host.timezone.value or "",
            ),
        ),
        unknowns=("What it reads and writes cannot be seen from its schedule.",),
    )


def _words(trigger: str) -> str:
    """``<CalendarTrigger><StartBoundary>...`` -> ``CalendarTrigger StartBoundary=...``."""
    kind = re.match(r"<(\w+)>", trigger)
    values = re.findall(r"<(\w+)>([^<>]*[^<>\s])\s*</\1>", trigger)
    flags = re.findall(r"<(\w+) ?/>", trigger)
    told = [*(f"{name}={value}" for name, value in values if name != "Enabled"), *flags]
    return " ".join([kind[1] if kind else "trigger", *told])
