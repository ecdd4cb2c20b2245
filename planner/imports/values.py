"""Values of unknown origin: read as what they should be, or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

MIB = 1024 * 1024

_LONGEST = 500
_WHOLE = re.compile(r"-?[0-9]{1,18}(?:\.0+)?")


def word(value: object) -> str:
    """One printable line, or the empty string."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).strip()
    return text if len(text) <= _LONGEST and text.isprintable() else ""


def whole(value: object) -> int | None:
    """A number without a fraction, also as text; None: none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if abs(value) < 1e18 and value.is_integer() else None
    if isinstance(value, int):
        return value if abs(value) < 10**18 else None
    if isinstance(value, str):
        text = value.strip()
        return int(text.partition(".")[0]) if _WHOLE.fullmatch(text) else None
    return None


def flag(value: object) -> bool | None:
    """Yes and no, also as the words that people and programs write for them."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower() if isinstance(value, str | int) else ""
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(text)


def mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def moment(value: object) -> str:
    """``2026-01-31T12:00:00Z`` from an ISO 8601 time; one without a zone counts as UTC."""
    if isinstance(value, datetime):
        seen = value
    else:
        try:
            seen = datetime.fromisoformat(word(value))
        except ValueError:
            return ""
    try:
        aware = seen.replace(tzinfo=UTC) if seen.tzinfo is None else seen.astimezone(UTC)
    except (OverflowError, ValueError):
        return ""
    return aware.strftime("%Y-%m-%dT%H:%M:%SZ")


def at(epoch: float) -> str:
    return moment(datetime.fromtimestamp(int(epoch), UTC))
