"""Questions to servers: what is said to them over a socket, and what their replies answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.model import Section, Workload
from planner.questions import Answer, Question, http, names, talks
from planner.session.framing import Payload
from planner.verify.dial import Exchange, Reply

_ALERT = re.compile(r"\[SSL: (\w*ALERT\w*)\]")
"""As Python's ssl names it. A server that wants to see its client's certificate answers so, too."""


@dataclass(frozen=True)
class Asked:
    """One question to one side."""

    workload: Workload
    question: Question
    host: str = ""
    """Where to dial from the outside; empty: only from the inside."""
    inside: str = "127.0.0.1"
    unit: str = ""
    exe: str = ""
    """Which processes are its own; both empty: all of them."""
    who: str | None = ""
    """As whom to count rows, name or number; empty: as the login; None: nobody is, so not."""
    site: str = ""
    """Host header where the question names no site: the same on both sides."""
    variables: frozenset[str] = frozenset()
    """Names that the workload's process needs."""


@dataclass
class Heard:
    """What one side said, by place in the list of what was asked."""

    replies: dict[int, Reply] = field(default_factory=dict)
    payload: Payload = field(default_factory=Payload)


def exchange(asked: Asked, host: str) -> Exchange | None:
    """What is said over a socket; None: this question needs none."""
    q = asked.question
    site = q.site or asked.site or host
    if q.kind == "http":
        standard = 443 if q.tls else 80
        name = site if q.port == standard else f"{site}:{q.port}"
        return Exchange(host, q.port, http.request(name, q.path), q.tls, q.site, ends=True)
    if q.kind == "tls":
        return Exchange(host, q.port, tls=True, name=q.site)
    if q.kind == "greeting":
        return Exchange(host, q.port, talks.BY_NAME.get(q.talk, talks.GREETING).say)
    return None


def talked(number: int, asked: Asked, heard: Heard, sections: Mapping[str, Section]) -> Answer:
    outer = heard.replies.get(number)
    section = sections.get(f"ask-{number}")
    inner = _inner(section.text) if section and section.state != "missing" else None
    reply = outer if answered(asked, outer) or not inner else inner
    parts = _parts(asked.question, reply) if reply else ()
    if parts:
        return Answer(parts)
    told = [side.reason for side in (inner, outer, section) if side and side.reason]
    refused = bool(outer and (outer.connected or "refused" in outer.reason))
    tried = bool(inner) or refused or not heard.payload.problem
    if not tried:
        told.append(heard.payload.problem)
    return Answer(reason=told[0] if told else "no such answer", asked=tried)


def _parts(q: Question, reply: Reply) -> tuple[tuple[str, str], ...]:
    if q.kind == "http":
        return http.parts(reply.data)
    if q.kind == "tls":
        alert = _ALERT.search(reply.reason)
        return names.parts(reply.certificate) or ((("alert", alert[1]),) if alert else ())
    return talks.parts(q.talk, reply.data)


def _inner(text: str) -> Reply:
    said = {line[:1]: line[2:] for line in text.splitlines()}
    try:
        return Reply(bytes.fromhex(said.get("D", "")), bytes.fromhex(said.get("C", "")))
    except ValueError:
        return Reply(reason="cannot be read")


def answered(asked: Asked, reply: Reply | None) -> bool:
    """Whether a reply says something to the question."""
    return bool(reply and _parts(asked.question, reply))
