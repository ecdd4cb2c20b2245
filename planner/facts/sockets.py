"""Sockets as ``ss`` and ``netstat`` tell them.

Seen in the wild: ``*:80`` means both families in today's ss and IPv4 in that of CentOS 6. That one
and netstat write ``:::80`` for both families and for IPv6 alone, which is what it means where IPv4
has a socket of its own. ``::ffff:127.0.0.1`` is IPv4 to its callers. netstat of busybox may be
built without ``-p`` and then says nothing, not even its heading.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

from planner.facts import procnet
from planner.facts.text import Parsed, UnreadableError, each, lines, number
from planner.model import Connection, Listener

T = TypeVar("T")
Endpoint = tuple[str, int]

# A name has at most 15 characters, so the longest match is the true one, even for a process that
# calls itself `",pid=1,fd=3`: two entries of ss are never that short.
_USERS = re.compile(r'\("(?P<name>.{0,15})",(?:pid=)?(?P<pid>\d{1,10}),(?:fd=)?\d+\)', re.ASCII)
_NETSTAT_PID = re.compile(r"\s(\d{1,10})/")
_PROTOCOLS: dict[str, Literal["tcp", "udp", "sctp", "dccp"]] = {
    "tcp": "tcp",
    "udp": "udp",
    "sctp": "sctp",
    "dccp": "dccp",
}
_ANY = "0.0.0.0"  # noqa: S104
_OLD_SS = re.compile(r"\s:::\d")


def pids_of(users: str) -> tuple[int, ...]:
    """Processes in what ss writes behind ``users:(``."""
    return tuple(sorted({int(m["pid"]) for m in _USERS.finditer(users)}))


def _endpoint(text: str) -> Endpoint:
    """``[fe80::1]%eth0:53`` -> (``fe80::1``, 53); port ``*`` is 0. ValueError for no endpoint."""
    address, colon, port = text.rpartition(":")
    if not colon:
        raise ValueError(text)
    address = address.replace("[", "").replace("]", "").partition("%")[0]
    if address != "*":
        found = ipaddress.ip_address(address)
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        address = str(mapped or found)
    value = 0 if port == "*" else number(port)
    if value > 65535:
        raise ValueError(text)
    return address, value


def _endpoints(words: Iterable[str]) -> tuple[Endpoint, Endpoint]:
    """Find the first endpoint and the one right after it."""
    rest = iter(words)
    for word in rest:
        if ":" in word:
            return _endpoint(word), _endpoint(next(rest, ""))
    raise ValueError("no address")


def _without_heading(text: str) -> list[str]:
    headings = ("Netid ", "State ", "Recv-Q ", "Active ", "Proto ")
    return [line for line in lines(text) if not line.startswith(headings)]


def _listener(line: str, old: bool) -> Listener:
    front, _, users = line.partition(" users:(")
    words = front.split()
    protocol = _PROTOCOLS.get(words[0].rstrip("6"))
    if protocol is None:
        raise ValueError(line)
    (address, port), _peer = _endpoints(words[1:])
    return Listener(protocol, _ANY if old and address == "*" else address, port, pids_of(users))


def _netstat_listener(line: str) -> Listener | None:
    words = line.split()
    protocol = _PROTOCOLS.get(words[0].rstrip("6"))
    if protocol is None:
        raise ValueError(line)
    (address, port), _peer = _endpoints(words[3:])
    if protocol == "tcp" and words[5] != "LISTEN":
        return None
    return Listener(protocol, address, port, _netstat_pids(line))


def _netstat_pids(line: str) -> tuple[int, ...]:
    found = _NETSTAT_PID.search(line)
    return (int(found[1]),) if found else ()


def _connection(line: str) -> Connection:
    front, _, users = line.partition(" users:(")
    local, peer = _endpoints(front.split())
    protocol = words[0] if (words := front.split())[0] in ("tcp", "udp") else "tcp"
    return Connection(*local, *peer, pids_of(users), _PROTOCOLS[protocol])


def _netstat_connection(line: str) -> Connection | None:
    words = line.split()
    protocol = _PROTOCOLS.get(words[0].rstrip("6"))
    if protocol is None or not words[0].startswith(("tcp", "udp")):
        return None
    local, peer = _endpoints(words[3:])
    if words[5] != "ESTABLISHED":
        return None
    return Connection(*local, *peer, _netstat_pids(line), protocol)


def _listening(one: procnet.Socket) -> Listener | None:
    """A socket of another tool that listens. Both families at once (``*``) has IPv6 where it is
    not bound to it alone, which /proc/net does not tell.
    """
    if one.state not in ("", "0A") and not (one.protocol == "udp" and one.state == "07"):
        return None
    return Listener(_PROTOCOLS[one.protocol], *one.local, one.pids)


def _connected(one: procnet.Socket) -> Connection | None:
    if one.state not in ("", "01") or not one.peer[1]:
        return None
    return Connection(*one.local, *one.peer, one.pids, _PROTOCOLS[one.protocol])


def _other(text: str, take: Callable[[procnet.Socket], T | None]) -> Parsed[tuple[T, ...]] | None:
    word = text.partition("\n")[0].partition(" ")[0].strip()
    parse = {"proc": procnet.parse_proc, "sockstat": procnet.parse_sockstat}.get(word)
    if parse is None:
        return None
    found = parse(text)
    return Parsed(tuple(t for s in found.value if (t := take(s)) is not None), found.partial)


def _read(
    text: str, ss: Callable[[str], T | None], netstat: Callable[[str], T | None]
) -> Parsed[tuple[T, ...]]:
    first, _, rest = text.partition("\n")
    if first.strip() == "netstat":
        if "Proto " not in rest:
            raise UnreadableError("netstat gave not even its heading")
        return each(_without_heading(rest), netstat)
    return each(_without_heading(text), ss)


def parse_listeners(text: str) -> Parsed[tuple[Listener, ...]]:
    """Sorted by protocol, port and address; sockets that share them are one with all pids."""
    old = bool(_OLD_SS.search(text))
    other = _other(text, _listening)
    found = other or _read(text, lambda line: _listener(line, old), _netstat_listener)
    both = old or text.startswith(("netstat", "proc"))
    ipv4 = {(one.protocol, one.port) for one in found.value if one.address == _ANY}
    pids: dict[tuple[str, int, str], set[int]] = {}
    for one in found.value:
        wide = both and one.address == "::" and (one.protocol, one.port) not in ipv4
        key = (one.protocol, one.port, "*" if wide else one.address)
        pids.setdefault(key, set()).update(one.pids)
    merged = tuple(
        Listener(_PROTOCOLS[protocol], address, port, tuple(sorted(who)))
        for (protocol, port, address), who in sorted(pids.items())
    )
    return Parsed(merged, found.partial)


def parse_connections(text: str) -> Parsed[tuple[Connection, ...]]:
    """Read established connections of TCP, sorted."""
    return _connections(text, "tcp")


def parse_udp_connections(text: str) -> Parsed[tuple[Connection, ...]]:
    """Read UDP sockets with a fixed peer, sorted."""
    return _connections(text, "udp")


def _connections(text: str, protocol: str) -> Parsed[tuple[Connection, ...]]:
    found = _other(text, _connected) or _read(text, _connection, _netstat_connection)
    order = sorted(
        (one for one in found.value if one.protocol == protocol),
        key=lambda c: (c.local_address, c.local_port, c.peer_address, c.peer_port, c.pids),
    )
    return Parsed(tuple(order), found.partial)
