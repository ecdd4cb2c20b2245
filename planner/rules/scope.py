"""What the expressions of a rule see: values of facts, and an exception where one is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from planner import images
from planner.facts.typed import NO_GUEST
from planner.images.lifecycle import lifecycle, runtime
from planner.images.userspace import user_space
from planner.model import OS, Fact, Host, OpenFile, Process, Workload
from planner.rules.context import Context, Patterns, given
from planner.service import told
from planner.service.reached import within_sight
from planner.service.used import FIELDS

NO_CONTEXT = Context()

DEPENDS = {
    "pids": ("processes",),
    "resources": ("processes",),
    "processes": ("processes",),
    "listeners": ("listeners",),
    "couplings": ("listeners", "unix_sockets", "connections", "open_files", "paths"),
    "clients": ("listeners",),
    "siblings": ("listeners",),
    "drift": ("packages",),
    "peers": ("connections",),
    "open_files": ("open_files",),
    "open_devices": ("open_devices",),
    "volumes": ("open_files", "paths"),
    "secrets": ("files", "config_files"),
    "admissions": ("files",),
    "packages": ("packages",),
    "jobs": ("cron",),
    "directives": ("units",),
    "groups": ("user_groups",),
    "sysctls": ("listeners",),
    "environment": ("units",),
    **{name: made.needs for name, made in FIELDS.items()},
    **{name: made.needs for name, made in told.WORKLOAD.items()},
}
"""Which facts of the machine a field of a workload was made from: an empty field says nothing
when the fact behind it was not seen."""
_LISTED = {"texts": ("config_files",), "unread": ("config_files",)}
"""The same, where a fact that is known in part does: which files of packages were changed is not
told everywhere (Alpine), and the others are listed all the same."""
_OWN = {
    "processes": tuple[Process, ...],
    "open_files": tuple[OpenFile, ...],
    "open_devices": tuple[OpenFile, ...],
}
DERIVED = _OWN | {
    name: made.type for table in (FIELDS, told.WORKLOAD) for name, made in table.items()
}
"""Fields that only rules see: the machine's facts, as far as they are this workload's."""


@dataclass(frozen=True, order=True)
class Cause:
    """Why something is not known. ``idle``: nothing of the workload ran at the look;
    ``question``: only its owner knows; ``rule``: the rule itself failed on these facts;
    ``unasked``: nobody was asked who could know, as where no plug-in tells of the hypervisor.
    """

    kind: Literal["fact", "idle", "question", "rule", "unasked"]
    what: str
    reason: str


class Neighbours(NamedTuple):
    """Ids of the machine's workloads that stay, and that could not be judged, as far as that is
    known by now."""

    staying: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    pids: tuple[int, ...] = ()
    """Processes of the machine's other workloads, without those that only draw on its screen."""


NOBODY = Neighbours()


class NotKnownError(Exception):
    """An expression asked for what is not known."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(f"{cause.what}: {cause.reason}")
        self.cause = cause


@dataclass
class Trace:
    """What one evaluation touched: facts known in part, and the sections of all."""

    partial: list[Cause] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)

    def take(self, name: str, fact: Fact[Any]) -> Any:
        """Give the fact's value; raises where there is none."""
        self.sections.append(fact.section)
        if fact.unknown or fact.value is None:
            unasked = name == "guest" and fact.unknown == NO_GUEST
            kind: Literal["fact", "unasked"] = "unasked" if unasked else "fact"
            raise NotKnownError(Cause(kind, name, fact.unknown or "not looked at"))
        # What a hypervisor does not tell of a machine is empty there, and nobody else was asked.
        if fact.partial and name != "guest":
            self.partial.append(Cause("fact", name, fact.partial))
        return fact.value


class HostView:
    """``host`` in an expression."""

    __slots__ = ("_host", "_made", "_trace")

    def __init__(self, host: Host, trace: Trace) -> None:
        self._host = host
        self._trace = trace
        self._made: dict[str, Fact[Any]] = {}

    def __getattr__(self, name: str) -> Any:
        if name in told.HOST:
            if name not in self._made:
                self._made[name] = told.HOST[name].read(self._host)
            return self._trace.take(name, self._made[name])
        value = getattr(self._host, name)
        return self._trace.take(name, value) if isinstance(value, Fact) else value


class WorkloadView:
    """``workload`` and ``w`` in an expression."""

    __slots__ = ("_found", "_host", "_trace", "_workload")

    def __init__(self, host: Host, workload: Workload, trace: Trace) -> None:
        self._host = host
        self._workload = workload
        self._trace = trace
        self._found: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name in _OWN:
            return self._own(name)
        if name in told.WORKLOAD:
            return self._told(name)
        value = self._made(name) if name in FIELDS else getattr(self._workload, name)
        if value is None and name == "user":
            raise NotKnownError(Cause("fact", "user", "which user runs it was not seen"))
        if name == "argv" and not value and self._workload.kind != "job":
            self._arguments()
        if name == "traits" and not value and not self._named():
            raise NotKnownError(Cause("fact", "processes", "which program it is was not seen"))
        for source in DEPENDS.get(name, ()):
            fact = within_sight(self._host, self._workload, getattr(self._host, source))
            if value and fact.unknown:
                self._trace.partial.append(Cause("fact", source, fact.unknown))
            else:
                self._trace.take(source, fact)
        for source in _LISTED.get(name, ()):
            fact = getattr(self._host, source)
            if fact.unknown and value:
                self._trace.partial.append(Cause("fact", source, fact.unknown))
            elif fact.unknown:
                self._trace.take(source, fact)
        return value

    def _made(self, name: str) -> Any:
        if name not in self._found:
            self._found[name] = FIELDS[name].read(self._host, self._workload)
        return self._found[name]

    def _arguments(self) -> None:
        """What runs has at least its own name."""
        running = self._host.processes.unknown
        if running or self._workload.pids:
            reason = running or "its arguments were not seen"
            raise NotKnownError(Cause("fact", "processes", reason))

    def _named(self) -> bool:
        known = self._workload
        return bool(known.unit or known.exe or known.argv or known.command or known.packages)

    def _told(self, name: str) -> Any:
        made = told.WORKLOAD[name]
        if name not in self._found:
            self._found[name] = made.read(self._host, self._workload)
        found = self._trace.take(name, self._found[name])
        if made.running:
            self._pids(name)
        return found

    def _pids(self, name: str) -> set[int]:
        if not self._workload.pids:
            reason = f"no process of it ran at the look ({self._workload.state})"
            raise NotKnownError(Cause("idle", name, reason))
        return set(self._workload.pids)

    def _own(self, name: str) -> tuple[Any, ...]:
        found = self._trace.take(name, getattr(self._host, name))
        pids = self._pids(name)
        return tuple(entry for entry in found if entry.pid in pids)


class Missing:
    """Stands for a table's entry that could not be looked up; any use raises."""

    __slots__ = ("_cause",)

    def __init__(self, what: str, reason: str) -> None:
        self._cause = Cause("fact", what, reason)

    def __getattr__(self, name: str) -> Any:
        raise NotKnownError(self._cause)


class SignalView:
    """``signals`` in an expression: what of the inventory gives each, empty where nothing does."""

    __slots__ = ("_found", "_host", "_patterns")

    def __init__(self, host: Host, patterns: Mapping[str, Patterns]) -> None:
        self._host = host
        self._patterns = patterns
        self._found: dict[str, tuple[str, ...]] = {}

    def __getattr__(self, name: str) -> tuple[str, ...]:
        host = self._host
        if name not in self._found:
            self._found[name] = given(self._patterns[name], host)
        found = self._found[name]
        if not found and host.door not in ("", "ansible") and not host.groups:
            question = f"whether it belongs to {name} ({host.door} tells no groups)"
            raise NotKnownError(Cause("question", "owner", question))
        return found


class LimitView:
    """``limit`` in an expression: the user's threshold, else the rule's own."""

    __slots__ = ("_limits",)

    def __init__(self, limits: Mapping[str, int | float]) -> None:
        self._limits = limits

    def __getattr__(self, name: str) -> int | float:
        return self._limits[name]


def names(
    host: Host,
    workload: Workload | None,
    as_of: str,
    trace: Trace,
    context: Context = NO_CONTEXT,
    neighbours: Neighbours = NOBODY,
) -> dict[str, Any]:
    """Make the variables of every expression, but ``limit``, which each rule has of its own.

    Without a workload, any use of one raises.
    """
    nobody = Missing("workload", "the machine alone is judged")
    view = WorkloadView(host, workload, trace) if workload else nobody
    os = host.os.value
    nowhere = Missing("os", host.os.unknown or "not looked at")
    release = f"{os.name or os.id} is not in the table" if os else ""
    return {
        "host": HostView(host, trace),
        "workload": view,
        "w": view,
        "as_of": as_of,
        "lifecycle": (lifecycle(os) or Missing("lifecycle", release)) if os else nowhere,
        "runtime": _runtime(workload) if workload else nobody,
        "base": images.base_for(os) if os else nowhere,
        "userspace": _userspace(host, os) if os else nowhere,
        "signals": SignalView(host, context.signals),
        "target": context.target,
        "staying": neighbours.staying,
        "undecided": neighbours.undecided,
        "others": neighbours.pids,
    }


def _userspace(host: Host, os: OS) -> Any:
    packages = None if host.packages.partial else host.packages.value
    told = f"which C library {os.name or os.id} has"
    return user_space(os, packages) or Missing("packages", told)


def _runtime(workload: Workload) -> Any:
    told = f"{workload.kind} {workload.version or '(version unknown)'} is not in the table"
    return runtime(workload.kind, workload.version) or Missing("runtime", told)
