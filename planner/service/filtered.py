"""What the machine's packet filter does for the ports of one workload."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from planner.facts.section import mapped
from planner.model import Fact, Host, PacketFilter, Workload
from planner.service import network

_NO_PROGRAM = re.compile(r"no nft is there to ask the kernel for rules of nftables")
_OWN_CHAINS = re.compile(r"^-A (DOCKER|KUBE-|CNI-|cali-|f2b-|fail2ban|LIBVIRT_|FLANNEL)|f2b-|KUBE-")
_PORTS = re.compile(
    r"\bdport (?:\{([^{}]*)\}|(\d\S*))|redirect to :(\d+)"
    r"|--(?:dports?|destination-ports?|to-ports?) (\S+)"
)
_APART = (
    re.compile(r"saddr|\b(reject|drop|limit|redirect)\b|ct count|iif"),
    re.compile(r"-s \S|-j (DROP|REJECT|REDIRECT)|limit|--recent|match-set|-i \S"),
)
"""In a rule of nft, and of iptables."""
_LOOPBACK = re.compile(r'iif(name)? "?lo\b|-i lo\b')
_ANYBODY = ("0.0.0.0/0", "::/0", "any")
_SERVICES = {
    "http": 80, "https": 443, "mysql": 3306, "postgresql": 5432, "dns": 53, "smtp": 25,
    "imaps": 993, "ldap": 389, "ldaps": 636, "redis": 6379, "mqtt": 1883, "mongodb": 27017,
}  # fmt: skip


def filters(host: Host) -> Fact[tuple[PacketFilter, ...]]:
    """Rules that are loaded or may be, without those that are switched off.

    Of a kernel that nobody could ask since no program for it is there, none loaded rules either.
    """
    found = mapped(
        host.firewall, lambda told: tuple(f for f in told.filters if f.active is not False)
    )
    settled = _NO_PROGRAM.fullmatch(found.partial) is not None
    return Fact(found.section, found.value) if settled else found


def filtered(host: Host, workload: Workload) -> Fact[tuple[str, ...]]:
    """Lines of the machine's packet filter that treat its ports in a way of their own: for some
    clients, refused, counted, or sent on from another port. Rules of engines are not meant.
    """
    ports = {e.port for e in workload.listeners if not network.is_loopback(e.address)}

    def lines(loaded: Iterable[PacketFilter]) -> Iterator[str]:
        for one in loaded:
            body = one.text.split("\n") if one.kind != "firewalld" else _rich(one.text)
            for line in map(str.strip, body):
                if _treats(line, one.kind, ports):
                    yield line.replace("### tuple ###", "ufw", 1)

    if host.listeners.value is None and not ports:
        return Fact(host.listeners.section, unknown=host.listeners.unknown)
    return mapped(filters(host), lambda loaded: tuple(dict.fromkeys(lines(loaded))))


def _rich(text: str) -> list[str]:
    """Rich rules of firewalld, each on a line, with the ports of services that they name."""
    found = []
    for part in re.findall(r"<rule\b.*?</rule>|<forward-port\b[^>]*>", text, re.DOTALL):
        names = re.findall(r'<service name="([^"]*)"', part)
        known = "".join(f' port="{_SERVICES[n]}"' for n in names if n in _SERVICES)
        found.append(" ".join(part.split()) + known)
    return found


def _treats(line: str, kind: str, ports: set[int]) -> bool:
    """Whether a rule is about one of the ports and does more than let everybody in."""
    if kind == "ufw":
        words = line.removeprefix("### tuple ### ").split()
        if not line.startswith("### tuple ###") or len(words) < 6:
            return False
        apart = words[0].partition("_")[0] != "allow" or words[5] not in _ANYBODY
        return apart and _named(words[2:3], ports)
    if kind == "firewalld":
        apart = re.search("<source|<reject|<drop|<limit|forward-port", line) is not None
        return apart and _named(re.findall(r'\bport="([\d-]+)"', line), ports)
    apart = _APART[kind != "nft"].search(line) is not None
    if not apart or _LOOPBACK.search(line) or _OWN_CHAINS.search(line):
        return False
    return _named((word for match in _PORTS.finditer(line) for word in match.groups("")), ports)


def _named(texts: Iterable[str], ports: set[int]) -> bool:
    for word in re.split(r"[,\s]+", " ".join(text.strip("{}") for text in texts)):
        match = re.fullmatch(r"(\d{1,5})(?:[-:](\d{1,5}))?", word)
        if match and any(int(match[1]) <= p <= int(match[2] or match[1]) for p in ports):
            return True
    return False
