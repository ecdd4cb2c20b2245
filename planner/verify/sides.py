"""The two sides of a comparison: the live machine, which is only read, and its container."""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Mapping, Sequence

from planner import session
from planner.model import HostPlan, Workload
from planner.questions import Question
from planner.service.network import is_loopback
from planner.session.framing import Payload, decode
from planner.verify.asked import (
    SECONDS,
    look_script,
    read,
)
from planner.verify.beside import Answers, of_root, of_volume
from planner.verify.dial import Reply, dial_all
from planner.verify.engine import Engine, run
from planner.verify.routes import TABLE, on_link
from planner.verify.stage import Berth
from planner.verify.talked import Asked, Heard, exchange

Wanted = Mapping[str, Sequence[Question]]
"""Questions by id of the workload."""
_ANY = ("0.0.0.0", "::", "*", "")  # noqa: S104
_OUTSIDE = ("owners", "files", "logs", "root")
"""Kinds that a container is not asked from its inside."""


def machines(
    options: session.Options,
    berths: Sequence[Berth],
    wanted: Wanted,
    variables: Mapping[str, frozenset[str]],
) -> Answers:
    """Ask the live machines: over the network, the rest by one script for each of them."""
    asked: dict[str, list[Asked]] = {}
    for berth in berths:
        w = berth.item.workload
        for question in wanted.get(w.id, ()):
            one = _of_machine(berth.host, w, question, variables.get(w.id, frozenset()))
            asked.setdefault(berth.host.name, []).append(one)
    replies = {host: _dialled(items) for host, items in asked.items()}
    nonce = secrets.token_hex(16)
    scripts = {h: look_script(items, replies[h], nonce) for h, items in asked.items()}
    payloads: dict[str, Payload] = {}

    def arrived(answer: session.Answer) -> None:
        if answer.status == "ok" and answer.files:
            payloads[answer.host] = decode(answer.files[0].read_bytes(), nonce)
        else:
            payloads[answer.host] = Payload(problem=f"{answer.status}: {answer.reason}")

    jobs = {host: [text] for host, text in scripts.items() if text}
    if jobs:
        session.run(options, jobs, nonce, arrived, seconds=SECONDS + 60, only=sorted(jobs))
    silent = Payload(problem="Ansible reported nothing about its machine: is it in the inventory?")
    return {
        (items[n].workload.id, items[n].question.title): answer
        for host, items in asked.items()
        for n, answer in read(items, Heard(replies[host], payloads.get(host, silent))).items()
    }


def _of_machine(
    host: HostPlan, w: Workload, question: Question, variables: frozenset[str]
) -> Asked:
    own = host.address or host.name
    inner = question.address if question.address not in _ANY else "127.0.0.1"
    return Asked(
        w,
        question,
        host=_outer(host, question.address),
        inside=inner,
        unit=w.unit,
        exe="" if w.unit else w.exe,
        who=_who(w),
        site=own,
        variables=variables,
    )


def _outer(host: HostPlan, address: str) -> str:
    """Where to dial; empty: nowhere. A snapshot says what it likes: only what the inventory calls
    the machine, and its own addresses that lead to no other place, are dialled."""
    own = host.address or host.name
    if address in _ANY or address == own:
        return own
    found = _plain(address)
    if not found or found not in {_plain(known.partition("/")[0]) for known in host.addresses}:
        return ""
    closed = found.is_loopback or found.is_link_local or found.is_multicast or found.is_unspecified
    return "" if closed else address


def _plain(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _who(w: Workload) -> str | None:
    """A name that is one word anywhere, or else the number; None: not known."""
    if not w.user:
        return None
    if re.fullmatch(r"[A-Za-z_][\w.-]*", w.user.name, re.A):
        return w.user.name
    return str(w.user.uid) if w.user.uid >= 0 else None


def container(
    engine: Engine, berth: Berth, questions: Sequence[Question], variables: frozenset[str]
) -> Answers:
    """Ask one container: over its network, the rest by the same script inside of it."""
    w = berth.item.workload
    here = not engine.far and TABLE.exists()
    near = on_link(TABLE.read_text(), berth.address) if here else False
    asked = [_of_container(berth, question, variables, near) for question in questions]
    replies = _dialled(asked)
    nonce = secrets.token_hex(16)
    text = look_script(asked, replies, nonce, _OUTSIDE)
    words = ("exec", "-i", berth.name, "sh", "-s")
    done = run(engine, *words, given=text.encode(), seconds=SECONDS)
    found = read(asked, Heard(replies, decode(done.stdout, nonce)))
    answers = {(w.id, asked[n].question.title): answer for n, answer in found.items()}
    for question in questions:
        if question.kind in ("owners", "files"):
            answers[w.id, question.title] = of_volume(engine, berth, question)
        elif question.kind == "root":
            answers[w.id, question.title] = of_root(engine, berth)
    return answers


def _of_container(berth: Berth, question: Question, variables: frozenset[str], near: bool) -> Asked:
    host = berth.address if near and not is_loopback(question.address) else ""
    inside = question.address if is_loopback(question.address) else "127.0.0.1"
    site = berth.host.address or berth.host.name
    return Asked(
        berth.item.workload, question, host=host, inside=inside, site=site, variables=variables
    )


def _dialled(asked: Sequence[Asked]) -> dict[int, Reply]:
    """Over the network; one attempt tells whether a port can be reached at all."""
    wanted = {
        n: spoken
        for n, item in enumerate(asked)
        if item.host and (spoken := exchange(item, item.host))
    }
    first = {(spoken.host, spoken.port): n for n, spoken in reversed(wanted.items())}
    replies = dial_all({n: wanted[n] for n in first.values()})
    reached = {place for place, n in first.items() if replies[n].connected}
    left = {
        n: spoken
        for n, spoken in wanted.items()
        if n not in replies and (spoken.host, spoken.port) in reached
    }
    return {**replies, **dial_all(left)}
