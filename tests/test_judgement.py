"""The labelled machines: what must stay is never called movable, and what can move is found.

``python -m tests.judgement --wrong`` names every label that came out otherwise.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from conftest import Golden
from judgement.confusion import MOVES, Case, cases, figures, labelled, page, workloads
from ours import RULES
from test_plan_properties import milder, without

from planner import facts
from planner.model import HostPlan, Snapshot
from planner.plan import make_plan

PARTS = range(6)
"""Of the machines, so that several processors share them."""


@cache
def judged() -> tuple[Case, ...]:
    return cases()


def chosen(held_out: bool) -> list[Case]:
    return [case for case in judged() if case.held_out == held_out]


def test_there_are_enough() -> None:
    assert len(workloads(judged())) >= 120
    assert len({case.machine for case in judged()}) >= 60
    held = len(workloads(chosen(True)))
    assert held >= len(workloads(judged())) / 3
    assert all(case.label for case in judged())


@pytest.mark.parametrize("held_out", [False, True], ids=["seen", "held-out"])
def test_what_must_stay_is_never_called_movable(held_out: bool) -> None:
    cases = workloads(chosen(held_out))
    assert [c for c in cases if c.expected == "stay-vm" and c.found in MOVES] == []


@pytest.mark.parametrize("held_out", [False, True], ids=["seen", "held-out"])
def test_what_was_not_seen_is_never_called_movable(held_out: bool) -> None:
    cases = workloads(chosen(held_out))
    assert [c for c in cases if c.expected == "insufficient-data" and c.found in MOVES] == []


@pytest.mark.parametrize("held_out", [False, True], ids=["seen", "held-out"])
def test_what_can_move_is_found(held_out: bool) -> None:
    _, recall = figures(workloads(chosen(held_out)), MOVES)
    assert recall >= 0.95


def test_the_figures_in_the_documentation_are_current(golden: Golden) -> None:
    golden(Path(__file__).parents[1] / "docs" / "judgement.md", page(judged()))


def test_a_machine_with_no_data_never_has_a_verdict() -> None:
    blind = [c for c in judged() if not c.workload and c.expected == "none"]
    assert blind
    assert {c.found for c in blind} == {"none"}


@pytest.mark.parametrize("part", PARTS)
def test_a_hidden_section_makes_nothing_milder(part: int) -> None:
    """A sample that covers each section several times: of each machine every 20th, from another
    start for each."""
    found = []
    for number, machine in list(enumerate(labelled()))[part :: len(PARTS)]:
        whole = machine.snapshot
        there = [name for name in sorted(whole.sections) if whole.sections[name].state != "missing"]
        if machine.held_out or not there:
            continue
        before, seen = planned(whole), facts.read(whole)
        for section in there[number % 20 :: 20]:
            hidden = without(whole, section)
            after = planned(hidden)
            found += [f"{machine.name} {section}: {m}" for m in milder(before, after, hidden, seen)]
    assert found == []


def planned(snapshot: Snapshot) -> HostPlan:
    return make_plan([snapshot], RULES, as_of=snapshot.taken_at, version="0").hosts[0]
