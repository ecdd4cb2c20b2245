"""A run that is killed: what arrived stays, no program goes on, and the next run takes it up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakessh import HANGS, WELL, behave, calls, fleet

from planner import store


def program(folder: Path, *flags: str) -> list[str]:
    """``planner gather`` with a short script in the collector's place."""
    text = (
        # What a shell starts in the background hears no SIGINT, and hands that down.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import fakessh, planner.gather as g; from planner.cli import main\n"
        "whole = g.gather\n"
        "g.gather = lambda *given: whole(*given, scripts=fakessh.look)\n"
        "main()\n"
    )
    flags = ("gather", "-i", f"{folder}/inventory.ini", "-o", f"{folder}/out", *flags)
    return [sys.executable, "-c", text, *flags]


def start(folder: Path, *flags: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        program(folder, *flags),
        cwd=Path(__file__).parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def until(what: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def processes(folder: Path) -> dict[int, bytes]:
    """Environment of every process that has the folder in its arguments: Ansible, its workers,
    the program in ssh's place."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (place / "cmdline").read_bytes():
                found[int(place.name)] = (place / "environ").read_bytes()
        except OSError:
            continue
    return found


def spool(folder: Path) -> Path:
    """The private folder of the run that goes on."""
    for environment in processes(folder).values():
        for line in environment.split(b"\0"):
            if line.startswith(b"PLANNER_SPOOL="):
                return Path(line.partition(b"=")[2].decode())
    raise AssertionError("no run")


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run with one machine written and one that hangs."""
    fleet(tmp_path, hangs=HANGS, well=WELL)
    run = start(tmp_path)
    until(lambda: (tmp_path / "out" / "well.json").exists() and calls(tmp_path, "hangs"))
    yield run
    run.kill()
    run.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_killed_run(
    tmp_path: Path, hanging: subprocess.Popen[str], number: signal.Signals
) -> None:
    private = spool(tmp_path)
    assert private.is_dir()
    assert len(processes(tmp_path)) >= 4, "planner, Ansible, its worker, ssh"
    hanging.send_signal(number)
    until(lambda: hanging.poll() is not None, 60)
    until(lambda: not processes(tmp_path), 60)
    until(lambda: not private.exists(), 60)
    _, said = hanging.communicate()
    if number != signal.SIGKILL:
        assert hanging.returncode == 128 + number
        lines = said.splitlines()
        assert lines[-1].startswith("planner: stopped; what had arrived is in ")
        assert lines[:-1] == ["1/2 well: seen"]
    (kept,) = store.read_snapshots([tmp_path / "out"])
    assert (kept.host, kept.status) == ("well", "seen")
    behave(tmp_path, "hangs", WELL)
    again = subprocess.run(
        program(tmp_path, "--resume"),
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
    )
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith("1 machines seen, 0 not, 1 not asked again: ")
    assert [calls(tmp_path, host) for host in ("well", "hangs")] == [1, 2]
    hidden = {path.name for path in (tmp_path / "out").iterdir() if path.name.startswith(".")}
    assert hidden == {".planner-gather.json"}


def test_ansible_is_killed(tmp_path: Path, hanging: subprocess.Popen[str]) -> None:
    (ansible,) = (
        pid
        for pid, environment in processes(tmp_path).items()
        if b"PLANNER_SPOOL=" in environment and parent(pid) == hanging.pid
    )
    os.kill(ansible, signal.SIGKILL)
    _, said = hanging.communicate(timeout=20)
    assert hanging.returncode == 1
    assert said.splitlines()[-1] == (
        "planner: ansible-playbook was killed: it said nothing; 1 of 2 machines were through: "
        "--resume asks the others"
    )
    until(lambda: not processes(tmp_path), 60)
    assert (tmp_path / "out" / "well.json").exists()


def parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[1])


def test_a_second_run_says_who_holds_the_folder(
    tmp_path: Path, hanging: subprocess.Popen[str]
) -> None:
    second = subprocess.run(
        program(tmp_path), cwd=Path(__file__).parent, capture_output=True, text=True
    )
    assert second.returncode == 1
    (line,) = second.stderr.splitlines()
    assert line.startswith(f"planner: {tmp_path}/out: in use by process {hanging.pid} on ")
    assert hanging.poll() is None


def test_a_run_that_was_not_resumed_is_mentioned(
    tmp_path: Path, hanging: subprocess.Popen[str]
) -> None:
    hanging.terminate()
    hanging.communicate()
    behave(tmp_path, "hangs", WELL)
    done = subprocess.run(
        program(tmp_path), cwd=Path(__file__).parent, capture_output=True, text=True
    )
    assert "did not end: --resume would go on with it" in done.stderr
    assert done.stdout.startswith("2 machines seen, 0 not: ")
