"""One look in every shell and with every awk, as root and as nobody: all tell the same."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from functools import cache
from tempfile import TemporaryDirectory

import pytest
from shells import SECRET, SHELLS, Look, Shell, secretive, take

from planner.gather.look import SECTIONS

STABLE = [
    "identity", "os-release", "passwd", "group", "machine", "cpu", "packages", "repositories",
    "cron", "fstab", "locale", "users", "modprobe", "dmi", "unit-text", "logins",
]  # fmt: skip
"""What no look changes and no other process here: the same text in every shell."""
BUSY = re.compile("time limit reached|not measured: ")
"""Reasons that say how busy the machine was: other tests run, and remove files that du counts."""
USERS = ("root", "nobody") if os.geteuid() == 0 else ("self",)


@cache
def look(shell: Shell, user: str) -> Look:
    with TemporaryDirectory() as folder, secretive(folder) as process:
        return replace(take(shell, folder, user), beside=process)


def test_in_ci_no_shell_is_left_out() -> None:
    if os.environ.get("CI"):
        assert [s.name for s in SHELLS if not s.there] == []
    assert len(SHELLS) > 1


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("shell", SHELLS, ids=str)
def test_every_section_arrives(shell: Shell, user: str) -> None:
    found = look(shell, user).payload
    assert found.problem == ""
    assert tuple(found.sections) == SECTIONS
    assert all(s.reason for s in found.sections.values() if s.state != "ok")


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("shell", SHELLS, ids=str)
def test_no_secret_of_a_process_passes(shell: Shell, user: str) -> None:
    found = look(shell, user)
    assert SECRET not in found.wire
    records = found.payload.sections["processes"].text.split("P ")
    beside = next(record for record in records if record.startswith(f"{found.beside}\n"))
    assert "a --db-password\na ***\na postgres://u:***@db/x\na two\\nlines\\tand tab\n" in beside
    assert ("\ne PLANTED_KEY\n" in beside) is (user == USERS[0])


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("shell", [s for s in SHELLS[1:] if not s.applets], ids=str)
def test_shells_agree(shell: Shell, user: str) -> None:
    """The same state of every section, and the same text where nothing moves."""
    first, this = look(SHELLS[0], user).payload.sections, look(shell, user).payload.sections
    states = {
        name: (s.state, this[name].state)
        for name, s in first.items()
        if not BUSY.search(s.reason + this[name].reason)
    }
    assert {name: pair for name, pair in states.items() if pair[0] != pair[1]} == {}
    for name in STABLE:
        if name in first:
            assert _steady(this[name].text) == _steady(first[name].text), name


def _steady(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("utc=")]
