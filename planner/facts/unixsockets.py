"""UNIX sockets with a name, from ``ss -x`` or /proc/net/unix."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from planner.facts.procnet import parse_owners
from planner.facts.sockets import pids_of
from planner.facts.text import Parsed, each, lines, number
from planner.model import UnixSocket

Kind = Literal["stream", "dgram", "seqpacket"]

_LINE = re.compile(
    r"(u_\w{3})\s+(\S+)\s+\d+\s+\d+\s+(\S.*?)\s(\d{1,18})\s+\*\s(\d{1,18})(?:\s+users:\((.*)\))?\s*",
    re.ASCII | re.DOTALL,
)
_KINDS: dict[str, Kind] = {
    "u_str": "stream",
    "u_dgr": "dgram",
    "u_seq": "seqpacket",
    "0001": "stream",
    "0002": "dgram",
    "0005": "seqpacket",
}
_LISTENS = 0x10000  # SO_ACCEPTCON of the kernel's include/linux/net.h


@dataclass(frozen=True)
class _End:
    kind: Kind
    path: str
    listens: bool
    inode: int = 0
    peer: int = 0
    pids: tuple[int, ...] = ()


def parse(text: str) -> Parsed[tuple[UnixSocket, ...]]:
    """Sorted by path; sockets of the same path are one.

    What ``ss`` shows as ``UNCONN`` with a name, or as a datagram socket with a name, takes what
    comes to it as a listening one does; a stream with a name that is connected is the answering
    end of a connection.
    """
    if text.partition("\n")[0].strip() == "proc":
        rest = lines(text)[1:]
        owners = parse_owners(rest)
        found = each((s for s in rest if not s.startswith("O ")), lambda s: _of_proc(s, owners))
    else:
        found = each(lines(text), _of_ss)
    return Parsed(_joined(found.value), found.partial)


def _of_ss(line: str) -> _End:
    match = _LINE.fullmatch(line)
    if not match or match[1] not in _KINDS:
        raise ValueError(line)
    kind = _KINDS[match[1]]
    path = "" if match[3] == "*" else match[3]
    return _End(
        kind,
        path,
        bool(path) and (match[2] in ("LISTEN", "UNCONN") or kind == "dgram"),
        int(match[4]),
        int(match[5]),
        pids_of(match[6] or ""),
    )


def _of_proc(line: str, owners: dict[int, tuple[int, ...]]) -> _End | None:
    mark, flags, kind, _state, inode, path = line.split(" ", 5)
    if mark != "U" or kind not in _KINDS:
        raise ValueError(line)
    listens = bool(int(flags, 16) & _LISTENS) or _KINDS[kind] == "dgram"
    return _End(_KINDS[kind], path, listens, number(inode), 0, owners.get(number(inode), ()))


def _joined(ends: Iterable[_End]) -> tuple[UnixSocket, ...]:
    ends = tuple(ends)
    names = {end.inode: (end.path, end.kind) for end in ends if end.path and end.inode}
    answering = {(end.path, end.kind): set[int]() for end in ends if end.path and end.listens}
    for end in ends:
        if (end.path, end.kind) in answering:
            answering[end.path, end.kind].update(end.pids)
    speaking: dict[tuple[str, Kind], set[int]] = {}
    for end in ends:
        if end.peer in names and not end.path:
            speaking.setdefault(names[end.peer], set()).update(end.pids)
    return tuple(
        UnixSocket(
            path, kind, tuple(sorted(pids)), tuple(sorted(speaking.get((path, kind), set()) - pids))
        )
        for (path, kind), pids in sorted(answering.items())
    )
