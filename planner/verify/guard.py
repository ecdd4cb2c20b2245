"""Ends a comparison whose planner was killed: its programs, containers and secrets.

Run as a program with folder, engine, its path and the comparison's id as arguments; it waits for
its standard input, which only the planner holds open, to close without a word.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from planner.session.guard import FINE, end_all
from planner.verify.engine import Engine, sweep


@contextmanager
def nothing_left(engine: Engine) -> Iterator[None]:
    """Have a guard while this lasts. What ends in peace, or by a signal, cleans up by itself."""
    words = [str(engine.place), engine.name, engine.program, engine.id]
    command = [sys.executable, "-P", "-c", f"from {__name__} import main; main()", *words]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, bufsize=0, start_new_session=True
    ) as watch:
        assert watch.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            yield
        finally:
            with suppress(OSError):
                watch.stdin.write(FINE)


def main() -> None:
    """Wait, and clean up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    place, name, program, id = sys.argv[1:5]
    if os.read(0, 1) != FINE:
        end_all(place)
        sweep(Engine(name, program, Path(place), id))
        shutil.rmtree(place, ignore_errors=True)
