"""A new tree in the place of the old one, and nothing that a person put there lost with it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from planner import store
from planner.errors import OutputError
from planner.extract import marks
from planner.model import Admission, Copy

ROOTFS = "rootfs"
RECORD = ".rootfs.json"
LEFT_OUT = "left-out.txt"
_OLD = ".rootfs.old"


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What extract put into a workload's ``rootfs/``."""

    taken: dict[str, tuple[str, ...]]
    """Path that was asked for to the paths below it that were not."""
    tree: dict[str, str]
    """Path from ``/`` to SHA-256, a blank and the octal mode of a file (of older records without
    the mode), ``-> target`` of a link, ``/`` of a folder."""
    before: dict[str, str] = {}
    """The same of the tree that this one replaces, until it has."""


@dataclass(frozen=True)
class Settled:
    """Paths, sorted. With ``problem`` nothing was changed."""

    removed: tuple[str, ...] = ()
    """Extract's own, unchanged, and not taken any more."""
    kept: tuple[str, ...] = ()
    """Put there or changed by a person, if only their mode: they stand before the machine's."""
    dropped: tuple[tuple[str, str], ...] = ()
    """(path, line): ends of access lists that look like what a change adds, and are gone."""
    problem: str = ""


def taken(copies: Sequence[Copy]) -> dict[str, tuple[str, ...]]:
    return {copy.path: tuple(sorted(copy.exclude)) for copy in copies}


def stale(place: Path, copies: Sequence[Copy]) -> bool:
    """Whether there is no tree here, or one that extract fetched for another plan."""
    if not (place / ROOTFS).is_dir():
        return True
    return (place / RECORD).exists() and record(place).taken != taken(copies)


def record(place: Path) -> Record:
    """What extract put here last; empty when it never did. OutputError if that cannot be read."""
    file = place / RECORD
    try:
        return msgspec.json.decode(file.read_bytes(), type=Record)
    except FileNotFoundError:
        return Record({}, {})
    except (OSError, ValueError) as error:
        raise OutputError(
            f"{store.printable(file)}: cannot tell which files extract put into rootfs: "
            f"{store.printable(error)}: move the folder away"
        ) from None


def room(place: Path) -> Path:
    """Where a new tree is made, free; a tree that a killed run had only put aside stands again."""
    old, new = place / _OLD, place / ".rootfs.new"
    if not os.path.lexists(place / ROOTFS) and old.is_dir():
        os.rename(old, place / ROOTFS)
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    return new


def settle(
    new: Path,
    place: Path,
    copies: Sequence[Copy],
    digests: Mapping[str, str],
    admissions: Sequence[Admission] = (),
) -> Settled:
    """Put the tree ``new`` into ``place/rootfs``, with what a person put or changed in the one that
    is there.

    ``digests``: SHA-256 of files of ``new`` that are known. Lines that a change added to let
    clients in (``admissions``) are no person's. May raise OSError.
    """
    rootfs, old = place / ROOTFS, place / _OLD
    if os.path.lexists(rootfs) and (rootfs.is_symlink() or not rootfs.is_dir()):
        return Settled(problem="its rootfs is no folder of extract's: move it away")
    known, fresh, there = record(place), marks.of(new, digests), marks.of(rootfs, {})
    kept, moded, dropped = [], [], list[tuple[str, str]]()
    for path in sorted(there):
        own = {known.tree.get(path), known.before.get(path), fresh.get(path)} - {None}
        if there[path] in own:
            continue
        contents = {marks.content(mark) for mark in own if mark}
        mine = _unadmitted(rootfs, path, admissions)
        lines = next((lines for digest, lines in mine if digest in contents), None)
        if lines:
            dropped += [(path, line.decode("utf-8", "replace").strip()) for line in lines]
        elif marks.content(there[path]) not in contents:
            kept.append(path)
        elif marks.moded(fresh.get(path, "")) and marks.moded(known.tree.get(path, "? ")):
            moded.append(path)
    for path in kept:
        if not _carry(rootfs, new, path, there[path]):
            what = f"{store.printable(path)} in its rootfs was put there by hand"
            return Settled(problem=f"{what} and has no place in the new one: move it away")
    for path in moded:
        shutil.copymode(rootfs / path[1:], new / path[1:])
    store.write_file(place / RECORD, store.encode(Record({}, fresh, known.tree)))
    if rootfs.exists():
        os.rename(rootfs, old)
    os.rename(new, rootfs)
    shutil.rmtree(old, ignore_errors=True)
    store.write_file(place / RECORD, store.encode(Record(taken(copies), fresh)))
    gone = [
        p for p in sorted(there) if p not in fresh and p not in kept and there[p] != marks.FOLDER
    ]
    return Settled(tuple(gone), tuple(sorted((*kept, *moded))), dropped=tuple(dropped))


def forget(place: Path) -> None:
    """Take the record away, too, where nothing is left of the tree."""
    if not any((place / ROOTFS).iterdir()):
        (place / ROOTFS).rmdir()
        for name in (RECORD, LEFT_OUT):
            (place / name).unlink(missing_ok=True)


def _unadmitted(
    rootfs: Path, path: str, admissions: Sequence[Admission]
) -> Iterator[tuple[str, list[bytes]]]:
    """Digests of an access list with fewer and fewer of the lines that a change may have added,
    and those lines."""
    mine = [(a.before.encode(), a.after.encode()) for a in admissions if a.path == path]
    file = rootfs / path[1:]
    if not mine or file.is_symlink() or not file.is_file():
        return
    lines, taken = file.read_bytes().splitlines(keepends=True), list[bytes]()
    while lines and any(
        lines[-1].startswith(before) and lines[-1].rstrip(b"\n").endswith(after)
        for before, after in mine
    ):
        taken.insert(0, lines.pop())
        yield hashlib.sha256(b"".join(lines)).hexdigest(), [*taken]


def _carry(rootfs: Path, new: Path, path: str, mark: str) -> bool:
    """Copy what a person put at ``path`` into the new tree, never through a link."""
    target = new / path[1:]
    for above in target.relative_to(new).parents:
        if (new / above).is_symlink() or ((new / above).exists() and not (new / above).is_dir()):
            return False
    if mark == marks.FOLDER:
        if os.path.lexists(target) and (target.is_symlink() or not target.is_dir()):
            return False
        target.mkdir(parents=True, exist_ok=True)
        return True
    if mark == marks.OTHER or (target.is_dir() and not target.is_symlink()):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    shutil.copy2(rootfs / path[1:], target, follow_symlinks=False)
    return True
