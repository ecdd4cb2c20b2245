"""pg_hba.conf: the lines that let clients in by address."""

from __future__ import annotations

import ipaddress
import re

from planner.model import Admission, Host

_TYPES = frozenset({"host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"})
_WORD = re.compile(r'"[^"]*"(?:,[^\s#]*)?|[^\s#]+')


def admissions(host: Host, path: str) -> tuple[Admission, ...]:
    """Lines of the file at *path* that name one network of clients, not every or the local one.

    A container's clients come from the network of the container engine or of another target, so
    each such line shuts them out. Lines with a mask in a field of its own are told, too.
    """
    file = (host.files.value or {}).get(path)
    if file is None:
        return ()
    found = (_line(path, line) for line in file.text.splitlines())
    return tuple(dict.fromkeys(line for line in found if line))


def _line(path: str, line: str) -> Admission | None:
    words = [m[0] for m in _WORD.finditer(line.partition("#")[0])]
    if len(words) < 5 or words[0] not in _TYPES:
        return None
    kind, database, user, address, *rest = words
    if "/" not in address and _address(rest[0]):
        address, rest = f"{address}/{rest[0]}", rest[1:]
    network = _address(address)
    if network is None or network.is_loopback or network.prefixlen == 0 or not rest:
        return None
    before, after = f"{kind} {database} {user} ", f" {' '.join(rest)}"
    return Admission(path, before, address, after)


def _address(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
