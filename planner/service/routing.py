"""Address translation for other machines, without what engines set up for their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planner.facts.section import mapped
from planner.model import Fact, Host, PacketFilter
from planner.service import bridges
from planner.service.bridges import Network
from planner.service.filtered import filters

_TRANSLATES = re.compile(r"(?<![\w.-])(masquerade|snat|dnat|netmap)(?![\w.-])", re.IGNORECASE)
_AIM = re.compile(r"(?:--to-destination|\bdnat (?:ip )?to) (\d+\.\d+\.\d+\.\d+)")
_ZONE = re.compile(r'<masquerade\b|<forward-port\b[^>]*\bto-addr="[^"]+"')
_MADE = re.compile(r"generated for (LXD|Incus) network")
_COMMENT = re.compile(r' (?:-m comment )?(?:--)?comment (?:"(?:[^"\\]|\\.)*"|\S+)')
_NOT_FROM = re.compile(r"! (-s|--source) |saddr != ")


@dataclass(frozen=True)
class _Inside:
    """What is the machine's own: addresses, bridges of its engines, networks behind them."""

    addresses: frozenset[str]
    bridges: frozenset[str]
    networks: frozenset[Network]


def translates(host: Host) -> Fact[tuple[str, ...]]:
    """Rules of the machine's packet filters that rewrite addresses for other machines: not those
    that an engine made for its containers, nor what the machine sends or gets itself.
    """
    return mapped(filters(host), lambda loaded: _all(host, loaded))


def saved(host: Host, text: str) -> bool:
    """Whether rules that iptables-save wrote do so, as :func:`translates` says."""
    return bool(_all(host, (PacketFilter("iptables", "", text=text),)))


def _all(host: Host, loaded: tuple[PacketFilter, ...]) -> tuple[str, ...]:
    known = bridges.interfaces(line for one in loaded for line in bridges.rules(one))
    own = frozenset(a.partition("/")[0] for a in host.addresses.value or ())
    inside = _Inside(own, known, bridges.networks(host))
    return tuple(dict.fromkeys(line for one in loaded for line in _translations(one, inside)))


def _translations(one: PacketFilter, inside: _Inside) -> Iterator[str]:
    if one.kind == "firewalld":
        yield from (line.strip() for line in one.text.split("\n") if _ZONE.search(line))
    elif not one.text:
        yield from (word for word in one.translations if word != "redirect")
    for line in bridges.rules(one):
        body = _COMMENT.sub("", line.text)
        made = line.engines or _MADE.search(line.text) or line.chain in ("OUTPUT", "output")
        if not made and _TRANSLATES.search(body) and not _its_own(body, inside):
            yield line.text


def _its_own(body: str, inside: _Inside) -> bool:
    """From its containers or itself, to them, or between the two."""
    for match in bridges.INTERFACE.finditer(body):
        name, away = match["iptables"] or match["nft"], match["iptables_not"] or match["nft_not"]
        if name in inside.bridges or (name == "lo" and not away):
            return True
    if aims := bridges.addresses(_AIM, body):
        return _all_local(aims, inside)
    sources = bridges.addresses(bridges.SOURCE, body)
    return bool(sources) and not _NOT_FROM.search(body) and _all_local(sources, inside)


def _all_local(networks: Iterable[Network], inside: _Inside) -> bool:
    return all(
        n.is_loopback
        or (n.prefixlen == 32 and str(n.network_address) in inside.addresses)
        or any(n.subnet_of(one) for one in inside.networks)
        for n in networks
    )
