"""Kinds of workload: a machine as an engineer describes it, and what becomes of its services.

``kinds/<case>.yaml`` is in the format of ``tests/judgement/README.md`` (constructed, unlike
the machines of the laboratory); ``kinds/<case>/`` holds each workload as data and its Dockerfile.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Golden
from ours import RULES

from planner import store, workloads
from planner.change.names import build_folder
from planner.images.choice import Choice
from planner.model import Snapshot
from planner.plan import make_plan
from planner.render import render
from planner.settings import DEFAULTS
from tests.judgement import kit

KINDS = Path(__file__).parent / "kinds"
CASES = sorted(p.stem for p in KINDS.glob("*.yaml"))
OFFICIAL = ("caddy", "haproxy", "mosquitto", "nginx", "own-images", "rabbitmq", "redis")
"""Cases that are also planned with the applications' own images as the bases."""


@pytest.mark.parametrize("case", CASES)
def test_what_becomes_of_it(case: str, golden: Golden) -> None:
    machine = kit.load(KINDS / f"{case}.yaml")
    plan = make_plan([machine.snapshot], RULES, as_of=None, version="0")
    files = {a.path: a.text for a in render(plan, store.templates())}
    (host,) = plan.hosts
    expected = KINDS / case
    found = {}
    for item in host.workloads:
        name = store.slug(item.workload.name, set())
        found[f"{name}.json"] = store.encode(item.workload).decode()
        dockerfile = files.get(f"{build_folder(host, item)}/Dockerfile")
        if dockerfile:
            found[f"{name}.Dockerfile"] = _stable(dockerfile)
    if case in OFFICIAL:
        found |= _with_own_images(machine.snapshot)
    assert found, f"{case}: no workload was found"
    for name, text in found.items():
        golden(expected / name, text)
    stale = {p.name for p in expected.iterdir()} - set(found)
    assert not stale, f"{expected}: no workload makes these any more: {sorted(stale)}"


def _with_own_images(snapshot: Snapshot) -> dict[str, str]:
    """Dockerfiles of the workloads that have an image of their application."""
    settings = replace(DEFAULTS, images=Choice(policy="official"))
    plan = make_plan([snapshot], RULES, as_of=None, version="0", settings=settings)
    files = {a.path: a.text for a in render(plan, store.templates())}
    (host,) = plan.hosts
    return {
        f"{store.slug(i.workload.name, set())}.official.Dockerfile": _stable(
            files[f"{build_folder(host, i)}/Dockerfile"]
        )
        for i in host.workloads
        if i.image and i.image.policy == "official"
    }


def _stable(dockerfile: str) -> str:
    return re.sub(r'(sha256"=")[0-9a-f]{64}', r"\1-", dockerfile)


def test_workloads_are_as_the_case_says() -> None:
    """``labels`` of a case: the workloads that must be told apart, with their verdicts."""
    for case in CASES:
        machine = kit.load(KINDS / f"{case}.yaml")
        (host,) = make_plan([machine.snapshot], RULES, as_of=None, version="0").hosts
        workloads = [item.workload for item in host.workloads]
        for name, label in machine.labels.items():
            meant = kit.find(name, workloads)
            assert meant, f"{case}: {name} was not found"
            verdict = next(i.verdict for i in host.workloads if i.workload.id == meant.id)
            assert verdict.outcome == label.outcome, f"{case}: {name}: {verdict.why}"


def test_every_script_of_a_workload_is_one_that_sh_understands() -> None:
    """Censuses and commands are put together from settings."""
    for path in sorted(KINDS.glob("*/*.json")):
        workload = json.loads(path.read_text(encoding="utf-8"))
        scripts = [workload.get("census", "")]
        for words in (workload.get("command", []), workload.get("health", {}).get("command", [])):
            if words[1:2] == ["-c"] and words[0].rpartition("/")[2] in ("sh", "bash"):
                scripts.append(words[2])
        for script in filter(None, scripts):
            read = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True)
            assert read.returncode == 0, f"{path}: {read.stderr}"
            assert not re.search(r"\{_[A-Z]", script), f"{path}: {script}"


def test_a_setting_that_is_no_number_ends_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(service: object) -> None:
        raise ValueError("port=abc")

    monkeypatch.setattr(workloads, "DETECTORS", (broken,))
    machine = kit.load(KINDS / "nats.yaml")
    (host,) = make_plan([machine.snapshot], RULES, as_of=None, version="0").hosts
    found = host.workloads[0].workload
    assert found.kind == "service"
    assert any("not understood" in u for u in found.unknowns)


def test_no_case_has_a_detector_that_gave_up() -> None:
    for path in sorted(KINDS.glob("*/*.json")):
        assert "was not understood (" not in path.read_text(encoding="utf-8"), path
