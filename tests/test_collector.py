"""The collector against the machine that runs the tests; whole looks in every shell are taken in
test_shells.py."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from shells import NONCE, SECRET, SHELLS, Shell, secretive

from planner.gather import look as look_module
from planner.gather.look import collector
from planner.session.framing import Payload, decode
from planner.session.script import script


@pytest.fixture
def planted(tmp_path: Path) -> Iterator[int]:
    with secretive(tmp_path) as process:
        yield process


def look(budget: int = 120) -> Payload:
    done = subprocess.run(
        ["/bin/sh", "-s"],
        input=collector(NONCE, budget).encode(),
        capture_output=True,
        timeout=120,
        check=True,
    )
    return decode(done.stdout, NONCE)


# Made by what else runs tests on the machine: pytest, Python's tempfile, Ansible, the planner.
OF_OTHERS = re.compile(r"pytest-.*|tmp[a-z0-9_]{8}|ansible[-.].*|buildah\d+|planner-.*")


def test_nothing_is_left_behind(planted: int) -> None:
    def listed() -> set[Path]:
        folders = (Path(folder) for folder in ("/tmp", "/var/tmp", "/etc"))
        return {path for folder in folders for path in folder.iterdir()}

    before = listed() & listed()
    look()
    after = listed()
    changed = [path for path in before ^ after if not OF_OTHERS.fullmatch(path.name)]
    until = time.monotonic() + 10
    # a shell that runs another test keeps a here-document in /tmp for a moment
    while any(path.exists() != (path in before) for path in changed) and time.monotonic() < until:
        time.sleep(0.1)
    assert [path for path in sorted(changed) if path.exists() != (path in before)] == []


def test_a_look_out_of_time_says_so(planted: int) -> None:
    payload = look(budget=0)
    assert payload.problem == ""
    assert payload.sections["sizes"].state == "missing"
    assert "time limit" in payload.sections["sizes"].reason


def test_without_gnu_tools_the_sections_are_the_same(planted: int, tmp_path: Path) -> None:
    """Find without -printf, grep without -z, no timeout: the ways for old and small machines."""
    for name in ("timeout", "find", "grep"):
        refuse = {"timeout": "exit 1", "find": "*-printf*) exit 1", "grep": "*-az*) exit 1"}[name]
        check = refuse if name == "timeout" else f'case "$*" in {refuse} ;; esac'
        tool = tmp_path / name
        tool.write_text(f'#!/bin/sh\n{check}\nexec {shutil.which(name)} "$@"\n')
        tool.chmod(0o755)
    sent = collector(NONCE).replace("\nPATH=/usr/sbin", f"\nPATH={tmp_path}:/usr/sbin", 1)
    done = subprocess.run(
        ["/bin/sh", "-s"], input=sent.encode(), capture_output=True, timeout=300, check=True
    )
    payload = decode(done.stdout, NONCE)
    assert payload.problem == ""
    assert SECRET.encode() not in done.stdout
    assert f"P {planted}\n" in payload.sections["processes"].text
    assert "\ne PLANTED_KEY\n" in payload.sections["processes"].text


def test_network_mounts_are_not_touched(tmp_path: Path) -> None:
    """Every program that opens or asks for a path below the mount would hang: none may name it."""
    mounted = tmp_path / "share"
    mounted.mkdir()
    (mounted / "app.conf").write_text("listen = 80\n")
    (tmp_path / "local.conf").write_text("listen = 81\n")
    mountinfo = tmp_path / "mountinfo"
    mountinfo.write_text(
        f"30 1 8:1 / / rw - ext4 /dev/sda1 rw\n31 30 0:40 / {mounted} rw - nfs4 nas:/x rw\n"
    )
    sent = collector(NONCE).replace("/proc/self/mountinfo", str(mountinfo))
    arguments = [str(mounted / "app.conf"), str(tmp_path / "local.conf")]
    with subprocess.Popen([sys.executable, "-c", "input()", *arguments], stdin=subprocess.PIPE):
        done = subprocess.run(
            ["/bin/sh", "-s"], input=sent.encode(), capture_output=True, check=True
        )
    sections = decode(done.stdout, NONCE).sections
    assert f"a {mounted}/app.conf" in sections["processes"].text
    for name in ("files", "paths", "sizes"):
        assert str(mounted) not in sections[name].text
    assert f"F\t{tmp_path}/local.conf\t" in sections["files"].text
    assert str(mounted) in sections["sizes"].reason


@pytest.mark.parametrize("shell", SHELLS, ids=str)
def test_carry_leaves_out_what_is_no_text(shell: Shell, tmp_path: Path) -> None:
    files = {
        "text.conf": b"listen = 80\n",
        "odd.conf": b"\x02\x01listen\n",
        "late.conf": b"listen = 80\n\x05\n",
        "wide.conf": "\ufeffpassword = x\n".encode("utf-16-le"),
        "program": b"\x7fELF\x02\x01\x01\n",
        ".git/index": b"DIRC\x02\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    body, main, tail = collector(NONCE).rpartition("main() {")
    paths = "".join(f"'{tmp_path}/{name}' " for name in files)
    given = f"given() {{ printf '%s\\n' {paths}| carry 100000 ''; }}\n"
    tail = re.sub(r"(\tlook_\w+\n)+", "\tprepare\n\tsection files given\n", tail, count=1)
    sent = body + given + main + tail
    done = subprocess.run([*shell.argv, "-s"], input=sent.encode(), capture_output=True, check=True)
    section = decode(done.stdout, NONCE).sections["files"]
    assert re.findall(r"^F\t([^\t]+)", section.text, re.MULTILINE) == [f"{tmp_path}/text.conf"]


PARTS = sorted(Path(look_module.__file__).parent.glob("collector/*.sh"))


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    """In each script as it is sent, and in each part on its own, behind what all begin with."""
    from planner.extract.wanted import fetch_script, list_script

    assert PARTS
    for name, text in (
        ("collector", collector(NONCE)),
        ("list", list_script([], NONCE)),
        ("fetch", fetch_script([], NONCE)),
        *((part.stem, script(part.read_text(), NONCE)) for part in PARTS),
    ):
        path = tmp_path / f"{name}.sh"
        path.write_text(text)
        program = Path(sys.executable).parent / "shellcheck"
        done = subprocess.run(
            [program, "-s", "sh", "-e", "SC2016,SC2034,SC2329", path],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == ""
