"""Records of collector.ps1: a line each, ``Name=value`` between tabs, a list repeats its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from planner.facts.text import Parsed, UnreadableError, each_line, fields

T = TypeVar("T")


class Record(dict[str, tuple[str, ...]]):
    """Values by name, in the order told."""

    def one(self, name: str) -> str:
        """The first value; empty: not told."""
        return self.get(name, ("",))[0]

    def number(self, name: str) -> int:
        """A decimal of at most 18 digits; 0: none told. ValueError for anything else."""
        text = self.one(name)
        if text and not re.fullmatch(r"[0-9]{1,18}", text):
            raise ValueError(text)
        return int(text or 0)


def record(line: str) -> Record:
    """ValueError for a line that holds anything but ``Name=value``."""
    found: dict[str, list[str]] = {}
    for field in fields(line, 1):
        name, equals, value = field.partition("=")
        if not equals or not name.isalnum():
            raise ValueError(line)
        found.setdefault(name, []).append(value)
    return Record((name, tuple(values)) for name, values in found.items())


def records(text: str, read: Callable[[Record], T | None]) -> Parsed[tuple[T, ...]]:
    """``read`` each record; None leaves it out, ValueError: not understood."""
    return each_line(text, lambda line: read(record(line)))


def single(text: str, read: Callable[[Record], T]) -> Parsed[T]:
    """``read`` the one record of a section."""
    found = records(text, read)
    if not found.value:
        raise UnreadableError("says nothing")
    return Parsed(found.value[0], found.partial)
