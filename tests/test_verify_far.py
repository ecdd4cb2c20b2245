"""The other host that a comparison runs on: what it may answer, and what must not stay there."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from planner.errors import InputError, RunError
from planner.model import HostPlan, Image, Plan, Verdict, Workload, WorkloadPlan
from planner.session import Options
from planner.verify import _cleaned, arriving, elsewhere, identity
from planner.verify.engine import Engine
from planner.verify.far import clock, with_folder
from planner.verify.wishes import Wishes
from tests.test_verify_engines import results, with_box
from tests.test_verify_run import books, command, environment, left, places, port, written

__all__ = ["books", "port"]


def program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    "said",
    [
        "/x|' x; touch pwned; : '",
        "/tmp/planner-verify-far-0123456789/../../etc",
        "Welcome!\n/tmp/planner-verify-far-0123456789",
        "/etc",
    ],
)
def test_only_a_new_folder_is_a_folder(said: str, tmp_path: Path) -> None:
    (tmp_path / "said").write_text(said)
    far = program(tmp_path / "ssh", f"cat {tmp_path}/said")
    engine = Engine("podman", "podman", tmp_path, "1", far, on="box")
    with pytest.raises(RunError, match=r"box answered .* start-up file"):
        with_folder(engine)


def test_what_a_cut_connection_left_is_told_and_removed_by_the_next(tmp_path: Path) -> None:
    place, cut = tmp_path / "place", tmp_path / "cut"
    podman = program(tmp_path / "podman", "exit 0")
    no = "echo 'no route to host' >&2; exit 255"
    far = program(tmp_path / "ssh", f'[ ! -e {cut} ] || {{ {no}; }}\nexec sh -c "$1"')
    engine = Engine("podman", podman, place, "1", far, on="box")
    comparison = _cleaned(place, engine, Wishes())
    folder = Path(comparison.__enter__().folder)
    (folder / "secret").touch()
    (place / "secret").touch()
    cut.touch()
    with pytest.raises(RunError, match=r"could not be removed: .*box:/.*no route"):
        comparison.__exit__(None, None, None)
    assert (folder / "secret").exists()
    assert sorted(p.name for p in place.iterdir()) == ["engine", "engine.json"]
    with (
        pytest.raises(RunError, match=r"an earlier comparison left .*box:/"),
        _cleaned(place, engine, Wishes()),
    ):
        pass
    cut.unlink()
    with _cleaned(place, engine, Wishes()):
        assert not folder.exists()
    assert not place.exists()


def test_a_folder_that_stays_there_is_an_error(tmp_path: Path) -> None:
    place = tmp_path / "place"
    refuses = 'case $1 in *"rm -rf"*) echo "Permission denied" >&2; exit 1 ;; esac\nexec sh -c "$1"'
    far = program(tmp_path / "ssh", refuses)
    engine = Engine("podman", program(tmp_path / "podman", "exit 0"), place, "1", far, on="box")
    comparison = _cleaned(place, engine, Wishes())
    folder = Path(comparison.__enter__().folder)
    with pytest.raises(RunError, match=r"box:/.*Permission denied"):
        comparison.__exit__(None, None, None)
    assert json.loads((place / "engine.json").read_text())["folder"] == str(folder)
    folder.rmdir()


def test_a_build_that_fails_there_is_told_of_its_workload_alone(
    tmp_path: Path, books: Path, port: int
) -> None:
    folder = with_box(written(tmp_path, port))
    done = subprocess.run(
        command(folder, "--on", "box"),
        env=environment(books, FAKE_UNBUILT="1"),
        capture_output=True,
        text=True,
    )
    known = json.loads((folder / "verify.json").read_text())
    assert "exit status 100" in known["workloads"][0]["problem"], done.stderr
    assert done.returncode == 1
    assert left(books) == []
    assert places(folder) == []


def test_another_controller_is_another_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, known = Path.read_text, {identity(tmp_path)}

    def elsewhere(path: Path, *words: str, **named: str) -> str:
        if str(path) == "/etc/machine-id":
            return "f" * 32
        return own(path, *words, **named)

    monkeypatch.setattr(Path, "read_text", elsewhere)
    known.add(identity(tmp_path))
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    known.add(identity(tmp_path))
    assert len(known) == 3


def test_the_volume_of_another_comparison_is_left_alone(
    tmp_path: Path, books: Path, port: int
) -> None:
    folder = written(tmp_path, port)
    (books / "volume" / "here-app-data-verify").write_text("planner.verify=other")
    subprocess.run(command(folder), env=environment(books), capture_output=True)
    (found,) = json.loads((folder / "verify.json").read_text())["workloads"]
    assert "here-app-data-verify is another comparison's" in found["problem"]
    assert "--no-healthcheck" not in (books / "log").read_text()
    assert [Path(p).name for p in left(books)] == ["here-app-data-verify"]


def test_a_value_is_known_without_its_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "A='it'\\''s-S3cret'\nB=\"with \\\"these\\\"\"\nC='never ends\nPIN='12345'\n"
    monkeypatch.setattr(arriving, "_secret", lambda *_: text)
    workload = SimpleNamespace(secrets=[SimpleNamespace(form="env")])
    berth = SimpleNamespace(item=SimpleNamespace(workload=workload))
    found = arriving.values(None, [berth])  # type: ignore[arg-type, list-item]
    assert {"it's-S3cret", 'with "these"', "never ends"} <= found
    assert "12345" not in found


def test_times_there_are_of_its_own_clock(tmp_path: Path, books: Path, port: int) -> None:
    folder = with_box(written(tmp_path, port))
    program(books.parent / "bin" / "date", "echo 1000000000")
    subprocess.run(command(folder, "--on", "box"), env=environment(books), capture_output=True)
    assert results(folder)[f"http by address:{port} /about"] == "equal"
    assert "logs --since 1000000000.000 here-app" in (books / "log").read_text()


@pytest.mark.parametrize("said", ["", "x", "1; id"])
def test_a_host_without_a_clock_says_so(said: str, tmp_path: Path) -> None:
    far = program(tmp_path / "ssh", f"echo '{said}'")
    with pytest.raises(RunError, match="box does not tell its time"):
        clock(Engine("podman", "podman", tmp_path, "1", far, on="box"))


@pytest.mark.parametrize(
    ("there", "why"),
    [
        ("m1\nb1\n", "it is live, which is to be compared"),
        ("m1\nb2\n", ""),
        ("m2\nb1\n", ""),
        ("\n\n", "one does not say who"),
    ],
)
def test_a_machine_is_known_whatever_the_inventory_calls_it(
    there: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").write_text(f"{there}198.51.100.1 999 192.0.2.7 22\n")
    (tmp_path / "live").write_text("m1\nb1\n198.51.100.1 999 192.0.2.7 22\n")
    known = {n: program(tmp_path / f"ssh-{n}", f"cat {tmp_path}/{n}") for n in ("there", "live")}
    monkeypatch.setattr(elsewhere, "commands", lambda options: known)
    monkeypatch.setattr(elsewhere, "targets", lambda options: ())
    w = Workload("live/app", "live", "app", "service", "App", "running")
    item = WorkloadPlan(w, Verdict("container"), Image("base", "", "debian", "app:1"))
    host = HostPlan("live", "live", "seen", "captured", "", outcome="move", workloads=(item,),
                    addresses=("192.0.2.7/24",))  # fmt: skip
    plan = Plan(1, "t", "", "", "", (host,))
    options = Options()
    if why:
        with pytest.raises(InputError, match=f"--on there: .*{why}"):
            elsewhere.reach(plan, options, "there")
    else:
        assert elsewhere.reach(plan, options, "there") == known["there"]


def test_without_its_secrets_nothing_is_started(tmp_path: Path, books: Path, port: int) -> None:
    """Docker would make a folder of root's own where the file should be."""
    folder = with_box(written(tmp_path, port))
    (tmp_path / "app.env").unlink()
    subprocess.run(command(folder, "--on", "box"), env=environment(books), capture_output=True)
    (found,) = json.loads((folder / "verify.json").read_text())["workloads"]
    assert "secrets could not be fetched" in found["problem"]
    assert "--no-healthcheck" not in (books / "log").read_text()


def test_secrets_that_cannot_be_read_again_leave_no_results(
    tmp_path: Path, books: Path, port: int
) -> None:
    folder = with_box(written(tmp_path, port))
    steps = environment(books, FAKE_NO_SHELL="1")
    subprocess.run(command(folder, "--on", "box"), env=steps, capture_output=True)
    (found,) = json.loads((folder / "verify.json").read_text())["workloads"]
    assert "sh: not found" in found["problem"]
    assert not found.get("results")
