"""What need not be asked again: the state of a gathering, and the age of what is there.

A gathering begins with a run without ``--resume`` and goes on with every run that has it, in the
same folder and with the same inventory (the limit may differ). ``.planner-gather.json`` in the
folder says when it began, of which inventory, and whether a run of it came to its end.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from planner import store
from planner.errors import InputError
from planner.store import printable

STATE = ".planner-gather.json"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True)
class Wishes:
    """Whom to ask, and how patiently."""

    resume: bool = False
    """Go on with the folder's gathering, if there is one: whom it saw is not asked again."""
    max_age: int | None = None
    """Seconds: who was seen within them is not asked again. With ``resume``, both must hold."""
    host_timeout: int = 300
    """Seconds for one machine, from the connection to the last byte."""
    retries: int = 0
    """How often unreachable machines are asked once more."""
    pause: float = 10
    """Seconds before each of these."""


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Of the gathering in a folder; times in ISO 8601, UTC."""

    schema: int
    started: str
    since: str
    """Snapshots from then on count as its own: before ``started`` where it began with an age."""
    inventory: tuple[str, ...]
    """Absolute paths and lists of hosts, as given; empty: that of ansible.cfg."""
    ended: str = ""
    """When a run of it last came to its end; empty: it was broken off."""


def duration(text: str) -> int:
    """Seconds of ``90s``, ``30m``, ``12h``, ``7d`` or ``2w``; InputError for anything else."""
    match = re.fullmatch(r"(\d{1,9})([smhdw])", text, re.ASCII)
    if not match:
        raise InputError(
            f"{printable(text)}: not a duration: a number with s, m, h, d or w, such as 12h"
        )
    return int(match[1]) * _UNITS[match[2]]


def read(folder: Path) -> State | None:
    """The folder's gathering; None where there was none, InputError where it cannot be read."""
    path = folder / STATE
    try:
        return msgspec.json.decode(path.read_bytes(), type=State)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputError(
            f"{printable(path)}: {printable(error)}: gather without --resume"
        ) from None


def begin(folder: Path, inventory: tuple[str, ...], wishes: Wishes, now: str) -> State:
    """The gathering that this run belongs to, not yet written. InputError: of another inventory."""
    sources = tuple(s if "," in s else os.path.abspath(s) for s in inventory)
    since = now if wishes.max_age is None else _before(now, wishes.max_age)
    new = State(1, now, since, sources)
    old = read(folder) if wishes.resume else None
    if old is None:
        return new
    if old.inventory != sources:
        other = ", ".join(old.inventory) or "that of ansible.cfg"
        raise InputError(
            f"{printable(folder)}: its gathering is of another inventory ({printable(other)}): "
            "name that one, or leave --resume away"
        )
    return msgspec.structs.replace(old, ended="")


def ended(state: State, now: str) -> State:
    """The gathering, when a run of it came to its end."""
    return msgspec.structs.replace(state, ended=now)


def write(folder: Path, state: State) -> None:
    """Write the folder's gathering."""
    store.write_file(folder / STATE, store.encode(state))


def fresh(
    folder: Path, hosts: Collection[str], wishes: Wishes, state: State, now: str
) -> tuple[str, ...]:
    """Hosts that need not be asked, sorted: seen, in this gathering, and lately, as wished.

    What was imported is no look of a gathering, and what is of the future is of no known age.
    """
    if not wishes.resume and wishes.max_age is None:
        return ()
    since = max(
        state.since if wishes.resume else "",
        _before(now, wishes.max_age) if wishes.max_age is not None else "",
    )
    found = ((host, store.head(store.snapshot_files(folder, host)[0])) for host in hosts)
    return tuple(
        sorted(
            host
            for host, head in found
            if head
            and (head.host, head.status, head.door) == (host, "seen", "ansible")
            and since <= head.taken_at <= now
        )
    )


def strangers(folder: Path, hosts: Collection[str]) -> tuple[str, ...]:
    """Hosts that have a snapshot in the folder and are not among ``hosts``, sorted."""
    known = {path.name for host in hosts for path in store.snapshot_files(folder, host)}
    others = (path for path in folder.glob("[!.]*.json") if path.name not in known)
    return tuple(sorted({head.host for path in others if (head := store.head(path))}))


def _before(now: str, seconds: int) -> str:
    moment = datetime.fromisoformat(now).timestamp() - seconds
    return datetime.fromtimestamp(max(0.0, moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
