"""Packet filters, as the kernel has them and as they are configured."""

from __future__ import annotations

from typing import Literal

from planner.facts.rulesets import READERS
from planner.facts.text import Parsed, UnreadableError, fields, lines, not_understood
from planner.model import Firewall, PacketFilter

_KINDS: dict[str, Literal["nft", "iptables", "ip6tables", "ufw", "firewalld"]] = {
    "nft": "nft",
    "iptables": "iptables",
    "ip6tables": "ip6tables",
    "ufw": "ufw",
    "firewalld": "firewalld",
}


def _filter(head: list[str], body: list[str]) -> PacketFilter:
    kind, source, active = head
    rules, policies, opened, nat = READERS[kind](body)
    return PacketFilter(
        kind=_KINDS[kind],
        source=source,
        active={"1": True, "0": False}.get(active),
        rules=rules,
        policies=dict(sorted(policies.items())),
        opened=tuple(dict.fromkeys(opened)),
        translations=tuple(sorted(set(nat))),
        text="".join(line + "\n" for line in body),
    )


def parse_firewall(text: str) -> Parsed[Firewall]:
    """Tabs: ``forward``, 4 or 6, 0 or 1; ``T``, kind, source, 1, 0 or empty; rules behind ``|``."""
    forwarding: list[Literal["ipv4", "ipv6"]] = []
    found: list[tuple[list[str], list[str]]] = []
    bad: list[str] = []
    for line in lines(text):
        if line.startswith("|") and found:
            found[-1][1].append(line[1:])
            continue
        try:
            key, *values = fields(line, 3)
            if key == "T" and values[0] in _KINDS and len(values) == 3:
                found.append((values, []))
            elif key == "forward" and values[0] in ("4", "6"):
                if values[1] != "0":
                    forwarding.append("ipv4" if values[0] == "4" else "ipv6")
            else:
                raise ValueError(line)
        except ValueError:
            bad.append(line)
    if bad and not found and not forwarding:
        raise UnreadableError(not_understood(bad))
    filters = tuple(_filter(head, body) for head, body in found)
    return Parsed(Firewall(tuple(forwarding), filters), not_understood(bad))
