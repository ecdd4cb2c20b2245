"""Files of a machine onto our disk: only what was listed, verified, never through a link."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import shutil
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from planner.extract.wanted import Entry, Slice


def contents(answers: Sequence[Path], batches: Sequence[Sequence[Slice]], folder: Path) -> None:
    """Write what arrived to ``folder/<content_name(path)>``, unverified; missing when cut off."""
    for answer, batch in zip(answers, batches, strict=False):
        rest = _decoded(answer.read_bytes(), sum(part.size for part in batch))
        for part in batch:
            with open(folder / content_name(part.path), "ab") as stream:
                stream.write(rest[: part.size])
            rest = rest[part.size :]


def content_name(path: str) -> str:
    """Name under which a file's content waits."""
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()


def build(entries: Sequence[Entry], waiting: Path, rootfs: Path) -> Iterator[tuple[str, str]]:
    """Make the tree below ``rootfs``, which does not exist yet; yields (path, reason) of refusals.

    Folders first, then files, links last, so that nothing is ever written through a link. Owners
    are ours, set-user-id bits are dropped.
    """
    rootfs.mkdir(mode=0o700)
    links = {entry.path for entry in entries if entry.type == "l"}
    files = [entry for entry in entries if entry.type != "l"]
    for entry in sorted(files, key=lambda entry: (entry.type, entry.path)):
        target = rootfs / entry.path.lstrip("/")
        if any(str(above) in links for above in PurePosixPath(entry.path).parents):
            yield entry.path, "lies below a link"
        elif entry.type == "d":
            target.mkdir(parents=True, exist_ok=True)
        elif reason := _place(entry, waiting, target):
            yield entry.path, reason
        elif entry.mode & 0o6000:
            yield entry.path, "extracted without its set-user-id or set-group-id bit"
    for entry in (entry for entry in entries if entry.type == "l"):
        if reason := _link(entry, rootfs):
            yield entry.path, reason
    for entry in sorted(files, key=lambda entry: entry.path, reverse=True):
        _dress(entry, rootfs / entry.path.lstrip("/"))


def _decoded(raw: bytes, size: int) -> bytes:
    """Contents of an answer, at most ``size`` bytes; what is damaged comes out short."""
    head, _, body = raw.partition(b"\n")
    if not head.rstrip().endswith(b" gzip"):
        return body[:size]
    try:
        packed = base64.b64decode(b"".join(body.split()))
        return zlib.decompressobj(wbits=31).decompress(packed, size) if size else b""
    except (binascii.Error, zlib.error):
        return b""


def _place(entry: Entry, waiting: Path, target: Path) -> str:
    source = waiting / content_name(entry.path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if entry.size == 0 and not source.exists():
        source.touch()
    if not source.exists():
        return "its content did not arrive"
    with open(source, "rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != entry.digest:
            return "changed while it was copied, or was damaged on the way"
    shutil.copyfile(source, target)
    return ""


def _link(entry: Entry, rootfs: Path) -> str:
    """Make a link, unless following it would lead out of the tree on this machine."""
    target = rootfs / entry.path.lstrip("/")
    depth = len(PurePosixPath(entry.path).parent.parts) - 1
    if not entry.link.startswith("/"):
        for part in PurePosixPath(entry.link).parts:
            depth += -1 if part == ".." else 1
            if depth < 0:
                return f"link that leaves the tree: {entry.link}"
    if target.parent.is_symlink() or os.path.lexists(target):
        return "lies below a link"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(entry.link)
    return ""


def _dress(entry: Entry, target: Path) -> None:
    """Mode and time as on the machine, readable for us, who build from it."""
    if target.is_symlink() or not target.exists():
        return
    target.chmod(entry.mode & 0o1777 | (0o700 if entry.type == "d" else 0o400))
    os.utime(target, (entry.modified, entry.modified))
