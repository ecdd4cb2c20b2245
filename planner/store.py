"""Files in, files out: snapshots, plans, packaged data, and the plan's folder.

Every write is a temporary file beside its target and a rename, so that a reader, or a planner that
was killed, sees the old file or the new one. Names of temporary files are fixed: what a killed run
left is taken away by the next one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path, PurePosixPath
from typing import TypeVar

import msgspec

from planner import __version__
from planner.errors import InputError, OutputError
from planner.model import PLAN_SCHEMA, SNAPSHOT_SCHEMA, Artifact, Data, Plan, Snapshot

MANIFEST = ".planner.json"
SNAPSHOTS = "snapshots"
"""Folder below a plan's folder where ``planner run`` keeps what it gathered."""

_TMP = ".planner-tmp"
_SAFE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}(?<!\.)")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")

D = TypeVar("D", Snapshot, Plan)


class Written(Data, frozen=True):
    """What became of the files of a plan: paths relative to its folder, each sorted."""

    new: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Edited by a reviewer and left alone; what the planner would write is ``<path>.new``."""
    removed: tuple[str, ...] = ()
    """No longer part of the plan, and not edited since the planner wrote them."""
    orphaned: tuple[str, ...] = ()
    """No longer part of the plan, but edited by a reviewer, so left alone."""


class _Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    planner: str
    files: dict[str, str]
    """Path to the sha256 of what the planner wrote there last."""
    pending: dict[str, str] = {}
    """The same for a run that has begun to write and has not ended."""


# --- names --------------------------------------------------------------------------------------


def slug(name: str, taken: AbstractSet[str] = frozenset()) -> str:
    """Name of a file for any name: ``[a-z0-9][a-z0-9_.-]*``, at most 63 characters.

    The same name always gives the same file, whatever else is in the fleet: what is safe stays as
    it is, anything else is cleaned and gets a hash of the original, so that ``WEB`` and ``web``
    differ also on file systems that fold case. ``taken`` is only for names made to collide.
    """
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    if _SAFE.fullmatch(name) and not _RESERVED.fullmatch(name) and name not in taken:
        return name
    clean = re.sub(r"[^a-z0-9_.-]+", "-", name.lower()).strip("-_.")[:48].rstrip("-_.") or "x"
    for length in range(8, len(digest)):
        if (made := f"{clean}-{digest[:length]}"[-63:]) not in taken:
            return made
    raise InputError(f"{printable(name)}: no free file name left for it")


def context_folder(host_slug: str, workload: str) -> str:
    """Folder of a workload's image in the plan's folder: ``workloads/<host>/<workload>``."""
    return f"workloads/{host_slug}/{slug(workload)}"


def printable(text: object) -> str:
    """One line for a message or a terminal: control characters are shown escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


# --- encoding -------------------------------------------------------------------------------------


def encode(data: object) -> bytes:
    """Canonical JSON: fields in the order of the model, dictionaries sorted, two spaces, one
    newline at the end. Equal data gives equal bytes."""
    return msgspec.json.format(msgspec.json.encode(data, order="deterministic"), indent=2) + b"\n"


class _Head(msgspec.Struct):
    schema: int


def _decode(path: Path, kind: type[D], schema: int, again: str) -> D:
    raw = _read(path)
    try:
        head = msgspec.json.decode(raw, type=_Head)
        if head.schema != schema:
            raise InputError(
                f"{printable(path)}: schema {head.schema}, this planner reads {schema}: "
                f"{again} or update"
            )
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        word = kind.__name__.lower()
        raise InputError(
            f"{printable(path)}: not a {word} of schema {schema}: {printable(error)}: {again}"
        ) from None
    except msgspec.DecodeError as error:
        reason = str(error)
        if "truncated" in reason:
            reason = f"truncated JSON at byte {len(raw)}"
        raise InputError(f"{printable(path)}: {printable(reason)}: {again}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{printable(path)}: not UTF-8 at byte {error.start}: {again}") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{printable(path)}: {error.strerror}") from None


# --- snapshots and plans --------------------------------------------------------------------------


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


def write_snapshot(folder: Path, snapshot: Snapshot) -> Path:
    """Write ``<slug of the host>.json`` into the folder, which is made if need be.

    An older snapshot of the same host is replaced; OutputError for any other file of that name.
    """
    path = folder / f"{slug(snapshot.host)}.json"
    if path.is_symlink() or path.exists():
        try:
            old = _decode(path, Snapshot, SNAPSHOT_SCHEMA, "move it away").host
        except InputError:
            old = None
        if old != snapshot.host:
            raise OutputError(
                f"{printable(path)}: not a snapshot of {printable(snapshot.host)}: move it away"
            )
    _write(path, encode(snapshot))
    return path


def read_plan(path: Path) -> Plan:
    """The plan from a ``plan.json`` or from the folder that holds it."""
    file = path / "plan.json" if path.is_dir() else path
    return _decode(file, Plan, PLAN_SCHEMA, "plan again")


# --- packaged data --------------------------------------------------------------------------------

_PACKAGE = Path(__file__).resolve().parent


def _packaged(in_wheel: str, in_checkout: str) -> Path:
    """A folder that the wheel carries below ``_data`` and a checkout has at its top."""
    wheel = _PACKAGE / "_data" / in_wheel
    return wheel if wheel.is_dir() else _PACKAGE.parent / in_checkout


def templates() -> dict[str, str]:
    """Text by name (``workload/Dockerfile.j2``), sorted."""
    folder = _packaged("templates", "templates")
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.j2"))
    }


def rule_texts() -> dict[str, str]:
    """YAML text of every rule by file name, sorted."""
    files = sorted((_PACKAGE / "rules").glob("*.yaml"))
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def demo_folder() -> Path:
    """Folder of the recorded fleet: its inventory and ``snapshots``."""
    return _packaged("demo", "inventories/demo")


# --- the plan's folder ----------------------------------------------------------------------------


def claim_output(out: Path) -> None:
    """Check, before any work, that a plan can be written here; nothing is left behind.

    Raises OutputError: not a folder, not writable, or it holds files and no manifest of ours.
    """
    there = out
    while not (there.is_symlink() or there.exists()):
        there = there.parent
    if not there.is_dir():
        raise OutputError(f"{printable(there)}: is not a folder: choose another output folder")
    probe = there / _TMP
    _write_raw(probe, b"", False)
    probe.unlink(missing_ok=True)
    if there != out or _manifest(out) is not None:
        return
    foreign = [n for n in sorted(os.listdir(out)) if n != SNAPSHOTS and not n.endswith(_TMP)]
    if foreign:
        raise OutputError(
            f"{printable(out)}: holds files that the planner did not write "
            f"({printable(foreign[0])}): choose an empty folder"
        )


def write_artifacts(out: Path, artifacts: Sequence[Artifact]) -> Written:
    """Bring the plan's folder to these files; see Written for what becomes of each.

    What a reviewer edited stays, with the new text beside it as ``<name>.new``. Raises OutputError
    before anything is written if a file stands in the way that the planner did not write.
    """
    claim_output(out)
    old = _manifest(out) or _Manifest(__version__, {})
    known = {path: {h for h in (old.files.get(path), old.pending.get(path)) if h}
             for path in {*old.files, *old.pending}}
    wanted: dict[str, Artifact] = {}
    groups: dict[str, list[str]] = {"new": [], "updated": [], "unchanged": [], "kept": []}
    for artifact in sorted(artifacts, key=lambda a: a.path):
        path = _clean(artifact.path)
        while (state := _state(out, path, artifact, known.get(path))) == "edited":
            groups["kept"].append(path)
            path += ".new"
        if path in wanted:
            raise ValueError(f"two artifacts for {path}")
        wanted[path] = artifact
        groups[state].append(path)
    stale = sorted(set(known) - set(wanted) - set(groups["kept"]))
    gone = {path: _hash(out, path) for path in stale}
    removed = [path for path in stale if gone[path] in known[path]]
    orphaned = [path for path in stale if gone[path] is not None and path not in removed]
    hashes = {path: _sha256(artifact.text.encode()) for path, artifact in wanted.items()}
    stay = {path: max(known[path]) for path in (*groups["kept"], *orphaned)}
    final = _Manifest(__version__, {**stay, **hashes})
    if final != old:
        journal = _Manifest(__version__, old.files, {**old.pending, **hashes})
        _write(out / MANIFEST, encode(journal))
    for path in (*groups["new"], *groups["updated"]):
        _write(out / path, wanted[path].text.encode(), wanted[path].executable)
    for path in removed:
        _remove(out, path)
    if final != old:
        _write(out / MANIFEST, encode(final))
    lists = {name: tuple(sorted(paths)) for name, paths in groups.items()}
    return Written(**lists, removed=tuple(removed), orphaned=tuple(orphaned))
