"""Processes and sockets as look.sh tells them, and what they say of a workload."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from planner.questions import Answer, Question

_ERROR = re.compile(rb"error|fatal|panic|emerg|crit|exception|traceback|segfault|denied")
_INITS = ("catatonit", "podman-init", "docker-init", "tini", "dumb-init")
_NUMBER = re.compile(rb"[0-9a-fx]*[0-9][0-9a-f]*")


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    uid: int
    rss: int
    """Bytes."""
    name: str
    variables: frozenset[str]


def processes(text: str, *, inside: bool) -> tuple[Process, ...]:
    """Lines of section ``proc``, the main process first. ``inside``: of a container, where what
    was started beside its own program, as this look itself, is left out."""
    variables: dict[int, set[str]] = {}
    found: dict[int, Process] = {}
    for line in text.splitlines():
        words = line.split(" ", 5)
        if words[0] == "E" and len(words) == 3 and words[1].isdigit():
            variables.setdefault(int(words[1]), set()).add(words[2])
        elif words[0] == "P" and len(words) == 6 and all(w.isdigit() for w in words[1:5]):
            pid, parent, uid, rss = map(int, words[1:5])
            found[pid] = Process(pid, parent, uid, rss * 1024, words[5], frozenset())
    mine = [
        Process(p.pid, p.parent, p.uid, p.rss, p.name, frozenset(variables.get(p.pid, ())))
        for p in found.values()
        if not inside or _first(p, found) == 1
    ]
    return tuple(sorted(mine, key=lambda p: (p.parent in found, p.pid)))


def _first(process: Process, found: dict[int, Process]) -> int:
    """The ancestor whose own parent is not to be seen."""
    seen = set()
    while process.parent in found and process.pid not in seen:
        seen.add(process.pid)
        process = found[process.parent]
    return process.pid


def answer(question: Question, mine: tuple[Process, ...], variables: frozenset[str]) -> Answer:
    """What processes say to a question about them; none: it does not run."""
    if not mine:
        return Answer(reason="does not run")
    if question.kind == "running":
        return Answer((("state", "running"),))
    if question.kind == "memory":
        rss = sum(process.rss for process in mine)
        return Answer((("resident", f"{rss / 2**20:.0f} MiB"),))
    main = next((p for p in mine if not p.name.startswith(_INITS)), mine[0])
    if question.kind == "user":
        return Answer((("uid", str(main.uid)),))
    if not main.variables:
        return Answer(reason="its environment cannot be seen")
    return Answer((("names", " ".join(sorted(main.variables & variables))),))


def listening(text: str) -> frozenset[tuple[str, int]]:
    """(protocol, port) of /proc/net/tcp, tcp6, udp and udp6."""
    found, protocol = set(), ""
    for line in text.splitlines():
        words = line.split()
        if len(words) == 1:
            protocol = words[0][:3]
        elif len(words) > 3 and words[3] == ("0A" if protocol == "tcp" else "07"):
            port = words[1].rpartition(":")[2]
            if re.fullmatch("[0-9A-Fa-f]{4}", port):
                found.add((protocol, int(port, 16)))
    return frozenset(found)


def errors(log: bytes) -> dict[str, str]:
    """Kinds of lines that tell an error: digest -> an example. As look.sh has it."""
    found: dict[str, str] = {}
    for line in log.splitlines():
        lower = line.lower()
        if match := _ERROR.search(lower):
            kind = re.sub(rb"[^ -~]", b"", _NUMBER.sub(b"#", lower[match.start() :]))
            digest = hashlib.sha256(kind + b"\n").hexdigest()
            found.setdefault(digest, kind.decode("ascii"))
    return found
