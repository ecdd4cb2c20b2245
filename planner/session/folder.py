"""The private folder of one run: mode 0700, in memory where that can be, gone afterwards."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner.session.guard import end_all

_PREFIX = "planner-run-"


@contextmanager
def private_folder(places: tuple[Path, ...] = ()) -> Iterator[Path]:
    """A new folder that only this user can enter, removed at the end.

    A run that was killed together with its guard leaves its folder behind, and programs; the next
    one ends these and removes it. A lock, which ends
    with the process that holds it, tells the two apart. ``places``: default is memory first.
    """
    wanted = places or memory_first()
    candidates = [place for place in wanted if os.access(place, os.W_OK | os.X_OK)]
    for place in candidates:
        _sweep(place)
    home = candidates[0] if candidates else Path(tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getuid()}-", dir=home))
    # Held before it has its name: who sweeps takes a lock that nobody holds for one left behind.
    lock = os.open(folder / "taken", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.rename(folder / "taken", folder / "lock")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def memory_first() -> tuple[Path, ...]:
    """Folders in memory that belong to the user or to all, then the one for temporary files."""
    wanted = [Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent"), Path("/dev/shm")]  # noqa: S108
    memory = [place for place in wanted if _in_memory(place) and _room(place)]
    return (*memory, Path(tempfile.gettempdir()))


def _in_memory(place: Path) -> bool:
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return any(line.split()[1:3] == [str(place), "tmpfs"] for line in lines)


def _room(place: Path) -> bool:
    return shutil.disk_usage(place).free > 256 * 1024 * 1024


def _sweep(place: Path) -> None:
    for left in place.glob(f"{_PREFIX}{os.getuid()}-*"):
        try:
            if left.is_symlink() or left.stat().st_uid != os.getuid():
                continue
            lock = os.open(left / "lock", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue  # being made or being removed by somebody else
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            end_all(str(left))
            shutil.rmtree(left, ignore_errors=True)
        except OSError:
            pass  # its run is alive
        finally:
            os.close(lock)
