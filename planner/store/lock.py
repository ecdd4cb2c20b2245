"""One run at a time in a folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from planner.errors import OutputError
from planner.store.files import temporary
from planner.store.names import printable


@contextmanager
def locked(folder: Path, holder: str) -> Iterator[None]:
    """Have a folder for oneself; it is made if need be, and taken away again if it stays empty.

    The lock ends with the process that holds it, however that ends. ``holder``: who we are, in one
    line, for the one who comes second. Raises OutputError: somebody else holds it, or it cannot be
    written.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    path = temporary(folder / "lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = _take(path, folder)
    except OSError as error:
        raise OutputError(f"{printable(folder)}: cannot be locked: {error.strerror}") from None
    try:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, holder.encode())
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)
        for place in missing:
            with suppress(OSError):
                place.rmdir()


def _take(path: Path, folder: Path) -> int:
    """Open and lock the file, until what is locked is also what has the name."""
    while True:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), os.lstat(path)):
                    return descriptor
        except BlockingIOError:
            who = os.read(descriptor, 200).decode("utf-8", "replace") or "another run"
            os.close(descriptor)
            raise OutputError(
                f"{printable(folder)}: in use by {printable(who)}: wait for it, or choose another "
                "folder"
            ) from None
        except OSError:
            os.close(descriptor)
            raise
        os.close(descriptor)
