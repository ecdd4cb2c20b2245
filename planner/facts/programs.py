"""Executables that no package owns, and language runtimes."""

from __future__ import annotations

from typing import Literal

from planner.facts.text import Parsed, each_line, fields, moment, number, octal
from planner.model import Program, Runtime

ProgramKind = Literal["elf", "script", "link", "other", "unread"]
_PROGRAMS: dict[str, ProgramKind] = {
    "elf": "elf",
    "script": "script",
    "link": "link",
    "other": "other",
    "unread": "unread",
}
RuntimeKind = Literal[
    "java", "node", "python", "ruby", "php", "dotnet", "erlang", "perl", "go", "rust"
]
_RUNTIMES: dict[str, RuntimeKind] = {
    "java": "java",
    "node": "node",
    "python": "python",
    "ruby": "ruby",
    "php": "php",
    "dotnet": "dotnet",
    "erlang": "erlang",
    "perl": "perl",
    "go": "go",
    "rust": "rust",
}


def _program(line: str) -> Program:
    kind, mode, uid, gid, size, mtime, running, path, link, interpreter = fields(line, 10)[:10]
    if kind not in _PROGRAMS or not path.startswith("/"):
        raise ValueError(line)
    return Program(
        path=path,
        kind=_PROGRAMS[kind],
        mode=octal(mode),
        uid=number(uid),
        gid=number(gid),
        size=number(size),
        modified=moment(mtime),
        running=running == "1",
        link=link,
        interpreter=interpreter.strip(),
    )


def parse_unowned(text: str) -> Parsed[tuple[Program, ...]]:
    """Tabs: kind, mode, uid, gid, size, mtime epoch, 1 if it runs, path, link target, what stands
    behind ``#!``; sorted by path.
    """
    found = each_line(text, _program)
    return Parsed(tuple(sorted(found.value, key=lambda p: p.path)), found.partial)


def _runtime(line: str) -> Runtime:
    kind, path, version, vendor, source = fields(line, 5)[:5]
    if kind not in _RUNTIMES or not path.startswith("/"):
        raise ValueError(line)
    return Runtime(_RUNTIMES[kind], path, version.strip(), vendor.strip(), source)


def parse_runtimes(text: str) -> Parsed[tuple[Runtime, ...]]:
    """Tabs: kind, folder, version, vendor, source; sorted by kind and folder, each once."""
    found = each_line(text, _runtime)
    unique = {(r.kind, r.path): r for r in found.value}
    return Parsed(tuple(unique[key] for key in sorted(unique)), found.partial)
