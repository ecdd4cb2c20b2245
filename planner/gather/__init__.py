"""Look at the machines of an inventory: one snapshot for each, whatever came of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from planner import session, store
from planner.gather.look import COLLECTOR, SECTIONS, collector
from planner.model import SNAPSHOT_SCHEMA, Login, Section, Snapshot
from planner.session.framing import CUT, decode
from planner.session.run import EVERYWHERE

__all__ = ["Gathered", "gather"]


@dataclass(frozen=True)
class Gathered:
    """Snapshots written by one gathering, sorted by host."""

    snapshots: tuple[Path, ...]
    seen: tuple[str, ...]
    unreachable: tuple[tuple[str, str], ...]
    """(host, reason)."""
    failed: tuple[tuple[str, str], ...]


def gather(
    options: session.Options,
    folder: Path,
    clock: Callable[[], str],
    on_start: Callable[[tuple[str, ...]], None] = lambda names: None,
    on_host: Callable[[Snapshot], None] = lambda snapshot: None,
) -> Gathered:
    """Write a snapshot into ``folder`` for every host of the inventory, as its answer arrives.

    ``clock`` gives the time in ISO 8601, UTC. ``on_start`` hears the hosts, ``on_host`` each
    snapshot once it is written. Raises InputError for an inventory that cannot be used (nothing is
    written then) and RunError when Ansible could not do its work.
    """
    wanted = {target.name: target for target in session.targets(options)}
    on_start(tuple(wanted))
    nonce = secrets.token_hex(16)
    written: dict[str, tuple[Path, Snapshot]] = {}

    def keep(snapshot: Snapshot) -> None:
        written[snapshot.host] = (store.write_snapshot(folder, snapshot), snapshot)
        on_host(snapshot)

    def arrived(answer: session.Answer) -> None:
        if (target := wanted.get(answer.host)) and answer.host not in written:
            keep(_snapshot(target, answer, nonce, clock()))

    session.run(options, {EVERYWHERE: [collector(nonce)]}, nonce, arrived)
    for name in sorted(wanted.keys() - written.keys()):
        silent = session.Answer(name, "failed", "Ansible reported nothing about this host")
        keep(_snapshot(wanted[name], silent, nonce, clock()))
    return _result(written)


def _snapshot(
    target: session.Target, answer: session.Answer, nonce: str, taken_at: str
) -> Snapshot:
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
    )
    if not answer.files:
        return blank
    payload = decode(answer.files[0].read_bytes(), nonce)
    identity = payload.sections.get("identity")
    if identity is None or identity.state != "ok":
        return msgspec.structs.replace(
            blank, reason=answer.reason or f"no identity in the answer: {CUT}"
        )
    absent = {
        name: Section(state="missing", reason=CUT)
        for name in SECTIONS
        if name not in payload.sections
    }
    return msgspec.structs.replace(
        blank,
        status="seen",
        reason="; ".join(filter(None, (answer.reason, payload.problem))),
        login=_login(identity.text, target.port),
        sections={**payload.sections, **absent},
    )


def _login(identity: str, port: int) -> Login:
    said = dict(line.partition("=")[::2] for line in identity.splitlines())
    uid = said.get("uid", "")
    number = int(uid) if uid.isascii() and uid.isdigit() else -1
    return Login(said.get("login", ""), port, number, number == 0)


def _result(written: dict[str, tuple[Path, Snapshot]]) -> Gathered:
    ordered = [written[host] for host in sorted(written)]
    snapshots = [snapshot for _, snapshot in ordered]
    return Gathered(
        tuple(path for path, _ in ordered),
        tuple(snapshot.host for snapshot in snapshots if snapshot.status == "seen"),
        tuple((s.host, s.reason) for s in snapshots if s.status == "unreachable"),
        tuple((s.host, s.reason) for s in snapshots if s.status == "failed"),
    )
