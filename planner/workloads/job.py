"""A scheduled job that belongs to no service: a workload of its own."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from planner.facts import unitfile
from planner.model import Adaptation, CronJob, Directory, EnvVar, Host, Unit, Workload
from planner.service import accounts, jobs, places, storage
from planner.service.command import Command, derive
from planner.service.general import Known, described
from planner.service.jobneeds import Needs, needs
from planner.service.places import Wanted
from planner.service.plain import plain
from planner.service.storage import Storage
from planner.service.view import MASK, Service, commands, owner, safe_name, setting, stem

_OWN = ("application", "content", "home", "data")
_OF_CRON = frozenset({"SHELL", "MAILTO", "MAILFROM", "CRON_TZ", "HOME", "LOGNAME", "USER",
                      "RANDOM_DELAY", "START_HOURS_RANGE", "CONTENT_TYPE"})  # fmt: skip
"""Variables of a crontab that cron itself reads, or gives by the account."""


def detect(host: Host, job: CronJob) -> Workload | None:
    """The workload of a job that runs a program of its own, outside of every package, or as an
    ordinary user; upkeep of the machine by root with packaged programs is none: None.
    """
    named = [p for p in jobs.programs(job) if p.startswith("/")]
    programs = [p for p in named if places.role(p) in _OWN and not owner(host, p)]
    ordinary = job.user not in ("root", "")
    if not programs and not ordinary:
        return None
    timer = job.source.endswith(".timer")
    view = _timed(host, job) if timer else _lined(job, host, named)
    found = needs(host, job)
    user = accounts.by_name(host, job.user)
    run_as = None if user is None or user.uid == 0 else user
    command = _of_unit(view) if timer else _of_line(job)
    made = described(
        view,
        Known(
            "job",
            f"scheduled job {jobs.name_of(job)}",
            ("batch",),
            needs_init=True,
            command=command,
            packages=found.packages,
            storage=_storage(view, job, found),
            programs=found.programs,
            adaptations=tuple(_adaptations(host, job)),
            unknowns=_unknowns(job, found, known_user=user is not None),
            run_as=run_as,
        ),
    )
    planned = replace(jobs.as_job(host, job), command=command.argv)
    name = safe_name(f"job-{planned.name}")
    environment, lost = _environment(job)
    told = {e.name: e for e in (*made.environment, *environment)}
    return replace(
        made,
        id=f"{host.name}/{name}",
        name=name,
        state="running" if "@reboot" not in job.schedule else "stopped",
        unit=job.source if timer else "",
        enabled="",
        restart="no",
        user=user,
        run_as=run_as,
        health=None,
        workdir=made.workdir or _home(job, run_as is not None and run_as.home),
        secrets=tuple(
            # A script with a password in it: its user has to run it.
            replace(s, owner=replace(s.owner, mode="0500"))
            if s.path in (*named, *found.programs)
            else s
            for s in made.secrets
        ),
        environment=tuple(told[n] for n in sorted(told)),
        directives=made.directives if timer else (),
        jobs=(planned,),
        unknowns=tuple(u for u in (*made.unknowns, *lost) if not u.startswith(_SILENT)),
    )


_SILENT = (
    "Which program it runs is not known, so its package is not either.",
    "Which files it writes",
    "Where it listens",
    "Whom it speaks to",
    "What its unit file says is not known: its text was not carried",
    "Which package owns ",
    "Whether it runs is not known",
)
"""Said of services; a job does not run at the look, and its script is looked at instead."""


def _timed(host: Host, job: CronJob) -> Service:
    """The service that a timer starts."""
    units = {u.name: u for u in host.units.value or ()}
    name = jobs.target(units[job.source]) if job.source in units else ""
    return Service(host, safe_name(stem(name)), units.get(name, Unit(name)))


def _lined(job: CronJob, host: Host, named: Sequence[str]) -> Service:
    """A line of a crontab as a unit that is done once its command is."""
    program = next((p for p in named if not jobs.is_interpreter(p)), next(iter(named), ""))
    directives = [("Service", "Type", "oneshot"), ("Service", "User", job.user)]
    if re.fullmatch(r"/[A-Za-z0-9_./+@-]+", program):
        directives.append(("Service", "ExecStart", program))
    name = jobs.name_of(job)
    return Service(host, name, Unit(f"{name}.service", directives=tuple(directives)))


def _of_unit(view: Service) -> Command:
    """Several commands of a oneshot run one after another, as systemd has them."""
    starts = commands(view, "ExecStart")
    if not starts:
        why = f"What {view.name} runs is not known: the text of its unit was not carried."
        return Command((), (), (why,))
    if len(starts) == 1:
        return derive(view)
    if any(s.specifiers or s.variables or MASK in " ".join(s.argv) for s in starts):
        return derive(view)
    lines = (
        f"{{ {shlex.join((s.path, *s.argv[1:]))} || :; }}"
        if "-" in s.prefixes
        else shlex.join((s.path, *s.argv[1:]))
        for s in starts
    )
    fate = ("ExecStart", ("carried", "its commands run one after another, by sh"))
    return Command(("/bin/sh", "-c", " && ".join(lines)), (), (), (fate,))  # type: ignore[arg-type]


def _of_line(job: CronJob) -> Command:
    if MASK in job.command:
        why = "An argument of its command is a secret and stayed on the machine."
        return Command((), (), (why,))
    shell = dict(job.environment).get("SHELL", "/bin/sh")
    shell = shell if re.fullmatch(r"/[A-Za-z0-9_./-]+", shell) else "/bin/sh"
    return Command((shell, "-c", jobs.line_of(job)))


def _storage(view: Service, job: CronJob, found: Needs) -> Storage:
    """Folders that the command line, its variables and the scripts name; its working directory
    where no program of its own lies in it.
    """
    host = view.host
    user = accounts.by_name(host, job.user)
    run_as = user if user and user.uid else None
    folders = [_folder(host, p) for p in found.named]
    kept = storage.of_mentions(view, [p for p in folders if p], run_as, found.programs)
    wanted = [
        Wanted(w.path, w.kind, "the job names it", w.consistency, w.consistency_reason, w.read_only)
        for w in kept.wanted
    ]
    workdir = places.clean(setting(view, "WorkingDirectory").lstrip("-"))
    runs = any(places.below(p, workdir) for p in found.programs)
    plain_data = places.role(workdir) in ("data", "content") and not places.shared_top(workdir)
    if workdir and plain_data and not runs:
        why = "it works in this folder"
        wanted.insert(0, storage.folder_volume(view, workdir, run_as, why))
    home = _home(job, run_as.home if run_as else "")
    own = (Directory(home, accounts.owned(run_as, "0755"), "cron starts it there"),) if home else ()
    return storage.joined(Storage(tuple(wanted)), kept, Storage(directories=own))


def _folder(host: Host, path: str) -> str:
    """A path that is named; of a file of data its folder, so that what replaces it is kept too."""
    info = places.info(host, path)
    if info is not None and info.type == "file" and places.role(path) in ("data", "content"):
        folder = posixpath.dirname(path)
        return "" if places.shared_top(folder) else folder
    return path


def _home(job: CronJob, home: str | bool) -> str:
    """Where cron starts it; empty: not in a home of its own, or by a timer."""
    found = places.clean(home) if isinstance(home, str) and home else ""
    timer = job.source.endswith(".timer")
    return "" if timer or found in ("", "/", "/nonexistent") or found == "/root" else found


def _environment(job: CronJob) -> tuple[list[EnvVar], list[str]]:
    """(variables of the crontab, sentences about those that stayed on the machine)."""
    found, lost = [], []
    for name, value in job.environment:
        if name in _OF_CRON or (name == "PATH" and job.source == "/etc/crontab"):
            continue
        if MASK in value or not plain(value):
            found.append(EnvVar(name, "", True, f"set in {job.source}"))
            lost.append(
                f"The value of {name} in {job.source} may be a secret and stayed there: it has to "
                "be given to the container."
            )
        else:
            found.append(EnvVar(name, value, False, f"set in {job.source}"))
    return found, lost


def _adaptations(host: Host, job: CronJob) -> Iterable[Adaptation]:
    """What cron and timers do beside starting it at its time."""
    told = dict(job.environment)
    if mail := told.get("MAILTO", ""):
        yield Adaptation(
            "logs",
            f"what it prints goes to the engine's log, and not by mail to {mail}",
            "a container has no mail server: its exit status has to be watched",
        )
    if re.search(r"\bflock\b", job.command):
        yield Adaptation(
            "other",
            "its lock counts in one container only",
            "the scheduler of the target must not start a second one: flock around its line, or "
            "concurrencyPolicy: Forbid",
        )
    timer = next((u for u in host.units.value or () if u.name == job.source), None)
    if timer is None:
        return
    if unitfile.value(timer, "Timer", "Persistent").lower() in ("1", "yes", "true", "on"):
        yield Adaptation(
            "other",
            "a run that is missed while the target is down is made up for by its scheduler only "
            "where that can",
            "Persistent= of its timer; cron does not, a timer or a CronJob of the target does",
        )
    if delay := unitfile.value(timer, "Timer", "RandomizedDelaySec"):
        yield Adaptation(
            "other",
            f"it starts at its time, not up to {delay} later",
            "RandomizedDelaySec= of its timer spreads the load of many machines",
        )


def _unknowns(job: CronJob, found: Needs, *, known_user: bool) -> list[str]:
    lost = list(found.unknowns)
    if not found.programs and not found.named:
        lost.append(
            "What it reads and writes cannot be seen from its schedule: its owner has to say."
        )
    if not known_user:
        lost.append(f"Who {safe_name(job.user)} is was not seen.")
    return lost
