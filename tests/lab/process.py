"""Processes that outlive the command that started them: recorded before they run.

A record holds pid, start time and boot id, so that `stop` never hits a stranger who got the pid.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_LAUNCHER = 'read -r go || exit 1; exec "$@" </dev/null'


def start(
    argv: Sequence[str | Path],
    record: Path,
    console: Path,
    *,
    env: Mapping[str, str],
) -> None:
    """Start a program in its own session, its output going to `console`.

    The launcher waits until the record is written: a lab killed in between leaves nothing behind.
    """
    with console.open("wb") as log:
        child = subprocess.Popen(
            ["/bin/sh", "-c", _LAUNCHER, "lab", *argv],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=env,
            start_new_session=True,
        )
    record.write_text(
        json.dumps({"pid": child.pid, "started": _started(child.pid), "boot": _boot()})
    )
    assert child.stdin is not None
    child.stdin.write(b"go\n")
    child.stdin.close()


def alive(record: Path) -> int | None:
    """Return the pid of the recorded process, or None when it has ended."""
    try:
        known = json.loads(record.read_text())
    except (OSError, ValueError):
        return None
    pid = int(known["pid"])
    if known["boot"] != _boot() or known["started"] is None or known["started"] != _started(pid):
        return None
    return pid


def stop(record: Path, timeout: float = 20) -> None:
    """End the recorded process at once and return when it is gone; the record goes too."""
    pid = alive(record)
    if pid is not None:
        handle = os.pidfd_open(pid)
        try:
            if alive(record) == pid:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            deadline = time.monotonic() + timeout
            while alive(record) is not None and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            os.close(handle)
    record.unlink(missing_ok=True)


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _started(pid: int) -> str | None:
    """Start time in clock ticks since boot; None for a process that is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]
