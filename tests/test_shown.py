"""What evidence looks like: a few names and how many more, never a dump."""

from __future__ import annotations

import pytest

from planner.rules.shown import shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        ("", "none"),
        ([], "none"),
        (True, "yes"),
        (0, "0"),
        (["a", "b"], "a, b"),
        (["a", "a", "b"], "a, b"),
        (["a b", "c"], "a b; c"),
        (list("abcdefgh"), "a, b, c, d, e and 3 more"),
        ({"name": "root", "uid": 0, "home": "", "keys": ["x"]}, "name=root, uid=0"),
        ({"total": 2**30, "count": 2**30}, "total=1.0 GiB, count=1073741824"),
        ([{"protocol": "tcp", "address": "::", "port": 80, "pids": [1]}], "tcp [::]:80"),
        ([{"address": "192.0.2.1", "port": 0}], "192.0.2.1"),
        ([{"workload": "a/b", "kind": "socket", "detail": "/run/x"}], "a/b (socket /run/x)"),
        ([{"path": "/srv", "kind": "data", "filesystem": "xfs on /"}], "/srv (data, xfs on /)"),
        ([["192.0.2.1", ["db", "db.example.net"]]], "192.0.2.1 db db.example.net"),
        ([{"release": "1.18"}], "(release=1.18)"),
    ],
)  # fmt: skip
def test_values(value: object, text: str) -> None:
    assert shown("w.fact", value) == text


def test_a_command_is_shown_as_it_is_typed() -> None:
    assert shown("w.command", ("sh", "-c", "exec x")) == "sh -c 'exec x'"
    assert shown("w.argv", ()) == "none"
