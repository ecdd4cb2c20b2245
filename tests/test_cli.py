"""The program as a user calls it: exit status, one line for what cannot be used, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from planner import store
from planner.model import Plan

PROGRAM = str(Path(sys.executable).with_name("planner"))
INVENTORY = "all: {vars: {ansible_connection: local, ansible_become: false}, hosts: {here: {}}}\n"


def planner(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit status 1, and one line on standard error that says all of *words*."""
    assert done.returncode == 1, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("planner: ")
    for word in words:
        assert word in lines[0]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demo writes; nobody writes there after it."""
    out = tmp_path_factory.mktemp("demo") / "plan"
    done = planner("demo", "-o", out)
    assert done.returncode == 0, done.stderr
    return out


def test_the_demo_gives_the_same_bytes_twice(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "two"
    for _ in range(2):
        done = planner("demo", "-o", out, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert tree(out) == tree(demo)


def test_the_whole_way_on_this_machine(tmp_path: Path) -> None:
    """Gather, plan, explain and extract through Ansible, with a local connection."""
    (tmp_path / "inventory.yml").write_text(INVENTORY)
    done = planner("run", "-i", "inventory.yml", "-o", "plan", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1/1 here: seen" in done.stderr
    plan = store.read_plan(tmp_path / "plan" / "plan.json")
    assert [(h.name, h.status) for h in plan.hosts] == [("here", "seen")]
    assert (tmp_path / "plan" / "snapshots" / "here.json").is_file()
    again = planner("plan", "plan/snapshots", "-o", "again", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    one, two = tree(tmp_path / "plan"), tree(tmp_path / "again")
    assert {k: v for k, v in one.items() if not k.startswith("snapshots/")} == two
    explained = planner("explain", "here", "--plan", "plan", cwd=tmp_path)
    assert explained.returncode == 0
    assert explained.stdout.startswith("here: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ("nowhere.yml", "no such file")),
        ("all: {hosts: {}}\n", ("nowhere.yml", "no hosts")),
        ("all:\n  hosts: [unclosed\n", ("nowhere.yml",)),
    ],
)
def test_an_inventory_of_no_use(tmp_path: Path, text: str | None, words: tuple[str, ...]) -> None:
    if text is not None:
        (tmp_path / "nowhere.yml").write_text(text)
    before = tree(tmp_path)
    refused(planner("run", "-i", "nowhere.yml", "-o", "plan", cwd=tmp_path), *words)
    assert tree(tmp_path) == before
    assert not (tmp_path / "plan").exists()


SNAPSHOT = (
    b'{"schema": 1, "host": "a", "status": "seen", "taken_at": "2026-01-31T12:00:00Z", '
    b'"origin": "captured"}'
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SNAPSHOT.replace(b'"schema": 1', b'"schema": 7'), ("a.json", "schema 7")),
        (SNAPSHOT[:-20], ("a.json", "truncated")),
        (b"\x00\x01", ("a.json",)),
        (SNAPSHOT.replace(b'"host": "a"', b'"host": 5'), ("a.json", "host")),
    ],
)
def test_a_snapshot_of_no_use(tmp_path: Path, content: bytes, words: tuple[str, ...]) -> None:
    (tmp_path / "a.json").write_bytes(content)
    refused(planner("plan", "a.json", "-o", "plan", cwd=tmp_path), *words)
    assert not (tmp_path / "plan").exists()


def test_no_snapshots_at_all(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused(planner("plan", "empty", "-o", "plan", cwd=tmp_path), "empty")
    refused(planner("plan", "missing", "-o", "plan", cwd=tmp_path), "missing")


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "plan"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    before = tree(mine)
    refused(planner("demo", "-o", mine), str(mine))
    assert tree(mine) == before


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(planner("demo", "-o", tmp_path / "file" / "plan"), "file")


def test_an_edit_of_a_reviewer_stays(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan"
    shutil.copytree(demo, out)
    report = out / "report.md"
    first = report.read_text()
    report.write_text("reviewed by Ada\n")
    done = planner("demo", "-o", out)
    assert done.returncode == 0
    assert "report.md" in done.stdout
    assert report.read_text() == "reviewed by Ada\n"
    assert (out / "report.md.new").read_text() == first


def test_strict_tells_by_its_status(tmp_path: Path) -> None:
    demo = str(store.demo_folder())
    assert planner("plan", demo, "-o", tmp_path / "a").returncode == 0
    assert planner("plan", demo, "-o", tmp_path / "b", "--strict").returncode == 3


def test_wrong_usage() -> None:
    assert planner("plan").returncode == 2
    assert planner("run", "--no-such-flag").returncode == 2


def test_an_age_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "inventory.yml").write_text(INVENTORY)
    for command in ("gather", "run"):
        done = planner(command, "-i", "inventory.yml", "--max-age", "soon", cwd=tmp_path)
        refused(done, "--max-age", "soon", "12h")
    assert [path.name for path in tmp_path.iterdir()] == ["inventory.yml"]


def test_a_plan_that_is_being_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "inventory.yml").write_text(INVENTORY)
    with store.locked(tmp_path / "plan", "process 7 on box"):
        done = planner("run", "-i", "inventory.yml", "-o", "plan", cwd=tmp_path)
    refused(done, "plan: in use by process 7 on box")
    assert not (tmp_path / "plan").exists()


def test_two_plans_are_not_made_in_one_folder(tmp_path: Path) -> None:
    with store.locked(tmp_path / "plan", "process 7 on box"):
        done = planner("plan", store.demo_folder(), "-o", "plan", cwd=tmp_path)
    refused(done, "plan: in use by process 7 on box")
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("snapshots", ["p", "p/snaps", "p/../p/hosts/x"])
def test_a_place_for_snapshots_is_looked_at_before_any_machine(
    tmp_path: Path, snapshots: str
) -> None:
    touched = tmp_path / "touched"
    inventory = tmp_path / "inventory"
    inventory.write_text(f"#!/bin/sh\ntouch {touched}\necho '{{}}'\n")
    inventory.chmod(0o755)
    done = planner("run", "-i", "inventory", "-o", "p", "--snapshots", snapshots, cwd=tmp_path)
    refused(done, f"--snapshots {snapshots}: is in the plan's folder", "only in p/snapshots")
    assert [path.name for path in tmp_path.iterdir()] == ["inventory"]


def test_a_moment_that_is_none(tmp_path: Path) -> None:
    done = planner("plan", store.demo_folder(), "-o", tmp_path / "p", "--as-of", "yesterday")
    refused(done, "--as-of", "yesterday")


def test_the_plan_fits_its_schema(demo: Path) -> None:
    """The published schema names every field that a plan has, and a plan decodes as it says."""
    schema = json.loads(planner("schema", "plan").stdout)
    written = json.loads((demo / "plan.json").read_bytes())
    definition = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    assert set(written) <= set(definition["properties"])
    assert set(definition["required"]) <= set(written)
    assert isinstance(store.read_plan(demo / "plan.json"), Plan)


def test_the_readme_names_every_command() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text()
    usage = planner("--help").stdout
    names = [
        line.split()[0]
        for line in usage.partition("Commands")[2].splitlines()
        if line[2:3].isalpha()
    ]
    assert len(names) >= 8
    for name in names:
        assert f"| `planner {name}" in readme
