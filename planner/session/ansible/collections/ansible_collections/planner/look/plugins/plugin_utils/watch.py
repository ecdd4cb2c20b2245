# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit of time and memory for one worker, whatever connection plugin it is in.

Connection plugins hold all that a machine says in memory, some of it four times, and have no limit
of time. A thread looks at both; beyond one of them it ends the programs that the worker started
(ssh, sshpass, a local shell), so that the plugin returns with what arrived until then. What arrived
is lost where a plugin does not return (no program of its own, or one of root's) and is interrupted,
and where a flood is faster than the thread and the kernel refuses more memory.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
PATIENCE = 2.0
"""Seconds for the plugin to return after its programs ended."""


class Interrupted(BaseException):
    """The connection plugin did not return by itself."""


class Watch(threading.Thread):
    """``reason`` is empty until a limit was reached; then it says which."""

    def __init__(self, seconds: float, most: int) -> None:
        super().__init__(daemon=True)
        self.reason = ""
        self._seconds = seconds
        self._most = most
        # a plugin that reads holds what arrived, and for a moment the same once more
        self._memory = _resident() + 2 * most + 32 * 2**20
        self._limits = resource.getrlimit(resource.RLIMIT_DATA)
        self._over = threading.Event()

    def __enter__(self) -> Watch:
        signal.signal(signal.SIGUSR2, _interrupt)
        self.start()
        soft, hard = self._limits
        wanted = _data() + 8 * self._most + 32 * 2**20
        if _data() and (soft == resource.RLIM_INFINITY or wanted < soft):
            resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
        return self

    def flooded(self) -> None:
        """The kernel refused memory; what remains of the programs has nobody left to speak to."""
        self.reason = self.reason or self._too_much()
        resource.setrlimit(resource.RLIMIT_DATA, self._limits)
        _end_offspring()

    def _too_much(self) -> str:
        return f"sends more than {self._most / 2**20:g} MiB"

    def __exit__(self, *exc: object) -> None:
        resource.setrlimit(resource.RLIMIT_DATA, self._limits)
        try:
            self._over.set()
            self.join()
            signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        except Interrupted:
            pass  # it returned in the last moment

    def run(self) -> None:
        end = time.monotonic() + self._seconds
        while not self._over.wait(min(0.05, max(0.0, end - time.monotonic()))):
            if time.monotonic() >= end:
                self.reason = f"no end after {self._seconds:g} s"
            elif _resident() > self._memory:
                self.reason = self._too_much()
            else:
                continue
            break
        while not self._over.is_set():
            _end_offspring()
            if not self._over.wait(PATIENCE):
                os.kill(os.getpid(), signal.SIGUSR2)


def _interrupt(number: int, frame: object) -> None:
    raise Interrupted


def _resident() -> int:
    """Bytes of this process in memory; 0 where there is no /proc."""
    return _statm(1)


def _data() -> int:
    """Bytes that the limit counts: data and stack."""
    return _statm(5)


def _statm(field: int) -> int:
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[field]) * PAGE
    except OSError:
        return 0


def _end_offspring() -> None:
    for process in offspring(os.getpid()):
        with suppress(OSError):
            os.kill(process, signal.SIGKILL)


def offspring(root: int) -> list[int]:
    """Processes below ``root``."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_bytes().rpartition(b") ")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = list(children.get(root, ()))
    for process in found:
        found += children.get(process, ())
    return found
