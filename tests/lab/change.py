"""Carries out a machine's written change: every command of its steps as it stands, with `sh`."""

import itertools
import os
import resource
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from planner.model import HostPlan, Step

from .errors import LabError
from .network import address
from .state import State


def base_environment(state: State) -> dict[str, str]:
    """What an operator would have set for every machine: the engine, and where its settings are."""
    programs = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "CONTAINERS_CONF": str(state.containers_conf),
        "ENGINE": "podman",
        "BUILD_FLAGS": "--network host",
        "NOFILE": str(_open_files()),
    }


def _open_files() -> int:
    """What a Redis asks for, as far as this box allows it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 65535 if most == resource.RLIM_INFINITY else min(most, 65535)


def _compose() -> str:
    """Podman 4 forgets the defaults of containers.conf where a container has a limit of its own,
    and its own default is more than this box allows. What Compose says comes later, and counts."""
    files = _open_files()
    limits = (f"--ulimit=nofile={files}:{files}", "--ulimit=nproc=1024:1024")
    return " ".join(("podman-compose", *(f"--podman-run-args={limit}" for limit in limits)))


def environment(state: State, host: HostPlan) -> dict[str, str]:
    """What an operator would have set before the first line."""
    return {
        **base_environment(state),
        "ANSIBLE_INVENTORY": str(state.inventory),
        "COMPOSE": _compose(),
        "SSH": f"ssh -F {state.ssh_config} {host.name}",
        # The cut-over of a name that the shop speaks to: its database has moved to this box.
        "HOST_DB_LAB_INTERNAL": address(1),
        "CLIENT_NETWORK": "10.0.0.0/8",
    }


def carry_out(state: State, plan: Path, host: HostPlan, steps: Sequence[Step]) -> dict[str, float]:
    """Run the commands of *steps* in one shell in the plan's folder, and stop at the first failure.

    Returns seconds by step id. Raises LabError with the step, the command and what it printed.
    """
    lines = ["set -e"]
    for step in steps:
        for command in step.commands:
            said = shlex.quote(f"{step.id} {step.phase}: {command}")
            lines += [f"printf '\\n@@ %s %s\\n' \"$(date +%s.%N)\" {said} >&2", command]
    lines.append("printf '\\n@@ %s end\\n' \"$(date +%s.%N)\" >&2")
    log = state.run / f"change-{host.slug}.log"
    with log.open("a") as out:
        start = out.tell()
        done = subprocess.run(
            ["sh", "-c", "\n".join(lines)],
            cwd=plan,
            env=environment(state, host),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            timeout=1200,
        )
    with log.open() as text:
        text.seek(start)
        printed = text.read()
    if done.returncode != 0:
        last = printed.rpartition("\n@@ ")[2]
        raise LabError(f"{host.name}: a command of its change failed (log: {log})\n{last[-3000:]}")
    return _durations(printed)


def _durations(printed: str) -> dict[str, float]:
    marks = [line.split(" ", 3) for line in printed.splitlines() if line.startswith("@@ ")]
    found: dict[str, float] = {}
    for this, following in itertools.pairwise(marks):
        seconds = float(following[1]) - float(this[1])
        found[this[2]] = found.get(this[2], 0.0) + seconds
    return found
