"""What lies in a tree, in a word for each path: two that are alike have the same mark."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

FOLDER, OTHER = "/", "?"


def of(root: Path, digests: Mapping[str, str]) -> dict[str, str]:
    """What lies below a folder, as the record of a tree has it; ``?``: none of its kinds."""
    found: dict[str, str] = {}
    for folder, folders, files in os.walk(root, onerror=_raise):
        for name in (*folders, *files):
            file = Path(folder, name)
            path = f"/{file.relative_to(root)}"
            found[path] = _mark(file, digests.get(path, ""))
    return found


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _mark(file: Path, digest: str) -> str:
    mode = file.lstat().st_mode
    if stat.S_ISLNK(mode):
        return f"-> {os.readlink(file)}"
    if stat.S_ISDIR(mode):
        return FOLDER
    if not stat.S_ISREG(mode):
        return OTHER
    if not digest:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return f"{digest} {stat.S_IMODE(mode):o}"


def content(mark: str) -> str:
    """A mark without the mode of a file."""
    return mark if mark.startswith("-> ") else mark.partition(" ")[0]


def moded(mark: str) -> bool:
    """Whether it is of a file, with its mode."""
    return content(mark) != mark
