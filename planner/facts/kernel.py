"""The running kernel: its version, what tainted it, its live parameters."""

from __future__ import annotations

import re

from planner.facts.text import Parsed, UnreadableError, each_line, fields, number, pairs
from planner.model import KernelState

_REALTIME = re.compile(r"\bPREEMPT[_ ]RT\b")
_TAINTS = (
    "P: proprietary module", "F: module was force loaded", "S: out of specification",
    "R: module was force unloaded", "M: machine check", "B: bad page", "U: user request",
    "D: kernel died", "A: ACPI table overridden", "W: warning", "C: staging driver",
    "I: firmware bug worked around", "O: out-of-tree module", "E: unsigned module",
    "L: soft lockup", "K: live patched", "X: auxiliary", "T: randomized structures",
    "N: in-kernel test",
)  # fmt: skip
"""Bit by bit: Documentation/admin-guide/tainted-kernels.rst."""


def parse_state(text: str) -> Parsed[KernelState]:
    """``key=value``: version (uname -v), tainted, realtime (/sys/kernel/realtime)."""
    told = pairs(text)
    version, tainted = told.get("version", "").strip(), told.get("tainted", "").strip()
    if not version and not tainted:
        raise UnreadableError("neither uname -v nor the taint of the kernel told")
    lacks = ""
    try:
        taint = number(tainted)
    except ValueError:
        taint, lacks = 0, "the taint of the kernel is not told"
    return Parsed(
        KernelState(
            version=version,
            realtime=told.get("realtime", "").strip() == "1" or bool(_REALTIME.search(version)),
            taint=taint,
            taints=tuple(name for bit, name in enumerate(_TAINTS) if taint >> bit & 1),
        ),
        lacks,
    )


def _parameter(line: str) -> tuple[str, str]:
    name, value = fields(line, 2)[:2]
    if not name or name != "".join(name.split()):
        raise ValueError(line)
    return name, " ".join(value.split())


def parse_sysctl(text: str) -> Parsed[dict[str, str]]:
    """Tabs: name, value."""
    parsed = each_line(text, _parameter)
    return Parsed(dict(sorted(parsed.value)), parsed.partial)
