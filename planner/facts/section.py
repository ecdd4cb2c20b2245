"""From a section of a snapshot to a Fact: where unknown and partial come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from planner.facts.text import Parsed, UnreadableError, joined
from planner.model import Fact, Snapshot

S = TypeVar("S")
T = TypeVar("T")
U = TypeVar("U")

NOT_TOLD = "the snapshot has no such section"


def not_told(snapshot: Snapshot) -> str:
    """Why a section is not there: this collector has none, or the door was another one."""
    return NOT_TOLD if snapshot.door == "ansible" else f"not told by {snapshot.door}"


def fact(snapshot: Snapshot, name: str, parse: Callable[[str], Parsed[T]]) -> Fact[T]:
    """Give the fact in one section. Unknown where nobody could look, the section is missing or
    ``parse`` raises UnreadableError; partial where the section is or ended in an exit status, or
    where lines are left out.
    """
    if snapshot.status != "seen":
        reason = f"{snapshot.status}: {snapshot.reason}" if snapshot.reason else snapshot.status
        return Fact(name, unknown=reason)
    section = snapshot.sections.get(name)
    if section is None:
        return Fact(name, unknown=not_told(snapshot))
    if section.state == "ok" and section.exit and not section.text:
        return Fact(name, unknown=f"the look gave nothing and exit status {section.exit}")
    if section.state == "missing":
        return Fact(name, unknown=section.reason or "missing, no reason told")
    reason = (section.reason or "cut, no reason told") if section.state == "partial" else ""
    if section.state == "ok" and section.exit:
        reason = f"exit status {section.exit}"
    try:
        parsed = parse(section.text)
    except UnreadableError as error:
        return Fact(name, unknown=joined(str(error), reason))
    return Fact(name, value=parsed.value, partial=joined(reason, parsed.partial))


def mapped(source: Fact[T], change: Callable[[T], U]) -> Fact[U]:
    """Change the value of a fact; unknown and partial stay."""
    if source.value is None:
        return Fact(source.section, unknown=source.unknown)
    return Fact(source.section, value=change(source.value), partial=source.partial)


def enriched(
    source: Fact[T], extra: Fact[U], change: Callable[[T, U], Parsed[T]], lack: str
) -> Fact[T]:
    """Add to ``source`` what ``extra`` knows; without it (or with a part of it) ``source`` is
    partial: ``<lack>: <reason>``.
    """
    if source.value is None:
        return source
    if extra.value is None:
        return Fact(
            source.section, source.value, partial=joined(source.partial, f"{lack}: {extra.unknown}")
        )
    parsed = change(source.value, extra.value)
    reason = f"{lack}: {extra.partial}" if extra.partial else ""
    return Fact(
        source.section, parsed.value, partial=joined(source.partial, parsed.partial, reason)
    )
