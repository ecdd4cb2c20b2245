"""Ends a comparison whose planner was killed: its programs, containers and secrets.

Run as a program with the engine, in JSON, as its argument; it waits for its standard input, which
only the planner holds open, to close without a word.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from planner.session.guard import FINE, end_all
from planner.verify.engine import Engine, sweep
from planner.verify.far import remove_folder


def removed(engine: Engine) -> str:
    """Remove all that a comparison made; what is left, in words.

    What is private here goes in any case. Where something is left, the wrapper and the name of its
    engine stay, so that the next comparison can remove it.
    """
    left = "; ".join(filter(None, (sweep(engine), remove_folder(engine))))
    if not left:
        shutil.rmtree(engine.place, ignore_errors=True)
        return ""
    for path in engine.place.iterdir():
        if path.name not in ("engine", "engine.json"):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
    return left


@contextmanager
def nothing_left(engine: Engine) -> Iterator[None]:
    """Have a guard while this lasts. What ends in peace, or by a signal, cleans up by itself."""
    program = f"from {__name__} import main; main()"
    command = [sys.executable, "-P", "-c", program, json.dumps(asdict(engine), default=str)]
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
    known = json.loads(sys.argv[1])
    engine = Engine(**{**known, "place": Path(known["place"])})
    if os.read(0, 1) != FINE:
        end_all(str(engine.place))
        removed(engine)
