"""The container engine: every command through one wrapper that labels what it makes."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from planner.errors import RunError
from planner.session.guard import NAME
from planner.store import printable

LABEL = "planner.verify"
ENGINES = ("podman", "docker")
_WRAPPER = """\
case "$1 ${{2-}}" in
"run "* | "create "*) verb=$1; shift; set -- "$verb" --label {label} "$@" ;;
"volume create" | "network create")
	kind=$1; shift 2; set -- "$kind" create --label {label} "$@" ;;
esac
exec {program} "$@"
"""


@dataclass(frozen=True)
class Engine:
    """``place``: the private folder of this comparison; ``id``: value of the label."""

    name: str
    program: str
    place: Path
    id: str

    @property
    def environment(self) -> dict[str, str]:
        """What the plan's commands find; everything that runs carries the folder's name."""
        wrapper = f"sh {shlex.quote(str(self.place / 'engine'))}"
        return {**os.environ, "ENGINE": wrapper, NAME: str(self.place), "BUILDAH_FORMAT": "docker"}


def found(wanted: str) -> tuple[str, str]:
    """Name and path of the engine that was asked for, else of the first that is there."""
    for name in (wanted,) if wanted else ENGINES:
        if path := shutil.which(name):
            return name, path
    raise RunError(f"{wanted or ' or '.join(ENGINES)}: not on PATH: install an engine to verify")


def prepare(engine: Engine) -> None:
    """Write the wrapper. A script that sh reads: the folder may lie where nothing is executed."""
    text = _WRAPPER.format(label=f"{LABEL}={engine.id}", program=shlex.quote(engine.program))
    (engine.place / "engine").write_text(text)


def run(
    engine: Engine, *words: str, given: bytes | None = None, seconds: int = 300
) -> subprocess.CompletedProcess[bytes]:
    """Run an engine's command; whoever calls looks at its exit status."""
    line = f"$ENGINE {shlex.join(words)}"
    return shell(line, engine.environment, engine.place, given=given, seconds=seconds)


def must(engine: Engine, *words: str, given: bytes | None = None, seconds: int = 300) -> str:
    """Run an engine's command and return what it prints; RunError if it fails."""
    done = run(engine, *words, given=given, seconds=seconds)
    if done.returncode:
        raise RunError(f"{engine.name} {' '.join(words[:2])}: {complaint(done)}")
    return done.stdout.decode("utf-8", "replace").strip()


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


def sweep(engine: Engine) -> str:
    """Remove every container, network and volume of this comparison; what is left, in words."""
    wanted = ("--filter", f"label={LABEL}={engine.id}")
    now = ("-t", "0") if engine.name == "podman" else ()
    kinds = {
        "containers": (("ps", "-aq", *wanted), ("rm", "-f", "-v", *now)),
        "networks": (("network", "ls", "-q", *wanted), ("network", "rm")),
        "volumes": (("volume", "ls", "-q", *wanted), ("volume", "rm")),
    }
    left: dict[str, list[str]] = {}
    for attempt in range(4):
        left = {}
        for kind, (listing, removal) in kinds.items():
            names = run(engine, *listing).stdout.decode().split()
            if names:
                run(engine, *removal, *names)
                left[kind] = run(engine, *listing).stdout.decode().split()
        if not any(left.values()):
            return ""
        time.sleep(attempt)
    return "; ".join(f"{kind}: {' '.join(names)}" for kind, names in left.items() if names)
