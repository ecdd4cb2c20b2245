"""Hiding what a machine said never makes a decision about it milder: each section of each machine
of the demo fleet, end to end."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from ours import RULES

from planner import facts, store
from planner.model import Fact, Host, HostPlan, Section, Snapshot
from planner.plan import make_plan

FLEET = tuple(s for s in store.read_snapshots([store.demo_folder()]) if s.status == "seen")
AS_OF = max(s.taken_at for s in FLEET)
WORKLOAD = {"container": 0, "container-with-changes": 1, "insufficient-data": 2, "stay-vm": 2}
MACHINE = {"empty": 0, "move": 0, "split": 1, "insufficient-data": 2, "stay": 2}
"""From mild to strict."""


def planned(snapshot: Snapshot) -> HostPlan:
    return make_plan([snapshot], RULES, as_of=AS_OF, version="0").hosts[0]


def without(snapshot: Snapshot, section: str) -> Snapshot:
    missing = Section("missing", reason="hidden by the test", exit=1)
    return replace(snapshot, sections={**snapshot.sections, section: missing})


def lost(host: Host, seen: Host) -> set[str]:
    """Facts of which less is known than before."""
    pairs = [(host, seen), (host.windows, seen.windows)]
    return {
        name
        for now, before in pairs
        for name in (before.__struct_fields__ if now and before else ())
        if isinstance(getattr(before, name), Fact) and getattr(now, name) != getattr(before, name)
    }


def milder(
    before: HostPlan, after: HostPlan, less: Snapshot | None = None, seen: Host | None = None
) -> list[str]:
    """What came out milder although less was known, one line each. A workload that is gone is
    looked for among the facts that ``less`` no longer tells, of those in ``seen``."""
    found = []
    if after.outcome is None or before.outcome is None:
        return [f"machine: {before.outcome} -> {after.outcome}"]
    if MACHINE[after.outcome] < MACHINE[before.outcome]:
        found.append(f"machine: {before.outcome} -> {after.outcome}")
    verdicts = {w.workload.name: w.verdict.outcome for w in after.workloads}
    for workload in before.workloads:
        name, was = workload.workload.name, workload.verdict.outcome
        now = verdicts.get(name)
        if now is None:
            hidden = lost(facts.read(less), seen) if less and seen else set()
            unseen = {u.fact for u in after.unseen}
            if after.outcome != "insufficient-data" and not hidden & unseen:
                found.append(f"{name}: {was} -> not there")
        elif WORKLOAD[now] < WORKLOAD[was]:
            found.append(f"{name}: {was} -> {now}")
    return found


@pytest.mark.parametrize("snapshot", FLEET, ids=lambda s: s.host)
def test_a_hidden_section_makes_nothing_milder(snapshot: Snapshot) -> None:
    before, seen = planned(snapshot), facts.read(snapshot)
    found = []
    for section in sorted(snapshot.sections):
        if snapshot.sections[section].state == "missing":
            continue
        hidden = without(snapshot, section)
        found += [f"{section}: {m}" for m in milder(before, planned(hidden), hidden, seen)]
    assert found == []


def test_an_image_without_a_version_is_tagged_with_the_day_of_the_look() -> None:
    for snapshot in FLEET:
        for item in planned(snapshot).workloads:
            if item.image:
                day = snapshot.taken_at[:10].replace("-", "")
                tag = item.image.tag.rpartition(":")[2]
                assert tag != "latest"
                assert (tag == day) == (not item.workload.version)
