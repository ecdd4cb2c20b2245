"""The two sides of a comparison: the live machine, which is only read, and its container."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence

from planner import session
from planner.model import HostPlan, Workload
from planner.questions import Answer, Question
from planner.service.network import is_loopback
from planner.session.framing import Payload, decode
from planner.verify.asked import (
    SECONDS,
    Asked,
    Heard,
    exchange,
    facts_script,
    look_script,
    read,
)
from planner.verify.dial import Reply, dial_all
from planner.verify.engine import Engine, run
from planner.verify.processes import errors
from planner.verify.stage import ROUTES, Berth, on_link, volume

Wanted = Mapping[str, Sequence[Question]]
"""Questions by id of the workload."""
Answers = dict[tuple[str, str], Answer]
"""By id of the workload and title of the question."""
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
    outer = own if question.address in _ANY else question.address
    return Asked(
        w,
        question,
        host="" if is_loopback(question.address) else outer,
        inside=inner,
        unit=w.unit,
        exe="" if w.unit else w.exe,
        who=w.user.name if w.user and re.fullmatch(r"[\w.-]+", w.user.name, re.A) else "",
        site=own,
        variables=variables,
    )


def container(
    engine: Engine, berth: Berth, questions: Sequence[Question], variables: frozenset[str]
) -> Answers:
    """Ask one container: over its network, the rest by the same script inside of it."""
    w = berth.item.workload
    near = on_link(ROUTES.read_text(), berth.address) if ROUTES.exists() else False
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
            answers[w.id, question.title] = _volume(engine, berth, question)
        elif question.kind == "root":
            answers[w.id, question.title] = _root(engine, berth)
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


def _volume(engine: Engine, berth: Berth, question: Question) -> Answer:
    """What lies in a volume, seen by root in a container without a network."""
    nonce = secrets.token_hex(16)
    text = facts_script([f"{question.kind}\t0\t/to"], nonce)
    name = volume(berth.host, question.volume)
    words = ["run", "--rm", "-i", "--network", "none", "--user", "0:0", "-v", f"{name}:/to:ro"]
    words += ["--entrypoint", "sh", berth.service.image, "-s"]
    done = run(engine, *words, given=text.encode(), seconds=SECONDS)
    section = decode(done.stdout, nonce).sections.get(f"{question.kind}-0")
    if section is None or section.exit or not section.text:
        return Answer(reason=(section.reason if section else "") or "its volume cannot be read")
    return Answer(((question.kind, section.text),))


def _root(engine: Engine, berth: Berth) -> Answer:
    """What the container wrote beside its volumes."""
    done = run(engine, "diff", berth.name)
    paths = sorted(line[2:] for line in done.stdout.decode("utf-8", "replace").splitlines())
    own = [m.target for m in berth.service.mounts] + [p for p, _ in berth.service.tmpfs]
    own += [target for _, _, target in berth.service.secrets]
    own += [line.path for line in berth.item.workload.admissions]
    own += ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/run/.containerenv"]
    own += ["/dev", "/proc", "/sys", "/run/secrets"]
    written = [
        path
        for path in paths
        if not any(path == o or path.startswith(f"{o}/") or o.startswith(f"{path}/") for o in own)
        and not any(other.startswith(f"{path}/") for other in paths)
    ]
    return Answer((("writes", " ".join(written[:8]) or "nothing: possible"),))


def logs(engine: Engine, berths: Iterable[Berth], asked: Iterable[Answers]) -> Answers:
    """Replace what the machines said of their logs by kinds of errors that only containers have."""
    known = list(asked)
    found: Answers = {}
    for berth in berths:
        at = (berth.item.workload.id, "errors in its log")
        old = {d for answers in known for d in dict(answers[at].parts).get("kinds", "").split()}
        done = run(engine, "logs", berth.name)
        new = [t for d, t in errors(done.stdout + done.stderr).items() if d not in old]
        found[at] = Answer((("new", "\n".join(new[:20]) or "none"),))
    return found


def quiet(answers: Answers, berths: Iterable[Berth]) -> Answers:
    """The machine's side of that question, and the user that the plan wants."""
    found = dict(answers)
    for berth in berths:
        w = berth.item.workload
        found[w.id, "errors in its log"] = Answer((("new", "none"),))
        found[w.id, "user that it runs as"] = Answer(
            (("uid", str(w.run_as.uid if w.run_as else 0)),)
        )
        found[w.id, "read-only root"] = Answer(reason="not asked")
    return found
