"""Sockets where there is neither ss nor netstat: /proc/net of Linux, sockstat of FreeBSD.

/proc/net writes an address in words of 32 bits, each a hexadecimal number in the machine's own
order of bytes (``0100007F`` is 127.0.0.1 on a PC); a port is a plain hexadecimal number.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from planner.facts.text import Parsed, UnreadableError, each, lines, number

Endpoint = tuple[str, int]

_END = re.compile("([0-9A-Fa-f]{8}|[0-9A-Fa-f]{32}):([0-9A-Fa-f]{4})")
_SOCKSTAT = re.compile(r"(tcp|udp|sctp)(4|6|46)")
_EVERY = {"4": "0.0.0.0", "6": "::", "46": "*"}  # noqa: S104


@dataclass(frozen=True)
class Socket:
    """``inode`` 0: not told. ``state``: as /proc/net says, or empty."""

    protocol: str
    local: Endpoint
    peer: Endpoint
    state: str = ""
    inode: int = 0
    pids: tuple[int, ...] = ()


def _endpoint(text: str, order: str) -> Endpoint:
    match = _END.fullmatch(text)
    if not match:
        raise ValueError(text)
    raw = bytes.fromhex(match[1])
    if order == "little":
        raw = b"".join(raw[i : i + 4][::-1] for i in range(0, len(raw), 4))
    found = ipaddress.ip_address(raw)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found), int(match[2], 16)


def parse_owners(rest: list[str]) -> dict[int, tuple[int, ...]]:
    """Lines ``O INODE PID``: inode -> processes that hold the socket open."""
    found: dict[int, set[int]] = {}
    for line in rest:
        words = line.split()
        try:
            if len(words) == 3 and words[0] == "O":
                found.setdefault(number(words[1]), set()).add(number(words[2]))
        except ValueError:
            continue
    return {inode: tuple(sorted(pids)) for inode, pids in found.items()}


def parse_proc(text: str) -> Parsed[tuple[Socket, ...]]:
    """``proc little`` or ``proc big``, then ``T tcp|tcp6|udp|udp6 LOCAL PEER STATE INODE`` and
    ``O INODE PID``.
    """
    first, *rest = lines(text)
    order = first.removeprefix("proc").strip()
    if order not in ("little", "big"):
        raise UnreadableError("/proc/net: the machine's order of bytes is not told")
    owners = parse_owners(rest)

    def read(line: str) -> Socket | None:
        if line.startswith("O "):
            return None
        mark, protocol, local, peer, state, inode = line.split()
        if mark != "T" or protocol not in ("tcp", "tcp6", "udp", "udp6"):
            raise ValueError(line)
        return Socket(
            protocol.rstrip("6"),
            _endpoint(local, order),
            _endpoint(peer, order),
            state,
            number(inode),
            owners.get(number(inode), ()),
        )

    return each(rest, read)


def parse_sockstat(text: str) -> Parsed[tuple[Socket, ...]]:
    """``sockstat -46l`` and ``-46c`` behind a line ``sockstat``; a name may hold blanks, so the
    columns count from the right: pid, fd, protocol, local, foreign.
    """

    def read(line: str) -> Socket | None:
        words = line.split()
        if words[0] == "USER":
            return None
        pid, _fd, protocol, local, peer = words[-5:]
        match = _SOCKSTAT.fullmatch(protocol)
        if not match:
            raise ValueError(line)
        pids = (number(pid),) if pid != "?" else ()
        ends = [_plain(end, _EVERY[match[2]]) for end in (local, peer)]
        return Socket(match[1], ends[0], ends[1], pids=pids)

    return each(lines(text)[1:], read)


def _plain(text: str, every: str) -> Endpoint:
    address, _, port = text.rpartition(":")
    if address == "*":
        address = every
    else:
        address = str(ipaddress.ip_address(address.strip("[]").partition("%")[0]))
    value = 0 if port == "*" else number(port)
    if value > 65535:
        raise ValueError(text)
    return address, value
