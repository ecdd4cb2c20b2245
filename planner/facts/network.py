"""Addresses of the machine (``ip -o addr show``, ifconfig) and its /etc/hosts."""

from __future__ import annotations

import ipaddress
import re

from planner.facts.text import Parsed, UnreadableError, each_line, lines, not_understood
from planner.model import Fact

HostEntry = tuple[str, tuple[str, ...]]

_USUAL = re.compile(
    r"localhost\d?(\.localdomain\d?)?|(localhost|loopback|ip6-[a-z0-9-]+|ipv6-[a-z-]+)(\..*)?"
)
_IFCONFIG = re.compile(
    r"inet(?P<six>6?) (?:addr:)? ?(?P<address>[0-9A-Fa-f.:]+)(?:%\S+)?(?:/(?P<length>\d+))?"
    r"(?:.*?(?:netmask |Mask:)(?P<mask>[0-9a-fx.]+))?(?:.*?prefixlen (?P<prefix>\d+))?"
)


def parse_addresses(text: str) -> Parsed[tuple[str, ...]]:
    """With prefix length, sorted, each once; without loopback and IPv6's link-local ones."""
    if text.startswith("ifconfig"):
        return _ifconfig(text.partition("\n")[2])
    found = each_line(text, _ip)
    return Parsed(tuple(sorted(set(found.value))), found.partial)


def _ip(line: str) -> str | None:
    words = line.replace("\\", " ").split()
    if re.match(r"\d+: \S+: <", line):
        return None  # the link itself, told by older iproute2 and busybox on a line of its own
    if words[2] not in ("inet", "inet6"):
        raise ValueError(line)
    address, _, length = words[3].partition("/")
    return _outside(address, length)


def _outside(address: str, length: str) -> str | None:
    """``address/length``; None for one that other machines cannot reach, ValueError for none."""
    found = ipaddress.ip_interface(f"{address.partition('%')[0]}/{length}" if length else address)
    ipv6_local = found.version == 6 and found.is_link_local
    return None if found.is_loopback or ipv6_local else found.with_prefixlen


def _ifconfig(text: str) -> Parsed[tuple[str, ...]]:
    found: set[str] = set()
    bad: list[str] = []
    known = False
    for line in lines(text):
        match = _IFCONFIG.match(line.strip())
        if not match:
            continue
        mask = match["mask"] or ""
        if mask.startswith("0x"):
            mask = str(bin(int(mask[2:] or "0", 16)).count("1")) if len(mask) == 10 else "?"
        try:
            address = _outside(match["address"], match["length"] or mask or match["prefix"] or "")
        except ValueError:
            bad.append(line)
            continue
        known = True
        found |= {address} if address else set()
    if not known:
        raise UnreadableError(not_understood(bad) or "ifconfig names no address, not even loopback")
    return Parsed(tuple(sorted(found)), not_understood(bad))


def parse_hosts(text: str, hostname: Fact[str]) -> Parsed[tuple[HostEntry, ...]]:
    """/etc/hosts in its order, without what every machine says of localhost and of itself."""
    own = (hostname.value or "").partition(".")[0].lower()

    def entry(line: str) -> HostEntry | None:
        words = line.partition("#")[0].split()
        if not words:
            return None
        address = ipaddress.ip_address(words[0].partition("%")[0])
        if len(words) < 2:
            raise ValueError(line)
        names = tuple(n for n in words[1:] if not _USUAL.fullmatch(n.lower()))
        others = [n for n in names if n.lower().partition(".")[0] != own]
        local = address.is_loopback or address.is_multicast
        kept = tuple(others) if local else names
        return (words[0], kept) if others and kept else None

    return each_line(text, entry)
