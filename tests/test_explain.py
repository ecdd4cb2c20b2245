"""``planner explain HOST --facts``: every fact with its state, and where it came from."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from planner import facts, store
from planner.cli import seen
from planner.model import Fact, Host, Login, Section, Snapshot, Typed

PROGRAM = str(Path(sys.executable).with_name("planner"))


def planner(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=cwd
    )


SNAPSHOT = Snapshot(
    1,
    "web01",
    "seen",
    "2026-01-31T12:00:00Z",
    "constructed",
    login=Login("ops", 0, 1000, False),
    sections={
        "cpu": Section("ok", "4\n", ms=3),
        "usb": Section("ok", "", ms=12),
        "passwd": Section("partial", "a:1:1:/:/x\n", "cut at 9 bytes", ms=120),
        "listeners": Section("missing", reason="neither ss nor \x1b[31mnetstat", ms=1),
    },
    typed={"fips": Typed("setup", True)},
)


def test_every_fact_is_there_once_with_its_state() -> None:
    host = facts.read(SNAPSHOT)
    lines = list(seen.lines(host, SNAPSHOT))
    names = [n for n in Host.__struct_fields__ if isinstance(getattr(host, n), Fact)]
    rows = [line for line in lines if line.startswith("  ") and not line.startswith("  fact ")]
    assert sorted(line.split()[0] for line in rows) == sorted(names)
    assert lines[0] == (
        "web01: seen at 2026-01-31T12:00:00Z, by ansible, and setup as ops (not root)"
    )
    by_name = {line.split()[0]: line.split(maxsplit=1)[1] for line in rows}
    assert by_name["cpus"].split() == ["cpu", "3", "4"]
    assert by_name["usb"].split() == ["usb", "12"]
    assert re.split(r"\s{2,}", by_name["fips"]) == ["setup", "yes"]
    assert by_name["accounts"].startswith("passwd")
    assert by_name["accounts"].endswith("120  1 entry; cut at 9 bytes")
    assert by_name["os"].endswith("the snapshot has no such section")
    titles = [line for line in lines if re.fullmatch(r"[A-Z].*\(\d+\)", line)]
    assert [title.split("(")[0].strip() for title in titles] == [
        "Seen",
        "Seen in part",
        "Empty: looked, and nothing there",
        "Unknown",
    ]
    assert lines[-2] == "4 sections took 136 ms, most of it passwd 120 ms, usb 12 ms, cpu 3 ms"
    counts = [int(number) for number in re.findall(r"\d+", lines[-1])]
    assert counts[0] == sum(counts[1:]) == len(names)
    assert counts[1:4] == [2, 1, 1]


def test_columns_are_aligned_and_long_reasons_fold_under_themselves() -> None:
    host = facts.read(SNAPSHOT)
    lines = [line for line in seen.lines(host, SNAPSHOT, 90) if line.startswith(" ")]
    assert max(len(line) for line in lines) <= 90
    heads = {line.index("from") for line in lines if line.startswith("  fact ")}
    assert len(heads) == 1
    folded = [line for line in lines if line.startswith("      ")]
    assert folded
    assert len({len(line) - len(line.lstrip()) for line in folded}) == 1


def test_on_the_command_line(tmp_path: Path) -> None:
    done = planner("explain", "web01", "--facts", cwd=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "plan/snapshots: no snapshots there: name them with --snapshots" in done.stderr
    store.write_snapshot(tmp_path / "plan" / "snapshots", SNAPSHOT)
    done = planner("explain", "web01", "--facts", cwd=tmp_path)
    assert done.returncode == 0
    assert "neither ss nor \N{REPLACEMENT CHARACTER}[31mnetstat" in done.stdout
    assert "\x1b" not in done.stdout
    elsewhere = planner("explain", "web01/x", "--facts", "--snapshots", "plan/snapshots/web01.json",
                        cwd=tmp_path)  # fmt: skip
    assert elsewhere.stdout == done.stdout
    done = planner("explain", "web02", "--facts", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "planner: web02: no snapshot of it; there are web01\n"


def test_a_machine_that_nobody_reached_says_so() -> None:
    away = Snapshot(1, "web02", "unreachable", "2026-01-31T12:00:00Z", "constructed",
                    reason="timed out")  # fmt: skip
    lines = list(seen.lines(facts.read(away), away))
    assert lines[0] == "web02: unreachable (timed out) at 2026-01-31T12:00:00Z, by ansible"
    assert " 0 seen, 0 in part, 0 empty" in lines[-1]


def test_facts_of_windows_are_there(tmp_path: Path) -> None:
    snapshot = Path(__file__).parent / "hosts" / "windows-2019" / "snapshot.json"
    (known,) = store.read_snapshots([snapshot])
    host = facts.read(known)
    assert host.windows is not None
    lines = list(seen.lines(host, known))
    rows = [line.split()[0] for line in lines if line.startswith("  ")]
    for data in (host, host.windows):
        for name in data.__struct_fields__:
            assert rows.count(name) == isinstance(getattr(data, name), Fact), name
    assert f"{len([row for row in rows if row != 'fact'])} facts: " in lines[-1]
