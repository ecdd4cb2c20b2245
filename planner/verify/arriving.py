"""What comes from the machine: its data into volumes, its secrets into the private folder."""

from __future__ import annotations

import re
from collections.abc import Iterable

from planner import volumes
from planner.change import secrets
from planner.change.names import secret_file
from planner.model import Volume, WorkloadPlan
from planner.questions import variables as needs
from planner.verify import engine as engines
from planner.verify.engine import Engine, must, run, shell
from planner.verify.stage import Berth, volume

COPY = 24 * 3600
"""Seconds for one volume."""


def fill(engine: Engine, berth: Berth, ssh: str, copy: bool) -> tuple[str, ...]:
    """Make the volumes of a container, and copy the machine's data into them; what failed."""
    failed = []
    for mount in berth.service.mounts:
        name = volume(berth.host, mount.source)
        if run(engine, "volume", "inspect", name).returncode == 0:
            continue
        must(engine, "volume", "create", name)
        data = _data(berth.item, mount.source)
        if not copy or data is None:
            continue
        if problem := _copy(engine, berth, data, name, ssh):
            failed.append(f"{data.path} was not copied: {problem}")
    return tuple(failed)


def _data(item: WorkloadPlan, source: str) -> Volume | None:
    return next(
        (v for v in item.workload.volumes if v.name == source and v.consistency != "none"), None
    )


def _copy(engine: Engine, berth: Berth, data: Volume, name: str, ssh: str) -> str:
    if not ssh:
        return "no ssh command for its machine follows from the inventory"
    family = berth.item.image.family if berth.item.image else "debian"
    problem = volumes.move(data, berth.service.image, family).problem
    if problem:
        return problem
    line = volumes.live(data, name, berth.service.image, family)
    done = shell(line, _reaching(engine, berth, ssh), engine.place, seconds=COPY)
    return engines.complaint(done) if done.returncode else ""


def _reaching(engine: Engine, berth: Berth, ssh: str) -> dict[str, str]:
    sudo = "" if berth.host.login.user in ("root", "") else "sudo -n "
    return {**engine.environment, "SSH": ssh, "SUDO": sudo}


def stream_secrets(engine: Engine, berth: Berth, ssh: str) -> tuple[str, ...]:
    """Put the workload's secrets into the private folder, by the plan's own steps; what failed."""
    if not berth.item.workload.secrets:
        return ()
    if not ssh:
        return ("its secrets could not be fetched: no ssh command follows from the inventory",)
    for step in secrets.steps(berth.host, (berth.item,)):
        for command in step.commands:
            done = shell(command, _reaching(engine, berth, ssh), engine.place, seconds=120)
            if done.returncode:
                return (f"its secrets could not be fetched: {engines.complaint(done)}",)
    return ()


def variables(engine: Engine, berth: Berth) -> frozenset[str]:
    """Names of the variables that the workload needs: of its unit and of its secret files."""
    w = berth.item.workload
    found = set(needs(w))
    for secret in w.secrets:
        file = engine.place / secret_file(berth.host, secret)
        if secret.form == "env" and file.exists():
            text = file.read_text(encoding="utf-8", errors="replace")
            found |= set(re.findall(r"^([A-Za-z_]\w*)=", text, re.M))
    return frozenset(found)


def values(engine: Engine, berths: Iterable[Berth]) -> frozenset[str]:
    """Secret values that were streamed here: none of them may stand in a result."""
    found: set[str] = set()
    for berth in berths:
        for secret in berth.item.workload.secrets:
            file = engine.place / secret_file(berth.host, secret)
            text = file.read_text("utf-8", "replace") if file.is_file() else ""
            for line in text.splitlines():
                value = line.partition("=")[2] if secret.form == "env" else line
                found.add(value.strip().strip("'\""))
    return frozenset(value for value in found if len(value) > 5)
