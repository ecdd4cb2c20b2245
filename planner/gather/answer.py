"""A machine's answer, read as a snapshot."""

from __future__ import annotations

import msgspec

from planner import session
from planner.gather.look import COLLECTOR, SECTIONS, WINDOWS_COLLECTOR, WINDOWS_SECTIONS
from planner.gather.masking import masked
from planner.model import SNAPSHOT_SCHEMA, Login, Section, Snapshot
from planner.session.framing import CUT, decode


def no_shell(target: session.Target) -> session.Answer:
    """What stands for the answer of a machine that the inventory says has no shell."""
    return session.Answer(target.name, "failed", target.no_shell)


def snapshot_of(
    target: session.Target, answer: session.Answer, nonce: str, taken_at: str
) -> Snapshot:
    """One machine as it answered; ``seen`` when it said at least who it is."""
    blank = Snapshot(
        schema=SNAPSHOT_SCHEMA,
        host=target.name,
        status="unreachable" if answer.status == "unreachable" else "failed",
        taken_at=taken_at,
        origin="captured",
        reason=answer.reason,
        collector=COLLECTOR,
        address=target.address,
        groups=target.groups,
        variables=dict(target.variables),
        typed=dict(target.typed),
    )
    if not answer.files:
        return blank
    payload = decode(answer.files[0].read_bytes(), nonce)
    identity = payload.sections.get("identity")
    if identity is None or identity.state == "missing":
        return msgspec.structs.replace(
            blank, reason=answer.reason or f"no identity in the answer: {CUT}"
        )
    windows = "win-os" in payload.sections
    sections = masked(payload.sections) if windows else payload.sections
    absent = {
        name: Section(state="missing", reason=CUT)
        for name in (WINDOWS_SECTIONS if windows else SECTIONS)
        if name not in payload.sections
    }
    return msgspec.structs.replace(
        blank,
        status="seen",
        reason="; ".join(filter(None, (answer.reason, payload.problem))),
        login=_login(identity.text, target.port),
        collector=WINDOWS_COLLECTOR if windows else COLLECTOR,
        sections={**sections, **absent},
    )


def _login(identity: str, port: int) -> Login:
    said = dict(line.partition("=")[::2] for line in identity.splitlines())
    uid = said.get("uid", "")
    number = int(uid) if uid.isascii() and uid.isdigit() else -1
    root = number == 0 or said.get("administrator") == "true"
    return Login(said.get("login", ""), port, number, root)
