"""What Redis and its kin are asked by their own client, without a password."""

from __future__ import annotations

import re
import shlex

from planner.model import Health
from planner.service import places
from planner.service.health import tcp


def closed(settings: dict[str, str]) -> bool:
    """Whether it may ask for a password or for TLS."""
    return bool({"requirepass", "aclfile", "user"} & settings.keys()) or (
        settings.get("tls-port", "0") != "0"
    )


def _ask(settings: dict[str, str], family: str) -> tuple[str, ...]:
    port = _port(settings)
    socket = places.clean(settings.get("unixsocket", ""))
    where = ("-s", socket) if port == "0" and socket else ("-p", port)
    return (f"{family}-cli", *where)


def _port(settings: dict[str, str]) -> str:
    port = settings.get("port", "6379")
    return port if re.fullmatch(r"\d{1,5}", port) else "6379"


def health(settings: dict[str, str], family: str) -> Health:
    """PING, or whether it accepts where it asks for a password or for TLS."""
    if closed(settings):
        port = _port(settings)
        told = settings.get("tls-port", port) if port == "0" else port
        return tcp(int(told) if re.fullmatch(r"\d{1,5}", told) else 6379)
    ask = shlex.join((*_ask(settings, family), "ping"))
    return Health(("bash", "-c", f'[ "$({ask})" = PONG ]'), "answers PING with PONG")


def census(settings: dict[str, str], family: str) -> str:
    """Keys of every database that do not expire: those that do go while it is counted."""
    ask = shlex.join((*_ask(settings, family), "info", "keyspace"))
    count = r"s/^\(db[0-9]*\):keys=\([0-9]*\),expires=\([0-9]*\).*/\1 \2 \3/p"
    return (
        f"told=$({ask}) && printf '%s\\n' \"$told\" | sed -n {shlex.quote(count)} | "
        'while read -r d k e; do echo "$d $((k - e))"; done && echo counted'
    )
