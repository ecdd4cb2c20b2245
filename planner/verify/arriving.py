"""What comes from the machine: its data into volumes, its secrets into the private folder."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from planner import volumes
from planner.change import secrets
from planner.change.names import secret_file
from planner.errors import RunError
from planner.model import Secret, Volume, WorkloadPlan
from planner.questions import variables as needs
from planner.verify.engine import Engine, must, run
from planner.verify.engine import volumes as made
from planner.verify.far import arrived, handed_over
from planner.verify.shell import complaint, shell
from planner.verify.stage import Berth, volume

COPY = 24 * 3600
"""Seconds for one volume."""


def fill(engine: Engine, berth: Berth, ssh: str, copy: bool) -> tuple[str, ...]:
    """Make the volumes of a container, and copy the machine's data into them; what failed.

    RunError: a volume of this name is another comparison's.
    """
    failed = []
    for mount in berth.service.mounts:
        name = volume(berth.host, mount.source)
        if name in made(engine):
            continue
        # docker says nothing where there is one
        if run(engine, "volume", "inspect", name).returncode == 0:
            raise RunError(f"volume {name} is another comparison's: let it end, or remove it")
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
    return complaint(done) if done.returncode else ""


def _reaching(engine: Engine, berth: Berth, ssh: str) -> dict[str, str]:
    sudo = "" if berth.host.login.user in ("root", "") else "sudo -n "
    return {**engine.environment, "SSH": ssh, "SUDO": sudo}


def stream_secrets(engine: Engine, berth: Berth, ssh: str) -> tuple[str, ...]:
    """Put the workload's secrets into the private folder, by the plan's own steps; what failed."""
    if not berth.item.workload.secrets:
        return ()
    if not ssh:
        return ("its secrets could not be fetched: no ssh command follows from the inventory",)
    files = [engine.place / secret_file(berth.host, s) for s in berth.item.workload.secrets]
    for step in secrets.steps(berth.host, (berth.item,)):
        for command in step.commands:
            done = shell(command, _reaching(engine, berth, ssh), engine.place, seconds=120)
            if done.returncode:
                return (f"its secrets could not be fetched: {complaint(done)}",)
            for file in files:
                if engine.far and file.exists():
                    handed_over(engine, file)
    return ()


def _secret(engine: Engine, berth: Berth, secret: Secret) -> str:
    """What is in a secret that was streamed; empty: it was not.

    It belongs to the container's user by then: where we are neither root nor on its machine, only
    a container can read it. RunError: none can.
    """
    file = engine.place / secret_file(berth.host, secret)
    if not engine.far:
        try:
            return file.read_text("utf-8", "replace")
        except FileNotFoundError:
            return ""
        except PermissionError:
            pass
    elif not arrived(engine, file):
        return ""
    look = 'test ! -e "$1" || cat "$1"'
    words = ["run", "--rm", "--network", "none", "--user", "0:0"]
    words += ["-v", f"{file.parent}:/secrets:z", "--entrypoint", "sh", berth.service.image]
    return must(engine, *words, "-c", look, "sh", f"/secrets/{file.name}")


def variables(engine: Engine, berth: Berth) -> frozenset[str]:
    """Names of the variables that the workload needs: of its unit and of its secret files."""
    w = berth.item.workload
    found = set(needs(w))
    for secret in w.secrets:
        if secret.form == "env":
            found |= set(re.findall(r"^([A-Za-z_]\w*)=", _secret(engine, berth, secret), re.M))
    return frozenset(found)


def values(engine: Engine, berths: Iterable[Berth]) -> frozenset[str]:
    """Secret values that were streamed here: none of them may stand in a result.

    Each as it is written between its quotes, and as that is read. Values of five characters or
    less are no part of it: they stand in any text.
    """
    found: set[str] = set()
    for berth in berths:
        for secret in berth.item.workload.secrets:
            for line in _secret(engine, berth, secret).splitlines():
                value = line.partition("=")[2] if secret.form == "env" else line
                found |= {value.strip().strip("'\""), _unquoted(value)}
    return frozenset(value for value in found if len(value) > 5)


def _unquoted(value: str) -> str:
    """As a shell, or systemd, reads it; empty where its quotes do not end on this line."""
    try:
        return " ".join(shlex.split(value))
    except ValueError:
        return ""
