"""Files that processes map into their memory."""

from __future__ import annotations

import re

from planner.facts.text import Parsed, each_line, number
from planner.model import MappedFile

_OCTAL = re.compile(r"\\(0[0-7]{2}|1[0-7]{2})")


def parse(text: str) -> Parsed[tuple[MappedFile, ...]]:
    r"""``G PID...``, then ``M FLAGS PATH`` for each file that just these processes map; flags ``d``
    (deleted), ``w`` (shared and written to) or ``-``. Sorted by path. The kernel writes a newline
    in a path as ``\012``.
    """
    pids: tuple[int, ...] = ()

    def read(line: str) -> MappedFile | None:
        nonlocal pids
        if line.startswith("G "):
            pids = tuple(sorted({number(word) for word in line.split()[1:]}))
            return None
        mark, flags, path = line.split(" ", 2)
        if mark != "M" or not path.startswith("/") or not pids:
            raise ValueError(line)
        plain = _OCTAL.sub(lambda m: chr(int(m[1], 8)), path)
        return MappedFile(plain, pids, deleted="d" in flags, written="w" in flags)

    found = each_line(text, read)
    order = sorted(found.value, key=lambda one: (one.path, one.deleted, one.written))
    return Parsed(tuple(order), found.partial)
