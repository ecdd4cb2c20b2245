"""Kinds of workload: each has a case of its own, and the documentation says where it is proven."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml
from conftest import Golden
from msgspec import structs
from test_kinds import RULES

from planner import workloads
from planner.plan import make_plan
from tests.judgement import kit
from tests.lab.definition import Machine, load_all
from tests.lab.errors import LabError
from tests.lab.prove import _unexpected
from tests.supported import KEEPS_NOTHING, MOVES, TESTS, Kind, kinds
from tests.supported.page import page

MACHINES = {machine.name: machine for machine in load_all()}
DETECTOR = '''
from planner.service.general import Known


def detect(service):
    """A server that nobody has heard of; any other: None."""
    return Known("unheard-of", "Unheard of")
'''


@cache
def known() -> dict[str, Kind]:
    found = kinds()
    assert len({kind.name for kind in found}) == len(found)
    return {kind.name: kind for kind in found}


def test_every_kind_has_a_case_with_data_and_settings_of_its_own() -> None:
    assert {kind.name: kind.lacks for kind in known().values() if kind.lacks} == {}


def test_every_detector_gives_a_kind() -> None:
    asked = {d.__module__.split(".")[2] for d in workloads.DETECTORS} - {"kernel"}
    assert asked <= {kind.detector for kind in known().values()}


def test_every_kind_that_was_found_is_one_of_a_detector() -> None:
    found = {
        p.read_text(encoding="utf-8").split('"kind": "', 1)[1].split('"', 1)[0]
        for p in (TESTS / "kinds").glob("*/*.json")
    }
    assert found <= set(known())


def test_a_detector_without_a_case_is_not_supported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "unheard.py"
    path.write_text(DETECTOR, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("unheard", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "unheard", module)
    spec.loader.exec_module(module)
    found = kinds((module.detect,))
    assert {kind.name: kind.lacks for kind in found if kind.lacks} == {
        "unheard-of": "no case of its own"
    }
    said = "- `unheard-of` (A server that nobody has heard of): not supported yet: no case of its"
    assert said in page(found)


def test_a_case_with_no_data_or_nothing_set_does_not_count() -> None:
    whole = known()["grafana"]
    ((case, workload),) = whole.cases
    empty = structs.replace(workload, volumes=())
    plain = structs.replace(workload, copies=(), secrets=(), environment=(), command=())
    assert replace(whole, cases=[(case, empty)]).lacks == "no case with data of its own"
    assert "settings" in replace(whole, cases=[(case, plain)]).lacks
    assert replace(whole, cases=[(case, workload)]).lacks == ""


def test_who_keeps_nothing_has_no_volume() -> None:
    kept = {name for name in KEEPS_NOTHING if any(w.volumes for _, w in known()[name].cases)}
    assert kept == set()


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_a_machine_of_the_laboratory_runs_kinds_that_there_are(name: str) -> None:
    machine = MACHINES[name]
    moving = {w for w, verdict in machine.expect if verdict in MOVES}
    assert {kind for w, kind in machine.kinds if w in moving} <= set(known())


def test_the_laboratory_runs_enough_of_them() -> None:
    assert len([kind for kind in known().values() if kind.runs]) >= 24


def test_a_machine_of_the_laboratory_says_every_kind(tmp_path: Path) -> None:
    body = {
        "kind": "none",
        "address": 9,
        "login": "root",
        "expect": {"machine": "move", "web": "x"},
    }
    (tmp_path / "m.yml").write_text(yaml.safe_dump(body))
    with pytest.raises(LabError, match="kinds must name the workloads that expect does"):
        load_all(tmp_path)
    (tmp_path / "m.yml").write_text(yaml.safe_dump(body | {"kinds": {"web": "nginx"}}))
    assert load_all(tmp_path)[0].kinds == (("web", "nginx"),)


def test_a_run_of_the_laboratory_compares_the_kinds() -> None:
    plan = make_plan(
        [kit.load(TESTS / "kinds" / "grafana.yaml").snapshot], RULES, as_of=None, version="0"
    )
    (host,) = plan.hosts
    (item,) = host.workloads
    name = item.workload.name
    expect = (("machine", str(host.outcome)), (name, str(item.verdict.outcome)))
    machine = Machine(host.name, "none", 9, "root", expect=expect, kinds=((name, "grafana"),))
    assert list(_unexpected(plan, {host.name: machine})) == []
    other = replace(machine, kinds=((name, "service"),))
    (said,) = _unexpected(plan, {host.name: other})
    assert "kinds are {'grafana-server': 'grafana'}, the definition expects" in said


def test_the_table_of_kinds_is_current(golden: Golden) -> None:
    golden(TESTS.parent / "docs" / "kinds.md", page(list(known().values())))
