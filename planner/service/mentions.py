"""Addresses that stand in a workload's configuration."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from planner.facts.section import mapped
from planner.facts.text import joined
from planner.model import Data, Fact, Host, Workload
from planner.service import network, used

_ADDRESS = re.compile(
    r"(?P<before>\S?\S?\S?)(?<![\w.])(?P<address>\d{1,3}(?:\.\d{1,3}){3})(?![\w]|\.\d)"
    r"(?P<after>/\d+|:\d+)?"
)


class Mention(Data, frozen=True):
    """An address that the workload's configuration names. ``own``: one of the machine itself."""

    where: str
    address: str
    own: bool = False


def mentions(host: Host, workload: Workload) -> Fact[tuple[Mention, ...]]:
    """Addresses of IPv4 that its configuration, arguments and environment name, each once: the
    machine's own, and those of others as far as they cannot be a version's number. Networks,
    access lists and loopback are no mention.
    """
    own = {network.plain(a.partition("/")[0]) for a in host.addresses.value or ()}
    listed = {network.plain(a.address.partition("/")[0]) for a in workload.admissions}
    places = [("arguments", " ".join(workload.argv))]
    places += [(f"environment {e.name}", f"={e.value}") for e in workload.environment if e.value]

    def told(_: object) -> tuple[Mention, ...]:
        texts = [(f.path, f.text) for f in used.texts(host, workload)]
        found: dict[str, Mention] = {}
        for where, text in (*places, *texts):
            for address, sure in _addresses(text):
                if address in own or (sure and address not in listed):
                    found.setdefault(address, Mention(where, address, address in own))
        return tuple(found[a] for a in sorted(found))

    found = mapped(host.files, told)
    lack = host.addresses.unknown or host.addresses.partial
    return (
        Fact(found.section, found.value, found.unknown, joined(found.partial, lack))
        if found.value is not None
        else found
    )


def _addresses(text: str) -> Iterator[tuple[str, bool]]:
    """An address, and whether what stands around it or its range says that it is one."""
    for line in text.split("\n"):
        if line.lstrip().startswith(("#", ";", "//", "*", "<!--")):
            continue
        for match in _ADDRESS.finditer(line):
            try:
                found = ipaddress.IPv4Address(match["address"])
            except ValueError:
                continue
            after = match["after"] or ""
            if found.is_loopback or found.is_unspecified or found.is_multicast:
                continue
            if int(found) >> 24 in (0, 255) or (after.startswith("/") and after != "/32"):
                continue
            named = match["before"].endswith(("//", "@")) or after.startswith(":")
            yield str(found), named or found.is_private
