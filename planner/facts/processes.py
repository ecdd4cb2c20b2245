"""Processes as /proc tells them: who runs, as whom, from where, and what it holds open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from planner.facts.text import (
    Parsed,
    UnreadableError,
    kilobytes,
    moment,
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
_POLICIES = ("other", "fifo", "rr", "batch", "", "idle", "deadline", "ext")
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


def _told(word: str, read: Callable[[str], T], default: T) -> T:
    """Read a field that old kernels lack (``-``), or that does not say what it should."""
    try:
        return read(word)
    except ValueError:
        return default


def _padded(words: list[str] | None, count: int) -> list[str]:
    return [*(words or ()), *["-"] * count][:count]


def _limits(words: Iterable[str]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for word in words:
        name, _, values = word.partition("=")
        soft, _, hard = values.partition(":")
        pair = [-1 if v == "unlimited" else _told(v, number, -2) for v in (soft, hard)]
        if name.isalpha() and -2 not in pair:
            found[name] = (pair[0], pair[1])
    return found


def _hexadecimal(word: str) -> str:
    return word.lower() if re.fullmatch("[0-9a-fA-F]{1,16}", word) else ""


def _running(pid: int, record: _Record, machine: _Record) -> Running:
    texts, words = record.texts, record.words
    state, user, system, nice, threads, start, priority, policy = _padded(words.get("stat"), 8)
    peak, swap, locked, huge = _padded(words.get("mem"), 4)
    permitted, bounding, ambient, no_new, seccomp = _padded(words.get("sets"), 5)
    clock = _told("".join(machine.words.get("clock", [])), number, 100) or 100
    boot = _told("".join(machine.words.get("boot", [])), number, 0)
    ticks = [_told(user, number, -1), _told(system, number, -1)]
    spaces = [m for word in words.get("ns", ()) if (m := _SPACE.fullmatch(word))]
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
        caps=_hexadecimal(texts.get("caps", "")),
        replaced=exe.endswith(_DELETED) and not exe.startswith("/memfd:"),
        stuck="stuck" in words,
        cgroup=texts.get("cgroup", ""),
        state=state if len(state) == 1 and state.isalpha() else "",
        started=moment(str(boot + number(start) // clock)) if boot and start.isdigit() else "",
        cpu=None if -1 in ticks else sum(ticks) / clock,
        threads=_told(threads, number, 0),
        nice=_told(nice, _small, 0),
        policy=dict(enumerate(_POLICIES)).get(_told(policy, number, -1), ""),
        priority=_told(priority, number, 0),
        cpus="".join(words.get("cpus", [])),
        peak=_told(peak, kilobytes, 0),
        swap=_told(swap, kilobytes, None),
        locked=_told(locked, kilobytes, 0),
        huge=_told(huge, kilobytes, 0),
        groups=tuple(
            sorted({g for w in words.get("groups", ()) if (g := _told(w, number, -1)) >= 0})
        ),
        caps_permitted=_hexadecimal(permitted),
        caps_bounding=_hexadecimal(bounding),
        caps_ambient=_hexadecimal(ambient),
        no_new_privileges={"0": False, "1": True}.get(no_new),
        seccomp=_told(seccomp, number, None),
        limits=_limits(machine.words.get("usual", [])) | _limits(words.get("limits", [])),
        namespaces={m[1]: int(m[2]) for m in spaces},
    )
    return Running(
        process=process,
        environment=Environment(pid, tuple(sorted(set(record.names)))) if record.names else None,
        open_files=_open(pid, record.paths),
        open_devices=_open(pid, record.devices),
    )


def _small(word: str) -> int:
    if not re.fullmatch(r"-?\d{1,3}", word, re.ASCII):
        raise ValueError(word)
    return int(word)


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
