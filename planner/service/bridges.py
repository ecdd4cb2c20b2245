"""Networks that engines of the machine make for what they run, told apart from those of others."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planner.model import Host, PacketFilter

CHAINS = re.compile(
    r"DOCKER|KUBE-|CNI-|cali-|FLANNEL|LIBVIRT_|NETAVARK|PODMAN|LXC|LXD|INCUS|WEAVE|CILIUM|ISTIO"
    r"|NOMAD|pstrt\.|fwd\."
)
_TABLES = re.compile(
    r"table \S+ (docker-bridges|netavark|libvirt_network|lxd|incus|lxc|kube-proxy|flannel\S*|cni\S*"
    r"|calico\S*|cilium\S*|podman\S*)\b"
)
_USERS = re.compile(r"DOCKER-USER")
"""Docker's chain for the administrator's own rules."""
_NAMES = re.compile(
    r"docker\d+|docker_gwbridge|br-[0-9a-f]{12}|podman\d+|cni\d+|cni-\S+|virbr\d+|lxcbr\d+|lxdbr\d+"
    r"|incusbr\d+|mpqemubr\d+|flannel\S*|cali\S*|vxlan\.calico|weave|cilium\S*|veth\S*|nomad"
)
INTERFACE = re.compile(
    r"(?P<iptables_not>! )?-[io] (?P<iptables>\S+)"
    r'|\b[io]ifname (?P<nft_not>!= )?"?(?P<nft>[\w.:@*-]+)"?'
)
SOURCE = re.compile(r"(?:-s|--source|\bsaddr) (\d[\d.]*(?:/\d+)?)")
_AIM = re.compile(r"(?:-d|--destination|\bdaddr) (\d[\d.]*(?:/\d+)?)")
_MASQUERADES = re.compile(r"\bmasquerade\b", re.IGNORECASE)
_KUBERNETES = "kubelet k3s rke2 k0s microk8s"
_DEFAULTS = (
    ("docker balena", ipaddress.IPv4Network("172.16.0.0/12"), (16,)),
    ("docker balena", ipaddress.IPv4Network("192.168.0.0/16"), (20,)),
    ("podman", ipaddress.IPv4Network("10.88.0.0/15"), (16, 24)),
    ("lxc lxd incus", ipaddress.IPv4Network("10.0.3.0/24"), (24,)),
    ("libvirt qemu", ipaddress.IPv4Network("192.168.122.0/24"), (24,)),
    (_KUBERNETES, ipaddress.IPv4Network("10.42.0.0/15"), (16, 24)),
    (_KUBERNETES, ipaddress.IPv4Network("10.244.0.0/16"), (16, 24)),
    (_KUBERNETES, ipaddress.IPv4Network("10.255.0.0/16"), (16, 24)),
)
"""Where engines make networks unless they are told otherwise, and how large: Docker's pools, those
of podman, lxc-net and libvirt, and of the networks of Kubernetes."""
Network = ipaddress.IPv4Network


@dataclass(frozen=True)
class Line:
    """A rule of a packet filter. ``table``: as nft writes it; empty: iptables."""

    table: str
    chain: str
    text: str

    @property
    def engines(self) -> bool:
        """Whether an engine made the table or chain that it stands in."""
        made = CHAINS.match(self.chain) and not _USERS.match(self.chain)
        return bool(made or _TABLES.match(self.table))


def interfaces(lines: Iterable[Line]) -> frozenset[str]:
    """Bridges of engines that the rules name: by their usual names, and whatever Docker's own
    chains name or are asked for.
    """
    found = set()
    for line in lines:
        docker = line.engines or re.search(r"(-j|jump) DOCKER(?!-USER)", line.text)
        for match in INTERFACE.finditer(line.text):
            name = match["iptables"] or match["nft"]
            if _NAMES.fullmatch(name) or (docker and name != "lo"):
                found.add(name)
    return frozenset(found)


def networks(host: Host) -> frozenset[Network]:
    """Networks of IPv4 behind those bridges, by the engine's own rules about them; and those at
    which the machine has the first address, in the usual range and size of an engine that it has.
    """
    filters = host.firewall.value.filters if host.firewall.value else ()
    every = [line for one in filters for line in rules(one)]
    known = interfaces(every)
    found = {n for line in every for n in _named(line, known)}
    told = host.engines.value
    here = {e.name for e in told.engines} | {g.kind for g in told.guests} if told else set()
    here |= {c.engine for c in told.containers} if told else set()
    return frozenset({n for n in found if n.prefixlen < 32} | set(_usual(host, here)))


def perhaps(host: Host) -> frozenset[Network]:
    """Networks that look like an engine's, where it was not seen which engines there are."""
    seen = host.engines.value is not None and not host.engines.partial
    return frozenset() if seen else frozenset(_usual(host, None)) - networks(host)


def _named(line: Line, known: frozenset[str]) -> Iterator[Network]:
    """The network of a bridge: Docker's masquerading leaves it out behind a ``!``, other engines
    let its own addresses through in their chains.
    """
    masquerades = _MASQUERADES.search(line.text)
    for match in INTERFACE.finditer(line.text):
        away = match["iptables_not"] or match["nft_not"]
        at_bridge = (match["iptables"] or match["nft"]) in known
        if at_bridge and (masquerades if away else line.engines):
            yield from addresses(SOURCE, line.text)
            yield from () if masquerades else addresses(_AIM, line.text)
    if masquerades and line.engines:
        yield from addresses(SOURCE, line.text)


def _usual(host: Host, here: set[str] | None) -> Iterator[Network]:
    """``here``: names of engines; None: of any."""
    for text in host.addresses.value or ():
        made = ipaddress.ip_interface(text)
        if not isinstance(made, ipaddress.IPv4Interface) or made.network.prefixlen > 30:
            continue
        for makers, pool, sizes in _DEFAULTS:
            there = here is None or here & set(makers.split())
            inside = made.network.subnet_of(pool) and made.network.prefixlen in sizes
            if there and inside and made.ip == made.network[1]:
                yield made.network


def addresses(pattern: re.Pattern[str], text: str) -> list[Network]:
    """What the first group of a pattern names, as far as it is a network."""
    found = []
    for match in pattern.finditer(text):
        try:
            found.append(Network(match[1], strict=False))
        except ValueError:
            continue
    return found


def rules(one: PacketFilter) -> Iterator[Line]:
    """Rules of nft and iptables with the chain that each stands in; none of other kinds."""
    blocks: list[str] = []
    for line in map(str.strip, one.text.split("\n")):
        if one.kind in ("iptables", "ip6tables"):
            if match := re.match(r"(?:\[\d+:\d+\] )?-[AI] (\S+) ", line):
                yield Line("", match[1], line)
        elif one.kind == "nft" and line == "}":
            del blocks[-1:]
        elif one.kind == "nft" and line.endswith("{"):
            blocks.append(line[:-1].strip())
        elif len(blocks) > 1 and blocks[-1].startswith("chain "):
            yield Line(blocks[0], blocks[-1].removeprefix("chain "), line)
