"""The plan's folder: only files of ours are replaced, and never one that a reviewer edited.

The manifest holds the sha256 of every file as the planner wrote it. It is written before the
files (with the hashes to come) and again after them, so that the next run knows the files of a run
that was killed in between as its own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from planner import __version__
from planner.errors import OutputError
from planner.model import Artifact, Data
from planner.store.files import is_temporary, probe, remove_file, write_file
from planner.store.names import printable
from planner.store.reading import encode

MANIFEST = ".planner.json"
SNAPSHOTS = "snapshots"
"""Folder in a plan's folder that may be there before the plan: what a run gathered."""


class Written(Data, frozen=True):
    """What became of the files of a plan: paths relative to its folder, sorted."""

    new: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Edited by a reviewer and left alone; what the planner would write is ``<path>.new``."""
    removed: tuple[str, ...] = ()
    """No longer part of the plan, and not edited since the planner wrote them."""
    orphaned: tuple[str, ...] = ()
    """No longer part of the plan, but edited by a reviewer, so left alone."""


class _Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    planner: str
    files: dict[str, str]
    """Path to sha256 of what the planner wrote there last."""
    pending: dict[str, str] = {}
    """The same for what a run that has not ended was about to write."""


def claim_output(out: Path) -> None:
    """Check, before any work, that a plan can be written here; nothing is left behind.

    Raises OutputError: not a folder, not writable, or files are there and no manifest of ours.
    """
    there = out.absolute()
    while not (there.is_symlink() or there.exists()):
        there = there.parent
    if not there.is_dir():
        raise OutputError(f"{printable(there)}: is not a folder: choose another output folder")
    probe(there)
    if there != out.absolute() or (out / MANIFEST).exists():
        _manifest(out)
        return
    foreign = [n for n in sorted(os.listdir(out)) if n != SNAPSHOTS and not is_temporary(n)]
    if foreign:
        raise OutputError(
            f"{printable(out)}: holds files that the planner did not write "
            f"({printable(foreign[0])}): choose an empty folder"
        )


def write_artifacts(out: Path, artifacts: Sequence[Artifact]) -> Written:
    """Bring the plan's folder to these files and say what became of each.

    Raises OutputError, before anything is written, if something stands in the way that the
    planner did not write.
    """
    claim_output(out)
    old = _manifest(out)
    known = _known(out, old)
    targets: dict[str, Artifact] = {}
    groups: dict[str, list[str]] = {"new": [], "updated": [], "unchanged": [], "kept": []}
    for artifact in artifacts:
        path = _checked(artifact.path)
        while (state := _state(out, path, artifact, known)) == "kept":
            groups[state].append(path)
            path += ".new"
        if path in targets:
            raise ValueError(f"two artifacts for {path}")
        targets[path] = artifact
        groups[state].append(path)
    stale = sorted(set(known) - set(targets) - set(groups["kept"]))
    removed = tuple(path for path in stale if _sha256_of(out / path) == known[path])
    orphaned = tuple(path for path in stale if path not in removed and os.path.lexists(out / path))
    hashes = {path: _sha256(a.text.encode()) for path, a in targets.items()}
    left = {path: known[path] for path in (*groups["kept"], *orphaned)}
    final = _Manifest(__version__, {**left, **hashes})
    changes = {path: targets[path] for path in (*groups["new"], *groups["updated"])}
    if changes or final != old:
        write_file(out / MANIFEST, encode(_Manifest(__version__, known, hashes)))
        _bring(out, changes, removed)
        write_file(out / MANIFEST, encode(final))
    lists = {name: tuple(sorted(paths)) for name, paths in groups.items()}
    return Written(**lists, removed=removed, orphaned=orphaned)


def _bring(out: Path, targets: Mapping[str, Artifact], removed: Sequence[str]) -> None:
    for path, artifact in targets.items():
        write_file(out / path, artifact.text.encode(), executable=artifact.executable)
    for path in removed:
        remove_file(out, path)


def _state(out: Path, path: str, artifact: Artifact, known: Mapping[str, str]) -> str:
    """Decide: new, updated, unchanged or kept; OutputError if what is there is not ours."""
    file = out / path
    for folder in file.relative_to(out).parents:
        if (out / folder).is_symlink() and folder.name:
            raise OutputError(f"{printable(out / folder)}: is a link: the plan stays in its folder")
    if not os.path.lexists(file):
        _check_parents(out, file)
        return "new"
    there = _sha256_of(file)
    if there == _sha256(artifact.text.encode()):
        return "unchanged" if artifact.executable == os.access(file, os.X_OK) else "updated"
    if path not in known or (file.is_dir() and not file.is_symlink()):
        raise OutputError(f"{printable(file)}: the planner did not write it: move it away first")
    return "updated" if there == known[path] else "kept"


def _check_parents(out: Path, file: Path) -> None:
    for folder in file.parents:
        if folder == out:
            return
        if os.path.lexists(folder) and not folder.is_dir():
            raise OutputError(f"{printable(folder)}: is not a folder: move it away first")


def _known(out: Path, old: _Manifest) -> dict[str, str]:
    """Return what the planner wrote last by path, with what a run that was killed had written."""
    known = {**old.pending, **old.files}
    for path, digest in old.pending.items():
        if _sha256_of(out / path) == digest:
            known[path] = digest
    return known


def _manifest(out: Path) -> _Manifest:
    file = out / MANIFEST
    try:
        manifest = msgspec.json.decode(file.read_bytes(), type=_Manifest)
        for path in (*manifest.files, *manifest.pending):
            _checked(path)
    except FileNotFoundError:
        return _Manifest(__version__, {})
    except (OSError, ValueError) as error:
        raise OutputError(
            f"{printable(file)}: cannot tell which files are the planner's: {printable(error)}: "
            "choose another output folder"
        ) from None
    return manifest


def _checked(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path != "/".join(parts) or path.startswith("/") or ".." in parts:
        raise ValueError(f"{path}: not a path below the plan's folder")
    return path


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sha256_of(file: Path) -> str:
    """Empty if there is no such regular file."""
    try:
        return "" if file.is_symlink() else _sha256(file.read_bytes())
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return ""
    except OSError as error:
        raise OutputError(f"{printable(file)}: {error.strerror}") from None
