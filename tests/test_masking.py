"""Masking happens on the machine, in awk: every awk that is there must mask alike."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Golden
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.session.script import mask_program

CASES = Path(__file__).parent / "gather" / "masking"
AWKS = [
    awk
    for awk in (["awk"], ["mawk"], ["gawk"], ["original-awk"], ["busybox", "awk"])
    if shutil.which(awk[0])
]


def mask(awk: list[str], call: str, text: str) -> str:
    program = mask_program() + "{ print " + call + "($0) } END { print MASKED + 0 }"
    done = subprocess.run([*awk, program], input=text.encode(), capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout.decode()


@pytest.mark.parametrize("awk", AWKS, ids="-".join)
def test_ordinary_text_stays_as_it_is(awk: list[str]) -> None:
    text = (CASES / "ordinary.txt").read_text()
    assert mask(awk, "mask_text", text) == text + "0\n"


@pytest.mark.parametrize("awk", AWKS, ids="-".join)
def test_secrets_in_text_are_masked(awk: list[str], golden: Golden) -> None:
    masked = mask(awk, "mask_text", (CASES / "secrets.in").read_text())
    assert "S3cr3t" not in masked
    golden(CASES / "secrets.out", masked)


@pytest.mark.parametrize("awk", AWKS, ids="-".join)
def test_secrets_in_arguments_are_masked(awk: list[str], golden: Golden) -> None:
    lines = []
    for command in (CASES / "arguments.in").read_text().splitlines():
        arguments = "".join(f"{argument}\n" for argument in shlex.split(command))
        lines.append(shlex.join(mask(awk, "mask_arg", arguments).splitlines()[:-1]))
    masked = "".join(f"{line}\n" for line in lines)
    assert "S3cr3t" not in masked
    golden(CASES / "arguments.out", masked)


NAMES = st.sampled_from(
    ["password", "DB_PASSWORD", "apiKey", "client_secret", "auth.token", "REDIS_PASS", "userPwd"]
)
# without & ; and , : in a list of NAME=value they separate, and nobody can tell
VALUES = st.text(st.sampled_from("abXY09+/=!#$%*(){}[]<>?.:~^|@-_"), min_size=6, max_size=24)
SHAPES = st.sampled_from(
    ["{n}={v}", "{n}: {v}", 'x {n}="{v}"', "{n} = '{v}'", '"{n}": "{v}",', "--{n}={v}", "--{n} {v}"]
)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(SHAPES, NAMES, VALUES), min_size=30, max_size=60))
def test_a_made_up_secret_does_not_survive(cases: list[tuple[str, str, str]]) -> None:
    # a core of letters and digits makes sure that no value is a reference, a path or a word
    lines = [shape.format(n=name, v=f"Q7z{value}k9") for shape, name, value in cases]
    masked = mask(["awk"], "mask_text", "".join(f"{line}\n" for line in lines)).splitlines()
    for line, left in zip(lines, masked[:-1], strict=True):
        assert "Q7z" not in left, line
        assert "k9" not in left, line
