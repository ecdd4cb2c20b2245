"""Formats of configuration that several programs share: text to settings, nothing raised.

What a machine says may be broken or hostile: what cannot be read gives no settings, and the
detector says so where it matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from planner import yamltext
from planner.errors import InputError

_BARE_MASK = re.compile(r"(?<=[\s\[{,:])\*\*\*(?=[ \t]*([,}\]#]|$))", re.MULTILINE)
"""What the mask leaves of a plain scalar, which YAML would take for an alias."""
_PAIR = re.compile(r"([A-Za-z0-9_.-]+)(?:\s*[=:]\s*|\s+|$)(.*)")


def pairs(text: str) -> dict[str, str]:
    """``name = value``, ``name: value`` and ``name value`` by line, without comments and quotes;
    the last of a name counts. Names are lower case."""
    return dict(_pairs(text.split("\n")))


def _pairs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if line.lstrip().startswith(("#", ";", "//", "[", "<")):
            continue
        if match := _PAIR.fullmatch(line.strip()):
            yield match[1].lower(), unquoted(match[2])


def unquoted(value: str) -> str:
    """A value without the quotes around it."""
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value


def sections(text: str) -> dict[str, dict[str, str]]:
    """``[section]`` of an ini file -> its settings; of a section that comes twice, all of them.
    What stands before the first is in ``""``. Names are lower case, ``-`` is ``_``, as MySQL and
    uWSGI read them."""
    found: dict[str, dict[str, str]] = {"": {}}
    here = found[""]
    for line in text.split("\n"):
        if match := re.fullmatch(r"\s*\[\s*([^\]]+?)\s*\]\s*", line):
            here = found.setdefault(match[1].lower(), {})
            continue
        for name, value in _pairs([line]):
            here[name.replace("-", "_")] = value
    return found


def flat(text: str) -> dict[str, str]:
    """A YAML or JSON document as dotted names: ``path.data``; items of a list get their number.
    Empty where it is none."""
    try:
        document, _ = yamltext.read("configuration", _BARE_MASK.sub('"***"', text))
    except InputError:
        return {}
    return dict(_flat(document, ""))


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{name}.{number}")
    elif value is not None:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)
