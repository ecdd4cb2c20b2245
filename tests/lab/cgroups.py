"""A cgroup of its own for each machine: sharing one, their systemds would mix up their units."""

import contextlib
import errno
import time
from collections.abc import Sequence
from pathlib import Path

from .network import NUMBER

_ENTER = 'for group in $1; do echo $$ >"$group/cgroup.procs" || exit 1; done; shift; exec "$@"'


def entering(name: str, argv: Sequence[str | Path]) -> list[str | Path]:
    """Return the command that runs `argv` inside the machine's cgroups, which are made here."""
    groups = _of(name)
    for group in groups:
        group.mkdir(parents=True, exist_ok=True)
    return ["/bin/sh", "-c", _ENTER, "lab", " ".join(map(str, groups)), *argv]


def remove(name: str) -> None:
    """Kill every process in the machine's cgroups, then remove them.

    Only what the lab started is in there. A container outlives the nspawn that was killed, so
    killing the recorded process is not enough.
    """
    for group in _of(name):
        if (group / "cgroup.kill").exists():
            (group / "cgroup.kill").write_text("1")
    for group in _of(name):
        inner = [path for path in group.rglob("*") if path.is_dir()]
        for folder in [*sorted(inner, reverse=True), *([group] if group.exists() else [])]:
            _remove(folder)


def remove_parent() -> None:
    """Remove what the machines' cgroups lie in, once all of them are gone."""
    for group in _of(""):
        with contextlib.suppress(OSError):
            group.rmdir()


def _remove(folder: Path, timeout: float = 10) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            return folder.rmdir()
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _of(name: str) -> list[Path]:
    """One for each hierarchy that systemd uses: two on a hybrid box."""
    top = Path("/sys/fs/cgroup")
    hybrid = [path for path in (top / "systemd", top / "unified") if path.exists()]
    return [hierarchy / f"planner-lab-{NUMBER}" / name for hierarchy in hybrid or [top]]
