"""What hangs is ended with all that it started, and after the look nothing of it runs any more."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from shells import SHELLS as ALL_SHELLS
from shells import Shell

from planner.session.framing import Payload, decode
from planner.session.script import script

NONCE = "feedfacefeedfacefeedfacefeedface"
MAIN = """
main() {
	prepare
	section first first
	section second second
	printf '%s Z\\n' "$MARK"
}
main </dev/null 2>/dev/null | awk "$FRAME"
"""
HANGS = """#!/bin/sh
# a child, and one that hears no signal but KILL
sleep {seconds} &
sh -c 'trap "" TERM; while :; do sleep {seconds}; done' &
echo begun
wait
"""
SHELLS = [shell for shell in ALL_SHELLS if shell.name not in ("yash", "ksh93")]
"""yash does not hear a signal while it waits for a job, and ksh93 loses one now and then: where
there is no timeout, a guard of theirs may stay until its time is up. Neither is /bin/sh of a Linux
system."""
TIMEOUTS = ("timeout", "no-timeout")
PATIENCE = 20
"""Seconds for what was told to end."""


def run(
    shell: Shell, folder: Path, body: str, budget: int, timeout: str
) -> tuple[Payload, list[str]]:
    """The payload of a script whose command ``hangs`` never ends, and the processes of it that
    still run when it is over."""
    mark = f"{86400 + os.getpid()}{folder.stat().st_ino % 1000}"
    tool = folder / "hangs"
    tool.write_text(HANGS.format(seconds=mark))
    tool.chmod(0o755)
    if timeout == "no-timeout":
        (folder / "timeout").write_text("#!/bin/sh\nexit 127\n")
        (folder / "timeout").chmod(0o755)
    text = shell.fitted(script(body + MAIN, NONCE, PLANNER_BUDGET=str(budget)), folder)
    text = text.replace("\nPATH=", f"\nPATH={folder}:", 1)
    done = subprocess.run(
        [*shell.argv, "-s"],
        input=text.encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    return decode(done.stdout, NONCE), left(mark, str(folder))


def left(*marks: str) -> list[str]:
    """Processes with one of the marks in their arguments that are there to stay: what was told to
    end may take its time on a busy machine, what was forgotten sleeps for a day."""
    until = time.monotonic() + PATIENCE
    while (found := running(*marks)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def running(*marks: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if any(mark in line for mark in marks) and "pytest" not in line:
            found.append(line)
    return found


@pytest.mark.parametrize("timeout", TIMEOUTS)
@pytest.mark.parametrize("shell", SHELLS, ids=str)
def test_what_hangs_is_ended_with_its_children(shell: Shell, timeout: str, tmp_path: Path) -> None:
    body = """
first() { limit 1 hangs; code=$?; echo "code $code"; late $code hangs; }
second() {
	limit 5 echo fine; limit 5 false; echo "code $?"
	limit 5 sh -c 'kill -SEGV $$'; [ $? -gt 128 ] && echo died
}
"""
    payload, stayed = run(shell, tmp_path, body, 60, timeout)
    assert payload.problem == ""
    first, second = payload.sections["first"], payload.sections["second"]
    assert first.text.splitlines()[0] == "begun"
    assert first.state == "partial"
    assert first.reason == "time limit reached: hangs"
    assert (second.state, second.text) == ("ok", "fine\ncode 1\ndied\n")
    assert stayed == []


@pytest.mark.parametrize("shell", SHELLS, ids=str)
def test_after_the_time_of_the_whole_look_nothing_of_it_runs(shell: Shell, tmp_path: Path) -> None:
    """A command under no limit of its own: the watch over the whole look ends it."""
    body = """
first() { text=$(hangs | cat); echo "$text"; }
second() { echo fine; }
"""
    payload, stayed = run(shell, tmp_path, body, 1, "no-timeout")
    assert payload.problem == ""
    assert payload.sections["first"].state == "partial"
    assert payload.sections["second"].state == "missing"
    for name in ("first", "second"):
        assert payload.sections[name].reason == "time limit of the whole look reached"
    assert stayed == []


@pytest.mark.parametrize("shell", SHELLS, ids=str)
def test_no_guard_outlives_a_look(shell: Shell, tmp_path: Path) -> None:
    """A budget that no other process sleeps for: neither watch nor guards are there afterwards."""
    budget = 100000 + tmp_path.stat().st_ino
    body = f"""
first() {{ limit {budget - 9} true; limit {budget - 9} echo fine; }}
second() {{ :; }}
"""
    payload, _ = run(shell, tmp_path, body, budget, "no-timeout")
    assert payload.sections["first"].text == "fine\n"
    assert left(str(budget - 9), str(budget + 3)) == []


def test_this_machine_has_a_shell_to_try() -> None:
    assert shutil.which("sh")
    assert SHELLS
