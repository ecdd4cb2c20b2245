"""Whether a machine forwards packets for others, so that its packet filter is a service to them."""

from __future__ import annotations

import re

from planner.model import Host
from planner.service import places, routing

_SYSCTL = ("/etc/sysctl.conf", "/etc/sysctl.d", "/run/sysctl.d", "/etc/ufw/sysctl.conf")
_RULES = (
    "/etc/nftables.conf",
    "/etc/nftables.d",
    "/etc/nftables",
    "/etc/ufw",
    "/etc/firewalld",
    "/etc/iptables",
    "/etc/sysconfig/iptables",
    "/etc/sysconfig/nftables.conf",
    "/etc/shorewall",
    "/etc/ferm",
    "/etc/pf.conf",
)
_SAVED = ("/etc/iptables", "/etc/sysconfig/iptables")
_NETWORKS = ("/etc/systemd/network", "/etc/systemd/networkd.conf")
_SET = re.compile(r"^\s*-?\s*([A-Za-z0-9_./*-]+)\s*=\s*(\d+)", re.MULTILINE)
_SWITCH = re.compile(
    r"net[./]ipv4[./](ip_forward|conf[./](all|default)[./]forwarding)"
    r"|net[./]ipv6[./]conf[./](all|default)[./]forwarding"
    r"|net\.inet6?\.ip6?\.forwarding"
)
_NETWORKD = re.compile(
    r"^\s*(IP(v4|v6)?Forward(ing)?|IPMasquerade)\s*=\s*(1|yes|true|on|ipv[46]|both)\b",
    re.MULTILINE | re.IGNORECASE,
)
_SOURCE_NAT = re.compile(
    r"(?<![\w-])(masquerade|snat|nat-to|rdr-to)(?![\w-])|^\s*(nat|binat|rdr)(-anchor)?\s",
    re.IGNORECASE | re.MULTILINE,
)
_GATEWAY = re.compile(r"""^\s*(ipv6_)?gateway_enable=["']?(yes|true|on|1)\b""", re.M | re.I)
"""rc.conf of FreeBSD."""


def routes(host: Host) -> bool:
    """Whether its settings switch forwarding on, or its filter rewrites the source of packets.
    True as well where its settings could not be read: a gateway that moves stops a network.
    """
    files = host.files.value
    if files is None:
        return True
    scripts = host.init_texts.value or {}
    bsd = host.os.value is not None and host.os.value.family == "bsd"
    if bsd and ("/etc/rc.conf" not in scripts or "/etc/pf.conf" not in files):
        return True
    if any(_GATEWAY.search(text.text) for text in scripts.values()):
        return True
    switches: dict[str, bool] = {}
    for path in sorted(files, key=lambda p: (p == "/etc/sysctl.conf", p)):
        text = _plain(files[path].text)
        if _in(path, _SYSCTL):
            switches |= {m[1]: m[2] != "0" for m in _SET.finditer(text) if _SWITCH.fullmatch(m[1])}
        elif (_in(path, _RULES) and _translates(host, path, text)) or (
            _in(path, _NETWORKS) and _NETWORKD.search(text)
        ):
            return True
    if any(switches.values()):
        return True
    listed = host.config_files.value or ()
    return any(
        f.state != "deleted" and not f.link and f.size and f.path not in files
        for f in listed
        if _in(f.path, _SYSCTL)
    )


def _translates(host: Host, path: str, text: str) -> bool:
    """Whether rules rewrite the source of packets; of those that iptables-save wrote while an
    engine ran, its own are nobody else's.
    """
    found = _SOURCE_NAT.search(text) is not None
    return found and (not _in(path, _SAVED) or routing.saved(host, text))


def _in(path: str, places_of: tuple[str, ...]) -> bool:
    return any(places.below(path, folder) for folder in places_of)


def _plain(text: str) -> str:
    return re.sub(r"^\s*[#;].*$", "", text, flags=re.MULTILINE)
