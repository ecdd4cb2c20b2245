"""What a machine's YAML may hold: strict reading of its values, with the key in every error."""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT]?)")
_FACTOR = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_AGO = re.compile(r"(\d+) (second|minute|hour|day|year)s?(?: ago)?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "year": 31536000}


class WrongMachineError(Exception):
    """A machine's file says something that the kit cannot take; the message names the key."""


def wrong(where: str, what: str) -> WrongMachineError:
    return WrongMachineError(f"{where}: {what}")


def table(value: Any, where: str, allowed: Iterable[str] | None = None) -> dict[str, Any]:
    """A mapping (nothing counts as an empty one); keys other than ``allowed`` are an error."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise wrong(where, f"a mapping is expected, not {value!r}")
    if allowed is not None:
        for key, one in value.items():
            if key not in allowed:
                raise wrong(f"{where}.{key}" if where else str(key), f"unknown key{_comma(one)}")
    return {str(key): one for key, one in value.items()}


def _comma(value: Any) -> str:
    return " (a comma within { } or [ ] ends a value: quote it?)" if value is None else ""


def items(value: Any, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong(where, f"a list is expected, not {value!r}")
    return value


def text(value: Any, where: str) -> str:
    """A string; numbers are taken as they are written, true and false are not."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise wrong(where, f"a text is expected, not {value!r} (quote it?)")
    return str(value)


def texts(value: Any, where: str) -> list[str]:
    return [text(one, where) for one in items(value, where)]


def flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise wrong(where, f"true or false is expected, not {value!r}")
    return value


def one_of(value: Any, where: str, choices: Iterable[str]) -> str:
    known = tuple(choices)
    if value not in known:
        raise wrong(where, f"{value!r} is none of {', '.join(known)}")
    return str(value)


def number(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong(where, f"a whole number is expected, not {value!r}")
    return value


def size(value: Any, where: str) -> int:
    """Bytes of ``200M``, ``1.5T`` or a number."""
    match = _SIZE.fullmatch(str(value)) if not isinstance(value, bool) else None
    if not match:
        raise wrong(where, f"a size is expected (200M, 40G), not {value!r}")
    return int(float(match[1]) * _FACTOR[match[2]])


def share(value: Any, where: str) -> float:
    """``2%`` or 0.02."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(%?)", str(value))
    if not match:
        raise wrong(where, f"a share is expected (2%), not {value!r}")
    return float(match[1]) / (100 if match[2] else 1)


def seconds(value: Any, where: str) -> int:
    match = _AGO.fullmatch(str(value))
    if not match:
        raise wrong(where, f"a time is expected (20 days ago), not {value!r}")
    return int(match[1]) * _SECONDS[match[2]]


def moment(value: Any, where: str, now: int = 0) -> int:
    """Seconds since the epoch of ISO 8601 or of ``20 days ago``."""
    if isinstance(value, datetime):
        seen = value if value.tzinfo else value.replace(tzinfo=UTC)
        return int(seen.timestamp())
    if _AGO.fullmatch(str(value)):
        return now - seconds(value, where)
    try:
        seen = datetime.fromisoformat(str(value))
    except ValueError:
        raise wrong(where, f"a time is expected, not {value!r}") from None
    return int((seen if seen.tzinfo else seen.replace(tzinfo=UTC)).timestamp())


def named(text: str) -> tuple[str, ...]:
    """Names between blanks: long tables of keys stay readable."""
    return tuple(text.split())


def words(value: Any, where: str) -> list[str]:
    """A command line, split as a shell would."""
    try:
        found = shlex.split(text(value, where))
    except ValueError as error:
        raise wrong(where, f"{error} in {value!r}") from None
    if not found:
        raise wrong(where, "a command is expected")
    return found


def path(value: Any, where: str) -> str:
    found = text(value, where)
    if not found.startswith("/"):
        raise wrong(where, f"an absolute path is expected, not {value!r}")
    return found


def endpoint(value: Any, where: str) -> tuple[str, str, int]:
    """(protocol, address, port) of ``80``, ``127.0.0.1:80``, ``udp 53``, ``tcp [::]:80``."""
    protocol, _, place = f" {value}".rpartition(" ")
    protocol = protocol.strip() or "tcp"
    address, colon, port = place.rpartition(":")
    if protocol not in ("tcp", "udp", "sctp", "dccp") or not port.isdigit():
        raise wrong(where, f"[tcp|udp] [address:]port is expected, not {value!r}")
    address = address.strip("[]") if colon else "0.0.0.0"
    try:
        known = address if address == "*" else str(ipaddress.ip_address(address))
    except ValueError:
        raise wrong(where, f"{address!r} is no address") from None
    return protocol, known, int(port)
