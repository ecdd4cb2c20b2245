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
    lines = _lines(raw, nonce)
    sections: dict[str, Section] = {}
    name, text, total, damaged = "", list[str](), 0, False
    for line in lines:
        kind, rest = line[:2], line[2:]
        if line.startswith("|"):
            total += 1
            damaged |= not name
            text.append(line[1:])
        elif kind == "B ":
            damaged |= bool(name) or not _NAME.fullmatch(rest)
            if name:
                sections[name] = Section(state="missing", reason=CUT)
            name, text = rest if _NAME.fullmatch(rest) else "", []
        elif kind == "E ":
            section = _closed(rest, name, text)
            damaged |= section is None or name in sections
            if name:
                whole = section is not None and name not in sections
                sections[name] = section if section and whole else _missing()
            name, text = "", []
        elif kind == "Z ":
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


def _lines(raw: bytes, nonce: str) -> list[str]:
    """Our lines without the nonce. A terminal on the way puts a carriage return to every one."""
    prefix = nonce.encode() + b" "
    ended = raw.split(b"\n")[:-1]  # what no newline ends is not whole
    ours = [line for line in ended if line.startswith(prefix)]
    if ours and all(line.endswith(b"\r") for line in ours):
        ours = [line[:-1] for line in ours]
    return [line[len(prefix) :].decode("utf-8", "replace") for line in ours]


def _closed(rest: str, name: str, text: list[str]) -> Section | None:
    match = _END.fullmatch(rest)
    if not match or match[1] != name or int(match[5]) != len(text):
        return None
    state, reason = _STATES[match[2]], match[6]
    if (state == "ok") == bool(reason) and state == "ok":
        return None
    body = "".join(f"{line}\n" for line in text)
    reason = reason or ("" if state == "ok" else "the machine gave no reason")
    return Section(state=state, text=body, reason=reason, exit=int(match[3]), ms=int(match[4]))
