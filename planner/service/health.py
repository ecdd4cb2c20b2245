"""Checks of a service that need nothing but bash, which Debian's and Red Hat's slim images have."""

from __future__ import annotations

from collections.abc import Sequence

from planner.model import Health, Listener
from planner.service.network import plain

_ANY = frozenset({"*", "0.0.0.0", "::"})  # noqa: S104


def target(listener: Listener) -> str:
    """Address at which the container itself reaches the listener."""
    address = plain(listener.address)
    return (
        {"::": "127.0.0.1", "*": "127.0.0.1"}.get(address, "127.0.0.1")
        if address in _ANY
        else (address)
    )


def http(port: int, name: str = "localhost", path: str = "/", address: str = "127.0.0.1") -> Health:
    """Any answer below 500 counts: who says 404 or 401 is alive. ``name`` must be a host name."""
    request = f"GET {path} HTTP/1.0\\r\\nHost: {name}\\r\\nConnection: close\\r\\n\\r\\n"
    script = (
        f"exec 3<>/dev/tcp/{address}/{port} && printf '{request}' >&3 && read -r -t 5 line <&3 && "
        'case $line in HTTP/*" "[1234][0-9][0-9]*) exit 0;; esac; exit 1'
    )
    return Health(("bash", "-c", script), f"answers HTTP on port {port} with a status below 500")


def tcp(port: int, address: str = "127.0.0.1") -> Health:
    """Whether a connection is accepted."""
    return Health(
        ("bash", "-c", f"exec 3<>/dev/tcp/{address}/{port}"), f"accepts connections on port {port}"
    )


def exchange(port: int, answer: str, what: str, send: str = "", first: int = 8) -> Health:
    """Whether the ``first`` bytes that come back, zeros left out, match a pattern of ``case``.

    ``send``: what is said before, in the words of printf, without ``'``.
    """
    said = f"printf '{send}' >&3 && " if send else ""
    script = (
        f"export LC_ALL=C; exec 3<>/dev/tcp/127.0.0.1/{port} && {said}"
        f"IFS= read -r -t 4 -n {first} got <&3; case $got in {answer}) exit 0;; esac; exit 1"
    )
    return Health(("bash", "-c", script), what)


def of_listeners(listeners: Sequence[Listener]) -> Health | None:
    """A connection to the first TCP listener that can be reached from inside, lowest port first."""
    for listener in sorted(listeners, key=lambda entry: entry.port):
        address = target(listener)
        if listener.protocol == "tcp" and address.startswith("127."):
            return tcp(listener.port, address)
    return None
