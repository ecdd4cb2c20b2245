"""Two answers of a machine and one of its container, part by part."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from itertools import zip_longest

from msgspec import structs

from planner.questions.masking import changed_lines, matches, share, stable
from planner.questions.model import Answer, Question, Result

MEASURED = ("memory", "root")
"""Kinds that tell a figure of either side, and prove nothing by it."""
SHORT = 160


def compare(question: Question, before: Answer, container: Answer, after: Answer) -> Result:
    """Compare what the container said with what the machine said before and after it.

    What differs between the machine's own two answers is masked. A part that the machine has only
    once (a header that comes and goes) is not compared. Silence on both sides is ``unanswered``,
    and so is a side that could not be asked. Of rows, which are data, only how many, digests and
    numbers of lines are kept. A job has no counterpart to be watched: that it ended
    well is what is wanted of it.
    """
    machine = before if before.parts else after
    again = after if after.parts else before
    ours, theirs, mine = dict(machine.parts), dict(again.parts), dict(container.parts)
    rows = question.kind == "rows"
    said = Result(question, "measured", _said(machine, rows), _said(container, rows))
    if question.kind in MEASURED:
        return said
    if question.kind == "job":
        return structs.replace(said, outcome="equal" if mine else "unanswered", machine="")
    unasked = _unasked(machine, container)
    if unasked or (not ours and not mine):
        return structs.replace(said, outcome="unanswered", differences=unasked)
    said = structs.replace(said, expected=tuple(_expected(ours, theirs, rows)))
    if not ours or not mine:
        silent = "the machine" if not ours else "the container"
        reason = (machine if not ours else container).reason or "no answer"
        told = f"{silent}: {reason}"
        return structs.replace(said, outcome="different", differences=(told,))
    patterns = {name: stable(ours[name], theirs[name]) for name in ours if name in theirs}
    differences = tuple(_differences(ours, theirs, mine, rows))
    masked = tuple(
        f"{name}: {share(pieces, ours[name])} %"
        for name, pieces in patterns.items()
        if len(pieces) > 1
    )
    proof = any(any(re.search(r"\w", piece) for piece in pieces) for pieces in patterns.values())
    return structs.replace(
        said,
        outcome="different" if differences else "equal" if proof else "unanswered",
        differences=differences,
        masked=masked,
    )


def useful(results: Iterable[Result]) -> tuple[Result, ...]:
    """Leave out the guesses to which neither side said anything."""
    return tuple(r for r in results if not (r.question.guess and r.outcome == "unanswered"))


def _unasked(machine: Answer, container: Answer) -> tuple[str, ...]:
    sides = (("the machine", machine), ("the container", container))
    return tuple(
        f"{side} could not be asked: {answer.reason}"
        for side, answer in sides
        if not answer.asked and not answer.parts
    )


def _differences(
    ours: Mapping[str, str], theirs: Mapping[str, str], mine: Mapping[str, str], rows: bool
) -> Iterable[str]:
    short, first = (_counted, _first_row) if rows else (_short, _first)
    for name in sorted({*ours, *theirs, *mine}):
        if name in ours and name in theirs:
            if name not in mine:
                yield f"{name}: {short(ours[name])} / none"
            elif not matches(stable(ours[name], theirs[name]), mine[name]):
                yield f"{name}: {first(ours[name], mine[name])}"
        elif name not in ours and name not in theirs:
            yield f"{name}: none / {short(mine[name])}"


def _first_row(machine: str, container: str) -> str:
    """The number of the first line that differs, and what may be told of both sides."""
    pairs = enumerate(zip_longest(machine.split("\n"), container.split("\n")), 1)
    number = next((n for n, (a, b) in pairs if a != b), 0)
    return f"line {number}: {_counted(machine)} / {_counted(container)}"


def _counted(rows: str) -> str:
    """A lone number, or how many lines and their digest."""
    text = rows.rstrip("\n")
    if re.fullmatch(r"[0-9]{1,18}", text):
        return text
    return f"{len(text.splitlines())} lines, sha256 {digest(rows)[:12]}"


def _first(machine: str, container: str) -> str:
    """The first line that differs, of each side, around the place where it does."""
    ours, theirs = machine.split("\n"), container.split("\n")
    for number in range(max(len(ours), len(theirs))):
        left = ours[number] if number < len(ours) else "(no such line)"
        right = theirs[number] if number < len(theirs) else "(no such line)"
        if left != right:
            where = f"line {number + 1}: " if len(ours) > 1 or len(theirs) > 1 else ""
            pairs = enumerate(zip(left, right, strict=False))
            first = next((n for n, (a, b) in pairs if a != b), min(len(left), len(right)))
            at = max(0, first - SHORT // 2)
            return f"{where}{_cut(left, at)} / {_cut(right, at)}"
    return "line ends differ"


def _expected(
    ours: Mapping[str, str], theirs: Mapping[str, str], rows: bool
) -> Iterable[tuple[str, str]]:
    for name, text in ours.items():
        if name not in theirs:
            continue
        if "\n" not in text and name != "body" and not rows:
            if text == theirs[name]:
                yield name, text
            continue
        lines = changed_lines(text, theirs[name])
        if lines is None:
            continue
        yield name, f"sha256:{digest(text, lines)}"
        if lines:
            yield f"{name} masked-lines", ",".join(map(str, lines))


def digest(text: str, without: Iterable[int] = ()) -> str:
    """SHA-256 of a text without some of its lines, counted from 1; newlines alone end lines."""
    left = set(without)
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    kept = "".join(line for number, line in enumerate(lines, 1) if number not in left)
    return hashlib.sha256(kept.encode("utf-8", "surrogateescape")).hexdigest()


def _said(answer: Answer, rows: bool) -> str:
    if not answer.parts:
        return answer.reason
    return "; ".join(
        f"{name} {_counted(text) if rows else _short(text)}" for name, text in answer.parts
    )


def _cut(line: str, at: int) -> str:
    piece = line[at : at + SHORT].encode("utf-8", "replace").decode()
    return f"{'...' * bool(at)}{piece}{'...' * (at + SHORT < len(line))}"


def _short(text: str) -> str:
    if "\n" in text.rstrip("\n") or len(text) > 2 * SHORT:
        return f"{len(text)} characters, sha256 {digest(text)[:12]}"
    return text.rstrip("\n").encode("utf-8", "replace").decode()
