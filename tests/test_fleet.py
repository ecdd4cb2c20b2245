"""The demo fleet: what is decided for each machine, and for some every file that is written.

Expected files are rewritten with ``pytest --accept``; read the difference.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import Golden
from ours import RULES

from planner import facts, render, store
from planner.model import Plan
from planner.plan import make_plan

EXPECTED = Path(__file__).parent / "fleet"
FLEET = store.read_snapshots([store.demo_folder()])
NAMES = [s.host for s in FLEET]
WHOLE = ("app", "bare", "ci-03", "db", "erp-01", "vault", "web")
"""Machines of which every file is compared."""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(FLEET, RULES, as_of=None, version="0")


@pytest.fixture(scope="module")
def files(plan: Plan) -> dict[str, str]:
    return {a.path: a.text for a in render.render(plan, store.templates())}


@pytest.mark.parametrize("name", NAMES)
def test_plan(name: str, plan: Plan, golden: Golden) -> None:
    host = next(h for h in plan.hosts if h.name == name)
    golden(EXPECTED / name / "plan.json", store.encode(host).decode())


@pytest.mark.parametrize("name", WHOLE)
def test_files(name: str, plan: Plan, files: dict[str, str], golden: Golden) -> None:
    slug = next(h.slug for h in plan.hosts if h.name == name)
    mine = {p: t for p, t in files.items() if p.split("/")[1:2] == [slug]}
    assert mine
    folder = EXPECTED / name / "files"
    for path, text in mine.items():
        golden(folder / path, re.sub(plan.rules_sha256, "RULES", text))
    there = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert there == set(mine)


def test_report(plan: Plan, files: dict[str, str], golden: Golden) -> None:
    golden(EXPECTED / "report.md", re.sub(plan.rules_sha256, "RULES", files["report.md"]))
    golden(EXPECTED / "report.csv", files["report.csv"])


def test_verdicts_at_a_glance(plan: Plan, golden: Golden) -> None:
    said = {
        h.name: {
            "origin": h.origin,
            "machine": h.outcome or f"no verdict: {h.status}",
            **{w.workload.name: w.verdict.outcome for w in h.workloads},
        }
        for h in plan.hosts
    }
    golden(EXPECTED / "verdicts.json", json.dumps(said, indent=2) + "\n")


def test_the_fleet_is_what_the_readme_says() -> None:
    systems = {os.id for s in FLEET if (os := facts.read(s).os.value)}
    assert len(FLEET) >= 10
    assert len(systems) >= 5
    assert {s.origin for s in FLEET} == {"captured", "constructed"}
    assert all(s.origin_note for s in FLEET if s.origin == "constructed")


def test_snapshots_are_canonical() -> None:
    for path in store.demo_folder().glob("*.json"):
        (snapshot,) = store.read_snapshots([path])
        assert path.read_bytes() == store.encode(snapshot), path


def test_captured_text_names_no_mirror() -> None:
    """Where a machine gets its packages from is nobody's business, and no case needs it."""
    for path in store.demo_folder().glob("*.json"):
        text = path.read_text()
        hosts = set(re.findall(r"(?:URIs: *|deb )https?://([^/\s\\]+)", text))
        assert all(h.endswith((".example", ".internal")) for h in hosts), (path, hosts)


def test_order_of_snapshots_does_not_matter(plan: Plan) -> None:
    assert make_plan(FLEET[::-1], RULES, as_of=None, version="0") == plan
