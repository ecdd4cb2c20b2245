"""Proves machines by carrying out what their change says, and then its backout."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import structs

from planner.change.names import container_name, moving
from planner.model import HostPlan, Plan, Step
from planner.questions import Verified

from . import answers, change, compared, mutations, ready
from .beside import Proven
from .definition import Machine
from .errors import LabError
from .state import State

_BEFORE_STOP = ("prepare", "build", "secrets", "rehearse")
_AFTER_STOP = ("stop", "move", "start", "check", "cutover")


def proven(
    state: State,
    plan: Plan,
    folder: Path,
    hosts: Sequence[HostPlan],
    machines: Mapping[str, Machine],
) -> Proven:
    """Compare the machines, carry out their changes in this order and go back.

    What needs no downtime is done for all of them before the first is stopped, since they speak to
    each other.
    """
    failures: list[str] = []
    verified: list[Verified] = []
    try:
        verified += _verified(state, plan, folder, hosts, machines, failures)
        for host in hosts:
            _done(state, folder, host, _BEFORE_STOP, "prepared", failures)
        for host in hosts:
            if _done(state, folder, host, _AFTER_STOP, "moved", failures):
                failures += _asked_again(state, folder, host)
    except LabError as error:
        failures.append(str(error))
    finally:
        for host in reversed(hosts):
            _done(state, folder, host, ("backout",), "went back", failures)
    failures += _gone(state, [machines[host.name] for host in hosts])
    return Proven(folder, tuple(verified), tuple(failures))


def _verified(
    state: State,
    plan: Plan,
    folder: Path,
    hosts: Sequence[HostPlan],
    machines: Mapping[str, Machine],
    failures: list[str],
) -> tuple[Verified, ...]:
    """`planner verify`, then with its containers broken in every known way."""
    begun = time.monotonic()
    names = [host.name for host in hosts]
    options = compared.paths([machines[name] for name in names])
    code, found = compared.verify(state, folder, *names, "--keep", *options)
    try:
        told = list(compared.unequal(code, found))
        print(f"{', '.join(names)}: verified in {time.monotonic() - begun:.0f} s", flush=True)
        env = change.base_environment(state)
        for host in hosts:
            for item in moving(host):
                name = compared.container(container_name(host, item.workload))
                told += answers.differences(
                    state, machines[host.name], item.workload.name, name, env
                )
        if not told:
            told += mutations.survivors(state, plan, folder)
        failures += told
    finally:
        compared.verify(state, folder, *names, "--again", *options)
    failures += compared.left(state, folder)
    return found.workloads


def _done(
    state: State,
    folder: Path,
    host: HostPlan,
    phases: Sequence[str],
    what: str,
    failures: list[str],
) -> bool:
    """Carry out the steps of some phases, and say so or why not."""
    try:
        seconds = change.carry_out(state, folder, host, _steps(host, phases))
    except LabError as error:
        failures.append(f"{', '.join(phases)}: {error}")
        return False
    print(f"{host.name}: {what} in {sum(seconds.values()):.0f} s", flush=True)
    return True


def _steps(host: HostPlan, phases: Iterable[str]) -> list[Step]:
    """Steps of these phases; what sets the operator's variables comes before any of them."""
    wanted = set(phases)
    first = host.steps[0]
    exports = tuple(c for c in first.commands if c.startswith("export "))
    setting = [] if "prepare" in wanted else [structs.replace(first, commands=exports)]
    return [*setting, *(step for step in host.steps if step.phase in wanted)]


def _asked_again(state: State, folder: Path, host: HostPlan) -> Iterator[str]:
    env = change.environment(state, host)
    if complaint := answers.asked_again(folder, host.slug, env):
        yield f"{host.name}: hosts/{host.slug}/verify.sh after the move:\n{complaint}"


def _gone(state: State, machines: Sequence[Machine]) -> Iterator[str]:
    """What the machines do not answer any more after the backout."""
    for machine in machines:
        try:
            ready.wait(state, machine, 60)
        except LabError as error:
            yield f"after the backout: {error}"
