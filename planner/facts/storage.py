"""Mounted file systems: /proc/self/mountinfo and ``df -kP``."""

from __future__ import annotations

import re

from planner.facts.text import Parsed, each_line, kilobytes
from planner.model import Mount, Space

_OCTAL = re.compile(r"\\([0-3][0-7]{2})")
_DF = re.compile(r"(?<=\s)(\d{1,15})\s+(\d{1,15})\s+-?\d+\s+(?:\d+%|-)\s+(/.*)", re.ASCII)


def _plain(field: str) -> str:
    r"""Undo the kernel's ``\040`` for blank, tab, newline, backslash and ``#``."""
    return _OCTAL.sub(lambda m: chr(int(m[1], 8)), field) if "\\" in field else field


def _mount(line: str) -> Mount:
    left, separator, right = line.partition(" - ")
    before, after = left.split(" "), right.split(" ")
    if not separator or len(before) < 6 or len(after) < 2:
        raise ValueError(line)
    own, shared = before[5].split(","), after[2].split(",") if len(after) > 2 else []
    writable = "ro" not in own and "ro" not in shared
    rest = [option for option in (*own, *shared) if option not in ("", "rw", "ro")]
    options = ["rw" if writable else "ro", *rest]
    return Mount(
        path=_plain(before[4]),
        source=_plain(after[1]),
        type=after[0],
        options=tuple(_plain(option) for option in dict.fromkeys(options)),
    )


def parse_mounts(text: str) -> Parsed[tuple[Mount, ...]]:
    """In the kernel's order: of two mounts on one path, the later one hides the earlier.

    Options: ``ro`` or ``rw`` as it takes effect, those of the mount, those of the file system.
    """
    return each_line(text, _mount)


def _space(line: str) -> Space | None:
    if line.startswith("Filesystem "):
        return None
    match = _DF.search(line)
    if not match:
        raise ValueError(line)
    return Space(path=match[3], size=kilobytes(match[1]), used=kilobytes(match[2]))


def parse_space(text: str) -> Parsed[tuple[Space, ...]]:
    """Lines of ``df -kP``; sizes in bytes."""
    return each_line(text, _space)
