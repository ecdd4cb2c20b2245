"""Tables of names: what a program is, and which agents belong to a machine."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal

import msgspec
import yaml

from planner.store import name_table

Fate = Literal["dropped", "sidecar", "host"]


class Names:
    """Names as the tables write them, separated by blanks: ``#`` stands for a version or nothing,
    ``?`` for one character, ``*`` for any text, but not for that of an exporter, which only reads
    another program's metrics. Case does not count.
    """

    def __init__(self, text: str = "") -> None:
        words = text.lower().split()
        self._exact = frozenset(w for w in words if not set(w) & set("#?*"))
        patterns = [_pattern(w) for w in words if set(w) & set("#?*")]
        self._open = re.compile("|".join(patterns)) if patterns else None

    def any(self, names: frozenset[str]) -> bool:
        """Whether one of these, in lower case, is among them."""
        if not self._exact.isdisjoint(names):
            return True
        return self._open is not None and any(map(self._open.fullmatch, names))


def _pattern(word: str) -> str:
    parts = {"#": r"([-_.]?v?\d+([._]\d+)*)?", "?": ".", "*": ".*"}
    body = "".join(parts.get(letter, re.escape(letter)) for letter in word)
    guard = r"(?!.*exporter$)" if "*" in word and "exporter" not in word else ""
    return guard + body


class Entry(msgspec.Struct, frozen=True):
    """One of workloads.yaml; its keys are explained there."""

    key: str
    traits: tuple[str, ...]
    names: Names
    programs: Names
    units: Names
    packages: Names
    java: Names
    when: str = ""
    also: dict[str, str] = {}
    joins: tuple[str, ...] = ()
    beside: dict[str, Names] = {}
    folders: tuple[str, ...] = ()
    kernel: str = ""
    folder: str = ""


class Kept(msgspec.Struct, frozen=True):
    """One of agents.yaml."""

    purpose: str
    fate: Fate
    names: Names
    programs: Names
    units: Names
    packages: Names
    other: Names
    """``except``: what a pattern would take and is a workload."""


_LIST = r"(\[[^\]]*\]|[^\s\[].*$|(?:\s*\n[ \t]*-[ \t].*)+)"


@cache
def workloads() -> tuple[Entry, ...]:
    """Every entry, in the order of the file."""
    return tuple(_entry(key, told) for key, told in _read("workloads").items())


@cache
def agents() -> tuple[Kept, ...]:
    """Every entry, in the order of the file."""
    return tuple(
        Kept(
            told["purpose"],
            told["fate"],
            Names(told.get("names", "")),
            Names(told.get("programs", "")),
            Names(told.get("units", "")),
            Names(told.get("packages", "")),
            Names(told.get("except", "")),
        )
        for told in _read("agents")
    )


def _entry(key: str, told: dict[str, Any]) -> Entry:
    return Entry(
        key,
        tuple(told.get("traits", "").split()),
        Names(told.get("names", "")),
        Names(told.get("programs", "")),
        Names(told.get("units", "")),
        Names(told.get("packages", "")),
        Names(told.get("java", "")),
        when=told.get("when", ""),
        also=told.get("also", {}),
        joins=tuple(pattern.replace("LIST", _LIST) for pattern in told.get("joins", ())),
        beside={trait: Names(text) for trait, text in told.get("beside", {}).items()},
        folders=tuple(told.get("folders", "").split()),
        kernel=told.get("kernel", ""),
        folder=told.get("folder", ""),
    )


def _read(name: str) -> Any:
    return yaml.load(name_table(name), yaml.CSafeLoader)
