"""The proof: plan the real machines, carry out what the plan says, compare the answers."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import structs

from planner import store
from planner.change.names import MOVES, container_name
from planner.model import HostPlan, Plan, Step, WorkloadPlan
from planner.questions import Verified

from . import answers, boot, change, compared, mutations, readonly, ready
from .definition import Machine, load_all, secrets
from .errors import LabError
from .state import State

ORDER = ("db", "app", "web")
"""The shop asks its database, so that has to be there before it."""

PLANTED = "vault"
"""Gets every kind of secret at the end, and is stopped then: the next `up` starts it afresh."""

BEFORE_STOP = ("prepare", "build", "secrets", "rehearse")
AFTER_STOP = ("stop", "move", "start", "check", "cutover")


@dataclass
class Row:
    """One workload in the table."""

    machine: str
    workload: str
    verdict: str
    built: str = "-"
    image: str = "-"
    disk: str = "-"
    compared: int = 0
    equal: int = 0
    notes: list[str] = field(default_factory=list)


def run(state: State) -> None:
    """Prove it, print the table, and raise LabError naming every failure."""
    begun = time.monotonic()
    machines = {m.name: m for m in load_all()}
    folder = state.run / "plan"
    plan = _planned(state, folder)
    print(
        f"\nplanned {len(plan.hosts)} machines after {time.monotonic() - begun:.0f} s", flush=True
    )
    failures = list(_unexpected(plan, machines))
    rows: list[Row] = []
    hosts = {h.name: h for h in plan.hosts}
    _remove(state, plan)
    try:
        verified = _verified(state, plan, folder, machines, failures)
        for name in ORDER:
            _prepared(state, folder, hosts[name], failures)
        for name in [*ORDER, *sorted(set(hosts) - set(ORDER))]:
            rows += _host(state, folder, hosts[name], machines[name], verified, failures)
    finally:
        for name in reversed(ORDER):
            _back_out(state, folder, hosts[name], failures)
        _remove(state, plan)
        _table(rows)
    failures += _still_there(state, machines)
    failures += [*_leaks(folder), *_leaks(state.run / "snapshots")]
    containers = [m for m in machines.values() if m.kind == "container"]
    failures += readonly.only_reads(state, containers)
    failures += readonly.nothing_leaves(state, machines[PLANTED])
    boot.stop(state, PLANTED)
    print(f"\nproof took {time.monotonic() - begun:.0f} s")
    if failures:
        raise LabError("the proof failed:\n" + "\n".join(f"- {f}" for f in failures))


def _planned(state: State, folder: Path) -> Plan:
    """`planner run` against the inventory, over SSH, as an operator would call it."""
    program = Path(sys.executable).with_name("planner")
    argv = [str(program), "run", "-i", str(state.inventory), "-o", str(folder)]
    argv += ["--snapshots", str(state.run / "snapshots")]
    done = subprocess.run(argv, cwd=state.run, stdin=subprocess.DEVNULL, env=dict(os.environ))
    if done.returncode != 0:
        raise LabError(f"planner run: exit status {done.returncode}")
    return store.read_plan(folder / "plan.json")


def _remove(state: State, plan: Plan) -> None:
    """Containers, volumes and images by the plan's names, of this run or of one that was killed."""
    items = [(h, w) for h in plan.hosts for w in h.workloads if w.image]
    for host, item in items:
        env = change.environment(state, host)
        volumes = [v.name for v in item.workload.volumes]
        volumes += [f"{name}-rehearsal" for name in volumes]
        for argv in (
            ["podman", "rm", "-f", "-t", "5", container_name(host, item.workload)],
            ["podman", "volume", "rm", "-f", *volumes],
            ["podman", "rmi", "-f", item.image.tag if item.image else ""],
        ):
            subprocess.run(argv, env=env, capture_output=True, stdin=subprocess.DEVNULL)


def _unexpected(plan: Plan, machines: dict[str, Machine]) -> Iterator[str]:
    """Verdicts that are not as the definitions say."""
    for host in plan.hosts:
        said = {w.workload.name: str(w.verdict.outcome) for w in host.workloads}
        said["machine"] = host.outcome or "no verdict"
        wanted = dict(machines[host.name].expect)
        if said != wanted:
            yield f"{host.name}: verdicts are {said}, the definition expects {wanted}"


def _moving(host: HostPlan) -> list[WorkloadPlan]:
    return [w for w in host.workloads if w.verdict.outcome in MOVES]


def _verified(
    state: State, plan: Plan, folder: Path, machines: dict[str, Machine], failures: list[str]
) -> dict[str, Verified]:
    """`planner verify` of everything, then with its containers broken in every known way."""
    begun = time.monotonic()
    options = compared.paths([machines[name] for name in ORDER])
    code, found = compared.verify(state, folder, "--keep", *options)
    try:
        failures += compared.unequal(code, found)
        print(f"verified in {time.monotonic() - begun:.0f} s", flush=True)
        env = change.base_environment(state)
        for host in plan.hosts:
            for item in _moving(host):
                name = compared.container(container_name(host, item.workload))
                failures += answers.differences(
                    state, machines[host.name], item.workload.name, name, env
                )
        if not failures:
            failures += mutations.survivors(state, plan, folder)
    finally:
        compared.verify(state, folder, "--again", *options)
    failures += compared.left(state, folder)
    return {w.workload: w for w in found.workloads}


def _prepared(state: State, folder: Path, host: HostPlan, failures: list[str]) -> None:
    """Carry out every step that needs no downtime: for all machines before the first is stopped,
    since they speak to each other."""
    try:
        seconds = change.carry_out(state, folder, host, _steps(host, BEFORE_STOP))
        print(f"{host.name}: prepared in {sum(seconds.values()):.0f} s", flush=True)
    except LabError as error:
        failures.append(str(error))


def _host(
    state: State,
    folder: Path,
    host: HostPlan,
    machine: Machine,
    verified: dict[str, Verified],
    failures: list[str],
) -> list[Row]:
    rows = [Row(host.name, w.workload.name, w.verdict.outcome) for w in host.workloads]
    if not rows:
        return [Row(host.name, "-", host.outcome or "no verdict")]
    moving = _moving(host)
    if not moving:
        return rows
    for row, item in zip(rows, host.workloads, strict=True):
        if item.workload.id in verified:
            _judge(state, machine, verified[item.workload.id], row)
    try:
        seconds = change.carry_out(state, folder, host, _steps(host, AFTER_STOP))
    except LabError as error:
        failures.append(str(error))
        return rows
    print(f"{host.name}: moved in {sum(seconds.values()):.0f} s", flush=True)
    env = change.environment(state, host)
    if complaint := answers.asked_again(folder, host.slug, env):
        failures.append(f"{host.name}: hosts/{host.slug}/verify.sh after the move:\n{complaint}")
    return rows


def _judge(state: State, machine: Machine, verified: Verified, row: Row) -> None:
    """Fill a row: image, size and answers of the container beside its machine."""
    row.compared = sum(r.outcome != "measured" for r in verified.results)
    row.equal = sum(r.outcome == "equal" for r in verified.results)
    row.built = "yes" if verified.built else "no"
    row.image = _mib(verified.image_bytes)
    row.disk = _used(state, machine)


def _used(state: State, machine: Machine) -> str:
    """What the machine's own files take: the disk of a container machine is the whole box's."""
    root = "" if machine.login == "root" else "sudo -n "
    argv = ["ssh", "-F", str(state.ssh_config), machine.name, f"{root}du -xsk /"]
    done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return _mib(int(done.stdout.split()[0]) * 1024) if done.stdout else "unknown"


def _back_out(state: State, folder: Path, host: HostPlan, failures: list[str]) -> None:
    try:
        change.carry_out(state, folder, host, _steps(host, ("backout",)))
    except LabError as error:
        failures.append(f"backout: {error}")


def _steps(host: HostPlan, phases: Iterable[str]) -> list[Step]:
    """Steps of these phases; what sets the operator's variables comes before any of them."""
    wanted = set(phases)
    first = host.steps[0]
    exports = tuple(c for c in first.commands if c.startswith("export "))
    setting = [] if "prepare" in wanted else [structs.replace(first, commands=exports)]
    return [*setting, *(step for step in host.steps if step.phase in wanted)]


def _still_there(state: State, machines: dict[str, Machine]) -> Iterator[str]:
    """What the machines do not answer any more after the backout."""
    for name in ORDER:
        try:
            ready.wait(state, machines[name], 60)
        except LabError as error:
            yield f"after the backout: {error}"


def _leaks(folder: Path) -> Iterator[str]:
    """Planted secrets in any file but those that the operator's own commands streamed."""
    files = [p for p in folder.rglob("*") if p.is_file()]
    for path in files:
        relative = path.relative_to(folder)
        if len(relative.parts) > 2 and relative.parts[2] == "secrets":
            continue
        content = path.read_bytes()
        for name, value in secrets().items():
            if value.encode() in content:
                yield f"secret {name} is in {relative}"


def _mib(size: int) -> str:
    return f"{size / 2**20:.0f} MiB" if size >= 0 else "unknown"


def _table(rows: list[Row]) -> None:
    line = "{:<9}{:<25}{:<24}{:<7}{:>9}{:>11}{:>10}{:>7}"
    heads = ("machine", "workload", "verdict", "built", "image", "VM's disk", "compared", "equal")
    print("\n" + line.format(*heads))
    for r in rows:
        print(
            line.format(
                r.machine, r.workload, r.verdict, r.built, r.image, r.disk, r.compared, r.equal
            )
        )
