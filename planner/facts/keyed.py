"""Sections of records of several kinds: the first field between tabs says which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from planner.facts.text import Parsed, each_line, fields

Reader = Callable[..., Any]
"""The fields behind the first, to a value; ValueError or IndexError: not understood."""


def keyed(text: str, readers: Mapping[str, Reader]) -> Parsed[dict[str, list[Any]]]:
    """Read every line with the reader of its first field; a kind without lines has an empty list.

    More fields than a reader takes are not understood, as are kinds without a reader. Nothing but
    such lines: UnreadableError.
    """
    found: dict[str, list[Any]] = {key: [] for key in readers}

    def take(line: str) -> bool:
        key, *values = fields(line, 2)
        if key not in readers:
            raise ValueError(line)
        try:
            found[key].append(readers[key](*values))
        except TypeError as error:
            raise ValueError(line) from error
        return True

    return Parsed(found, each_line(text, take).partial)


def last(values: list[Any], default: Any) -> Any:
    """Give the last of the values, or ``default`` without any."""
    return values[-1] if values else default
