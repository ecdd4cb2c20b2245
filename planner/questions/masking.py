"""What of a text changes by itself: found in two answers of one machine, masked in a third."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

MOST = 400
"""Lines, or words of a line, that are matched one by one; what lies between is one mask beyond."""
_WORD = re.compile(r"[\w+/=-]+|\s+|.", re.DOTALL)
_CHANCE = re.compile(r"[\w+/=-]{0,3}")

Pieces = tuple[str, ...]
"""What stays the same, in order; anything may stand between two of them."""


def stable(first: str, second: str) -> Pieces:
    """Return what two answers have in common; one piece if they are the same.

    Pieces of up to three characters between two changes are chance (random text) and left out.
    """
    if first == second:
        return (first,)
    ours, theirs = first.splitlines(keepends=True), second.splitlines(keepends=True)
    pieces: list[str | None] = []
    for same, a, b in _blocks(ours, theirs):
        if same:
            pieces.append("".join(a))
        elif len(a) == len(b):
            for left, right in zip(a, b, strict=True):
                pieces += _words(left, right)
        else:
            pieces.append(None)
    return _joined(pieces)


def matches(pieces: Pieces, text: str) -> bool:
    """Whether a text has these pieces in this order, with anything between them."""
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if not text.startswith(first):
        return False
    at = len(first)
    for piece in middle:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(text) - len(last) >= at and text.endswith(last)


def share(pieces: Pieces, text: str) -> int:
    """How much of a text was compared, in percent."""
    return 100 * sum(map(len, pieces)) // max(len(text), 1) if len(pieces) > 1 else 100


def changed_lines(first: str, second: str) -> tuple[int, ...] | None:
    """Numbers of the lines that differ, from 1; None where their count does."""
    ours, theirs = first.split("\n"), second.split("\n")
    if len(ours) != len(theirs):
        return None
    return tuple(n for n, (a, b) in enumerate(zip(ours, theirs, strict=True), 1) if a != b)


def _words(first: str, second: str) -> Iterator[str | None]:
    if first == second:
        yield first
        return
    for same, a, _ in _blocks(_WORD.findall(first), _WORD.findall(second)):
        yield "".join(a) if same else None


def _blocks(
    a: Sequence[str], b: Sequence[str]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Runs that are the same and runs that are not, in order."""
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    yield True, a[:head], b[:head]
    ours, theirs = a[head : len(a) - tail], b[head : len(b) - tail]
    if len(ours) == len(theirs) and len(ours) > MOST:
        for left, right in zip(ours, theirs, strict=True):
            yield left == right, [left], [right]
    elif max(len(ours), len(theirs)) > MOST:
        yield False, ours, theirs
    elif ours or theirs:
        for kind, i, j, k, m in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
            yield kind == "equal", ours[i:j], theirs[k:m]
    yield True, a[len(a) - tail :], b[len(b) - tail :]


def _joined(pieces: Sequence[str | None]) -> Pieces:
    """Runs of text, cut where a mask (None) stands; the first and the last may be empty."""
    runs: list[str] = [""]
    for piece in pieces:
        if piece is None:
            runs.append("")
        else:
            runs[-1] += piece
    first, *middle, last = runs if len(runs) > 1 else (runs[0], "")
    return (first, *(run for run in middle if not _CHANCE.fullmatch(run)), last)
