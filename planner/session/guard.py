"""No program of a run outlives it: what a run starts carries the run's folder in its environment.

Ansible's workers leave its process group and ssh may leave theirs, so neither groups nor parents
find them all; the environment that they inherit does. On Linux; elsewhere only Ansible itself ends.

Run as a program with the folder as its argument, this ends a run whose planner was killed: it
waits for its standard input, which only the planner holds open, to close without a word.
"""

import os
import shutil
import signal
import sys
import time
from contextlib import suppress

NAME = "PLANNER_SPOOL"
"""Environment variable that holds the run's folder."""
FINE = b"."
"""What the planner says before it closes the pipe in peace."""


def end_all(folder: str) -> None:
    """Kill every process of ours that carries this folder, and what they start meanwhile."""
    for _ in range(50):
        found = carriers(folder)
        if not found:
            return
        for process in found:
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.02)


def carriers(folder: str) -> list[int]:
    """Processes whose environment names the folder, without our own and zombies."""
    wanted = b"\0" + f"{NAME}={folder}".encode() + b"\0"
    found = []
    try:
        names = os.listdir("/proc")
    except OSError:
        return []
    for name in names:
        if name.isdigit() and int(name) != os.getpid():
            try:
                with open(f"/proc/{name}/environ", "rb") as stream:
                    environment = stream.read()
            except OSError:
                continue
            if wanted in b"\0" + environment:
                found.append(int(name))
    return found


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if os.read(0, 1) != FINE:
        end_all(sys.argv[1])
        shutil.rmtree(sys.argv[1], ignore_errors=True)
