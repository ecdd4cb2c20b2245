"""What is known of one machine, fact by fact, as lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from planner.model import Fact, Host, Snapshot
from planner.words import counted

_STATES = {
    "seen": "Seen",
    "part": "Seen in part",
    "empty": "Empty: looked, and nothing there",
    "unknown": "Unknown",
}
_LONGEST = 60
_NARROW = 40


class Row(NamedTuple):
    state: str
    fact: str
    source: str
    took: str
    told: str


def lines(host: Host, snapshot: Snapshot, width: int = 0) -> Iterator[str]:
    """A head, the facts by state, the time that the look took, the counts.

    ``width``: columns of the terminal; 0: never fold a line.
    """
    yield _head(host, snapshot)
    rows = [_row(name, fact, snapshot) for name, fact in _facts(host)]
    heads = Row("", "fact", "from", "ms", "")
    for state, title in _STATES.items():
        own = [row for row in rows if row.state == state]
        if own:
            yield ""
            yield f"{title} ({len(own)})"
            yield from _table([heads._replace(told=_LAST[state]), *own], rows, width)
    yield ""
    if slow := _slowest(snapshot):
        yield slow
    counts = {state: sum(row.state == state for row in rows) for state in _STATES}
    yield (
        f"{len(rows)} facts: {counts['seen']} seen, {counts['part']} in part, "
        f"{counts['empty']} empty, {counts['unknown']} unknown"
    )


_LAST = {
    "seen": "what",
    "part": "what is there; what lacks",
    "empty": "",
    "unknown": "why",
}


def _head(host: Host, snapshot: Snapshot) -> str:
    who = ""
    if snapshot.door == "ansible" and host.status == "seen":
        who = f" as {'root' if host.login.root else host.login.user or 'another user'}"
        who += "" if host.login.root else " (not root)"
    why = f" ({host.reason})" if host.reason else ""
    doors = {one.door for one in snapshot.typed.values()} - {snapshot.door}
    also = f", and {', '.join(sorted(doors))}" if doors else ""
    return f"{host.name}: {host.status}{why} at {host.taken_at}, by {snapshot.door}{also}{who}"


def _facts(host: Host) -> Iterator[tuple[str, Fact[Any]]]:
    """Those of the host, and of what only Windows has."""
    for data in filter(None, (host, host.windows)):
        for name in data.__struct_fields__:
            fact = getattr(data, name)
            if isinstance(fact, Fact):
                yield name, fact


def _row(name: str, fact: Fact[Any], snapshot: Snapshot) -> Row:
    section = snapshot.sections.get(fact.section)
    took = str(section.ms) if section is not None else ""
    if fact.value is None:
        return Row("unknown", name, fact.section, took, fact.unknown or "not looked at")
    shown = _shown(fact.value)
    if fact.partial:
        return Row("part", name, fact.section, took, f"{shown}; {fact.partial}")
    empty = isinstance(fact.value, tuple | dict | str) and not fact.value
    return Row("empty" if empty else "seen", name, fact.section, took, "" if empty else shown)


def _shown(value: Any) -> str:
    """Its value where that is short, else how many there are."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, msgspec.Struct):
        return _struct(value)
    if isinstance(value, tuple | dict):
        single = isinstance(value, tuple) and all(isinstance(one, str) for one in value)
        text = ", ".join(value) if single and value else ""
        return text if text and len(text) <= _LONGEST else _number(value)
    return _cut(str(value))


def _struct(value: msgspec.Struct) -> str:
    """The fields that say something, as far as a line holds them."""
    name = getattr(value, "name", "")
    if isinstance(name, str) and name:
        return _cut(name)
    parts = []
    for field in value.__struct_fields__:
        one = getattr(value, field)
        if one not in ("", 0, None, (), {}, False):
            shown = _number(one) if isinstance(one, tuple | dict) else str(one)
            parts.append(f"{field} {shown}")
    return _cut(", ".join(parts) or "nothing special")


def _number(value: tuple[Any, ...] | dict[Any, Any]) -> str:
    return counted(len(value), "entry", "entries")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _table(rows: Sequence[Row], all_rows: Sequence[Row], width: int) -> Iterator[str]:
    """Columns of equal width in every group; the last is folded under itself."""
    fact = max(len(row.fact) for row in all_rows)
    source = max(len(row.source) for row in all_rows)
    took = max(2, *(len(row.took) for row in all_rows))
    for row in rows:
        start = f"  {row.fact:{fact}}  {row.source:{source}}  {row.took:>{took}}  "
        room = width - len(start)
        folded = textwrap.wrap(row.told, room) if room >= _NARROW else [row.told]
        for index, text in enumerate(folded or [""]):
            yield (start + text if index == 0 else " " * len(start) + text).rstrip()


def _slowest(snapshot: Snapshot) -> str:
    took = sorted(((s.ms, name) for name, s in snapshot.sections.items()), reverse=True)
    if not took:
        return ""
    first = ", ".join(f"{name} {ms} ms" for ms, name in took[:3] if ms)
    total = sum(ms for ms, _ in took)
    return f"{len(took)} sections took {total} ms" + (f", most of it {first}" if first else "")
