"""Processes as /proc tells them: who runs, as whom, from where, and what it holds open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

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

_DELETED = " (deleted)"
_UNIT = re.compile(r"[^/]+\.(service|scope|socket|mount|swap|slice)")
_OPENRC = re.compile(r"/openrc[./]([^/]+)")
_NUMBERS = {"ppid": number, "uid": number, "gid": number, "rss": kilobytes}
_TEXTS = ("comm", "exe", "cwd", "cgroup", "caps")


@dataclass(frozen=True)
class Running:
    """What one record holds, in the three shapes that Host has."""

    process: Process
    environment: Environment | None
    open_files: tuple[OpenFile, ...]


@dataclass
class _Record:
    numbers: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    argv: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
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


def _running(pid: int, record: _Record) -> Running:
    texts = record.texts
    caps = texts.get("caps", "").lower()
    process = Process(
        pid=pid,
        ppid=record.numbers["ppid"],
        uid=record.numbers["uid"],
        gid=record.numbers["gid"],
        argv=tuple(record.argv),
        comm=texts.get("comm", ""),
        exe=texts.get("exe", "").removesuffix(_DELETED),
        cwd=texts.get("cwd", "").removesuffix(_DELETED),
        unit=unit_of(texts.get("cgroup", "")),
        rss=record.numbers.get("rss", 0),
        caps=caps if re.fullmatch("[0-9a-f]{1,16}", caps) else "",
    )
    kept = [path for path in record.paths if path.startswith("/") and not path.endswith(_DELETED)]
    return Running(
        process=process,
        environment=Environment(pid, tuple(sorted(set(record.names)))) if record.names else None,
        open_files=tuple(OpenFile(pid, path) for path in sorted(set(kept))),
    )


def parse(text: str) -> Parsed[tuple[Running, ...]]:
    """Read records ``P <pid>`` with a line for each property; sizes in bytes.

    A record without parent or owner is left out and counted. Files that were deleted while open
    are left out: there is nothing to carry. A program that was replaced on disk keeps its path.
    """
    found: list[Running] = []
    bad: list[str] = []
    for head, body in records(text, "P"):
        record = _Record()
        for line in body:
            try:
                record.add(line)
            except ValueError:
                bad.append(line)
        try:
            found.append(_running(number(head), record))
        except (ValueError, KeyError):
            bad.append(f"P {head}")
    if bad and not found:
        raise UnreadableError(not_understood(bad))
    return Parsed(tuple(sorted(found, key=lambda r: r.process.pid)), not_understood(bad))
