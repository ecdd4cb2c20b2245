"""Accounts that base images are said to have, set against machines that were captured."""

from __future__ import annotations

import pytest
from test_hosts import SNAPSHOTS

from planner import facts
from planner.images.accounts import _GROUPS, _USERS

Entries = frozenset[tuple[str, int]]
DEBIANS = sorted(
    name for name, s in SNAPSHOTS.items() if s.origin == "captured" and name.startswith("deb")
)


@pytest.mark.parametrize("name", DEBIANS)
def test_every_debian_has_them(name: str) -> None:
    host = facts.read(SNAPSHOTS[name])
    users = {(a.name, a.uid) for a in host.accounts.value or ()}
    groups = {(g.name, g.gid) for g in host.user_groups.value or ()}
    assert _USERS["debian"] - users == set()
    assert _GROUPS["debian"] - groups == set()


def test_several_releases_were_captured() -> None:
    releases = {facts.read(SNAPSHOTS[name]).os.value.version for name in DEBIANS}  # type: ignore[union-attr]
    assert {"11", "12", "13"} <= releases


@pytest.mark.parametrize("table", [_USERS, _GROUPS], ids=["users", "groups"])
def test_only_numbers_that_distributions_choose(
    table: dict[str, frozenset[tuple[str, int]]],
) -> None:
    assert [entry for family in table.values() for entry in family if entry[1] >= 100] == []
    assert all(("root", 0) in family for family in table.values())
