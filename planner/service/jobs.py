"""Scheduled work: cron lines and timers, and to which service they belong."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Sequence

from msgspec.structs import replace

from planner.facts import unitfile
from planner.model import CronJob, Host, Job, Unit, Workload
from planner.service import known, places
from planner.service.plain import plain
from planner.service.view import Service, commands, owner, safe_name, setting, stem

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
    return any(known.is_upkeep(posixpath.basename(p)) for p in programs(job))


def _timers(host: Host) -> list[CronJob]:
    units = {u.name: u for u in host.units.value or ()}
    found = []
    for name in sorted(units):
        timer = units[name]
        if not name.endswith(".timer") or known.is_system_job(stem(name)) or not _active(timer):
            continue
        started = target(timer)
        service = units.get(started, Unit(started))
        view = Service(host, safe_name(stem(started)), service)
        lines = [" ".join(c.argv) for c in commands(view, "ExecStart")]
        found.append(
            CronJob(
                name,
                setting(view, "User") or "root",
                _schedule(timer),
                " ; ".join(lines) or started,
            )
        )
    return found


def target(timer: Unit) -> str:
    """Name of the unit that a timer starts."""
    named = timer.properties.get("Unit") or unitfile.value(timer, "Timer", "Unit")
    return named or f"{stem(timer.name)}.service"


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


def programs(job: CronJob) -> tuple[str, ...]:
    """What a job's command line runs: the first word of each command, behind wrappers such as
    ``nice``, and the script of an interpreter.
    """
    found: list[str] = []
    for part in re.split(r"[;&|(){}]+|\b(?:then|do|else)\b", job.command):
        for word in _WRAPPER.sub(" ", part).split():
            word = word.strip("'\"")
            if not word or _NO_PROGRAM.fullmatch(word):
                continue
            wraps = posixpath.basename(word) in _INTERPRETERS
            if not wraps or word.startswith("/"):
                found.append(word)
            if not wraps:
                break
    return tuple(dict.fromkeys(places.clean(w) or w for w in found))


_WRAPPER = re.compile(
    r"(?<!\S)(?:/\S*/)?(?:(?:sudo|runuser)(?:\s+(?:-[ugU]\s+\S+|-\S+))*"
    r"|su(?:\s+-\S*)*\s+[\w-]+(?:\s+-\S+)*"
    r"|flock(?:\s+(?:-[wE]\s+\S+|-\S+))*\s+\S+)(?!\S)"
)
_NO_PROGRAM = re.compile(r"[A-Za-z_]\w*=.*|-.*|\d+[smhd]?|if|while|until|!|/dev/null|>.*|2>.*")


def paths(job: CronJob) -> tuple[str, ...]:
    """Absolute paths of a job's command line, cleaned."""
    found = (places.clean(word) for word in _WORD.findall(job.command))
    return tuple(dict.fromkeys(p for p in found if p))


def assign(
    host: Host, workloads: Sequence[Workload], jobs: Sequence[CronJob]
) -> tuple[tuple[Workload, ...], tuple[CronJob, ...]]:
    """(workloads with their jobs, the jobs that belong to none).

    A job belongs to the one workload whose package or unit it is named after, else whose
    application holds what it runs, whose packages own it or whose tool it is, else whose data it
    names, else that runs as its user.
    """
    given: dict[str, list[Job]] = {w.id: [] for w in workloads}
    left: list[CronJob] = []
    for job in jobs:
        owner = _owner(host, workloads, job)
        if owner is None:
            left.append(job)
        else:
            given[owner.id].append(as_job(host, job))
    return tuple(replace(w, jobs=(*w.jobs, *given[w.id])) for w in workloads), tuple(left)


def _owner(host: Host, workloads: Sequence[Workload], job: CronJob) -> Workload | None:
    named, runs = paths(job), programs(job)
    packages = {owner(host, p) for p in runs if not _stands_for_others(p)} - {""}
    tools = {
        kind for pattern, kind in _TOOLS for p in runs if pattern.fullmatch(posixpath.basename(p))
    }
    match = _SOURCE.fullmatch(job.source)
    label = match[1] if match else stem(job.source) if job.source.endswith(".timer") else ""

    def by_name(w: Workload) -> int:
        return bool(label) and label in {w.name, stem(w.unit), *(p.name for p in w.packages)}

    def by_program(w: Workload) -> int:
        return _depth(runs, [c.path for c in w.copies if c.kind == "application"])

    def by_package(w: Workload) -> int:
        own = {p.name for p in w.packages if p.reason != "runs the program"}
        return bool(packages & own) or bool(tools & {w.kind, w.name.partition("@")[0], *own})

    def by_data(w: Workload) -> int:
        roots = [v.path for v in w.volumes]
        around = [p for p in named if not places.shared_top(p) and _depth(roots, [p])]
        return _depth(named, roots) or bool(around)

    def by_user(w: Workload) -> int:
        return job.user not in ("root", "") and bool(w.run_as) and _runs_as(w, job.user)

    for fits in (by_name, by_program, by_package, by_data, by_user):
        scores = {w.id: fits(w) for w in workloads}
        best = max(scores.values(), default=0)
        winners = [w for w in workloads if best and scores[w.id] == best]
        if len(winners) == 1:
            return winners[0]
    return None


def _depth(paths: Sequence[str], roots: Sequence[str]) -> int:
    """Length of the longest root that one of the paths lies in; 0: in none."""
    return max((len(r) for r in roots for p in paths if places.below(p, r)), default=0)


def _runs_as(workload: Workload, user: str) -> bool:
    return workload.run_as is not None and workload.run_as.name == user


_TOOLS = tuple(
    (re.compile(programs), kind)
    for programs, kind in (
        (r"pg_\w+|psql|vacuumdb|reindexdb|vacuumlo", "postgresql"),
        (r"mysql\w*|mariadb[\w-]*|mariabackup|xtrabackup", "mysqld"),
        (r"mysql\w*|mariadb[\w-]*|mariabackup|xtrabackup", "mariadb"),
        (r"redis-cli", "redis"),
        (r"mongo\w*", "mongod"),
        (r"doveadm|dsync|sievec", "dovecot"),
        (r"post(queue|super|map|cat|conf|fix|alias)|pflogsumm", "postfix"),
        (r"rabbitmq\w*", "rabbitmq-server"),
        (r"ldapsearch|slap\w+", "slapd"),
        (r"exportfs|nfsstat", "nfs-server"),
    )
)
"""Tools of a server, which come in packages of their own (clients), by the name of the server."""


def as_job(host: Host, job: CronJob) -> Job:
    """A job as part of a workload: by ``sh``, as cron and most units would."""
    return Job(
        name=name_of(job),
        schedule=job.schedule,
        command=_by_shell(job),
        user=job.user,
        source=job.source,
        timezone=job.timezone or host.timezone.value or "",
    )


def _by_shell(job: CronJob) -> tuple[str, ...]:
    """The command by ``sh``, with the variables of its crontab where they are no secrets."""
    told = [
        f"{name}={value}"
        for name, value in job.environment
        if name not in _OF_CRON and "***" not in value and plain(value)
    ]
    before = ("/usr/bin/env", *told) if told else ()
    return (*before, "/bin/sh", "-c", line_of(job))


def line_of(job: CronJob) -> str:
    r"""The command as cron gives it to a shell: ``\%`` is a percent sign, and what stands behind
    a plain one is its standard input, in which each further one ends a line (crontab(5)).
    """
    if job.source.endswith(".timer"):
        return job.command
    line, *given = re.split(r"(?<!\\)%", job.command)
    line = line.replace("\\%", "%")
    if not given:
        return line
    text = "\n".join(part.replace("\\%", "%") for part in given)
    return f"printf '%s\\n' {shlex.quote(text)} | {{ {line}; }}"


def name_of(job: CronJob) -> str:
    """A name from the program that a job runs, else from where it is written."""
    named = [p for p in (*programs(job), *paths(job)) if not _stands_for_others(p)]
    base = posixpath.basename(named[0]) if named else ""
    return safe_name(base or posixpath.basename(stem(job.source)) or "job")


def is_interpreter(path: str) -> bool:
    """Whether a program is there to run another or a script."""
    return posixpath.basename(path) in _INTERPRETERS


def _stands_for_others(path: str) -> bool:
    return posixpath.basename(path) in _INTERPRETERS | {"cd", "echo", "printf", "umask", "export"}


_OF_CRON = frozenset({"SHELL", "PATH", "MAILTO", "MAILFROM", "CRON_TZ", "HOME", "LOGNAME", "USER"})
"""What cron itself reads or gives; PATH is the image's."""
# fmt: off
_INTERPRETERS = frozenset({
    "sh", "bash", "dash", "ksh", "env", "python", "python2", "python3", "perl", "php", "ruby",
    "nice", "ionice", "timeout", "nohup", "setsid", "chronic", "exec", "time", "null", "test", "[",
})
# fmt: on
