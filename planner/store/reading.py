"""Snapshots and plans: canonical JSON in files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from planner.errors import InputError, OutputError
from planner.model import PLAN_SCHEMA, SNAPSHOT_SCHEMA, Plan, Snapshot
from planner.store.files import remove_file, write_file
from planner.store.names import printable, slug

D = TypeVar("D", Snapshot, Plan)


MISSED = "~missed"
"""Ends the name of a file that holds a look which brought nothing; no slug has a ``~``."""


class _Head(msgspec.Struct):
    schema: int


class Head(msgspec.Struct, frozen=True):
    """The little of a snapshot that tells whether it has to be taken again."""

    schema: int
    host: str
    status: str
    taken_at: str
    door: str = "ansible"
    """As in Snapshot."""


def encode(data: object) -> bytes:
    """Encode as canonical JSON: equal data gives equal bytes.

    Fields in the order of the model, dictionaries sorted, two spaces, one newline at the end.
    """
    return msgspec.json.format(msgspec.json.encode(data, order="deterministic"), indent=2) + b"\n"


def read_snapshots(paths: Sequence[Path]) -> tuple[Snapshot, ...]:
    """Snapshots from files and from folders of ``*.json``, sorted by host and time.

    A machine may have several, of different times. Raises InputError: a file that is not a
    snapshot of this schema, a folder without any, two files for one host and time.
    """
    files: dict[str, Path] = {}
    for path in paths:
        for file in _snapshot_files(path):
            files.setdefault(os.path.realpath(file), file)
    found: dict[tuple[str, str, str], tuple[Path, Snapshot]] = {}
    for file in files.values():
        snapshot = _decode(file, Snapshot, SNAPSHOT_SCHEMA, "gather again")
        key = (snapshot.host, snapshot.taken_at, snapshot.status)
        if key in found:
            both = f"{found[key][0]}, {file}"
            raise InputError(
                f"two snapshots for host {printable(snapshot.host)}: {printable(both)}: "
                f"of the same time ({printable(key[1])}): keep one"
            )
        found[key] = (file, snapshot)
    return tuple(found[key][1] for key in sorted(found))


def write_snapshot(folder: Path, snapshot: Snapshot) -> Path:
    """Write ``<slug of the host>.json`` into the folder, which is made if need be.

    An older snapshot of the same host is replaced, but never one that saw the machine, or that only
    another planner can read, by one that did not: that goes beside it, as ``<slug>~missed.json``,
    and away again with the next one that sees. OutputError for any other file of that name.
    Returns the file written.
    """
    path, missed = snapshot_files(folder, snapshot.host)
    if snapshot.status != "seen" and os.path.lexists(path):
        old = head(path)
        if old is None:
            _check_replaceable(path, snapshot.host)
        if old is None or old.status == "seen":
            path = missed
    if path.is_symlink() or path.exists():
        _check_replaceable(path, snapshot.host)
    write_file(path, encode(snapshot))
    if path != missed and (missed.is_symlink() or missed.exists()):
        _check_replaceable(missed, snapshot.host)
        remove_file(folder, missed.name)
    return path


def snapshot_files(folder: Path, host: str) -> tuple[Path, Path]:
    """Where a host's snapshot is, and where the note of a later look that brought nothing."""
    name = slug(host)
    return folder / f"{name}.json", folder / f"{name}{MISSED}.json"


def head(path: Path) -> Head | None:
    """Of a snapshot that this planner reads; None for anything else."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Head)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if found.schema == SNAPSHOT_SCHEMA else None


def read_plan(path: Path) -> Plan:
    """Read the plan from a ``plan.json`` or from the folder that holds it."""
    return _decode(path / "plan.json" if path.is_dir() else path, Plan, PLAN_SCHEMA, "plan again")


def files_of(folder: Path) -> list[Path]:
    """What lies in a folder, by name, without what is hidden. Raises InputError."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise InputError(f"{printable(folder)}: {error.strerror}") from None
    return [folder / name for name in names if not name.startswith(".")]


def _snapshot_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = [file for file in files_of(path) if file.name.endswith(".json")]
    if not files:
        raise InputError(f"{printable(path)}: no snapshots (*.json) in this folder: gather first")
    return files


def _check_replaceable(path: Path, host: str) -> None:
    """Let a snapshot of any schema be replaced, but no other file; OutputError."""
    try:
        old = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        old = None
    if path.is_symlink() or not isinstance(old, dict) or old.get("host") != host:
        raise OutputError(
            f"{printable(path)}: is no snapshot of {printable(host)}: move it away first"
        )


def _decode(path: Path, kind: type[D], schema: int, again: str) -> D:
    word = kind.__name__.lower()
    where = printable(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{where}: {error.strerror}: name a {word}") from None
    try:
        found = msgspec.json.decode(raw, type=_Head).schema
        if found == schema:
            return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        reason = f"not a {word} of schema {schema}: {printable(error)}"
        raise InputError(f"{where}: {reason}: {again}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{where}: {_broken(raw, error)}: {again}") from None
    raise InputError(f"{where}: schema {found}, this planner reads {schema}: {again} or update")


def _broken(raw: bytes, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 at byte {error.start}"
    if "truncated" in str(error):
        return f"truncated JSON at byte {len(raw)}"
    return printable(error)
