"""What the rules of nft(8), iptables-save(8), ufw(8) and firewalld.zone(5) do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_NFT_POLICY = re.compile(r"type (\S+) hook (\S+)[^;]*;(?:.*\bpolicy (\w+))?")
_NFT_PORTS = re.compile(r"\b(tcp|udp|sctp|th) dport (\{[^{}]*\}|[^\s{]\S*)")
_NFT_ACCEPT = re.compile(r"\baccept\b")
_NFT_NAT = re.compile(r"\b(masquerade|dnat|snat|redirect)\b")
_NFT_OTHER = re.compile(r"(?:type|policy|comment|flags|devices?)\b")
_SAVE_POLICY = re.compile(r":(\S+) (ACCEPT|DROP|REJECT|QUEUE)\b")
_SAVE_PORTS = re.compile(r"(?:^| )--(?:dport|dports|destination-ports?) (\S+)")
_SAVE_PROTOCOL = re.compile(r"(?:^| )-p (\w+)")
_SAVE_TARGET = re.compile(r"(?:^| )-[jg] (\S+)")
_UFW_POLICY = re.compile(r'DEFAULT_(\w+)_POLICY="?(\w+)')
_ZONE_ITEM = re.compile(r"<(service|port|forward-port|masquerade)\b([^<>]*)>")
_ATTRIBUTE = re.compile(r'\b([\w-]{1,30})="([^"]*)"')

Read = tuple[int, dict[str, str], list[str], list[str]]
"""Rules, policies, what is opened, translations."""


def _nft(body: Iterable[str]) -> Read:
    """``nft list ruleset``: chains in tables, one rule on a line; sets do not count."""
    rules, policies, opened, nat = 0, dict[str, str](), list[str](), list[str]()
    blocks: list[str] = []
    for line in map(str.strip, body):
        if line == "}":
            del blocks[-1:]
        elif line.endswith("{"):
            blocks.append(line[:-1].strip() if line.startswith(("table ", "chain ")) else "set")
        elif not blocks or not blocks[-1].startswith("chain "):
            continue
        elif base := _NFT_POLICY.match(line):
            if base[2] in ("input", "forward", "output") and base[1] == "filter":
                name = f"{blocks[0].removeprefix('table ')} {blocks[-1].removeprefix('chain ')}"
                policies[name] = base[3] or "accept"
        elif not _NFT_OTHER.match(line):
            rules += 1
            ports = _NFT_PORTS.search(line)
            if ports and _NFT_ACCEPT.search(line):
                opened += [f"{ports[1]}/{p}" for p in ports[2].strip("{} ").split(", ") if p]
            nat += _NFT_NAT.findall(line.partition(" comment ")[0])
    return rules, policies, opened, nat


def _save(body: Iterable[str]) -> Read:
    """``iptables-save``: ``*table``, ``:CHAIN policy``, ``-A CHAIN rule``."""
    rules, policies, opened, nat = 0, dict[str, str](), list[str](), list[str]()
    table = ""
    for line in map(str.strip, body):
        policy = _SAVE_POLICY.match(line)
        if line.startswith("*"):
            table = line[1:]
        elif policy and table == "filter":
            policies[f"filter {policy[1]}"] = policy[2].lower()
        elif line.startswith(("-A ", "-I ")) or line.startswith("["):
            rules += 1
            target, ports = _SAVE_TARGET.search(line), _SAVE_PORTS.search(line)
            name = target[1] if target else ""
            if name in ("MASQUERADE", "DNAT", "SNAT", "REDIRECT"):
                nat.append(name.lower())
            if name == "ACCEPT" and ports and table in ("", "filter"):
                protocol = _SAVE_PROTOCOL.search(line)
                kind = protocol[1] if protocol else "any"
                opened += [f"{kind}/{p.replace(':', '-')}" for p in ports[1].split(",")]
    return rules, policies, opened, nat


def _ufw(body: Iterable[str]) -> Read:
    """Lines ``### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in`` and the defaults."""
    rules, policies, opened = 0, dict[str, str](), list[str]()
    for line in body:
        policy = _UFW_POLICY.match(line)
        if policy:
            policies[policy[1]] = policy[2].lower()
        elif line.startswith("### tuple ### "):
            rules += 1
            words = line.split()
            action, way = words[3] if len(words) > 5 else "", words[3:]
            if action.partition("_")[0] in ("allow", "limit") and not words[-1].startswith("out"):
                opened += [f"{way[1]}/{port.replace(':', '-')}" for port in way[2].split(",")]
    return rules, policies, opened, []


def _zone_items(part: str) -> tuple[list[str], list[str]]:
    opened, nat = list[str](), list[str]()
    for kind, rest in _ZONE_ITEM.findall(part):
        given = dict(_ATTRIBUTE.findall(rest))
        if kind == "service" and given.get("name"):
            opened.append(f"service/{given['name']}")
        elif kind == "port" and given.get("port"):
            opened.append(f"{given.get('protocol', 'any')}/{given['port']}")
        elif kind in ("masquerade", "forward-port"):
            nat.append(kind)
    return opened, nat


def _firewalld(body: Iterable[str]) -> Read:
    """Zone files: services, ports and rich rules that a zone lets in, and its translations."""
    plain, *rich = "\n".join(body).split("<rule")
    opened, nat = _zone_items(plain)
    rules = len(opened) + len(nat) + len(rich)
    for part in rich:
        inside, _, after = part.partition("</rule>")
        let_in, translated = _zone_items(inside)
        opened += let_in if "<accept" in inside else []
        more, changed = _zone_items(after)
        opened, nat = opened + more, nat + translated + changed
        rules += len(more) + len(changed)
    return rules, {}, opened, nat


READERS: dict[str, Callable[[Iterable[str]], Read]] = {
    "nft": _nft,
    "iptables": _save,
    "ip6tables": _save,
    "ufw": _ufw,
    "firewalld": _firewalld,
}
