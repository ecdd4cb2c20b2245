"""A process that is stuck in the kernel: whoever reads its arguments waits with it, even killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.gather.look import collector
from planner.session.framing import decode

NONCE = "feedfacefeedfacefeedfacefeedface"
SHELLS = [
    shell
    for shell in (["/bin/sh"], ["bash", "--posix"], ["busybox", "ash"])
    if shutil.which(shell[0])
]
GREP = """#!/bin/sh
# stands in for a grep that no signal ends: one that nobody knows of goes on to hold the pipe
case "$*" in
*/cmdline*)
	printf '/proc/4242/cmdline:postgres://u:cut-in-the-middle'
	( setsid sh -c 'echo $$ >>{told}; exec sleep 300' & )
	exec sleep 300 ;;
esac
exec {grep} "$@"
"""
TIMEOUT = """#!/bin/sh
# waits for ever, as timeout does for what it can not kill
case "$*" in */cmdline*) trap '' TERM; shift 3; "$@" & wait; exec sleep 300 ;; esac
exec {timeout} "$@"
"""


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Path]:
    told = tmp_path / "left"
    for name, text in (("grep", GREP), ("timeout", TIMEOUT)):
        path = tmp_path / name
        path.write_text(
            text.replace("{told}", str(told)).replace("{" + name + "}", str(shutil.which(name)))
        )
        path.chmod(0o755)
    yield tmp_path
    for pid in told.read_text().split() if told.exists() else ():
        os.kill(int(pid), signal.SIGKILL)


@pytest.mark.parametrize("shell", SHELLS, ids="-".join)
def test_the_look_goes_on_without_it(shell: list[str], tools: Path) -> None:
    script = collector(NONCE).replace("\nPATH=/usr/sbin", f"\nPATH={tools}:/usr/sbin", 1)
    script = script.replace("read_details 25 ", "read_details 3 ", 1)
    head, begin, _ = script.rpartition("\tlook_around\n")
    script = f"{head}{begin}\tlook_processes\n\tprintf '%s Z\\n' \"$MARK\"\n}}\n"
    script += 'main </dev/null 2>/dev/null | awk "$FRAME"\n'
    done = subprocess.run(
        [*shell, "-s"], input=script.encode(), capture_output=True, timeout=60, check=True
    )
    payload = decode(done.stdout, NONCE)
    assert payload.problem == ""
    told = payload.sections["processes"]
    assert told.state == "partial"
    assert "time limit reached: arguments and environments of processes" in told.reason
    assert f"P {os.getpid()}\n" in told.text
    assert "\nexe /" in told.text
    assert b"cut-in-the-middle" not in done.stdout
