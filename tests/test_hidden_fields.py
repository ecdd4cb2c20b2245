"""Hiding a single field of a section never makes a decision about a machine milder.

What is hidden is what a machine may not tell, as the collector writes it then: a kernel without a
line of /proc/PID/status writes ``-``, a tool without the right to see whose a socket is leaves its
process out. Each field is hidden of all records at once, of the demo fleet and of labelled machines
that hold something in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from judgement.confusion import labelled
from msgspec.structs import replace
from test_plan_properties import FLEET, milder, planned

from planner import facts
from planner.model import Snapshot

Hide = Callable[[str], str]
PARTS = range(6)
"""Of the labelled machines, so that several processors share them."""


def column(key: str, number: int) -> Hide:
    """Put ``-`` for one word of every line that begins with ``key``."""

    def hide(text: str) -> str:
        def one(match: re.Match[str]) -> str:
            words = match[0].split(" ")
            return " ".join([*words[:number], "-", *words[number + 1 :]])

        return re.sub(rf"^{key}(?: \S+){{{number},}}$", one, text, flags=re.M)

    return hide


def without(pattern: str, instead: str = "") -> Hide:
    """Take away what the pattern finds."""
    return lambda text: re.sub(pattern, instead, text, flags=re.M)


def field(key: str) -> Hide:
    """Take ``key=value`` away, between tabs or alone on its line."""
    return without(rf"\t{key}=[^\t\n]*|^{key}=.*\n")


FIELDS: dict[str, dict[str, Hide]] = {
    "processes": {
        **{f"stat {n}": column("stat", n) for n in (1, 2, 3, 4, 5, 6, 7, 8)},
        **{f"mem {n}": column("mem", n) for n in (1, 2, 3, 4)},
        **{f"sets {n}": column("sets", n) for n in (1, 2, 3, 4, 5)},
        **{line: without(rf"^{line} .*\n") for line in ("caps", "stat", "mem", "sets")},
        "arguments": without(r"^a .*\n"),
    },
    "special-sockets": {
        "owner": without(r"^owner\t.*\n"),
        "order": without(r"^order\t.*", "order\t-"),
    },
    "listeners": {"pids": without(r" +users:\(\(.*\)\)$")},
    "connections": {"pids": without(r" +users:\(\(.*\)\)$")},
    "unix-sockets": {"users": without(r" +users:\(\(.*\)\)$")},
    "modules": {"taint": without(r"\t[A-Z]*$", "\t-")},
    "hugepages": {
        "free": without(r"^(\d+\t\d+\t)\d+", r"\1"),
        "total": without(r"^(\d+\t)\d+", r"\1"),
    },
    "kernel": {"tainted": field("tainted"), "version": field("version")},
    "confinement": {
        key: without(rf"^{key}\t.*\n") for key in ("lsm", "lockdown", "ima", "evm", "selinux-type")
    },
    "os-release": {"version": field("VERSION_ID"), "id": field("ID")},
    "block": {
        **{key: field(key) for key in ("size", "vendor", "model", "dm_uuid", "slaves")},
        "way": without(r"^at\t.*\n"),
    },
}
"""By section, what of it a machine may leave out."""


def hidden(snapshot: Snapshot) -> Iterator[tuple[str, Snapshot]]:
    """The machine without one field after the other, where that makes a difference to its text."""
    for name, ways in FIELDS.items():
        section = snapshot.sections.get(name)
        for way, hide in ways.items():
            if section and (text := hide(section.text)) != section.text:
                changed = {**snapshot.sections, name: replace(section, text=text)}
                yield f"{name}, {way}", replace(snapshot, sections=changed)


def worse(snapshot: Snapshot, number: int = 0, step: int = 1) -> list[str]:
    """What comes out milder without a field, of every ``step``-th from ``number`` on."""
    cases = list(hidden(snapshot))[number % step :: step]
    if not cases:
        return []
    before, seen = planned(snapshot), facts.read(snapshot)
    return [
        f"{snapshot.host}: {what}: {found}"
        for what, less in cases
        for found in milder(before, planned(less), less, seen)
    ]


@pytest.mark.parametrize("snapshot", FLEET, ids=lambda s: s.host)
def test_a_hidden_field_makes_nothing_milder(snapshot: Snapshot) -> None:
    assert worse(snapshot) == []


@pytest.mark.parametrize("part", PARTS)
def test_a_hidden_field_makes_no_labelled_machine_milder(part: int) -> None:
    """A sample that covers each field several times."""
    mine = list(enumerate(seen()))[part :: len(PARTS)]
    assert [w for number, one in mine for w in worse(one, number, 9)] == []


@cache
def seen() -> tuple[Snapshot, ...]:
    return tuple(m.snapshot for m in labelled() if not m.held_out)


@cache
def hideable() -> frozenset[str]:
    return frozenset(what for machine in (*FLEET, *seen()) for what, _ in hidden(machine))


@pytest.mark.parametrize("section", FIELDS)
def test_every_field_is_there_to_be_hidden(section: str) -> None:
    """A pattern that fits nothing would hide nothing."""
    assert {f"{section}, {way}" for way in FIELDS[section]} <= hideable()
