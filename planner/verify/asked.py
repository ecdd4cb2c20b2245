"""Questions as lines for look.sh, and what came back as answers: the same on either side."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from planner.model import Section, Workload
from planner.questions import Answer, Question
from planner.session.script import script
from planner.verify.dial import Reply
from planner.verify.processes import Process, answer, listening, processes
from planner.verify.talked import Asked, Heard, answered, exchange, talked

_UNIT = re.compile(r"[A-Za-z0-9:_.@\\-]+")
_PATH = re.compile(r"/[A-Za-z0-9/_.@:+,%=~-]+")
_HOST = re.compile(r"[A-Za-z0-9.:_-]+")
SECONDS = 900
HTTP_WAIT, TALK_WAIT = 15, 4
"""Seconds; look.sh takes 4 to mean: until it falls silent."""


def look_script(
    asked: Sequence[Asked], replies: Mapping[int, Reply], nonce: str, without: Sequence[str] = ()
) -> str:
    """Script for facts, and for what nobody answered from the outside; empty: nothing to ask.

    ``without``: kinds that are asked in another way.
    """
    return facts_script(
        dict.fromkeys(
            line
            for number, item in enumerate(asked)
            if item.question.kind not in without
            for line in _lines(number, item, replies.get(number))
        ),
        nonce,
    )


def facts_script(lines: Iterable[str], nonce: str) -> str:
    """Script for lines as look.sh knows them; empty without any."""
    wanted = "\n".join(lines)
    body = (Path(__file__).parent / "look.sh").read_text(encoding="utf-8")
    if not wanted:
        return ""
    return script(body, nonce, PLANNER_WANTED=wanted, PLANNER_BUDGET=str(SECONDS))


def _lines(number: int, asked: Asked, reply: Reply | None) -> Iterable[str]:
    """Sections are shared by the questions about one workload."""
    q, w = asked.question, asked.workload
    own = key(w)
    unit = asked.unit if _UNIT.fullmatch(asked.unit) else "-"
    if q.kind in ("running", "user", "environment", "memory"):
        exe = asked.exe if _PATH.fullmatch(asked.exe) else "-"
        yield f"proc\t{own}\t{unit}\t{exe}"
    elif q.kind == "rows":
        if asked.who is None:
            return
        yield f"rows\t{own}\t{asked.who or '-'}\t{_octal(w.census.encode(), leading='0')}"
    elif q.kind in ("owners", "files"):
        volume = next((v for v in w.volumes if v.name == q.volume), None)
        if volume and _PATH.fullmatch(volume.path):
            changes = (_change(volume.uids), _change(volume.gids))
            yield "\t".join((q.kind, str(number), volume.path, *changes))
    elif q.kind == "logs":
        files = [path for path, _ in w.log_links if _PATH.fullmatch(path)]
        yield "\t".join(("logs", own, unit, *files[:5]))
    else:
        wanted = exchange(asked, asked.inside)
        if wanted and not answered(asked, reply) and _HOST.fullmatch(wanted.host):
            name = wanted.name if _HOST.fullmatch(wanted.name) else "-"
            wait = HTTP_WAIT if wanted.ends else TALK_WAIT
            say = _octal(wanted.say) or "-"
            tls = int(wanted.tls)
            yield f"ask\t{number}\t{wanted.host}\t{wanted.port}\t{tls}\t{name}\t{wait}\t{say}"


def _change(pairs: tuple[tuple[int, int], ...]) -> str:
    """``102=999``: the number of the workload's own account on the machine and in its image."""
    return f"{pairs[0][0]}={pairs[0][1]}" if pairs else "-"


def key(workload: Workload) -> str:
    """Short name of a workload's sections, which no other has."""
    return hashlib.sha256(workload.id.encode()).hexdigest()[:16]


def read(asked: Sequence[Asked], heard: Heard) -> dict[int, Answer]:
    """Every answer of one side; what was not answered says why."""
    sections = heard.payload.sections
    sockets = sections.get("sockets")
    ports = listening(sockets.text) if sockets else None
    found: dict[int, Answer] = {}
    for number, item in enumerate(asked):
        found[number] = _answer(number, item, heard, sections, ports)
    return found


def _answer(
    number: int,
    asked: Asked,
    heard: Heard,
    sections: Mapping[str, Section],
    ports: frozenset[tuple[str, int]] | None,
) -> Answer:
    q, own = asked.question, key(asked.workload)
    if q.kind == "listener":
        return _listener(q, heard, ports)
    if q.kind in ("http", "tls", "greeting"):
        return talked(number, asked, heard, sections)
    name = {"rows": f"rows-{own}", "logs": f"logs-{own}"}.get(q.kind, f"{q.kind}-{number}")
    if q.kind in ("running", "user", "environment", "memory"):
        name = f"proc-{own}"
    if q.kind == "rows" and asked.who is None:
        return Answer(reason="the account that it runs as is not known", asked=False)
    section = sections.get(name)
    if section is None or section.state == "missing":
        reason = section.reason if section else heard.payload.problem or "not asked"
        return Answer(reason=reason, asked=False)
    if q.kind in ("rows", "owners", "files"):
        if section.exit or not section.text:
            return Answer(reason=f"exit status {section.exit}, {len(section.text)} characters")
        return Answer(((q.kind, section.text),))
    if q.kind == "logs":
        return Answer((("kinds", section.text or "none"),))
    mine: tuple[Process, ...] = processes(section.text, inside=not (asked.unit or asked.exe))
    return answer(q, mine, asked.variables)


def _listener(q: Question, heard: Heard, ports: frozenset[tuple[str, int]] | None) -> Answer:
    if ports is None:
        reason = heard.payload.problem or "its sockets cannot be seen"
        return Answer(reason=reason, asked=False)
    if (q.protocol, q.port) in ports:
        return Answer((("listens", "yes"),))
    return Answer(reason="nobody listens there")


def _octal(raw: bytes, leading: str = "") -> str:
    r"""For printf: ``\101`` in its format, ``\0101`` for ``%b``."""
    return "".join(f"\\{leading}{byte:03o}" for byte in raw)
