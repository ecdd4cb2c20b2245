"""Init systems other than systemd: scripts, jobs of upstart, folders of supervisors."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from planner.facts.text import Parsed, each_line, fields, number
from planner.model import Boot, Process, TextFile, Unit

NOT_TOLD = "init scripts: which of them run is not told"

_NAME = re.compile(r"[A-Za-z0-9:_.@\\+-]+")
_DAEMON = re.compile(r"^\s*(respawn|expect)\b", re.MULTILINE)
_CONSOLE = re.compile(r"(tty|console|serial|prefdm|[a-z]*getty)")
_STARTS = re.compile(r"^\s*start\s+on\b", re.MULTILINE)
_MANUAL = re.compile(r"^\s*manual\b", re.MULTILINE)


@dataclass(frozen=True)
class Inits:
    """What the section ``inits`` tells; pid 0: none."""

    boot: Boot = field(default_factory=Boot)
    pid_files: dict[str, int] = field(default_factory=dict)
    upstart: tuple[tuple[str, str, int], ...] = ()
    """Job (with its instance), state as ``start/running``, pid."""
    openrc: frozenset[str] | None = None
    """Services that OpenRC started; None: no OpenRC."""
    supervised: tuple[tuple[str, str, bool, int], ...] = ()
    """Service, folder, wanted up, pid."""


def parse_scripts(text: str) -> Parsed[tuple[Unit, ...]]:
    """Tabs: init script, 1 if the default runlevel starts it, its path, runlevels. Named as
    systemd's generator does, which also gives SourcePath. Whether it runs is not told:
    ``active`` stays empty.
    """

    def read(line: str) -> Unit:
        name, started, *rest = fields(line, 2)
        if started not in ("0", "1") or not _NAME.fullmatch(name):
            raise ValueError(line)
        path = (rest[0] if rest else "") or f"/etc/init.d/{name}"
        told = {"Id": f"{name}.service", "SourcePath": path}
        if len(rest) > 1 and rest[1]:
            told["Runlevels"] = rest[1]
        return Unit(
            name=f"{name}.service",
            enabled="enabled" if started == "1" else "disabled",
            properties=told,
        )

    found = each_line(text, read)
    return Parsed(tuple(sorted(found.value, key=lambda u: u.name)), found.partial)


def parse_inits(text: str) -> Parsed[Inits]:
    """Lines with tabs: ``runlevel``, ``inittab`` (id, levels, action, command), ``pidfile`` (path,
    pid), ``upstart`` (job, state, pid, instance), ``openrc`` (started service), ``supervised``
    (name, folder, wanted up, pid).
    """
    level, default = "", ""
    table: list[tuple[str, str, str, str]] = []
    pid_files: dict[str, int] = {}
    jobs: list[tuple[str, str, int]] = []
    started: set[str] | None = None
    folders: list[tuple[str, str, bool, int]] = []

    def read(line: str) -> None:
        nonlocal level, default, started
        kind, *rest = fields(line, 2)
        if kind == "runlevel":
            level = rest[0]
        elif kind == "inittab":
            ident, levels, action, command = rest[:4]
            if action == "initdefault":
                default = levels
            else:
                table.append((ident, levels, action, command))
        elif kind == "pidfile":
            pid_files[rest[0]] = number(rest[1])
        elif kind == "upstart":
            job, state, pid, *instance = rest
            name = "@".join((job, *(word.replace("/", "-") for word in instance if word)))
            jobs.append((name, state, number(pid or "0")))
        elif kind == "openrc":
            started = (started or set()) | {rest[0]}
        elif kind == "supervised":
            name, folder, up, pid = rest[:4]
            folders.append((name, folder, up == "1", number(pid or "0")))
        else:
            raise ValueError(line)

    found = each_line(text, lambda line: _checked(read, line))
    return Parsed(
        Inits(
            Boot(level, default, tuple(table)),
            pid_files,
            tuple(sorted(jobs)),
            None if started is None else frozenset(started),
            tuple(sorted(folders)),
        ),
        found.partial,
    )


def _checked(read: Callable[[str], None], line: str) -> bool:
    read(line)
    return True


def with_inits(
    scripts: Sequence[Unit],
    inits: Inits,
    texts: Mapping[str, TextFile],
    processes: Sequence[Process] | None,
) -> tuple[Unit, ...]:
    """Say which scripts run, where a PID file or OpenRC tells, and add what upstart and
    supervisors start. A PID file counts when its process lives and fits the script.
    """
    living = {p.pid: p for p in processes or ()}
    units = {u.name: _script(u, inits, texts, living) for u in scripts}
    for job, state, pid in inits.upstart:
        if not _CONSOLE.match(job):
            unit = _job(job, state, pid, texts)
            units.setdefault(unit.name, unit)
    for name, folder, up, pid in inits.supervised:
        alive = pid > 0 and (processes is None or pid in living)
        units[f"{name}.service"] = Unit(
            name=f"{name}.service",
            active="active" if alive else "inactive" if pid == 0 and not up else "",
            sub="running" if alive else "",
            enabled="enabled" if up else "disabled",
            main_pid=pid if alive else 0,
            properties={
                "Id": f"{name}.service",
                "SourcePath": f"{folder}/run",
                "Init": "supervise",
            },
        )
    return tuple(units[name] for name in sorted(units))


def _script(
    unit: Unit, inits: Inits, texts: Mapping[str, TextFile], living: Mapping[int, Process]
) -> Unit:
    name = unit.name.removesuffix(".service")
    file = texts.get(unit.properties.get("SourcePath", ""))
    text = file.text if file else ""
    for path, pid in sorted(inits.pid_files.items()):
        process = living.get(pid)
        if process and _is_of(path, name, text) and _fits(process, name, text):
            told = {**unit.properties, "PIDFile": path}
            return replace(unit, active="active", sub="running", main_pid=pid, properties=told)
    if inits.openrc is not None:
        started = name in inits.openrc
        return replace(
            unit, active="active" if started else "inactive", sub="started" if started else "dead"
        )
    return unit


def _is_of(path: str, name: str, text: str) -> bool:
    """Whether a PID file is a script's: the script names it, or they share their name."""
    short = path.removeprefix("/var")
    folder, file = posixpath.split(path)
    stem = file.removesuffix(".pid")
    if re.search(rf"(?<![\w-]){re.escape(short)}(?![\w-])", text):
        return True
    return name in (stem, f"{stem}d", posixpath.basename(folder)) or stem == f"{name}d"


def _fits(process: Process, name: str, text: str) -> bool:
    """Numbers are used again: the process must be one that the script speaks of."""
    words = {process.comm, posixpath.basename(process.exe)} - {""}
    return any(
        word in name or name in word or re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)
        for word in words
    )


def _job(job: str, state: str, pid: int, texts: Mapping[str, TextFile]) -> Unit:
    """A job of upstart. What has no ``respawn`` and no ``expect`` is a step of the boot, not a
    service, and as such not enabled.
    """
    base = job.partition("@")[0]
    path = f"/etc/init/{base}.conf"
    text = texts[path].text if path in texts else ""
    override = f"/etc/init/{base}.override"
    text += texts[override].text if override in texts else ""
    runs = state.startswith("start/")
    service = bool(_DAEMON.search(text)) and bool(_STARTS.search(text))
    enabled = (service and not _MANUAL.search(text)) or (runs and pid > 0)
    return Unit(
        name=f"{job}.service",
        active="active" if runs else "inactive",
        sub=state.partition("/")[2],
        enabled="enabled" if enabled else "static",
        main_pid=pid,
        properties={"Id": f"{job}.service", "SourcePath": path, "Init": "upstart"},
    )


def in_units(processes: tuple[Process, ...], units: Sequence[Unit]) -> tuple[Process, ...]:
    """Name the unit of a main process and of all below it, where no cgroup does; a process below
    that is another unit's main process begins that one.
    """
    named = {u.main_pid: u.name for u in units if u.main_pid > 1}
    if not named:
        return processes
    parent = {p.pid: p.ppid for p in processes}

    def of(pid: int) -> str:
        seen: set[int] = set()
        while pid > 1 and pid not in seen:
            if pid in named:
                return named[pid]
            seen.add(pid)
            pid = parent.get(pid, 0)
        return ""

    return tuple(p if p.unit else replace(p, unit=of(p.pid)) for p in processes)


def lack(units: Sequence[Unit]) -> str:
    """What is not told of these units, in words; empty: all is."""
    unknown = [u for u in units if not u.active]
    if not unknown:
        return ""
    if len(unknown) == len(units):
        return NOT_TOLD
    return f"init scripts: whether {len(unknown)} of {len(units)} run is not told"
