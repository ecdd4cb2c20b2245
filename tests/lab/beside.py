"""Proves machines whose change is not carried out: `planner verify`, with a copy of their data."""

import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from planner.change.names import container_name, moving
from planner.model import HostPlan
from planner.questions import Verified

from . import answers, change, compared
from .definition import Machine
from .errors import LabError
from .state import State

_AT_ONCE = 2


@dataclass(frozen=True)
class Proven:
    """``place``: the copy of the plan in which a machine was compared."""

    place: Path
    verified: tuple[Verified, ...]
    failures: tuple[str, ...]


def proven(
    state: State, folder: Path, hosts: Sequence[HostPlan], machines: Mapping[str, Machine]
) -> list[Proven]:
    """Compare the machines of a plan, a few at once; a failure of one does not stop the others."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda h: _proven(state, folder, h, machines[h.name]), hosts))


def _proven(state: State, folder: Path, host: HostPlan, machine: Machine) -> Proven:
    """Each in a copy of the plan: one comparison at a time may work in a plan's folder."""
    begun = time.monotonic()
    place = compared.places(state, [host.slug])[-1]
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder, place, symlinks=True)
    verified: list[Verified] = []
    failures: list[str] = []
    try:
        _compare(state, place, host, machine, verified, failures)
    except LabError as error:
        failures.append(f"{host.name}: {error}")
    failures += compared.left(state, place)
    print(f"{host.name}: verified in {time.monotonic() - begun:.0f} s", flush=True)
    return Proven(place, tuple(verified), tuple(failures))


def _compare(
    state: State,
    place: Path,
    host: HostPlan,
    machine: Machine,
    verified: list[Verified],
    failures: list[str],
) -> None:
    asked = [item.workload for item in moving(host)]
    commands = {a["workload"] for a in machine.answers if "command" in a}
    keep = ["--keep"] if commands else []
    code, found = compared.verify(state, place, host.name, *keep, *compared.paths([machine]))
    verified += found.workloads
    failures += compared.unequal(code, found)
    if not keep:
        return
    try:
        env = change.base_environment(state)
        for workload in asked:
            name = compared.container(container_name(host, workload))
            told = answers.differences(state, machine, workload.name, name, env)
            failures += [f"{workload.id}: {difference}" for difference in told]
    finally:
        # removes all of them, and compares one once more
        compared.verify(state, place, asked[0].id, "--again")
