"""What all parsers share: fields, numbers, lines that count their failures, files in one text.

A parser is a pure function from the text of one section to ``Parsed``. It raises
``UnreadableError`` where nothing at all could be read, and nothing else, whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from planner.model import TextFile

T = TypeVar("T")

_ESCAPED = re.compile(r"\\([\\ntr])")
_PLAIN = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r"}
_MODE = re.compile("[0-7]{1,6}")
_FIRST_LENGTH = 60


class UnreadableError(Exception):
    """The text of a section as a whole says nothing; the message is the reason."""


@dataclass(frozen=True)
class Parsed(Generic[T]):
    """A value, and what of the text it leaves out (empty: nothing)."""

    value: T
    partial: str = ""


def unescape(field: str) -> str:
    r"""Undo the collector's escaping: ``\\``, ``\n``, ``\t``, ``\r``; other pairs stay."""
    return _ESCAPED.sub(lambda m: _PLAIN[m[1]], field) if "\\" in field else field


def escape(text: str) -> str:
    """Escape as the collector does, so that a field fits between two tabs on one line."""
    for char, letter in (("\\", "\\"), ("\n", "n"), ("\t", "t"), ("\r", "r")):
        text = text.replace(char, "\\" + letter)
    return text


def lines(text: str) -> list[str]:
    """Split at newlines alone: ``str.splitlines`` also splits at characters that names hold."""
    found = text.split("\n")
    return found[:-1] if found[-1] == "" else found


def fields(line: str, least: int) -> list[str]:
    """Unescaped fields between tabs; ValueError for fewer than ``least``."""
    found = line.split("\t")
    if len(found) < least:
        raise ValueError(line)
    return [unescape(field) for field in found] if "\\" in line else found


def number(text: str) -> int:
    """Read a decimal of at most 18 digits (more may not fit into JSON), else ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError(text)
    return int(text)


def kilobytes(text: str) -> int:
    """Read a decimal of KiB as bytes, as strictly as ``number``."""
    if len(text) > 15:
        raise ValueError(text)
    return number(text) * 1024


def octal(text: str) -> str:
    """Fill a file mode up to four octal digits; ValueError for none."""
    if not _MODE.fullmatch(text):
        raise ValueError(text)
    return text.zfill(4)


def moment(epoch: str) -> str:
    """``2026-01-31T12:00:00Z`` from seconds since the epoch (a fraction is cut); empty: none."""
    try:
        seen = datetime.fromtimestamp(number(epoch.partition(".")[0]), UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return seen.strftime("%Y-%m-%dT%H:%M:%SZ")


def not_understood(bad: list[str], what: str = "line") -> str:
    """``2 lines not understood, first: ...`` or the empty string."""
    if not bad:
        return ""
    first = "".join(
        c if c.isprintable() else " " if c == "\t" else "?" for c in bad[0][:_FIRST_LENGTH]
    )
    return f"{len(bad)} {what}{'s' if len(bad) > 1 else ''} not understood, first: {first}"


def joined(*reasons: str) -> str:
    """Join the reasons that are not empty, each once."""
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))


def each(items: Iterable[str], read: Callable[[str], T | None]) -> Parsed[tuple[T, ...]]:
    """``read`` every item that is not blank.

    ``read`` returns None for an item that is to be left out and raises ValueError or IndexError
    for one that it does not understand. Nothing but such items: UnreadableError.
    """
    good: list[T] = []
    bad: list[str] = []
    known = False
    for item in items:
        if not item or item.isspace():
            continue
        try:
            value = read(item)
        except (ValueError, IndexError):
            bad.append(item)
            continue
        known = True
        if value is not None:
            good.append(value)
    if bad and not known:
        raise UnreadableError(not_understood(bad))
    return Parsed(tuple(good), not_understood(bad))


def each_line(text: str, read: Callable[[str], T | None]) -> Parsed[tuple[T, ...]]:
    """``each`` over the lines of a text."""
    return each(lines(text), read)


def word(text: str) -> Parsed[str]:
    """Read a section that is one line with one value."""
    found = text.strip()
    if not found or "\n" in found:
        raise UnreadableError("says nothing" if not found else "says more than one line")
    return Parsed(found)


def pairs(text: str) -> dict[str, str]:
    """``key=value`` lines, the last of a key counts; lines without ``=`` are left out."""
    return {key: value for key, eq, value in (s.partition("=") for s in lines(text)) if eq}


def records(text: str, mark: str) -> Iterator[tuple[str, list[str]]]:
    """Yield records that begin with a line ``<mark> <head>``: (head, lines up to the next).

    Lines before the first record come as a record with an empty head.
    """
    head = ""
    body: list[str] = []
    for line in lines(text):
        if line.startswith(mark + " "):
            if head or body:
                yield head, body
            head, body = line[len(mark) + 1 :], []
        elif line:
            body.append(line)
    if head or body:
        yield head, body


def text_files(text: str) -> Parsed[tuple[TextFile, ...]]:
    """Read the multi-file format: ``F`` header lines with tabs, then lines prefixed with ``|``."""
    found: list[tuple[list[str], list[str]]] = []
    bad: list[str] = []
    for line in lines(text):
        if line.startswith("|") and found:
            found[-1][1].append(line[1:])
        elif line:
            try:
                found.append((_header(line), []))
            except ValueError:
                bad.append(line)
                found.append(([], []))  # the lines that follow belong to no known file
    files = tuple(_text_file(head, body) for head, body in found if head)
    if bad and not files:
        raise UnreadableError(not_understood(bad))
    return Parsed(files, not_understood(bad))


def _header(line: str) -> list[str]:
    mark, path, mode, *numbers = fields(line, 7)
    if mark != "F" or not path.startswith("/"):
        raise ValueError(line)
    for text in numbers[:4]:
        number(text)
    return [path, octal(mode), *numbers]


def _text_file(head: list[str], body: list[str]) -> TextFile:
    path, mode, uid, gid, masked, truncated = head[:6]
    return TextFile(
        path=path,
        text="".join(line + "\n" for line in body),
        mode=mode,
        uid=int(uid),
        gid=int(gid),
        masked=int(masked),
        truncated=truncated != "0",
    )
