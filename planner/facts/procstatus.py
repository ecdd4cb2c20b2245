"""What /proc/PID/stat and status tell of a process, as far as its kernel has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from planner.facts.text import kilobytes, moment, number

T = TypeVar("T")

_POLICIES = ("other", "fifo", "rr", "batch", "", "idle", "deadline", "ext")


def _mask(word: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]{1,16}", word):
        raise ValueError(word)
    return word.lower()


def _small(word: str) -> int:
    if not re.fullmatch(r"-?\d{1,3}", word, re.ASCII):
        raise ValueError(word)
    return int(word)


def _letter(word: str) -> str:
    if len(word) != 1 or not word.isalpha():
        raise ValueError(word)
    return word


_COLUMNS: dict[str, tuple[tuple[str, Callable[[str], Any]], ...]] = {
    "stat": (
        ("state", _letter),
        ("user", number),
        ("system", number),
        ("nice", _small),
        ("threads", number),
        ("start", number),
        ("priority", number),
        ("policy", lambda word: _POLICIES[number(word)]),
    ),
    "mem": (("peak", kilobytes), ("swap", kilobytes), ("locked", kilobytes), ("huge", kilobytes)),
    "sets": (
        ("caps_permitted", _mask),
        ("caps_bounding", _mask),
        ("caps_ambient", _mask),
        ("no_new_privileges", lambda word: {"0": False, "1": True}[word]),
        ("seccomp", number),
    ),
}
"""Fields of /proc/PID/stat and status in the collector's order."""
_PARTS = ("user", "system", "start")
"""Columns that are no field of a process: what is made of them is."""
FIELDS = {name for columns in _COLUMNS.values() for name, _ in columns} - {*_PARTS} | {
    *("caps", "cpu", "started")
}
"""Fields of a process that a kernel may not tell."""


def told(
    words: Mapping[str, list[str]], caps: str, machine: Mapping[str, list[str]]
) -> dict[str, Any]:
    """Fields of a process by name, of :data:`FIELDS` those that its kernel tells. ``words``: lines
    of its record; ``machine``: those before all records.
    """
    found = _columns(words)
    clock = maybe("".join(machine.get("clock", [])), number) or 100
    boot = maybe("".join(machine.get("boot", [])), number)
    user, system, start = (found.pop(part, None) for part in _PARTS)
    if user is not None and system is not None:
        found["cpu"] = (user + system) / clock
    if boot and start is not None and (started := moment(str(boot + start // clock))):
        found["started"] = started
    if caps and (mask := maybe(caps, _mask)) is not None:
        found["caps"] = mask
    return found


def _columns(words: Mapping[str, list[str]]) -> dict[str, Any]:
    """What the lines with columns tell: nothing of what the kernel lacks (``-``), nor of what does
    not say what it should."""
    found: dict[str, Any] = {}
    for line, columns in _COLUMNS.items():
        for (name, read), word in zip(columns, words.get(line, ()), strict=False):
            if word != "-" and (value := maybe(word, read)) is not None:
                found[name] = value
    return found


def maybe(word: str, read: Callable[[str], T]) -> T | None:
    """Read it; None where it does not say what it should."""
    try:
        return read(word)
    except (ValueError, LookupError):
        return None
