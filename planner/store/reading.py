"""Snapshots and plans: canonical JSON in files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from planner.errors import InputError, OutputError
from planner.model import PLAN_SCHEMA, SNAPSHOT_SCHEMA, Plan, Snapshot
from planner.store.files import write_file
from planner.store.names import printable, slug

D = TypeVar("D", Snapshot, Plan)


class _Head(msgspec.Struct):
    schema: int


def encode(data: object) -> bytes:
    """Encode as canonical JSON: equal data gives equal bytes.

    Fields in the order of the model, dictionaries sorted, two spaces, one newline at the end.
    """
    return msgspec.json.format(msgspec.json.encode(data, order="deterministic"), indent=2) + b"\n"


def read_snapshots(paths: Sequence[Path]) -> tuple[Snapshot, ...]:
    """Snapshots from files and from folders of ``*.json``, sorted by host.

    Raises InputError: a file that is not a snapshot of this schema, a folder without any, two
    files for one host.
    """
    files: dict[str, Path] = {}
    for path in paths:
        for file in _snapshot_files(path):
            files.setdefault(os.path.realpath(file), file)
    found: dict[str, tuple[Path, Snapshot]] = {}
    for file in files.values():
        snapshot = _decode(file, Snapshot, SNAPSHOT_SCHEMA, "gather again")
        if snapshot.host in found:
            both = f"{found[snapshot.host][0]}, {file}"
            raise InputError(
                f"two snapshots for host {printable(snapshot.host)}: {printable(both)}: keep one"
            )
        found[snapshot.host] = (file, snapshot)
    return tuple(found[host][1] for host in sorted(found))


def write_snapshot(folder: Path, snapshot: Snapshot) -> Path:
    """Write ``<slug of the host>.json`` into the folder, which is made if need be.

    An older snapshot of the same host is replaced; OutputError for any other file of that name.
    """
    path = folder / f"{slug(snapshot.host)}.json"
    if path.is_symlink() or path.exists():
        _check_replaceable(path, snapshot.host)
    write_file(path, encode(snapshot))
    return path


def read_plan(path: Path) -> Plan:
    """Read the plan from a ``plan.json`` or from the folder that holds it."""
    return _decode(path / "plan.json" if path.is_dir() else path, Plan, PLAN_SCHEMA, "plan again")


def _snapshot_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    try:
        names = sorted(os.listdir(path))
    except OSError as error:
        raise InputError(f"{printable(path)}: {error.strerror}") from None
    files = [path / name for name in names if name.endswith(".json") and not name.startswith(".")]
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
