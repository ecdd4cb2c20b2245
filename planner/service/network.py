"""Whom a service speaks to, and what ties it to another service of the same machine."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from planner.model import Coupling, Host, Listener, Peer, TextFile, Workload
from planner.service import config, places

_LOOPBACK_URL = re.compile(r"(?<![\w.])(127\.0\.0\.1|localhost|\[::1\])[:\s,]+(\d{1,5})\b")
_NOBODY = 65534
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

    Port 0: the configuration names the machine without a port. Those that come to a port of its
    own are clients, also where an access list names them: no peers.
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
    clients = {
        plain(link.peer_address)
        for link in host.connections.value or ()
        if link.local_port in ports
    }
    for address, port in _configured(names, own, files):
        if not port and address in clients:
            continue
        seen = any(a == address and port in (0, p) for a, p in found)
        if not seen:
            found[address, port] = Peer(address, port, names.get(address, ()), seen=False)
    # A port that is named somewhere says more than the machine's name alone.
    ported = {address for address, port in found if port}
    return tuple(found[key] for key in sorted(found) if key[1] or key[0] not in ported)


def of_mounts(host: Host, workload: Workload) -> tuple[Peer, ...]:
    """The servers of the network file systems in which its volumes and copies lie."""
    found: dict[tuple[str, int], Peer] = {}
    for path in (*(v.path for v in workload.volumes), *(c.path for c in workload.copies)):
        mount = places.network_mount(host, path)
        if mount is None:
            continue
        match = re.fullmatch(r"(?://)?(\[[^\]]+\]|[^:/\[]+)[:/].*", mount.source)
        name = match[1].strip("[]") if match else ""
        given = next((o[5:] for o in mount.options if o.startswith("addr=")), "")
        address = plain(given or name)
        port = 2049 if mount.type.startswith("nfs") else 445 if name and mount.type != "ceph" else 0
        if address and not is_loopback(address):
            names = tuple(n for n in (name,) if n and plain(n) != address)
            found[address, port] = Peer(address, port, names)
    return tuple(found[key] for key in sorted(found))


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
            for path in _sockets(host, workload, other, texts.get(workload.id, ())):
                tie(workload, other, "socket", path)
            for path in _connected(host, workload, other):
                tie(workload, other, "socket", path)
            if other.unit and other.unit in units.get(workload.id, frozenset()):
                tie(workload, other, "unit", other.unit)
            if workload.id < other.id:
                for path in _shared(host, workload, other):
                    tie(workload, other, "file", path)
                if name := _same_user(workload, other):
                    tie(workload, other, "user", name)
    for server in workloads:
        address = _only_loopback(server)
        if address and not any(c.kind == "loopback" for c in found[server.id]):
            for client in _clients(server, workloads, units):
                tie(server, client, "loopback", address)
    return tuple(
        replace(
            w, couplings=tuple(sorted(found[w.id], key=lambda c: (c.workload, c.kind, c.detail)))
        )
        for w in workloads
    )


def _only_loopback(workload: Workload) -> str:
    """Where a workload answers that nobody outside the machine can reach; empty: others can."""
    entries = [entry for entry in workload.listeners if entry.protocol == "tcp"]
    if not entries or not only_loopback(workload.listeners):
        return ""
    return _joined(plain(entries[0].address), entries[0].port)


def _clients(
    server: Workload, workloads: Sequence[Workload], units: dict[str, frozenset[str]]
) -> list[Workload]:
    """Who speaks to a server on loopback when no connection was open at the look: those whose
    unit asks for it, else everybody, since one of the machine's own it has to be."""
    others = [w for w in workloads if w.id != server.id]
    asking = [w for w in others if server.unit and server.unit in units.get(w.id, frozenset())]
    return asking or others


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


_BUILT_IN = (
    (re.compile(r"php[\d.]*-(mysql|mysqlnd|mysqli)"), "/run/mysqld/mysqld.sock"),
    (re.compile(r"php-mysqlnd"), "/var/lib/mysql/mysql.sock"),
)
"""Packages of clients with the socket that they take for ``localhost``, which no configuration
names."""


def _sockets(
    host: Host, client: Workload, server: Workload, files: Sequence[TextFile]
) -> Iterable[str]:
    """Sockets that the client's configuration names: in a folder of the server's below /run, or
    seen in one of its volumes.
    """
    for path in config.mentioned(files) if client.id != server.id else ():
        info = places.info(host, path)
        seen = info is not None and info.type == "socket"
        if seen and any(places.below(path, v.path) for v in server.volumes):
            yield path
    homes = [d.path for d in server.directories if places.role(d.path) == "runtime"]
    for package, built_in in _BUILT_IN:
        if any(package.fullmatch(p.name) for p in client.packages):
            yield from (built_in for home in homes if built_in.startswith(f"{home}/"))
    for home in homes:
        if any(d.path == home for d in client.directories):
            continue
        pattern = rf"(?<![\w.-])(?:/var)?{re.escape(home)}(?=[/\s'\";,)]|$)[^\s'\";,)|:]*"
        for file in files:
            for match in re.finditer(pattern, file.text):
                yield places.clean(match[0]) or home


def _connected(host: Host, client: Workload, server: Workload) -> Iterable[str]:
    """Sockets of this machine alone over which the two were seen to speak."""
    for entry in host.unix_sockets.value or ():
        if set(entry.peers) & set(client.pids) and set(entry.pids) & set(server.pids):
            yield entry.path


def _same_user(one: Workload, other: Workload) -> str:
    """The account under which both run; files of one are the other's, too."""
    a, b = one.user, other.user
    own = a is not None and b is not None and a.uid == b.uid and a.uid not in (0, _NOBODY)
    return a.name or str(a.uid) if own and a else ""


def _shared(host: Host, one: Workload, other: Workload) -> Iterable[str]:
    """Folders of both on the machine itself: of the volumes of one, in the volumes or the program
    of the other. A program that both only run is in both images.
    """
    for mine, theirs in ((one, other), (other, one)):
        kept = {v.path for v in mine.volumes if not places.network_mount(host, v.path)}
        used = {v.path for v in theirs.volumes}
        used |= {c.path for c in theirs.copies if c.kind == "application"}
        for path in sorted(kept):
            real = places.follow(host, path).path
            for place in sorted(used):
                if places.below(real, places.follow(host, place).path):
                    yield path
