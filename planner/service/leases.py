"""Networks that a DHCP server serves, by its configured pools and by what it listens on."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from planner.facts.section import mapped
from planner.facts.text import joined
from planner.model import Fact, Host, Workload
from planner.service import config, network, reached, used

_PLACES = (
    "/etc/dnsmasq.d",
    "/etc/dnsmasq.conf",
    "/etc/kea",
    "/etc/dhcp",
    "/etc/dhcpd.conf",
    "/etc/udhcpd.conf",
)
_POOLS = (
    re.compile(r"^\s*(?:--)?dhcp-(?:range|host)[=\s]+(.+)$", re.MULTILINE),  # dnsmasq
    re.compile(r"\b(?:range|fixed-address)\s+([^;{}]+);"),  # ISC
    re.compile(r'"(?:pool|ip-address)"\s*:\s*"([^"]+)"'),  # Kea
    re.compile(r"^\s*start\s+([\d.]+)\s*$", re.MULTILINE),  # udhcpd
)
_PLAIN = re.compile(r'"dhcp-socket-type"\s*:\s*"udp"')
"""Kea without raw sockets hears only what relays send to its address."""
_COMMENT = re.compile(r"^\s*(#|;|//).*$", re.MULTILINE)
_ADDRESS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")

_Addresses = frozenset[ipaddress.IPv4Address]
_Networks = frozenset[ipaddress.IPv4Network]


@dataclass(frozen=True)
class _Serves:
    """``near``: networks of the machine itself; ``pools``: addresses that it gives out."""

    near: _Networks
    pools: _Addresses
    plain: bool


def leased(host: Host, workload: Workload) -> Fact[tuple[str, ...]]:
    """Networks of the machine itself (IPv4) in which it answers clients without a relay; sorted."""
    return mapped(
        _serves(host, workload), lambda s: () if s.plain else tuple(sorted(map(str, s.near)))
    )


def relayed(host: Host, workload: Workload) -> Fact[tuple[str, ...]]:
    """Addresses of its pools (IPv4), where every client comes through a relay: no pool lies in a
    network of the machine, or it listens with plain sockets. Else empty.
    """
    return mapped(
        _serves(host, workload),
        lambda s: tuple(map(str, sorted(s.pools))) if s.plain or not s.near else (),
    )


def _serves(host: Host, workload: Workload) -> Fact[_Serves]:
    own = reached.networks(host)
    if "dhcp" not in workload.traits:
        return Fact(host.files.section, _Serves(frozenset(), frozenset(), plain=False))
    if own.value is None:
        return Fact(own.section, unknown=own.unknown)
    networks = _networks(own.value)
    listening = frozenset(
        ipaddress.IPv4Address(network.plain(e.address))
        for e in workload.listeners
        if e.port == 67 and _ADDRESS.fullmatch(network.plain(e.address))
    )

    def read(_: object) -> _Serves:
        text = _text(host, workload)
        pools = frozenset(_pools(text))
        near = _around(networks, pools)
        heard = _around(networks, listening) if near or not pools else frozenset()
        return _Serves(near | heard, pools, bool(_PLAIN.search(text)))

    found = mapped(host.files, read)
    if found.value is None:
        return found
    return Fact(found.section, found.value, partial=joined(found.partial, own.partial))


def _networks(told: tuple[str, ...]) -> _Networks:
    made = map(ipaddress.ip_network, told)
    return frozenset(n for n in made if isinstance(n, ipaddress.IPv4Network))


def _around(networks: _Networks, addresses: _Addresses) -> _Networks:
    return frozenset(n for n in networks if any(a in n for a in addresses))


def _text(host: Host, workload: Workload) -> str:
    texts = {f.path: f.text for f in config.texts(host, _PLACES)}
    texts |= {f.path: f.text for f in used.texts(host, workload)}
    body = "\n".join(text for _, text in sorted(texts.items()))
    return "\n".join((*workload.argv, _COMMENT.sub("", body)))


def _pools(text: str) -> Iterator[ipaddress.IPv4Address]:
    for pattern in _POOLS:
        for match in pattern.finditer(text):
            for word in _ADDRESS.findall(match[1]):
                try:
                    found = ipaddress.IPv4Address(word)
                except ValueError:
                    continue
                if int(found) >> 24 not in (0, 255):
                    yield found
