"""The proof: plan the real machines, carry out what the plan says, compare the answers."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec import structs

from planner import store
from planner.change.names import MOVES, container_name
from planner.model import HostPlan, Plan, Step, WorkloadPlan

from . import answers, boot, change, mutations, readonly
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
    before: dict[str, dict[str, answers.Answers]] = {}
    hosts = {h.name: h for h in plan.hosts}
    _remove(state, plan)
    try:
        for name in ORDER:
            before[name] = _prepared(state, folder, hosts[name], machines[name], failures)
        for name in [*ORDER, *sorted(set(hosts) - set(ORDER))]:
            rows += _host(state, folder, hosts[name], machines[name], before.get(name), failures)
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


def _prepared(
    state: State, folder: Path, host: HostPlan, machine: Machine, failures: list[str]
) -> dict[str, answers.Answers]:
    """What the machine answers, and every step that needs no downtime: done for all machines
    before the first is stopped, since they speak to each other."""
    names = [w.workload.name for w in _moving(host)]
    found = {name: answers.of_machine(state, machine, name) for name in names}
    try:
        seconds = change.carry_out(state, folder, host, _steps(host, BEFORE_STOP))
        print(f"{host.name}: prepared in {sum(seconds.values()):.0f} s", flush=True)
    except LabError as error:
        failures.append(str(error))
    return found


def _host(
    state: State,
    folder: Path,
    host: HostPlan,
    machine: Machine,
    before: dict[str, answers.Answers] | None,
    failures: list[str],
) -> list[Row]:
    rows = [Row(host.name, w.workload.name, w.verdict.outcome) for w in host.workloads]
    if not rows:
        return [Row(host.name, "-", host.outcome or "no verdict")]
    moving = _moving(host)
    if not moving or before is None:
        return rows
    try:
        seconds = change.carry_out(state, folder, host, _steps(host, AFTER_STOP))
    except LabError as error:
        failures.append(str(error))
        return rows
    print(f"{host.name}: moved in {sum(seconds.values()):.0f} s", flush=True)
    for row, item in zip(rows, host.workloads, strict=True):
        if item in moving:
            _judge(state, host, machine, item, before[row.workload], row)
            failures += row.notes
    failures += mutations.survivors(state, host, machine, before)
    return rows


def _judge(
    state: State,
    host: HostPlan,
    machine: Machine,
    item: WorkloadPlan,
    before: answers.Answers,
    row: Row,
) -> None:
    """Fill a row: image, size, user and answers of the container that the change started."""
    env = change.environment(state, host)
    name = container_name(host, item.workload)
    after = answers.of_container(machine, item.workload.name, name, env)
    differences = answers.compare(before, after)
    row.compared, row.equal = len(before), len(before) - len(differences)
    row.notes += [f"{host.name}/{row.workload}: {d}" for d in differences]
    if not before:
        row.notes.append(f"{host.name}/{row.workload}: nothing was compared")
    image = _inspect(env, "image", item.image.tag if item.image else "")
    row.built = "yes" if image else "no"
    row.image = _mib(int(image["Size"])) if image else "-"
    row.disk = _used(state, machine)
    container = _inspect(env, "container", name)
    user = str(container["Config"]["User"]) if container else ""
    wanted = item.workload.run_as
    if wanted and user.partition(":")[0] != str(wanted.uid):
        row.notes.append(f"{host.name}/{row.workload}: runs as {user!r}, planned {wanted.uid}")


def _used(state: State, machine: Machine) -> str:
    """What the machine's own files take: the disk of a container machine is the whole box's."""
    root = "" if machine.login == "root" else "sudo -n "
    argv = ["ssh", "-F", str(state.ssh_config), machine.name, f"{root}du -xsk /"]
    done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return _mib(int(done.stdout.split()[0]) * 1024) if done.stdout else "unknown"


def _inspect(env: dict[str, str], kind: str, name: str) -> dict[str, Any] | None:
    argv = ["podman", kind, "inspect", name]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    found: list[dict[str, Any]] = json.loads(done.stdout) if done.returncode == 0 else []
    return found[0] if found else None


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
        for workload in {a["workload"] for a in machines[name].answers}:
            found = answers.of_machine(state, machines[name], workload)
            yield from (f"after the backout: {d}" for d in answers.compare(found, found))


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
