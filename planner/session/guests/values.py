"""Values of inventory variables, taken only where they are plain."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

MIB = 1024 * 1024
LONGEST = 200

_SUSPICIOUS = re.compile(r"\{\{|\{%|://[^/\s]*@|-----BEGIN|\$ANSIBLE_VAULT", re.S)
_SIZE = re.compile(r"(\d{1,12})(?:\.0+)?\s*([KMGT]?)i?B?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

Variables = Mapping[str, Any]


def text(value: object) -> str | None:
    """Plain values and lists of them; a template, a vaulted or structured value stays behind."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        parts = [text(item) for item in value]
        return ", ".join(part for part in parts if part) if None not in parts else None
    if not isinstance(value, (str, int, float)):
        return None
    found = str(value)
    return None if len(found) > LONGEST or _SUSPICIOUS.search(found) else found


def word(value: object) -> str:
    """One printable line, or the empty string."""
    found = None if isinstance(value, bool | list) else text(value)
    return found.strip() if found and found.strip().isprintable() else ""


def number(value: object) -> int:
    """Zero: none told."""
    found = re.fullmatch(r"(\d{1,15})(?:\.0+)?", word(value))
    return int(found[1]) if found else 0


def count(value: object) -> int | None:
    """None: none told, or not readable."""
    return number(value) if re.fullmatch(r"\d{1,15}(?:\.0+)?", word(value)) else None


def address(value: object) -> str:
    """An IP address, with its prefix length where told; empty: none, or this machine's own."""
    try:
        found = ipaddress.ip_interface(word(value))
    except ValueError:
        return ""
    if found.ip.is_loopback or (found.ip.is_link_local and found.version == 6):
        return ""
    return str(found) if "/" in word(value) else str(found.ip)


def size(value: object, unit: int = 1) -> int:
    """Bytes of ``32G``, ``4096MB`` or a plain number of ``unit`` bytes; -1: none told."""
    found = _SIZE.fullmatch(word(value))
    if not found:
        return -1
    return int(found[1]) * (_UNITS[found[2].upper()] if found[2] else unit)


def flag(value: object) -> bool | None:
    words = {"true": True, "yes": True, "on": True, "1": True, "enabled": True}
    words |= {"false": False, "no": False, "off": False, "0": False, "disabled": False}
    found = text(value) if not isinstance(value, list) else None
    return words.get((found or "").strip().lower())


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def named(values: object) -> tuple[str, ...]:
    """Names of tags, of a list or of the keys of a dictionary; sorted."""
    said = values if isinstance(values, list) else list(mapping(values))
    return tuple(sorted({found for one in said if (found := word(one))}))


def flat(value: object, path: str = "", depth: int = 8) -> Iterator[tuple[str, Any]]:
    """Leaves of nested dictionaries, by their path in small letters and digits alone.

    So ``config: {hardware: {numCPU: 2}}``, ``config.hardware.numCPU: 2`` and
    ``config_hardware_num_cpu: 2`` are one and the same. A list is a leaf.
    """
    if isinstance(value, Mapping) and depth:
        for key, one in value.items():
            yield from flat(one, path + re.sub(r"[^a-z0-9]", "", str(key).lower()), depth - 1)
    else:
        yield path, value
