"""Scheduled work: cron lines and timers, and to which service they belong."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from msgspec.structs import replace

from planner.facts import unitfile
from planner.model import CronJob, Host, Job, Unit, Workload
from planner.service import known, places
from planner.service.view import Service, commands, safe_name, setting, stem

_SOURCE = re.compile(r"/etc/cron\.(?:d|hourly|daily|weekly|monthly)/(.+)", re.DOTALL)
_WORD = re.compile(r"(?<![\w=.-])/[^\s;&|<>\"'()]+")


def of_host(host: Host) -> tuple[CronJob, ...]:
    """Jobs of cron and of timers that are not the distribution's own upkeep, in that order.

    A timer's ``source`` is its unit; its command is that of the service that it starts.
    """
    lines = [job for job in host.cron.value or () if not _upkeep(host, job)]
    return (*lines, *_timers(host))


def _upkeep(host: Host, job: CronJob) -> bool:
    match = _SOURCE.fullmatch(job.source)
    if match:
        return known.is_system_job(match[1])
    return "run-parts" in job.command or "anacron" in job.command


def _timers(host: Host) -> list[CronJob]:
    units = {u.name: u for u in host.units.value or ()}
    found = []
    for name in sorted(units):
        timer = units[name]
        if not name.endswith(".timer") or known.is_system_job(stem(name)) or not _active(timer):
            continue
        target = (
            timer.properties.get("Unit")
            or unitfile.value(timer, "Timer", "Unit")
            or (f"{stem(name)}.service")
        )
        service = units.get(target, Unit(target))
        view = Service(host, safe_name(stem(target)), service)
        lines = [" ".join(c.argv) for c in commands(view, "ExecStart")]
        found.append(
            CronJob(
                name, setting(view, "User") or "root", _schedule(timer), " ; ".join(lines) or target
            )
        )
    return found


def _active(timer: Unit) -> bool:
    return timer.active in ("active", "activating") or timer.enabled.startswith("enabled")


def _schedule(timer: Unit) -> str:
    calendar = unitfile.values(timer, "Timer", "OnCalendar")
    if calendar:
        return "; ".join(calendar)
    spans = [
        f"{name}={value}"
        for name in (
            "OnBootSec",
            "OnStartupSec",
            "OnActiveSec",
            "OnUnitActiveSec",
            "OnUnitInactiveSec",
        )
        for value in unitfile.values(timer, "Timer", name)
    ]
    told = timer.properties.get("TimersCalendar", "") or timer.properties.get("TimersMonotonic", "")
    match = re.search(r"On\w+=([^;}]+)", told)
    return "; ".join(spans) or (match[1].strip() if match else "not known")


def paths(job: CronJob) -> tuple[str, ...]:
    """Absolute paths of a job's command line, cleaned."""
    found = (places.clean(word) for word in _WORD.findall(job.command))
    return tuple(dict.fromkeys(p for p in found if p))


def assign(
    host: Host, workloads: Sequence[Workload], jobs: Sequence[CronJob]
) -> tuple[tuple[Workload, ...], tuple[CronJob, ...]]:
    """(workloads with their jobs, the jobs that belong to none).

    A job belongs to the one workload whose package or unit it is named after, else whose
    application holds what it runs, else whose data it names, else that runs as its user.
    """
    given: dict[str, list[Job]] = {w.id: [] for w in workloads}
    left: list[CronJob] = []
    for job in jobs:
        owner = _owner(workloads, job)
        if owner is None:
            left.append(job)
        else:
            given[owner.id].append(as_job(host, job))
    return tuple(replace(w, jobs=(*w.jobs, *given[w.id])) for w in workloads), tuple(left)


def _owner(workloads: Sequence[Workload], job: CronJob) -> Workload | None:
    named = paths(job)

    def holds(roots: Sequence[str]) -> bool:
        return any(places.below(path, root) for path in named for root in roots)

    match = _SOURCE.fullmatch(job.source)
    label = match[1] if match else stem(job.source) if job.source.endswith(".timer") else ""
    for choose in (
        lambda w: bool(label) and label in {w.name, stem(w.unit), *(p.name for p in w.packages)},
        lambda w: holds([c.path for c in w.copies if c.kind == "application"]),
        lambda w: holds([v.path for v in w.volumes]),
        lambda w: (
            job.user not in ("root", "") and w.run_as is not None and w.run_as.name == job.user
        ),
    ):
        candidates = [w for w in workloads if choose(w)]
        if len(candidates) == 1:
            return candidates[0]
    return None


def as_job(host: Host, job: CronJob) -> Job:
    """A job as part of a workload: by ``sh``, as cron and most units would."""
    return Job(
        name=name_of(job),
        schedule=job.schedule,
        command=("/bin/sh", "-c", job.command.replace("\\%", "%")),
        user=job.user,
        source=job.source,
        timezone=job.timezone or host.timezone.value or "",
    )


def name_of(job: CronJob) -> str:
    """A name from the program that a job runs, else from where it is written."""
    named = [p for p in paths(job) if posixpath.basename(p) not in _INTERPRETERS]
    base = posixpath.basename(named[0]) if named else ""
    return safe_name(base or posixpath.basename(stem(job.source)) or "job")


_INTERPRETERS = frozenset(
    {
        "sh",
        "bash",
        "dash",
        "env",
        "python",
        "python3",
        "perl",
        "php",
        "nice",
        "ionice",
        "flock",
        "timeout",
        "null",
        "test",
        "[",
    }
)
