"""Unit files of systemd: their text, and what the directives of a Unit mean in the end.

Written after systemd.syntax(7), systemd.unit(5), systemd.exec(5) and systemd.time(7).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache

from planner.facts.execline import expand, unit_specifiers, words
from planner.facts.text import Parsed, lines, not_understood
from planner.model import Unit

Directives = tuple[tuple[str, str, str], ...]

_SPAN = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*([a-zA-Zµμ]*)", re.ASCII)
_SECONDS = {
    "us usec µs μs": 1e-6,
    "ms msec": 1e-3,
    "s sec second seconds": 1.0,
    "m min minute minutes": 60.0,
    "h hr hour hours": 3600.0,
    "d day days": 86400.0,
    "w week weeks": 604800.0,
    "M month months": 2629800.0,
    "y year years": 31557600.0,
}
_UNITS = {name: seconds for names, seconds in _SECONDS.items() for name in names.split()}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNMENT = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*"""
    r"""(?P<quoted>(?:'[^']*'|"(?:\\.|[^"\\])*"|[ \t])*)(?P<rest>(?:\\.|[^\\\n])*)""",
    re.MULTILINE | re.DOTALL,
)
_QUOTED = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)["]""", re.DOTALL)
_IN_QUOTES = re.compile(r"""\\(?:\n|([$"`\\]))""")
_BARE = re.compile(r"\\(?:\n|(.))", re.DOTALL)
_TRUE = ("1", "yes", "y", "true", "t", "on")
_FALSE = ("0", "no", "n", "false", "f", "off")


@lru_cache(maxsize=4096)
def parse(text: str) -> Parsed[Directives]:
    """(section, name, value) in file order. Quotes stay; a line that ends with a backslash goes
    on in the next one, joined by a blank, and comments in between are left out.

    Machines of one distribution have most of their unit files in common.
    """
    found: list[tuple[str, str, str]] = []
    bad: list[str] = []
    section = ""
    for line in _logical(text):
        name, equals, value = line.partition("=")
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif equals and section and name.strip():
            found.append((section, name.strip(), value.strip()))
        else:
            bad.append(line)
    return Parsed(tuple(found), not_understood(bad))


def _logical(text: str) -> list[str]:
    found: list[str] = []
    open_line = ""
    for raw in lines(text):
        line = raw.removesuffix("\r").lstrip(" \t\r")
        if line.startswith(("#", ";")):
            continue
        # An odd backslash goes on; with a blank after it, it does not.
        if (len(line) - len(line.rstrip("\\"))) % 2:
            open_line += line[:-1] + " "
        else:
            found.append((open_line + line).strip())
            open_line = ""
    found.append(open_line.strip())
    return [line for line in found if line]


def values(unit: Unit, section: str, name: str) -> tuple[str, ...]:
    """Give what counts of a directive: all values after its last reset by an empty one."""
    found: list[str] = []
    for where, which, value in unit.directives:
        if (where, which) == (section, name):
            found = [*found, value] if value else []
    return tuple(found)


def value(unit: Unit, section: str, name: str, default: str = "") -> str:
    """Give the last value of a directive that holds one; ``default`` where it is not set."""
    found = values(unit, section, name)
    return found[-1] if found else default


def boolean(text: str) -> bool | None:
    """``yes``, ``true``, ``on``, ``1`` and their opposites; None for anything else."""
    bare = text.strip().lower()
    return True if bare in _TRUE else False if bare in _FALSE else None


def duration(text: str) -> float | None:
    """Seconds of a time span (``90``, ``1min 30s``, ``infinity``); None for what is none."""
    bare = text.strip()
    if bare == "infinity":
        return math.inf
    total, end = 0.0, 0
    while end < len(bare):
        match = _SPAN.match(bare, end)
        factor = _UNITS.get(match[2] or "s") if match else None
        if match is None or factor is None:
            return None
        total, end = total + float(match[1]) * factor, match.end()
    return total if bare else None


def assignments(text: str, specifiers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """``A=b "C=d e"`` of one Environment= line; what is no assignment is left out, as systemd
    does.
    """
    found: list[tuple[str, str]] = []
    try:
        items = words(text)
    except ValueError:
        return ()
    for item in items:
        name, equals, content = expand(item, specifiers).partition("=")
        if equals and _NAME.fullmatch(name):
            found.append((name, content))
    return tuple(found)


def environment(unit: Unit, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables that the unit itself sets with Environment=, the last of a name counts."""
    specifiers = {**unit_specifiers(unit.name), **(known or {})}
    found: dict[str, str] = {}
    for line in values(unit, "Service", "Environment"):
        found.update(assignments(line, specifiers))
    return found


def environment_files(
    unit: Unit, known: Mapping[str, str] | None = None
) -> tuple[tuple[str, bool], ...]:
    """(path, optional) of EnvironmentFile=, in order; optional: the ``-`` before the path."""
    specifiers = {**unit_specifiers(unit.name), **(known or {})}
    found: list[tuple[str, bool]] = []
    for line in values(unit, "Service", "EnvironmentFile"):
        path = expand(line.removeprefix("-"), specifiers)
        if path.startswith("/"):
            found.append((path, line.startswith("-")))
    return tuple(found)


def environment_text(text: str) -> dict[str, str]:
    """Variables of an EnvironmentFile's text, as systemd reads it: quotes at the start of a value
    and backslashes count, expansions of sh do not happen.
    """
    return {m["name"]: _file_value(m) for m in _ASSIGNMENT.finditer(text)}


def _file_value(match: re.Match[str]) -> str:
    quoted = "".join(
        single or _IN_QUOTES.sub(r"\1", double)
        for single, double in _QUOTED.findall(match["quoted"])
    )
    return quoted + _BARE.sub(r"\1", match["rest"]).strip()
