"""The proof: plan the real machines, do what the plan says, compare the answers."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from planner import store
from planner.change.names import moving
from planner.model import Plan

from . import beside, boot, byhand, cleaned, compared, moved, readonly, table
from .chosen import ORDER, Chosen
from .definition import Machine, secrets
from .errors import LabError
from .state import State
from .table import Row

PLANTED = "vault"
"""Gets every kind of secret at the end, and is stopped then: the next `up` starts it afresh."""


def run(state: State, chosen: Chosen, all_machines: Sequence[Machine]) -> None:
    """Prove the chosen machines, which are up; print the table, and raise LabError naming every
    failure."""
    begun = time.monotonic()
    machines = {m.name: m for m in all_machines if m.name in chosen.names}
    (folder,) = compared.places(state, ())
    plan = _planned(state, folder)
    took = time.monotonic() - begun
    print(f"\nplanned {len(plan.hosts)} machines in {took:.0f} s", flush=True)
    failures = list(_unexpected(plan, machines))
    rows: list[Row] = []
    with cleaned.cleaned(state, plan):
        failures += _compared(state, plan, folder, machines, rows)
        sizes = {(r.machine, r.workload): r.verified.image_bytes for r in rows if r.verified}
        failures += byhand.compare(state, sizes, every=chosen.full)
    for place in (state.run / "snapshots", *compared.places(state, (h.slug for h in plan.hosts))):
        failures += _leaks(place)
    if chosen.whole:
        containers = [m for m in machines.values() if m.kind == "container"]
        failures += readonly.only_reads(state, containers)
        failures += readonly.nothing_leaves(state, machines[PLANTED])
        boot.stop(state, PLANTED)
    table.show(rows)
    print(f"proof took {time.monotonic() - begun:.0f} s; {chosen.told}".rstrip("; "))
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


def _unexpected(plan: Plan, machines: Mapping[str, Machine]) -> Iterator[str]:
    """Verdicts and kinds that are not as the definitions say."""
    for host in plan.hosts:
        said = {w.workload.name: str(w.verdict.outcome) for w in host.workloads}
        said["machine"] = host.outcome or "no verdict"
        wanted = dict(machines[host.name].expect)
        if said != wanted:
            yield f"{host.name}: verdicts are {said}, the definition expects {wanted}"
        found = {w.workload.name: w.workload.kind for w in host.workloads}
        meant = dict(machines[host.name].kinds)
        if found != meant:
            yield f"{host.name}: kinds are {found}, the definition expects {meant}"


def _compared(
    state: State, plan: Plan, folder: Path, machines: Mapping[str, Machine], rows: list[Row]
) -> Iterator[str]:
    """Fill the table; yields what failed, and what moves and was not compared."""
    hosts = {h.name: h for h in plan.hosts}
    ordered = [hosts[name] for name in ORDER if name in hosts]
    others = [h for h in plan.hosts if h.name not in ORDER and moving(h)]
    proofs = beside.proven(state, folder, others, machines)
    proofs += [moved.proven(state, plan, folder, ordered, machines)] if ordered else []
    verified = {v.workload: v for proof in proofs for v in proof.verified}
    for host in plan.hosts:
        rows += table.rows(state, host, machines[host.name], verified)
    for proof in proofs:
        yield from proof.failures
    for row in rows:
        if row.moves and row.verified is None:
            yield f"{row.machine}/{row.workload}: moves, and was not compared"


def _leaks(folder: Path) -> Iterator[str]:
    """Planted secrets in any file but those that the operator's own commands streamed."""
    for path in (p for p in folder.rglob("*") if p.is_file()):
        relative = path.relative_to(folder)
        if relative.parts[2:3] == ("secrets",):
            continue
        content = path.read_bytes()
        for name, value in secrets().items():
            if value.encode() in content:
                yield f"secret {name} is in {folder.name}/{relative}"
