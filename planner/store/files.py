"""Atomic writes: a temporary file beside the target and a rename, so that a reader, or a run that
was killed, sees the old file or the new one.

Names of temporary files are fixed, so what a killed run left is taken away by the next one.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from planner.errors import OutputError
from planner.store.names import printable

_MARK = ".planner-tmp"


def is_temporary(name: str) -> bool:
    """Whether a file name is one of ours that never became what it should be."""
    return name.startswith(".") and name.endswith(_MARK)


def temporary(path: Path) -> Path:
    """Where a file is until it is whole: beside it, under a name that is_temporary knows."""
    return path.with_name(f".{path.name}{_MARK}")


def write_file(path: Path, content: bytes, *, executable: bool = False) -> None:
    """Write a file and the folders above it; OutputError with path and reason."""
    tmp = temporary(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_new(tmp, content, 0o777 if executable else 0o666)
        try:
            os.replace(tmp, path)
        except OSError:
            tmp.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _cannot(path, error) from None


def probe(folder: Path) -> None:
    """OutputError if nothing can be written into this existing folder."""
    tmp = folder / _MARK
    try:
        _write_new(tmp, b"", 0o600)
        tmp.unlink()
    except OSError as error:
        raise _cannot(folder, error) from None


def remove_file(root: Path, path: str) -> None:
    """Remove a file below ``root`` and the folders that it leaves empty."""
    file = root / path
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot(file, error) from None
    for folder in file.parents:
        if folder == root:
            break
        with contextlib.suppress(OSError):
            folder.rmdir()


def _write_new(path: Path, content: bytes, mode: int) -> None:
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, mode), "wb") as stream:
        stream.write(content)


def _cannot(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{printable(path)}: cannot be written: {error.strerror}")
