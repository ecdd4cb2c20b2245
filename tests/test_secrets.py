"""Every planted kind of secret, in every place, through the mask: none is left."""

from __future__ import annotations

import subprocess
from collections import Counter

import pytest
from planted import Planting, kinds, plantings
from shells import AWK_COMMANDS

from planner.service import denied
from planner.session.script import mask_program

SEPARATOR = "\x02"
PROGRAM = """
/^\\002text$/ { mask_reset(); print; arguments = 0; next }
/^\\002arguments$/ { mask_reset(); print; arguments = 1; next }
{ print arguments ? mask_arg($0) : mask_text($0) }
"""


def masked(awk: list[str], planted: list[Planting]) -> list[str]:
    """What the mask makes of each planting, in one run of an awk."""
    parts = []
    for one in planted:
        if one.arguments:
            parts.append(f"{SEPARATOR}arguments\n" + "".join(f"{a}\n" for a in one.arguments))
        else:
            parts.append(f"{SEPARATOR}text\n{one.text}")
    done = subprocess.run(
        [*awk, mask_program() + PROGRAM], input="".join(parts).encode(), capture_output=True
    )
    assert done.stderr == b""
    return [part.partition("\n")[2] for part in done.stdout.decode().split(SEPARATOR)[1:]]


def leaks(awk: list[str]) -> tuple[list[Planting], list[tuple[Planting, str]]]:
    """What is planted where the mask is all that protects it, and what is left in the clear."""
    planted = [p for p in plantings() if not denied.kept_back(p.file)]
    after = masked(awk, planted)
    assert len(after) == len(planted)
    return planted, [(p, a) for p, a in zip(planted, after, strict=True) if p.leaks(a)]


@pytest.mark.parametrize("awk", AWK_COMMANDS, ids="-".join)
def test_no_planted_secret_passes_the_mask(
    awk: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    planted, found = leaks(awk)
    with capsys.disabled():
        count = len({p.kind for p in planted}), len({p.place for p in planted}), len(planted)
        print("\n{}: {} kinds, {} places, {} plantings".format("-".join(awk), *count), end="")
        print(f", {len(found)} in the clear")
    assert [f"{p.kind} in {p.place}: {a.strip()}" for p, a in found] == []


def test_the_table_is_wide_enough_and_every_planting_holds_its_secret() -> None:
    planted = list(plantings())
    assert len(kinds()) >= 120
    assert len({k.kind for k in kinds()}) == len(kinds())
    assert all(k.lines or k.name for k in kinds())
    for one in planted:
        whole = one.text + " ".join(one.arguments)
        assert one.needles, one
        assert all(needle in whole for needle in one.needles), one
    times = Counter(needle for one in planted for needle in one.needles)
    assert [needle for needle, count in times.items() if count > 1] == []


def test_files_that_hold_nothing_but_secrets_stay_at_home() -> None:
    kept = {p.file for p in plantings() if p.file and denied.kept_back(p.file)}
    assert len(kept) >= 8
    assert {"/etc/postfix/sasl_passwd", "/etc/ppp/chap-secrets", "/etc/ipsec.secrets"} <= kept
