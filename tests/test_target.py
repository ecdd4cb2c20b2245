"""What ``target`` of planner.yml decides: each of its values something, and nothing milder."""

from __future__ import annotations

from typing import get_args

import pytest
from test_plan_properties import AS_OF, FLEET, RULES, milder, planned, without

from planner import facts
from planner.model import HostPlan, Snapshot
from planner.plan import make_plan
from planner.rules.context import Context, Orchestrator, Policy, Target
from planner.settings import Settings

ONE_HOST = ("", "compose", "podman")
TARGETS = [
    *(Target(orchestrator=one) for one in get_args(Orchestrator)),
    *(Target(policy=(one,)) for one in get_args(Policy)),
]


def on(target: Target, snapshot: Snapshot) -> HostPlan:
    settings = Settings(context=Context(target=target))
    return make_plan([snapshot], RULES, as_of=AS_OF, version="0", settings=settings).hosts[0]


def found(plan: HostPlan) -> set[tuple[str, str]]:
    """Rules by workload, whether they fired or could not be checked."""
    return {
        (item.workload.name, finding.rule)
        for item in plan.workloads
        for finding in (*item.verdict.findings, *item.verdict.unchecked)
    }


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.orchestrator or t.policy[0])
def test_a_target_adds_findings_and_makes_nothing_milder(target: Target) -> None:
    added = set()
    for snapshot in FLEET:
        before, after = planned(snapshot), on(target, snapshot)
        assert milder(before, after) == []
        assert found(before) <= found(after)
        added |= {rule for _, rule in found(after) - found(before)}
    assert bool(added) == (target.orchestrator not in ONE_HOST or bool(target.policy))


STRICT = [
    Target(orchestrator="ecs-fargate", policy=get_args(Policy)),
    Target(orchestrator="kubernetes"),
    Target(orchestrator="swarm"),
]


@pytest.mark.parametrize("number", range(len(FLEET)), ids=lambda n: FLEET[n].host)
def test_a_hidden_section_makes_nothing_milder_on_any_target(number: int) -> None:
    """As it does without one; each section of some machine, for each target on another."""
    snapshot = FLEET[number]
    seen = facts.read(snapshot)
    for shift, target in enumerate(STRICT):
        before = on(target, snapshot)
        for section in sorted(snapshot.sections)[(number + shift) % 5 :: 5]:
            if snapshot.sections[section].state != "missing":
                hidden = without(snapshot, section)
                assert milder(before, on(target, hidden), hidden, seen) == [], (section, target)
