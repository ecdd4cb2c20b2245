"""Whom a service speaks to, and what ties it to another service of the same machine."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from planner.model import Coupling, Host, Listener, Peer, TextFile, Workload
from planner.service import places

_LOOPBACK_URL = re.compile(r"(?<![\w.])(127\.0\.0\.1|localhost|\[::1\])[:\s,]+(\d{1,5})\b")
_PORT_BEHIND = re.compile(r":(\d{1,5})\b")


def plain(address: str) -> str:
    """An address without zone and without the IPv6 form of an IPv4 one."""
    bare = address.strip("[]").partition("%")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return bare
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def is_loopback(address: str) -> bool:
    """Whether only the machine itself reaches this address."""
    try:
        return ipaddress.ip_address(plain(address)).is_loopback
    except ValueError:
        return False


def only_loopback(listeners: Sequence[Listener]) -> bool:
    """Whether there are listeners and all of them are on loopback."""
    return bool(listeners) and all(is_loopback(entry.address) for entry in listeners)


def unfold(address: str) -> tuple[str, ...]:
    """Addresses at which a listener on ``address`` answers on loopback."""
    if address in ("*", "::", "0.0.0.0"):  # noqa: S104
        return ("127.0.0.1", "::1")
    return (plain(address),)


def peers(
    host: Host, pids: frozenset[int], listeners: Sequence[Listener], files: Iterable[TextFile]
) -> tuple[Peer, ...]:
    """Established connections to other machines, and names of /etc/hosts in its configuration.

    Port 0: the configuration names the machine without a port.
    """
    names = {plain(address): said for address, said in host.host_entries.value or ()}
    own = {plain(a.partition("/")[0]) for a in host.addresses.value or ()}
    ports = {entry.port for entry in listeners}
    found: dict[tuple[str, int], Peer] = {}
    for link in host.connections.value or ():
        address = plain(link.peer_address)
        if not pids & set(link.pids) or link.local_port in ports:
            continue
        if not is_loopback(address) and address not in own:
            key = (address, link.peer_port)
            found[key] = Peer(address, link.peer_port, names.get(address, ()))
    for address, port in _configured(names, own, files):
        seen = any(a == address and port in (0, p) for a, p in found)
        if not seen:
            found[address, port] = Peer(address, port, names.get(address, ()), seen=False)
    # A port that is named somewhere says more than the machine's name alone.
    ported = {address for address, port in found if port}
    return tuple(found[key] for key in sorted(found) if key[1] or key[0] not in ported)


def _configured(
    names: dict[str, tuple[str, ...]], own: set[str], files: Iterable[TextFile]
) -> Iterable[tuple[str, int]]:
    text = "\n".join(
        line
        for file in files
        for line in file.text.split("\n")
        if not line.lstrip().startswith(("#", ";", "//"))
    )
    for address, said in names.items():
        if address in own or is_loopback(address):
            continue
        for word in (address, *said):
            for match in re.finditer(_mention(word), text):
                port = _PORT_BEHIND.match(text, match.end())
                yield address, int(port[1]) if port and int(port[1]) < 65536 else 0


def _mention(word: str) -> str:
    """Pattern for a name of a machine. One without a dot is a word like others, so that only a
    place where a host is expected counts: ``//db``, ``@db``, ``host=db``, ``db:5432``.
    """
    plain = re.escape(word)
    if "." in word or ":" in word:
        return rf"(?<![\w.-]){plain}(?![\w-]|\.\w)"
    place = r"""(?:(?<=//)|(?<=@)|(?<=host=)|(?<=HOST=)|(?<=host: )|(?<=server=))"""
    return rf"{place}{plain}(?![\w.-])|(?<![\w./-]){plain}(?=:\d)"


def couplings(
    host: Host,
    workloads: Sequence[Workload],
    texts: dict[str, tuple[TextFile, ...]],
    units: dict[str, frozenset[str]],
) -> tuple[Workload, ...]:
    """The workloads with what ties them to each other, told at both ends.

    ``texts``: configuration by id of the workload. ``units``: by id, the units that its own unit
    asks for (After=, Requires=, ...).
    """
    found: dict[str, set[Coupling]] = {w.id: set() for w in workloads}

    def tie(one: Workload, other: Workload, kind: str, detail: str) -> None:
        if one.id != other.id:
            found[one.id].add(Coupling(other.id, kind, detail))  # type: ignore[arg-type]
            found[other.id].add(Coupling(one.id, kind, detail))  # type: ignore[arg-type]

    for workload in workloads:
        for other in workloads:
            for detail in _loopback(host, workload, other, texts.get(workload.id, ())):
                tie(workload, other, "loopback", detail)
            for path in _sockets(workload, other, texts.get(workload.id, ())):
                tie(workload, other, "socket", path)
            if other.unit and other.unit in units.get(workload.id, frozenset()):
                tie(workload, other, "unit", other.unit)
            if workload.id < other.id:
                for path in _shared(workload, other):
                    tie(workload, other, "file", path)
    return tuple(
        replace(
            w, couplings=tuple(sorted(found[w.id], key=lambda c: (c.workload, c.kind, c.detail)))
        )
        for w in workloads
    )


def _loopback(
    host: Host, client: Workload, server: Workload, files: Sequence[TextFile]
) -> Iterable[str]:
    if client.id == server.id:
        return
    answers = {
        (address, entry.port)
        for entry in server.listeners
        if entry.protocol == "tcp"
        for address in unfold(entry.address)
    }
    for link in host.connections.value or ():
        target = (plain(link.peer_address), link.peer_port)
        if target in answers and set(link.pids) & set(client.pids):
            yield _joined(*target)
    for file in files:
        for match in _LOOPBACK_URL.finditer(file.text):
            address = "127.0.0.1" if match[1] == "localhost" else plain(match[1])
            if (address, int(match[2])) in answers:
                yield _joined(address, int(match[2]))


def _joined(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _sockets(client: Workload, server: Workload, files: Sequence[TextFile]) -> Iterable[str]:
    homes = [d.path for d in server.directories if places.role(d.path) == "runtime"]
    for home in homes:
        if any(d.path == home for d in client.directories):
            continue
        pattern = rf"(?<![\w.-])(?:/var)?{re.escape(home)}(?=[/\s'\";,)]|$)[^\s'\";,)]*"
        for file in files:
            for match in re.finditer(pattern, file.text):
                yield places.clean(match[0]) or home


def _shared(one: Workload, other: Workload) -> Iterable[str]:
    for mine in one.volumes:
        for theirs in other.volumes:
            if places.below(mine.path, theirs.path):
                yield mine.path
            elif places.below(theirs.path, mine.path):
                yield theirs.path
