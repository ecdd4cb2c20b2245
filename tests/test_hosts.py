"""Machines of many systems: what was seen of each, and what is decided for it.

``hosts/<name>/snapshot.json`` is one look; ``expected/`` what becomes of it. ``origin`` says which
were captured from a real machine and which were written after documentation.
"""

from __future__ import annotations

import re
from collections.abc import Sized
from pathlib import Path

import pytest
from conftest import Golden
from ours import RULES

from planner import facts, store
from planner.gather.look import SECTIONS
from planner.model import Fact, Host, Snapshot
from planner.plan import make_plan

HOSTS = Path(__file__).parent / "hosts"
SNAPSHOTS = {p.parent.name: store.read_snapshots([p])[0] for p in HOSTS.glob("*/snapshot.json")}
NAMES = sorted(SNAPSHOTS)


def told(host: Host) -> str:
    """A line for each fact: its state, where it comes from, how much it is."""
    lines = []
    for name in host.__struct_fields__:
        fact = getattr(host, name)
        if isinstance(fact, Fact):
            lines.append(f"{name:<22} {_state(fact)}\n")
    return "".join(lines)


def _state(fact: Fact[object]) -> str:
    if fact.value is None:
        return f"unknown  {fact.section}: {fact.unknown}"
    value = fact.value
    if isinstance(value, Sized) and not isinstance(value, str):
        amount = str(len(value))
    else:
        amount = " ".join(str(value).split())[:150]
    partial = f"  but {fact.partial}" if fact.partial else ""
    return f"{'partial' if fact.partial else 'known':<8} {fact.section}: {amount}{partial}"


@pytest.mark.parametrize("name", NAMES)
def test_what_was_seen(name: str, golden: Golden) -> None:
    golden(HOSTS / name / "expected" / "facts.txt", told(facts.read(SNAPSHOTS[name])))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_decided(name: str, golden: Golden) -> None:
    (plan,) = make_plan([SNAPSHOTS[name]], RULES, as_of=None, version="0").hosts
    golden(HOSTS / name / "expected" / "plan.json", store.encode(plan).decode())


@pytest.mark.parametrize("name", [n for n in NAMES if SNAPSHOTS[n].origin == "captured"])
def test_everything_that_a_real_machine_said_is_understood(name: str) -> None:
    host = facts.read(SNAPSHOTS[name])
    reasons = {
        field: fact.partial or fact.unknown
        for field in host.__struct_fields__
        if isinstance(fact := getattr(host, field), Fact)
    }
    assert {f: r for f, r in reasons.items() if "not understood" in r} == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_says_where_it_is_from(name: str) -> None:
    snapshot = SNAPSHOTS[name]
    assert snapshot.origin_note
    path = HOSTS / name / "snapshot.json"
    assert path.read_bytes() == store.encode(snapshot)
    if snapshot.door == "ansible" and _system(snapshot) != "windows" and snapshot.sections:
        assert set(snapshot.sections) <= set(SECTIONS)


def test_captured_text_names_no_mirror() -> None:
    for name in NAMES:
        text = (HOSTS / name / "snapshot.json").read_text()
        named = set(re.findall(r"(?:URIs: *|deb |deb-src |url\\t)https?://([^/\s\\]+)", text))
        if SNAPSHOTS[name].origin == "captured":
            assert {n for n in named if not n.endswith((".example", ".internal"))} == set(), name


def test_there_are_machines_of_many_systems() -> None:
    seen = [facts.read(s) for s in SNAPSHOTS.values()]
    systems = {(h.os.value.id, h.os.value.version) for h in seen if h.os.value}
    assert len(seen) >= 24
    assert len({system for system, _ in systems}) >= 8
    assert len(systems) >= 10
    assert {s.origin for s in SNAPSHOTS.values()} == {"captured", "constructed"}


def _system(snapshot: Snapshot) -> str:
    os = facts.read(snapshot).os.value
    return os.system if os else ""
