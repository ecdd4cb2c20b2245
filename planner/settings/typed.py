"""YAML's data as :class:`SettingsFile`, with the line of what does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

import msgspec

from planner.images.choice import Policy as ImagePolicy
from planner.settings.file import (
    HINTS,
    Acceptance,
    Digest,
    Force,
    ImagesFile,
    Prefix,
    SettingsFile,
    SignalFile,
    TargetFile,
)
from planner.yamltext import Lines, Path, fail, path_in

_KEYS = frozenset(
    field
    for kind in (SettingsFile, TargetFile, ImagesFile, SignalFile, Acceptance, Force)
    for field in kind.__struct_fields__
)
"""Names that a key may have somewhere in the file."""


def typed(file: str, lines: Lines, data: Any) -> SettingsFile:
    """Raises InputError for the first thing of another shape."""
    for at, value, kind in _pieces(data):
        _convert(file, lines, at, value, kind)
    found: SettingsFile = _convert(file, lines, (), data, SettingsFile)
    return found


def near(word: str, words: Iterable[str]) -> str:
    """`` (meant?)``, where one of the words is close."""
    found = get_close_matches(word, sorted(words), n=1)
    return f" ({found[0]}?)" if found else ""


def _pieces(data: Any) -> Iterator[tuple[Path, Any, Any]]:
    """What stands under names of the user's, where the whole conversion could not say the line."""
    for at, value in _entries(data, "signals"):
        for inner, values in _entries(value, "variables"):
            yield (*at, *inner), values, tuple[str, ...]
        yield at, value, SignalFile
    images = data.get("images") if isinstance(data, dict) else None
    for key, kind in (("workloads", ImagePolicy), ("mirrors", Prefix), ("digests", Digest)):
        for at, value in _entries(images, key):
            yield ("images", *at), value, kind
    for at, value in _entries(data, "thresholds"):
        for name, threshold in value.items() if isinstance(value, dict) else ():
            yield (*at, name), threshold, int | float | str
        yield at, value, dict[str, Any]


def _entries(data: Any, key: str) -> Iterator[tuple[Path, Any]]:
    inner = data.get(key) if isinstance(data, dict) else None
    for name, value in inner.items() if isinstance(inner, dict) else ():
        yield (key, name), value


def _convert(file: str, lines: Lines, at: Path, value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        said = str(error)
        path = (*at, *path_in(said))
        absent = re.search(r"missing required field `(\w+)`", said)
        key = absent[1] if absent else next((k for k in reversed(path) if isinstance(k, str)), "")
        reason = re.sub(r" - at `.*", "", said)
        hint = f" ({key}: {HINTS[key]})" if key in HINTS else ""
        if stranger := re.search(r"unknown field `(\w+)`", said):
            hint = "" if stranger[1] in _KEYS else near(stranger[1], _KEYS)
        shown = "".join(f"[{k}]" if isinstance(k, int) else f".{k}" for k in path).lstrip(".")
        fail(
            file,
            lines,
            path,
            f"{shown or 'the file'}: {reason}{hint}: see `planner schema settings`",
        )
