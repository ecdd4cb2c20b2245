"""Lines for sh, ended in an orderly way, and what a program complains of."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from planner.store import printable


def shell(
    line: str, environment: Mapping[str, str], folder: Path,
    given: bytes | None = None, seconds: int = 3600,
) -> subprocess.CompletedProcess[bytes]:  # fmt: skip
    """Run a line for sh in a folder. Its programs hear a signal before they are killed."""
    with subprocess.Popen(  # noqa: S602 - lines of the plan, quoted where they were made
        line,
        shell=True,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            out, err = process.communicate()
            err += f"\nno end after {seconds} s".encode()
        except BaseException:
            _end(process)
            raise
        return subprocess.CompletedProcess(line, process.returncode, out, err)


def _end(process: subprocess.Popen[bytes]) -> None:
    for number, patience in ((signal.SIGTERM, 8.0), (signal.SIGKILL, 2.0)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


def complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    """The last thing a program said, on one line."""
    text = (done.stderr.strip() or done.stdout.strip()).decode("utf-8", "replace")
    last = text.splitlines()[-1] if text else f"exit status {done.returncode}"
    return printable(last)[:300]
