"""Jobs: each is run once with its copied data, to its end."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from planner.errors import RunError
from planner.questions import Answer, job_title
from planner.render.services import services
from planner.session.framing import decode
from planner.store import printable
from planner.verify import far, start
from planner.verify.asked import facts_script
from planner.verify.beside import Answers, of_root
from planner.verify.engine import Engine, run
from planner.verify.stage import Berth, volume

PATIENCE = 900
"""Seconds for one job."""
LINES, LONGEST = 5, 1000
"""Of its log, where it fails, and characters of one."""


def run_jobs(
    engine: Engine, folder: Path, berth: Berth, network: str, subnet: str
) -> tuple[int, Answers]:
    """Run the jobs of a workload that is nothing else, one after another; seconds they took, and
    the answers about them.

    On a network without a way out a job whose work lies outside cannot succeed: a failure proves
    nothing, and is no answer.
    """
    found: Answers = {}
    item = berth.item
    mine = [s for s in services(berth.host) if s.job and s.workload == item.workload.id]
    begun = time.time()
    for number, service in enumerate(mine):
        job = service.job
        assert job is not None  # noqa: S101 - chosen so
        name = f"{berth.name}{f'-{number + 1}' if number else ''}"
        command = service.command or berth.service.command
        once = replace(
            berth,
            name=name,
            service=structs.replace(
                berth.service,
                command=command,
                user=service.user,
                capabilities=service.capabilities,
            ),
        )
        began = far.clock(engine)
        try:
            start.start(engine, folder, once, network, subnet)
            found[item.workload.id, job_title(job)] = _ended(engine, once, began)
        except RunError as error:
            found[item.workload.id, job_title(job)] = Answer(reason=str(error), asked=False)
        found[item.workload.id, "read-only root"] = of_root(engine, once)
    return round(time.time() - begun), found


def _ended(engine: Engine, berth: Berth, began: float) -> Answer:
    done = run(engine, "wait", berth.name, seconds=PATIENCE)
    said = done.stdout.decode().strip()
    if done.returncode or not said.lstrip("-").isdigit():
        run(engine, "stop", "-t", "5", berth.name)
        return Answer(reason=f"it did not end in {PATIENCE} s: {_last(engine, berth)}")
    if said != "0":
        return Answer(reason=f"it ended with status {said}: {_last(engine, berth)}")
    return Answer((("status", "0"), ("left", _left(engine, berth, began))))


def _last(engine: Engine, berth: Berth) -> str:
    done = run(engine, "logs", "--tail", str(LINES), berth.name)
    lines = (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()
    told = [printable(line) for line in lines[-LINES:] if line.strip()]
    # whole or not at all: half a secret would not be recognised as one
    short = (t if len(t) <= LONGEST else f"(a line of {len(t)} characters)" for t in told)
    return " | ".join(short) or "its log is empty"


def _left(engine: Engine, berth: Berth, began: float) -> str:
    """Files that it made or changed in its volumes."""
    mounts = [m for m in berth.service.mounts if not m.read_only]
    found = [_changed(engine, berth, m.source, m.target, began) for m in mounts]
    lines = [line for part in found for line in part]
    shown = " ".join(lines[:20]) + (f" and {len(lines) - 20} more" if len(lines) > 20 else "")
    return shown or "nothing in its volumes"


def _changed(engine: Engine, berth: Berth, source: str, target: str, began: float) -> Sequence[str]:
    nonce = secrets.token_hex(16)
    text = facts_script([f"newer\t0\t/to\t{int(began) - 1}"], nonce)
    words = ["run", "--rm", "-i", "--network", "none", "--user", "0:0"]
    words += ["-v", f"{volume(berth.host, source)}:/to:ro"]
    words += ["--entrypoint", "sh", berth.service.image, "-s"]
    done = run(engine, *words, given=text.encode(), seconds=300)
    section = decode(done.stdout, nonce).sections.get("newer-0")
    if section is None or section.exit or section.state == "missing":
        return [f"{target} (cannot be read)"]
    return [f"{target}{line.removeprefix('/to')}" for line in section.text.splitlines()]
