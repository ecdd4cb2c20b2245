"""Thresholds as people write them: ``512MiB``, ``25%``, ``3``."""

from __future__ import annotations

import math
import re
from decimal import Decimal

_UNITS = {
    "B": 1,
    **{f"{prefix}B": 1000**power for power, prefix in enumerate("kMGT", 1)},
    **{f"{prefix}iB": 1024**power for power, prefix in enumerate("KMGT", 1)},
}
_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]+|%)")


def number(written: int | float | str) -> int | float:
    """A number as it is, a size in bytes, a share as its fraction; ValueError for anything else."""
    if not isinstance(written, str):
        if not math.isfinite(written) or written < 0:
            raise ValueError(f"{written} is no amount: give a number from 0")
        return written
    found = _AMOUNT.fullmatch(written)
    if found and found[2] == "%":
        return float(Decimal(found[1]) / 100)
    if found and found[2] in _UNITS:
        return int(Decimal(found[1]) * _UNITS[found[2]])
    units = ", ".join(_UNITS)
    raise ValueError(f"{written!r} is no amount: give a number, a share (25%) or a size in {units}")


def misfit(given: int | float, own: int | float) -> str:
    """Why a rule whose own threshold is *own* cannot use *given*; empty: it can."""
    if isinstance(own, int):
        return "" if isinstance(given, int) else f"a whole number or a size, such as its own {own}"
    if own <= 1 < given:
        return f"a share, such as its own {own:.0%}"
    return ""
