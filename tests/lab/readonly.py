"""Two proofs on a machine that runs: a look only reads, and no planted secret leaves it."""

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from planner import store
from planner.gather.look import collector
from planner.session.framing import decode

from . import boot, plant, process, trace
from .definition import Machine
from .errors import LabError
from .state import State

_NONCE = "feedfacefeedfacefeedfacefeedface"
_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def only_reads(state: State, machines: list[Machine]) -> list[str]:
    """Trace a look at each container machine, as root and as nobody, from outside of it; returns
    what could have changed something. Prints the number of calls and of commands."""
    failures = []
    for machine in machines:
        for user, before in (("root", ()), ("nobody", _NOBODY)):
            out = state.run / machine.name / f"trace-{user}"
            argv = [*trace.arguments(), "-o", str(out), *_inside(state, machine), *before]
            done = subprocess.run(
                [*argv, "/bin/sh", "-s"],
                input=collector(_NONCE, 600).encode(),
                capture_output=True,
                timeout=900,
            )
            payload = decode(done.stdout, _NONCE)
            with out.open(errors="replace") as lines:
                found = Counter(str(v) for v in trace.violations(lines, "/bin/sh"))
            with out.open(errors="replace") as lines:
                calls = sum(1 for _ in lines)
            print(f"{machine.name} as {user}: {calls} calls traced, {len(found)} that could change")
            failures += [f"{machine.name} as {user}: {v}" for v in found]
            if payload.problem or calls < 1000:
                failures.append(f"{machine.name} as {user}: no whole look: {payload.problem}")
    return failures


def nothing_leaves(state: State, machine: Machine) -> list[str]:
    """Plant every kind of secret on a machine, gather, plan, explain and extract; returns the
    secrets that are in anything written. The machine is spoilt for other proofs."""
    root = next(p for p in (state.run / machine.name).glob("root*") if p.is_dir())
    for path, text in plant.files().items():
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    entering = _inside(state, machine)
    for command in (("daemon-reload",), ("enable", "--quiet", *plant.units())):
        subprocess.run([*entering, "systemctl", *command], check=True, stdin=subprocess.DEVNULL)
    running = [
        subprocess.Popen(
            [
                *entering,
                "env",
                *(f"{n}={v}" for n, v in extra.items()),
                "sh",
                "-c",
                "read x",
                *words,
            ],
            stdin=subprocess.PIPE,
        )
        for words, extra in plant.processes()
    ]
    time.sleep(2)
    out = state.run / "planted"
    try:
        said = _planner(state, machine, out)
    finally:
        for one in running:
            one.kill()
    snapshot = store.encode(store.read_snapshots([out / "snapshots"])[0]).decode()
    seen, found = plant.seen(snapshot), plant.leaks([out], said)
    print(f"\n{plant.counts()}; on {machine.name}: {sum(seen.values())} of {len(seen)}", end="")
    print(f" files and processes seen, {len(found)} secrets in the clear")
    unseen = [name for name, there in seen.items() if not there]
    if len(unseen) > len(seen) / 10:
        found.append(f"the look saw too little of what was planted: {', '.join(unseen)}")
    return found


def _planner(state: State, machine: Machine, out: Path) -> bytes:
    program = str(Path(sys.executable).with_name("planner"))
    plan, snapshots, inventory = str(out / "plan"), str(out / "snapshots"), str(state.inventory)
    said = b""
    for arguments in (
        ["run", "-i", inventory, "-l", machine.name, "-o", plan, "--snapshots", snapshots],
        ["explain", machine.name, "--plan", plan],
        ["explain", machine.name, "--plan", plan, "--facts", "--snapshots", snapshots],
        ["extract", plan, "-i", inventory],
    ):
        done = subprocess.run(
            [program, *arguments], cwd=state.run, stdin=subprocess.DEVNULL, capture_output=True
        )
        said += done.stdout + done.stderr
        if done.returncode != 0:
            raise LabError(
                f"planner {arguments[0]}: exit status {done.returncode}\n{said.decode()}"
            )
    return said


def _inside(state: State, machine: Machine) -> list[str]:
    """What enters a container: its first process is the child of nspawn."""
    pid = process.alive(boot.record(state, machine.name))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if pid else []
    if not children:
        raise LabError(f"{machine.name}: no process of the container")
    return ["nsenter", "-t", children[0], "-a"]
