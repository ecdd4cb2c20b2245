"""A service as the detectors see it: a unit or a tree of processes, with what belongs to it."""

from __future__ import annotations

import hashlib
import posixpath
import re
from dataclasses import dataclass, field

from planner.facts import execline, unitfile
from planner.model import Fact, Host, Listener, Process, Unit
from planner.model.data import T
from planner.service.plain import plain

MASK = "***"
"""What the collector leaves of a secret."""

_UNSAFE = re.compile(r"[^A-Za-z0-9@_.:-]+")


@dataclass(frozen=True)
class Service:
    """One candidate for a workload.

    ``processes``: the main one first, the others by id; empty when none ran at the look or none
    could be seen. ``unit``: None for processes that no unit started. ``unknowns``: sentences about
    how it was put together, for the workload's own list.
    """

    host: Host
    name: str
    unit: Unit | None = None
    processes: tuple[Process, ...] = ()
    listeners: tuple[Listener, ...] = ()
    unknowns: tuple[str, ...] = ()
    _commands: dict[str, tuple[execline.Exec, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """By directive, once they were asked for: every detector asks for the same."""

    @property
    def main(self) -> Process | None:
        return self.processes[0] if self.processes else None

    @property
    def pids(self) -> frozenset[int]:
        return frozenset(p.pid for p in self.processes)


def safe_name(text: str) -> str:
    """``text`` with only ``[A-Za-z0-9@_.:-]``; where that changes it, with a hash of the original,
    so that two names never become one.
    """
    clean = _UNSAFE.sub("-", text).strip("-.")[:80] or "x"
    if clean == text:
        return clean
    return f"{clean}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}"


def stem(unit: str) -> str:
    """``postgresql@15-main.service`` -> ``postgresql@15-main``."""
    return unit.rpartition(".")[0] or unit


def variables(service: Service) -> dict[str, str]:
    """Environment= of the unit, without the values that are masked or may be secrets."""
    if service.unit is None:
        return {}
    found = unitfile.environment(service.unit, specifiers(service.host))
    return {name: value for name, value in found.items() if MASK not in value and plain(value)}


def specifiers(host: Host) -> dict[str, str]:
    """Specifiers of unit files that only the machine can say."""
    known = {"H": host.hostname.value, "m": host.machine_id.value}
    return {letter: value for letter, value in known.items() if value}


def commands(service: Service, directive: str) -> tuple[execline.Exec, ...]:
    """The commands of ``ExecStart`` and its like, specifiers and known variables filled in."""
    if service.unit is None:
        return ()
    made = service._commands
    if directive not in made:
        made[directive] = tuple(
            command
            for line in unitfile.values(service.unit, "Service", directive)
            for command in execline.split_exec(
                line, service.unit.name, variables(service), specifiers(service.host)
            )
        )
    return made[directive]


def setting(service: Service, name: str, section: str = "Service") -> str:
    """Effective value of a directive; for User=, Group= and Type= also as systemctl says it."""
    if service.unit is None:
        return ""
    found = unitfile.value(service.unit, section, name)
    if found:
        return execline.expand(
            found, {**execline.unit_specifiers(service.unit.name), **specifiers(service.host)}
        )
    return service.unit.properties.get(name, "") if name in ("User", "Group", "Type") else ""


def program(service: Service) -> str:
    """Path of the program: as the unit starts it, else the running one's; empty: not known."""
    for command in commands(service, "ExecStart"):
        if command.path.startswith("/"):
            return command.path
    main = service.main
    if main is None:
        return ""
    return main.exe or (main.argv[0] if main.argv and main.argv[0].startswith("/") else "")


def called(service: Service) -> frozenset[str]:
    """Every base name that the service's programs go by: executable, first argument, unit."""
    found = {posixpath.basename(command.path) for command in commands(service, "ExecStart")}
    for process in service.processes[:1]:
        # A process that lost its file is told with " (deleted)" behind the path.
        found.add(posixpath.basename(process.exe.removesuffix(" (deleted)")))
        found.add(process.comm)
        first = process.argv[0] if process.argv else ""
        found.add(posixpath.basename(first.split(":")[0].split(" ")[0]))
    if service.unit is not None:
        found.add(stem(service.unit.name).partition("@")[0])
    return frozenset(found - {""})


def owner(host: Host, path: str) -> str:
    """Package that owns a path, without its architecture; empty: nobody, or not known."""
    return (host.owners.value or {}).get(path, "").partition(":")[0]


def why_unknown(fact: Fact[T], what: str) -> tuple[str, ...]:
    """A sentence for a workload's unknowns if ``fact`` is not wholly known."""
    reason = fact.unknown or fact.partial
    return (f"{what}: {reason}",) if reason else ()
