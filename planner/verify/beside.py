"""What is asked beside a container: its volumes, its root, its log; and what the plan answers."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from planner.questions import Answer, Question
from planner.session.framing import decode
from planner.verify.asked import SECONDS, facts_script
from planner.verify.engine import Engine, run
from planner.verify.lines import own_errors
from planner.verify.processes import errors
from planner.verify.stage import Berth, volume

Answers = dict[tuple[str, str], Answer]
"""By id of the workload and title of the question."""


def of_volume(engine: Engine, berth: Berth, question: Question) -> Answer:
    """What lies in a volume, seen by root in a container without a network."""
    nonce = secrets.token_hex(16)
    text = facts_script([f"{question.kind}\t0\t/to"], nonce)
    name = volume(berth.host, question.volume)
    words = ["run", "--rm", "-i", "--network", "none", "--user", "0:0", "-v", f"{name}:/to:ro"]
    words += ["--entrypoint", "sh", berth.service.image, "-s"]
    done = run(engine, *words, given=text.encode(), seconds=SECONDS)
    section = decode(done.stdout, nonce).sections.get(f"{question.kind}-0")
    if section is None or section.exit or not section.text:
        reason = (section.reason if section else "") or "its volume cannot be read"
        return Answer(reason=reason, asked=section is not None)
    return Answer(((question.kind, section.text),))


def of_root(engine: Engine, berth: Berth) -> Answer:
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


def logs(
    engine: Engine, berths: Iterable[Berth], asked: Iterable[Answers], since: float
) -> Answers:
    """Kinds of errors that only the containers have. ``since``: when all of them were ready, in
    seconds of the engine's clock: before, they did not find each other yet."""
    known = list(asked)
    found: Answers = {}
    for berth in berths:
        if berth.service.once:
            continue
        at = (berth.item.workload.id, "errors in its log")
        old = {d for answers in known for d in dict(answers[at].parts).get("kinds", "").split()}
        done = run(engine, "logs", "--since", f"{since:.3f}", berth.name)
        new = [t for d, t in errors(own_errors(done.stdout + done.stderr)).items() if d not in old]
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
