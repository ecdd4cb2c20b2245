"""Raw and packet sockets, SCTP, and groups of multicast, from /proc/net of Linux."""

from __future__ import annotations

import ipaddress
from typing import Literal

from planner.facts.keyed import keyed, last
from planner.facts.text import Parsed, joined, number
from planner.model import MulticastGroup, SpecialSocket, SpecialSockets

_HOSTS = ipaddress.ip_address("224.0.0.1")
_Kind = Literal["raw", "packet", "sctp"]


def parse(text: str) -> Parsed[SpecialSockets]:
    """Tabs: ``order``, little or big; ``raw`` and ``packet``, protocol in hexadecimal, inode;
    ``sctp``, port, inode; ``group``, interface, address in hexadecimal; ``owner``, inode, pid.
    Sockets are sorted, and those that differ in their inode alone are one.
    """
    told = keyed(
        text,
        {
            "order": str,
            "raw": lambda protocol, inode: ("raw", int(protocol[:8], 16), number(inode)),
            "packet": lambda protocol, inode: ("packet", int(protocol[:8], 16), number(inode)),
            "sctp": lambda port, inode: ("sctp", number(port), number(inode)),
            "group": _membership,
            "owner": lambda inode, pid: (number(inode), number(pid)),
        },
    )
    order = last(told.value["order"], "")
    owners: dict[int, set[int]] = {}
    for inode, pid in told.value["owner"]:
        owners.setdefault(inode, set()).add(pid)
    found: dict[tuple[_Kind, int], set[int]] = {}
    for kind in ("raw", "packet", "sctp"):
        for name, protocol, inode in told.value[kind]:
            found.setdefault((name, protocol), set()).update(owners.get(inode, ()))
    groups = {
        MulticastGroup(interface, str(address))
        for interface, raw in told.value["group"]
        if (address := _group(raw, order)) and not _of_every_host(address)
    }
    lacking = any(len(raw) == 4 for _, raw in told.value["group"]) and order not in _ORDERS
    return Parsed(
        SpecialSockets(
            tuple(SpecialSocket(*key, tuple(sorted(found[key]))) for key in sorted(found)),
            tuple(sorted(groups, key=lambda group: (group.interface, group.address))),
        ),
        joined(told.partial, "the machine's order of bytes is not told" if lacking else ""),
    )


_ORDERS = ("little", "big")


def _membership(interface: str, address: str) -> tuple[str, bytes]:
    if len(raw := bytes.fromhex(address)) not in (4, 16):
        raise ValueError(address)
    return interface, raw


def _group(raw: bytes, order: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """None: not to be read without the machine's order of bytes."""
    if len(raw) == 4 and order not in _ORDERS:
        return None
    return ipaddress.ip_address(raw[::-1] if len(raw) == 4 and order == "little" else raw)


def _of_every_host(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """224.0.0.1, and of IPv6 all nodes and those that neighbour discovery asks (ff02::1:ff..)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address == _HOSTS
    text = address.exploded
    return text.endswith(":0000:0000:0000:0000:0000:0001") or ":0001:ff" in text
