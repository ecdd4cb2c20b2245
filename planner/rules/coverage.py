"""What answers what: the guidance, the axes and other tools' lists against the rules.

A rule names what it answers (``guidance:``, ``covers:``); the lists stand in ``catalogue/``, with
the parts of the program that answer an entry beside the rules, and why nothing answers it.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from planner.model import Data
from planner.rules.guidance import GUIDANCE
from planner.rules.rule import RuleSet

GROUPS = {"V": "Stay a virtual machine", "C": "Become a container", "O": "How it runs afterwards"}
"""The guidance by the first letter of its ids."""


class Part(Data, frozen=True):
    """A part of the program that is no rule. ``text`` stands in the file at ``path``."""

    what: str
    path: str
    text: str


class Entry(Data, frozen=True):
    """One thing to be answered. ``also``: other ids of the same thing."""

    id: str
    words: str = ""
    also: tuple[str, ...] = ()
    group: str = ""
    weight: str = ""
    """What it comes to for those who ask it."""
    parts: tuple[Part, ...] = ()
    lacks: str = ""
    """What stays open though something answers it, a sentence."""
    hole: str = ""
    """Why nothing answers it, a sentence."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id that a rule may name it by."""
        return (self.id, *self.also)


class Checklist(Data, frozen=True):
    """One file of ``catalogue/``. ``origin``: whose list it is, and its state."""

    id: str
    title: str
    origin: str
    entries: tuple[Entry, ...]


class Answered(Data, frozen=True):
    """An entry with the ids of the rules that name it, sorted."""

    entry: Entry
    rules: tuple[str, ...]

    @property
    def by(self) -> tuple[str, ...]:
        """Rules and parts that answer it. How a container runs (an O id) is for parts alone: a
        rule that cites it warns, and applies nothing.
        """
        parts = tuple(part.what for part in self.entry.parts)
        return parts if self.entry.group == GROUPS["O"] else (*self.rules, *parts)


class Coverage(Data, frozen=True):
    """A list with its answers, in its own order."""

    checklist: Checklist
    answers: tuple[Answered, ...]


def load(texts: Mapping[str, str]) -> tuple[Checklist, ...]:
    """The lists from YAML text by file name: the guidance first, with all of its ids and their
    sentences, then by id. Raises msgspec.ValidationError for a text that is none.
    """
    found = [msgspec.yaml.decode(text, type=Checklist) for text in texts.values()]
    found.sort(key=lambda each: (each.id != "guidance", each.id))
    return tuple(_guidance(each) if each.id == "guidance" else each for each in found)


def _guidance(checklist: Checklist) -> Checklist:
    written = {entry.id: entry for entry in checklist.entries}
    entries = tuple(
        msgspec.structs.replace(
            written.pop(name, Entry(name)), words=sentence, group=GROUPS[name[0]]
        )
        for name, sentence in GUIDANCE.items()
    )
    return msgspec.structs.replace(checklist, entries=(*entries, *written.values()))


def cover(checklists: tuple[Checklist, ...], ruleset: RuleSet) -> tuple[Coverage, ...]:
    """Lay the rules over the lists."""
    named: dict[str, set[str]] = {}
    for rule in ruleset.rules:
        for name in (*rule.source.guidance, *rule.source.covers):
            named.setdefault(name, set()).add(rule.id)
    return tuple(
        Coverage(
            checklist,
            tuple(
                Answered(entry, tuple(sorted(set().union(*(named.get(i, ()) for i in entry.ids)))))
                for entry in checklist.entries
            ),
        )
        for checklist in checklists
    )


def words(checklists: tuple[Checklist, ...]) -> dict[str, str]:
    """What each id says."""
    return {i: entry.words for each in checklists for entry in each.entries for i in entry.ids}
