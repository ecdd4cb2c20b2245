"""Units of systemd from ``systemctl show``, ``list-unit-files`` and their text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from sys import intern

from msgspec.structs import replace

from planner.facts import unitfile
from planner.facts.text import (
    Parsed,
    UnreadableError,
    each_line,
    lines,
    not_understood,
    number,
    text_files,
)
from planner.model import TextFile, Unit
from planner.words import counted

Texts = dict[str, TextFile]

_NAME = re.compile(r"[A-Za-z0-9:_.@\\-]+\.[a-z]+")
_KINDS = (".service", ".socket", ".timer", ".path", ".mount", ".automount")


def parse_blocks(text: str) -> Parsed[tuple[Unit, ...]]:
    """``systemctl show``: blocks of ``Property=value`` with a blank line between, sorted by name.

    A property that is told twice (``Listen=``, ``TimersCalendar=``) has its values on a line
    each. A unit that is told under several names comes once.
    """
    found: dict[str, Unit] = {}
    bad: list[str] = []
    for block in text.split("\n\n"):
        properties: dict[str, str] = {}
        for line in lines(block):
            key, equals, value = line.partition("=")
            if not equals or not key.isalnum():
                bad.extend([line] if line.strip() else [])
            elif key in properties:
                properties[key] += "\n" + value
            else:
                # The same words in hundreds of units of every machine: each is kept once.
                properties[intern(key)] = intern(value)
        name = properties.get("Id", "")
        if _NAME.fullmatch(name):
            found[name] = _unit(name, properties)
        elif properties:
            bad.append(block.replace("\n", " "))
    if bad and not found:
        raise UnreadableError(not_understood(bad))
    return Parsed(tuple(found[name] for name in sorted(found)), not_understood(bad))


def _unit(name: str, properties: dict[str, str]) -> Unit:
    try:
        main_pid = number(properties.get("MainPID", "0"))
    except ValueError:
        main_pid = 0
    return Unit(
        name=name,
        load=properties.get("LoadState", ""),
        active=properties.get("ActiveState", ""),
        sub=properties.get("SubState", ""),
        enabled=properties.get("UnitFileState", ""),
        main_pid=main_pid,
        startup=_startup(properties),
        properties=properties,
        path=properties.get("FragmentPath", ""),
    )


def _startup(properties: Mapping[str, str]) -> float | None:
    """Microseconds since boot; a start that is not over has its last end before its begin."""
    try:
        begin = number(properties.get("InactiveExitTimestampMonotonic", ""))
        end = number(properties.get("ActiveEnterTimestampMonotonic", ""))
    except ValueError:
        return None
    return (end - begin) / 1_000_000 if 0 < begin <= end else None


def parse_unit_files(text: str) -> Parsed[dict[str, str]]:
    """``systemctl list-unit-files``: name -> state (enabled, disabled, static, masked, ...)."""

    def read(line: str) -> tuple[str, str]:
        name, state = line.split()[:2]
        if not _NAME.fullmatch(name):
            raise ValueError(line)
        return name, state

    found = each_line(text, read)
    return Parsed(dict(found.value), found.partial)


def parse_texts(text: str) -> Parsed[Texts]:
    """Multi-file: path -> text of fragments and drop-ins."""
    found = text_files(text)
    return Parsed({file.path: file for file in found.value}, found.partial)


def with_states(units: tuple[Unit, ...], states: Mapping[str, str]) -> tuple[Unit, ...]:
    """Take ``enabled`` from the unit files where the block has none, and add the services,
    sockets, timers, paths and mounts that exist only as a file: not loaded, so not active.
    Templates are no units, nor is another name of a unit, which older systemd lists as enabled
    too (``syslog.service``).
    """
    known = {name for u in units for name in (u.name, *u.properties.get("Names", "").split())}
    seen = [replace(u, enabled=u.enabled or states.get(u.name, "")) for u in units]
    only_files = [
        Unit(name=name, load="", active="inactive", sub="dead", enabled=state)
        for name, state in states.items()
        if name not in known and name.endswith(_KINDS) and "@." not in name and state != "alias"
    ]
    return tuple(sorted([*seen, *only_files], key=lambda u: u.name))


def with_texts(units: tuple[Unit, ...], texts: Texts) -> Parsed[tuple[Unit, ...]]:
    """Directives from the fragment and then the drop-ins, in the order of systemd.

    Partial: units that are active, failed or enabled and have a file whose text is not there.
    """
    found: list[Unit] = []
    lost: list[str] = []
    bad: list[str] = []
    for unit in units:
        directives: list[tuple[str, str, str]] = []
        complete = True
        for path in (unit.path, *unit.properties.get("DropInPaths", "").split()):
            if not path:
                continue
            file = texts.get(path)
            complete = complete and file is not None and not file.truncated
            if file is not None:
                parsed = unitfile.parse(file.text)
                directives.extend(parsed.value)
                if parsed.partial:
                    bad.append(f"{path}: {parsed.partial}")
        wanted = unit.active in ("active", "failed", "activating", "reloading", "deactivating")
        if not complete and (wanted or unit.enabled.startswith("enabled")):
            lost.append(unit.name)
        found.append(replace(unit, directives=tuple(directives)) if directives else unit)
    reasons = [f"{counted(len(lost), 'unit')} without text, first: {lost[0]}"] if lost else []
    reasons += bad[:1]
    return Parsed(tuple(found), "; ".join(reasons))
