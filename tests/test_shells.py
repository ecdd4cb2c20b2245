"""One look in every shell and with every awk, as root and as nobody: all tell the same."""

from __future__ import annotations

import os
from functools import cache
from tempfile import TemporaryDirectory

import pytest
from shells import SHELLS, Look, Shell, take

from planner.gather.look import SECTIONS

STABLE = [
    "identity", "os-release", "passwd", "group", "machine", "cpu", "packages", "repositories",
    "cron", "fstab", "locale", "users", "modprobe", "dmi", "unit-text", "logins",
]  # fmt: skip
"""What no look changes and no other process here: the same text in every shell."""
USERS = ("root", "nobody") if os.geteuid() == 0 else ("self",)


@cache
def look(shell: Shell, user: str) -> Look:
    with TemporaryDirectory() as folder:
        return take(shell, folder, user)


def test_in_ci_no_shell_is_left_out() -> None:
    if os.environ.get("CI"):
        assert [s.name for s in SHELLS if not s.there] == []
    assert len(SHELLS) > 1


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("shell", SHELLS, ids=str)
def test_every_section_arrives(shell: Shell, user: str) -> None:
    found = look(shell, user).payload
    assert found.problem == ""
    assert sorted(found.sections) == sorted(SECTIONS)
    assert all(s.reason for s in found.sections.values() if s.state != "ok")


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("shell", [s for s in SHELLS[1:] if not s.applets], ids=str)
def test_shells_agree(shell: Shell, user: str) -> None:
    """The same state of every section, and the same text where nothing moves."""
    first, this = look(SHELLS[0], user).payload.sections, look(shell, user).payload.sections
    states = {name: (s.state, this[name].state) for name, s in first.items()}
    assert {name: pair for name, pair in states.items() if pair[0] != pair[1]} == {}
    for name in STABLE:
        if name in first:
            assert _steady(this[name].text) == _steady(first[name].text), name


def _steady(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("utc=")]
