"""The wire: how a payload is told apart from banners, forged markers and broken connections.

Every line of ours begins with a nonce of the run and a space::

    <nonce> B <section>
    <nonce> |<text>
    <nonce> E <section> <ok|partial|missing> <exit> <ms> <lines> <reason>
    <nonce> Z <sections> <lines>

Anything else is ignored. A section counts only when it is closed and its lines are all there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from planner.model import Section, SectionState

_END = re.compile(r"([a-z0-9-]+) (ok|partial|missing) (\d{1,9}) (\d{1,9}) (\d{1,9}) ?(.*)")
_NAME = re.compile(r"[a-z0-9-]{1,40}")
_STATES: dict[str, SectionState] = {"ok": "ok", "partial": "partial", "missing": "missing"}
CUT = "cut: the answer broke off or was damaged on the way"


@dataclass(frozen=True)
class Payload:
    """What a machine answered. ``problem`` is empty when every count is right."""

    sections: dict[str, Section] = field(default_factory=dict)
    problem: str = ""


def decode(raw: bytes, nonce: str) -> Payload:
    """Read a payload; a section that is not whole becomes ``missing``, never wrong."""
    sections: dict[str, Section] = {}
    name, body, count, total, damaged = "", bytearray(), 0, 0, False
    for line in _lines(raw, nonce.encode() + b" "):
        if line.startswith(b"|"):
            total += 1
            count += 1
            damaged |= not name
            body += line[1:]
            body += b"\n"
            continue
        kind, rest = line[:2], line[2:].decode("utf-8", "replace")
        if kind == b"B ":
            damaged |= bool(name) or not _NAME.fullmatch(rest)
            if name:
                sections[name] = _missing()
            name, body, count = rest if _NAME.fullmatch(rest) else "", bytearray(), 0
        elif kind == b"E ":
            section = _closed(rest, name, body, count)
            damaged |= section is None or name in sections
            if name:
                whole = section is not None and name not in sections
                sections[name] = section if section and whole else _missing()
            name, body, count = "", bytearray(), 0
        elif kind == b"Z ":
            problem = "" if rest == f"{len(sections)} {total}" and not (name or damaged) else CUT
            if name:
                sections[name] = _missing()
            return Payload(sections, problem)
        else:
            damaged = True
    if name:
        sections[name] = _missing()
    return Payload(sections, CUT)


def _missing() -> Section:
    return Section(state="missing", reason=CUT)


def _lines(raw: bytes, prefix: bytes) -> Iterator[bytes]:
    """Our lines without the nonce. A terminal on the way puts a carriage return to every one.

    What no newline ends is not whole. Line by line, since a payload may have many megabytes.
    """
    end = -1 if all(s[-1:] == b"\r" for s in _ours(raw, prefix)) else None
    return (line[:end] for line in _ours(raw, prefix))


def _ours(raw: bytes, prefix: bytes) -> Iterator[bytes]:
    start = 0
    while (end := raw.find(b"\n", start)) >= 0:
        if raw.startswith(prefix, start):
            yield raw[start + len(prefix) : end]
        start = end + 1


def _closed(rest: str, name: str, body: bytearray, count: int) -> Section | None:
    match = _END.fullmatch(rest)
    if not match or match[1] != name or int(match[5]) != count:
        return None
    state, reason = _STATES[match[2]], match[6]
    if (state == "ok") == bool(reason) and state == "ok":
        return None
    text = body.decode("utf-8", "replace")
    reason = reason or ("" if state == "ok" else "the machine gave no reason")
    return Section(state=state, text=text, reason=reason, exit=int(match[3]), ms=int(match[4]))
