"""Mounted file systems and swap: /proc/self/mountinfo, ``df -kP``, ``df -iP``, /proc/swaps."""

from __future__ import annotations

import re

from planner.facts.text import Parsed, each_line, kilobytes, number
from planner.model import Inodes, Mount, Space, Swap

_OCTAL = re.compile(r"\\([0-3][0-7]{2})")
_INODES = re.compile(
    r"(?<=\s)(\d{1,18}|-)\s+(\d{1,18}|-)\s+(?:-?\d+|-)\s+(?:\d+%|-)\s+(/.*)", re.ASCII
)
_BSD_INODES = re.compile(r"(?<=\s)\d+%\s+(\d{1,18})\s+(\d{1,18})\s+\d+%\s+(/.*)", re.ASCII)
_BSD_MOUNT = re.compile(r"(\S+) on (/.*?)(?: type (\S+))? \(([^()]*)\)")
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

    Behind a line ``mount``: what mount(8) of a BSD prints. Options: ``ro`` or ``rw`` as it takes
    effect, those of the mount, those of the file system.
    """
    first, _, rest = text.partition("\n")
    return each_line(rest, _bsd_mount) if first == "mount" else each_line(text, _mount)


def _bsd_mount(line: str) -> Mount:
    """``/dev/ada0p2 on / (ufs, local)``: FreeBSD; ``/dev/sd0a on / type ffs (local)``: others."""
    match = _BSD_MOUNT.fullmatch(line[:4096])
    words = match[4].split(", ") if match else []
    if not match or not (match[3] or words[0]):
        raise ValueError(line)
    options = words if match[3] else words[1:]
    only = "ro" if "read-only" in options else "rw"
    kept = tuple(option for option in options if option not in ("", "read-only"))
    return Mount(match[2], match[1], match[3] or words[0], (only, *kept))


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


def _inodes(line: str) -> Inodes | None:
    if line.startswith("Filesystem "):
        return None
    match = _INODES.search(line)
    if not match:
        raise ValueError(line)
    total, used = (0 if told == "-" else number(told) for told in match.groups()[:2])
    return Inodes(path=match[3], total=total, used=used)


def _bsd_inodes(line: str) -> Inodes:
    match = _BSD_INODES.search(line)
    if not match:
        raise ValueError(line)
    used, free = number(match[1]), number(match[2])
    return Inodes(path=match[3], total=min(used + free, 10**18 - 1), used=used)


def parse_inodes(text: str) -> Parsed[tuple[Inodes, ...]]:
    """Lines of ``df -iP``; behind a line ``bsd``, those of ``df -ki`` of a BSD."""
    first, _, rest = text.partition("\n")
    return each_line(rest, _bsd_inodes) if first == "bsd" else each_line(text, _inodes)


def _swap(line: str) -> Swap | None:
    if line.startswith("Filename"):
        return None
    path, kind, size, used, priority = line.split()
    return Swap(
        path=_plain(path),
        type=kind,
        size=kilobytes(size),
        used=kilobytes(used),
        priority=-number(priority[1:]) if priority.startswith("-") else number(priority),
    )


def _swapctl(line: str) -> Swap | None:
    if line.startswith(("Device", "Total")):
        return None
    path, size, used, *_ = line.split()
    kind = "partition" if path.startswith("/dev/") else "file"
    return Swap(path=path, type=kind, size=kilobytes(size), used=kilobytes(used))


def parse_swap(text: str) -> Parsed[tuple[Swap, ...]]:
    """/proc/swaps; behind a line ``swapctl``, what ``swapctl -lk`` of a BSD prints."""
    first, _, rest = text.partition("\n")
    return each_line(rest, _swapctl) if first == "swapctl" else each_line(text, _swap)
