"""Processes as /proc tells them: who runs, as whom, from where, and what it holds open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from planner.facts import procstatus
from planner.facts.text import (
    Parsed,
    UnreadableError,
    kilobytes,
    not_understood,
    number,
    records,
    unescape,
)
from planner.model import Environment, OpenFile, Process

T = TypeVar("T")

_DELETED = " (deleted)"
_UNIT = re.compile(r"[^/]+\.(service|scope|socket|mount|swap|slice)")
_OPENRC = re.compile(r"/openrc[./]([^/]+)")
_NUMBERS = {"ppid": number, "uid": number, "gid": number, "rss": kilobytes}
_TEXTS = ("comm", "exe", "cwd", "cgroup", "caps")
_WORDS = (
    "stat",
    "mem",
    "sets",
    "groups",
    "cpus",
    "limits",
    "ns",
    "stuck",
    "clock",
    "boot",
    "usual",
)
_SPACE = re.compile(r"(mnt|net|pid|user):\[(\d{1,18})\]", re.ASCII)


@dataclass(frozen=True)
class Running:
    """What one record holds, in the shapes that Host has."""

    process: Process
    environment: Environment | None
    open_files: tuple[OpenFile, ...]
    open_devices: tuple[OpenFile, ...]


@dataclass
class _Record:
    numbers: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    argv: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    words: dict[str, list[str]] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        key, _, value = line.partition(" ")
        if key in _NUMBERS:
            self.numbers[key] = _NUMBERS[key](value)
        elif key in _TEXTS:
            self.texts[key] = unescape(value)
        elif key == "a":
            self.argv.append(unescape(value))
        elif key == "e":
            self.names.append(unescape(value))
        elif key == "w":
            self.paths.append(unescape(value))
        elif key == "r":
            self.devices.append(unescape(value))
        elif key in _WORDS:
            self.words[key] = value.split()
        else:
            raise ValueError(line)


def unit_of(cgroup: str) -> str:
    """Name the system's unit of a cgroup path; empty for sessions and for paths without.

    A path may begin outside (``/lxc/web/system.slice/...``, ``/../..``), and a service may have
    groups below its own. OpenRC's ``/openrc.nginx`` is ``nginx.service``, as its script is named.
    """
    if match := _OPENRC.match(cgroup):
        return f"{match[1]}.service"
    parts = cgroup.split("/")
    starts = [i for i, part in enumerate(parts) if part in ("system.slice", "user.slice")]
    for part in parts[starts[-1] if starts else 0 :]:
        name = part.removeprefix("_")
        if _UNIT.fullmatch(name) and not name.endswith(".slice"):
            return "" if name.startswith("session-") and name.endswith(".scope") else name
    return ""


def _limits(words: Iterable[str]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for word in words:
        name, _, values = word.partition("=")
        soft, _, hard = values.partition(":")
        pair = [-1 if v == "unlimited" else procstatus.maybe(v, number) for v in (soft, hard)]
        if name.isalpha() and pair[0] is not None and pair[1] is not None:
            found[name] = (pair[0], pair[1])
    return found


def _running(pid: int, record: _Record, machine: _Record) -> Running:
    texts, words = record.texts, record.words
    told = procstatus.told(words, texts.get("caps", ""), machine.words)
    spaces = [m for word in words.get("ns", ()) if (m := _SPACE.fullmatch(word))]
    groups = {g for w in words.get("groups", ()) if (g := procstatus.maybe(w, number)) is not None}
    exe = texts.get("exe", "")
    process = Process(
        pid=pid,
        ppid=record.numbers["ppid"],
        uid=record.numbers["uid"],
        gid=record.numbers["gid"],
        argv=tuple(record.argv),
        comm=texts.get("comm", ""),
        exe=exe.removesuffix(_DELETED),
        cwd=texts.get("cwd", "").removesuffix(_DELETED),
        unit=unit_of(texts.get("cgroup", "")),
        rss=record.numbers.get("rss", 0),
        replaced=exe.endswith(_DELETED) and not exe.startswith("/memfd:"),
        stuck="stuck" in words,
        cgroup=texts.get("cgroup", ""),
        cpus="".join(words.get("cpus", [])),
        groups=tuple(sorted(groups)),
        limits=_limits(machine.words.get("usual", [])) | _limits(words.get("limits", [])),
        namespaces={m[1]: int(m[2]) for m in spaces},
        untold=tuple(sorted(procstatus.FIELDS - told.keys())),
        **told,
    )
    return Running(
        process=process,
        environment=Environment(pid, tuple(sorted(set(record.names)))) if record.names else None,
        open_files=_open(pid, record.paths),
        open_devices=_open(pid, record.devices),
    )


def _open(pid: int, paths: list[str]) -> tuple[OpenFile, ...]:
    kept = {path for path in paths if path.startswith("/") and not path.endswith(_DELETED)}
    return tuple(OpenFile(pid, path) for path in sorted(kept))


def parse(text: str) -> Parsed[tuple[Running, ...]]:
    """Read records ``P <pid>`` with a line for each property; sizes in bytes.

    Before the first record stand what is true of all: ticks of the clock in a second, when the
    machine started, and the limits that most processes have. ``stat``, ``mem`` and ``sets`` hold
    fields of /proc/PID/stat and status in the collector's order, ``-`` where the kernel has none.

    A record without parent or owner is left out and counted. Files that were deleted while open
    are left out: there is nothing to carry. A program that was replaced on disk keeps its path.
    """
    found: list[Running] = []
    bad: list[str] = []
    machine = _Record()
    for head, body in records(text, "P"):
        record = _Record() if head else machine
        for line in body:
            try:
                record.add(line)
            except ValueError:
                bad.append(line)
        if not head:
            continue
        try:
            found.append(_running(number(head), record, machine))
        except (ValueError, KeyError):
            bad.append(f"P {head}")
    if bad and not found:
        raise UnreadableError(not_understood(bad))
    return Parsed(tuple(sorted(found, key=lambda r: r.process.pid)), not_understood(bad))
