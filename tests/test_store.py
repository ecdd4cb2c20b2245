"""What is read is checked, what is written is whole, and nothing of somebody else is touched."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
import sample
from hypothesis import given
from hypothesis import strategies as st

from planner import store
from planner.errors import InputError, OutputError
from planner.model import Artifact, Section, Snapshot
from planner.store import files, output

SNAPSHOT = Snapshot(
    schema=1, host="web", status="seen", taken_at="2026-01-31T12:00:00Z", origin="captured",
    sections={"b": Section("ok", "x\ny"), "a": Section("missing", reason="no ss")},
)  # fmt: skip


def texts(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): p.read_text()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != output.MANIFEST
    }


# --- names ----------------------------------------------------------------------------------


@given(st.lists(st.text(min_size=0, max_size=80), unique=True, max_size=20))
def test_slugs_are_safe_and_differ(names: list[str]) -> None:
    taken: set[str] = set()
    for name in names:
        made = store.slug(name, taken)
        assert made not in taken
        assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.")
        assert made[0].isalnum()
        assert len(made) <= 63
        taken.add(made)


@pytest.mark.parametrize("name", ["web", "web01.example.com", "10.0.0.5", "a_b-c"])
def test_a_safe_name_is_its_own_slug(name: str) -> None:
    assert store.slug(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "Web", "con", "nul.txt", ".hid", "-f", "a.", "é" * 90]
)
def test_any_other_name_gets_a_hash(name: str) -> None:
    made = store.slug(name)
    assert made != name.lower()
    assert "/" not in made
    assert made[-9] == "-"
    assert store.slug(name, {made}) not in ("", made)


# --- snapshots ------------------------------------------------------------------------------


def test_a_snapshot_comes_back_as_it_was(tmp_path: Path) -> None:
    path = store.write_snapshot(tmp_path / "deep" / "er", SNAPSHOT)
    assert path.name == "web.json"
    assert store.read_snapshots([path.parent]) == (SNAPSHOT,)
    assert store.read_snapshots([path, path.parent]) == (SNAPSHOT,)
    assert path.read_bytes() == store.encode(SNAPSHOT)
    assert path.read_text().index('"a"') < path.read_text().index('"b"')


def test_snapshots_are_sorted_by_host(tmp_path: Path) -> None:
    for host in ("b", "WEB", "web", "a"):
        store.write_snapshot(tmp_path, msgspec.structs.replace(SNAPSHOT, host=host))
    (tmp_path / "..json.planner-tmp").write_text("cut")
    assert [s.host for s in store.read_snapshots([tmp_path])] == ["WEB", "a", "b", "web"]


def test_a_snapshot_replaces_only_its_host(tmp_path: Path) -> None:
    old = tmp_path / "web.json"
    old.write_text('{"schema": 99, "host": "web"}')
    store.write_snapshot(tmp_path, SNAPSHOT)
    for text in ('{"host": "other"}', "notes", "[1]"):
        old.write_text(text)
        with pytest.raises(OutputError, match=r"web\.json: is no snapshot of web"):
            store.write_snapshot(tmp_path, SNAPSHOT)
        assert old.read_text() == text


def test_a_missed_look_never_replaces_what_another_planner_wrote(tmp_path: Path) -> None:
    old = tmp_path / "web.json"
    old.write_text('{"schema": 99, "host": "web", "status": "seen"}')
    before = old.read_bytes()
    away = msgspec.structs.replace(SNAPSHOT, status="unreachable", sections={})
    assert store.write_snapshot(tmp_path, away).name == "web~missed.json"
    assert old.read_bytes() == before
    old.write_text("notes")
    with pytest.raises(OutputError, match=r"web\.json: is no snapshot of web"):
        store.write_snapshot(tmp_path, away)
    assert old.read_text() == "notes"
    old.write_bytes(before)
    assert store.write_snapshot(tmp_path, SNAPSHOT) == old
    assert [path.name for path in tmp_path.iterdir()] == ["web.json"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (store.encode(SNAPSHOT)[:100], "truncated JSON at byte 100"),
        (b"", "truncated JSON at byte 0"),
        (b'{"schema": 3}', "schema 3, this planner reads 1: gather again or update"),
        (b'{"schema": 1, "new": 1}', "not a snapshot of schema 1"),
        (b"{} x", "not a snapshot|malformed|characters"),
        (b"[]", "not a snapshot"),
        (b'{"schema": 1, "host": "\xff"}', "UTF-8|utf-8"),
    ],
)
def test_a_broken_snapshot_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "x\ny.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason) as caught:
        store.read_snapshots([tmp_path])
    assert r"x\ny.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_empty_and_double_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere: No such file"):
        store.read_snapshots([tmp_path / "nowhere"])
    with pytest.raises(InputError, match="no snapshots"):
        store.read_snapshots([tmp_path])
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(store.encode(SNAPSHOT))
    with pytest.raises(InputError, match=r"two snapshots for host web: .*a\.json, .*b\.json"):
        store.read_snapshots([tmp_path])


def test_a_plan_comes_back_as_it_was(tmp_path: Path) -> None:
    plan = sample.fleet()
    (tmp_path / "plan.json").write_bytes(store.encode(plan))
    assert store.read_plan(tmp_path) == plan
    assert store.read_plan(tmp_path / "plan.json") == plan
    with pytest.raises(InputError, match=r"plan\.json"):
        store.read_plan(tmp_path / "plan.json" / "x")


# --- the plan's folder ----------------------------------------------------------------------

A, B = Artifact("report.md", "one\n"), Artifact("hosts/web/run.sh", "two\n", executable=True)


def test_files_are_written_and_then_left(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "plan"
    store.claim_output(out)
    assert not out.exists()
    assert store.write_artifacts(out, [A, B]).new == ("hosts/web/run.sh", "report.md")
    assert texts(out) == {"report.md": "one\n", "hosts/web/run.sh": "two\n"}
    assert os.access(out / B.path, os.X_OK)
    before = (out / A.path).stat().st_mtime_ns, (out / output.MANIFEST).read_bytes()
    assert store.write_artifacts(out, [B, A]).unchanged == ("hosts/web/run.sh", "report.md")
    assert before == ((out / A.path).stat().st_mtime_ns, (out / output.MANIFEST).read_bytes())
    (out / A.path).unlink()
    assert store.write_artifacts(out, [A, B]).new == ("report.md",)


def test_an_edited_file_stays_with_the_new_one_beside(tmp_path: Path) -> None:
    store.write_artifacts(tmp_path, [A])
    (tmp_path / A.path).write_text("reviewed\n")
    newer = Artifact(A.path, "newer\n")
    for _ in range(2):
        written = store.write_artifacts(tmp_path, [newer])
        assert written.kept == ("report.md",)
        assert texts(tmp_path) == {"report.md": "reviewed\n", "report.md.new": "newer\n"}
    (tmp_path / "report.md.new").write_text("also edited\n")
    assert store.write_artifacts(tmp_path, [newer]).kept == ("report.md", "report.md.new")
    assert texts(tmp_path)["report.md.new.new"] == "newer\n"
    (tmp_path / A.path).write_text("newer\n")
    written = store.write_artifacts(tmp_path, [newer])
    assert written.removed == ("report.md.new.new",)
    assert written.orphaned == ("report.md.new",)
    assert written.unchanged == ("report.md",)


def test_what_is_no_longer_planned_goes_unless_edited(tmp_path: Path) -> None:
    c = Artifact("workloads/x/Dockerfile", "FROM x\n")
    store.write_artifacts(tmp_path, [A, B, c])
    (tmp_path / c.path).write_text("FROM y\n")
    written = store.write_artifacts(tmp_path, [A])
    assert (written.removed, written.orphaned) == ((B.path,), (c.path,))
    assert not (tmp_path / "hosts").exists()
    assert (tmp_path / c.path).read_text() == "FROM y\n"


def test_files_of_others_are_never_touched(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for act in (store.claim_output, lambda out: store.write_artifacts(out, [A])):
        with pytest.raises(OutputError, match=r"did not write \(notes\.txt\)"):
            act(tmp_path)
    assert texts(tmp_path) == {"notes.txt": "mine"}

    ours = tmp_path / "ours"
    store.write_artifacts(ours, [A])
    (ours / "hosts").mkdir()
    (ours / "hosts" / "web").write_text("a file where a folder should be")
    with pytest.raises(OutputError, match="is not a folder"):
        store.write_artifacts(ours, [Artifact("a", "new"), B])
    (ours / "hosts" / "web").unlink()
    (ours / "hosts" / "web").mkdir()
    (ours / B.path).write_text("somebody's")
    with pytest.raises(OutputError, match=r"run\.sh: the planner did not write it"):
        store.write_artifacts(ours, [Artifact("a", "new"), B])
    assert not (ours / "a").exists()
    assert (ours / B.path).read_text() == "somebody's"


def test_links_do_not_lead_out(tmp_path: Path) -> None:
    out, outside = tmp_path / "plan", tmp_path / "outside"
    store.write_artifacts(out, [A])
    outside.mkdir()
    (out / "hosts").symlink_to(outside)
    with pytest.raises(OutputError, match="is a link"):
        store.write_artifacts(out, [A, B])
    assert not list(outside.rglob("*"))
    (out / "hosts").unlink()
    (out / A.path).unlink()
    (out / A.path).symlink_to(outside / "target")
    assert store.write_artifacts(out, [A]).kept == (A.path,)
    assert not (outside / "target").exists()


def test_gathered_snapshots_may_be_there_first(tmp_path: Path) -> None:
    store.write_snapshot(tmp_path / store.SNAPSHOTS, SNAPSHOT)
    (tmp_path / ".report.md.planner-tmp").write_text("half")
    assert store.write_artifacts(tmp_path, [A]).new == ("report.md",)
    assert not (tmp_path / ".report.md.planner-tmp").exists()


def test_a_run_that_was_killed_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write_artifacts(tmp_path, [A, B])
    real, left = files.write_file, [2]

    def dying(path: Path, content: bytes, *, executable: bool = False) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        real(path, content, executable=executable)

    monkeypatch.setattr(output, "write_file", dying)
    newer = [Artifact(A.path, "1\n"), Artifact(B.path, "2\n"), Artifact("c", "3\n")]
    for round_ in range(3):
        left[0] = 2
        with pytest.raises(KeyboardInterrupt):
            store.write_artifacts(tmp_path, [Artifact(a.path, f"{round_}{a.text}") for a in newer])
        there = texts(tmp_path).values()
        assert all(text.endswith(("one\n", "two\n", "1\n", "2\n", "3\n")) for text in there)
    monkeypatch.undo()
    written = store.write_artifacts(tmp_path, newer)
    assert written.kept == ()
    assert texts(tmp_path) == {a.path: a.text for a in newer}


@pytest.mark.parametrize("path", ["", "/etc/x", "../x", "a/../../x", "a//b"])
def test_paths_stay_below(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        store.write_artifacts(tmp_path, [Artifact(path, "")])
    (tmp_path / output.MANIFEST).write_bytes(
        msgspec.json.encode({"planner": "1", "files": {path: "x"}})
    )
    with pytest.raises(OutputError, match="cannot tell"):
        store.write_artifacts(tmp_path, [A])


def test_unwritable_places_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match="file: is not a folder"):
            store.claim_output(out)
    with pytest.raises(OutputError, match=r"/proc.*: cannot be written: "):
        store.claim_output(Path("/proc/self/plan"))

    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match=r"\.planner\.json: cannot be written: No space left"):
        store.write_artifacts(tmp_path / "plan", [A])
    assert [p for p in (tmp_path / "plan").rglob("*") if p.is_file()] == []


def test_packaged_data_is_found() -> None:
    assert "workload/Dockerfile.j2" in store.templates()
    assert all(name.endswith(".j2") for name in store.templates())
    assert all(name.endswith(".yaml") for name in store.rule_texts())
    assert store.demo_folder().is_dir()
