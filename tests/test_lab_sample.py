"""The laboratory's sample: every commit proves some machines, and all come up in time."""

import pytest

from tests.lab.chosen import chosen, sample
from tests.lab.definition import load_all
from tests.lab.errors import LabError

MACHINES = load_all()
NAMES = sorted(machine.name for machine in MACHINES)


def test_the_same_commit_gives_the_same_sample() -> None:
    assert sample(NAMES, "2aa4958") == sample(NAMES, "2aa4958")


def test_no_machine_is_left_out_for_long() -> None:
    seen = {name for commit in range(60) for name in sample(NAMES, f"commit {commit}")}
    assert seen == set(NAMES)


def test_named_machines_bring_what_they_ask() -> None:
    assert chosen(MACHINES, ["app"], full=False).names == ("app", "db")
    assert chosen(MACHINES, [], full=True).names == tuple(NAMES)


def test_an_unknown_machine_is_named() -> None:
    with pytest.raises(LabError, match="nowhere"):
        chosen(MACHINES, ["nowhere", "db"], full=False)
