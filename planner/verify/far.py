"""The machine on which the engine works, where that is another one: it gets a private folder, which
is removed afterwards."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from planner.errors import RunError
from planner.verify.engine import Engine
from planner.verify.shell import complaint, shell

_MAKE = (
    "for p in /dev/shm /tmp; do mktemp -d $p/planner-verify-far-XXXXXXXXXX 2>/dev/null && exit; "
    "done; exit 1"
)
_MADE = re.compile(r"/(dev/shm|tmp)/planner-verify-far-[A-Za-z0-9]{10}")
"""What that may answer: anything else is a start-up file that prints, or worse."""


def with_folder(engine: Engine) -> Engine:
    """The engine with a new private folder on its machine; RunError if there can be none."""
    if not engine.far:
        return engine
    done = _there(engine, _MAKE)
    folder = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode:
        raise RunError(f"no private folder on {engine.on}: {complaint(done)}")
    if not _MADE.fullmatch(folder):
        raise RunError(
            f"{engine.on} answered mktemp with something else than one new folder: if a start-up "
            "file of its shell prints (~/.bashrc), let it be silent without a terminal"
        )
    return replace(engine, folder=folder)


def remove_folder(engine: Engine) -> str:
    """Remove that folder; where it still is, in words (empty: it is gone)."""
    if not engine.far or not engine.folder:
        return ""
    folder = shlex.quote(engine.folder)
    done = _there(engine, f"rm -rf -- {folder}")
    return f"{engine.on}:{engine.folder} ({complaint(done)})" if done.returncode else ""


def clock(engine: Engine) -> float:
    """Seconds of the epoch, as the engine's machine counts them; RunError if it does not tell."""
    if not engine.far:
        return time.time()
    done = _there(engine, "date +%s")
    told = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode or not re.fullmatch(r"[0-9]{1,12}", told):
        raise RunError(f"{engine.on} does not tell its time: {complaint(done)}")
    return float(told)


def handed_over(engine: Engine, path: Path) -> None:
    """Move a file of the private folder to the one there, if that is another machine's; a note
    that it is there stays."""
    if not engine.far:
        return
    inner = shlex.quote(str(path.relative_to(engine.place)))
    unpack = f"umask 077; tar -C {shlex.quote(engine.folder)} -xpf -"
    line = f"tar -cf - {inner} | {engine.far} {shlex.quote(unpack)}"
    done = shell(line, engine.environment, engine.place, seconds=120)
    path.unlink()
    if done.returncode:
        raise RunError(f"{engine.on} did not take {path.name}: {complaint(done)}")
    _note(path).touch()


def arrived(engine: Engine, path: Path) -> bool:
    """Whether a file of the private folder was handed over."""
    return bool(engine.far) and _note(path).exists()


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.there")


def table(engine: Engine) -> str:
    """/proc/net/route of the engine's machine, if that is not this one."""
    return _there(engine, "cat /proc/net/route").stdout.decode("utf-8", "replace")


def _there(engine: Engine, line: str) -> subprocess.CompletedProcess[bytes]:
    return shell(f"{engine.far} {shlex.quote(line)}", engine.environment, engine.place, seconds=60)
