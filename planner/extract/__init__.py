"""Fetch what the Dockerfiles of a plan copy: exactly the files that it names, without secrets.

Two looks: the first lists every tree with digests, after the machine sorted out secrets; the second
brings the contents. A workload's folder gets ``rootfs/`` and ``left-out.txt``, whole or not at all;
what a person put into ``rootfs/`` or changed there stays.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from planner import session, store
from planner.change.names import fetched
from planner.errors import OutputError
from planner.extract.settle import LEFT_OUT, RECORD, forget, room, settle, stale
from planner.extract.unpack import build, contents
from planner.extract.wanted import Listing, batches, fetch_script, list_script, listings
from planner.model import Plan, Workload
from planner.session.folder import private_folder
from planner.session.framing import decode

__all__ = ["Context", "extract", "forgotten", "host_name", "stale"]

MAX_BYTES = 4 * 1024**3
MAX_FILES = 200_000


@dataclass(frozen=True)
class Context:
    """What became of one workload. ``reason`` is empty when its folder is complete as listed."""

    workload: str
    folder: Path
    reason: str = ""
    files: int = 0
    bytes: int = 0
    left_out: tuple[tuple[str, str], ...] = ()
    """(path, why it stayed on the machine), sorted."""
    removed: tuple[str, ...] = ()
    """Paths of an earlier extract that the plan no longer takes, or the machine no longer has."""
    kept: tuple[str, ...] = ()
    """Paths that a person put there or changed, which stand before what the machine has."""
    dropped: tuple[tuple[str, str], ...] = ()
    """(path, line): ends of access lists that look like what a change adds, and are gone."""


def extract(
    plan: Plan,
    folder: Path,
    options: session.Options,
    folders: Mapping[str, str],
    on_workload: Callable[[Context], None] = lambda context: None,
    max_bytes: int = MAX_BYTES,
) -> tuple[Context, ...]:
    """Fill ``folder/folders[workload id]/rootfs`` for each workload that moves.

    Workloads without an entry in ``folders`` are passed over; of those that have nothing to copy
    any more what an earlier extract fetched is removed. A machine that cannot be reached is a
    reason in its contexts; raises InputError, RunError, OutputError.
    """
    work = _work(plan, folders)
    done: dict[str, Context] = {}

    def finish(context: Context) -> None:
        done[context.workload] = context
        on_workload(context)

    filled = {workload.id for workloads in work.values() for workload in workloads}
    for id in sorted(folders.keys() - filled):
        if (folder / folders[id] / RECORD).exists():
            finish(_empty(id, folder / folders[id]))
    if not work:
        return tuple(done[id] for id in sorted(done))
    known = {target.name for target in session.targets(options)}

    def fail(workloads: Sequence[Workload], reason: str) -> None:
        for workload in workloads:
            finish(Context(workload.id, folder / folders[workload.id], reason))

    for host in sorted(work.keys() - known):
        fail(work.pop(host), "its machine is not in the inventory, or outside of the limit")
    with private_folder((folder,)) as waiting:
        listed = _list(options, work, max_bytes, fail)
        _fetch(options, work, listed, waiting)
        for host, found in listed.items():
            for workload in work[host]:
                if workload.id in found:
                    place = folder / folders[workload.id]
                    came = waiting / host_name(host)
                    finish(_finish(workload, found[workload.id], came, place))
    return tuple(done[id] for id in sorted(done))


def forgotten(folder: Path, folders: Mapping[str, str]) -> tuple[Context, ...]:
    """Remove what extract fetched for workloads that the plan does not move any more.

    ``folders``: of all that it moves, by id.
    """
    places = {file.parent for file in folder.glob(f"workloads/*/*/{RECORD}")}
    gone = places - {folder / name for name in folders.values()}
    return tuple(_empty("/".join(place.parts[-2:]), place) for place in sorted(gone))


def host_name(host: str) -> str:
    """Safe name of a machine's folder while its files wait."""
    return store.slug(host)


def _work(plan: Plan, folders: Mapping[str, str]) -> dict[str, list[Workload]]:
    """Workloads that move and have something to copy, by host."""
    found: dict[str, list[Workload]] = {}
    for host in plan.hosts:
        for item in host.workloads:
            moves = item.verdict.outcome in ("container", "container-with-changes")
            workload = fetched(item)
            if moves and workload.copies and workload.id in folders:
                found.setdefault(host.name, []).append(workload)
    return found


def _list(
    options: session.Options,
    work: Mapping[str, Sequence[Workload]],
    max_bytes: int,
    fail: Callable[[Sequence[Workload], str], None],
) -> dict[str, dict[str, Listing]]:
    """First look: listings by host and workload."""
    nonce = secrets.token_hex(16)
    found: dict[str, dict[str, Listing]] = {}
    heard: set[str] = set()

    def arrived(answer: session.Answer) -> None:
        if answer.host not in work or answer.host in heard:
            return
        heard.add(answer.host)
        if answer.status != "ok" or not answer.files:
            fail(work[answer.host], f"{answer.status}: {answer.reason}")
            return
        payload = decode(answer.files[0].read_bytes(), nonce)
        if not payload.sections:
            fail(work[answer.host], payload.problem or "the machine has no sha256sum")
            return
        mine = found.setdefault(answer.host, {})
        for workload in work[answer.host]:
            listing = listings(work[answer.host], payload)[workload.id]
            if reason := _too_big(listing, max_bytes):
                fail([workload], reason)
            else:
                mine[workload.id] = listing

    scripts = {host: [list_script(workloads, nonce)] for host, workloads in work.items()}
    session.run(options, scripts, nonce, arrived)
    for host in sorted(work.keys() - heard):
        fail(work[host], "Ansible reported nothing about its machine")
    return found


def _too_big(listing: Listing, max_bytes: int) -> str:
    size = sum(entry.size for entry in listing.entries)
    if size > max_bytes:
        return (
            f"{size / 1024**3:.1f} GiB to copy, more than {max_bytes / 1024**3:.1f}: exclude data"
        )
    if len(listing.entries) > MAX_FILES:
        return f"{len(listing.entries)} files to copy, more than {MAX_FILES}: exclude data"
    return ""


def _fetch(
    options: session.Options,
    work: Mapping[str, Sequence[Workload]],
    listed: Mapping[str, Mapping[str, Listing]],
    waiting: Path,
) -> None:
    """Second look: contents, into ``waiting/<host>``; what does not come is missed by _finish."""
    nonce = secrets.token_hex(16)
    wanted = {}
    for host, found in listed.items():
        (waiting / host_name(host)).mkdir(mode=0o700)
        files = {e.path: e for listing in found.values() for e in listing.entries if e.type == "f"}
        if parts := batches([files[path] for path in sorted(files)]):
            wanted[host] = parts

    def arrived(answer: session.Answer) -> None:
        if answer.host in wanted:
            contents(answer.files, wanted[answer.host], waiting / host_name(answer.host))

    scripts = {
        host: [fetch_script(part, nonce) for part in parts] for host, parts in wanted.items()
    }
    if scripts:
        session.run(options, scripts, nonce, arrived, places=(waiting,))


def _finish(workload: Workload, listing: Listing, waiting: Path, place: Path) -> Context:
    """Build beside, then rename: what was there stays until the new tree is whole."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        new = room(place)
        refused = dict(build(listing.entries, waiting, new))
        broken = sorted(path for path, why in refused.items() if why.startswith(("changed", "its")))
        context = Context(
            workload.id,
            place,
            left_out=tuple(sorted({**dict(listing.left_out), **refused}.items())),
        )
        if broken:
            shutil.rmtree(new)
            return replace(context, reason=f"{store.printable(broken[0])}: {refused[broken[0]]}")
        digests = {entry.path: entry.digest for entry in listing.entries}
        settled = settle(new, place, workload.copies, digests, workload.admissions)
        if settled.problem:
            shutil.rmtree(new)
            return replace(context, reason=settled.problem)
        text = "".join(f"{store.printable(path)}: {why}\n" for path, why in context.left_out)
        store.write_file(place / LEFT_OUT, text.encode())
    except OSError as error:
        raise OutputError(f"{error.filename or place}: {error.strerror}: extract again") from None
    files = [entry for entry in listing.entries if entry.type == "f" and entry.path not in refused]
    return replace(
        context,
        files=len(files),
        bytes=sum(entry.size for entry in files),
        removed=settled.removed,
        kept=settled.kept,
        dropped=settled.dropped,
    )


def _empty(id: str, place: Path) -> Context:
    """Take away what an earlier extract put here, and nothing else."""
    try:
        new = room(place)
        new.mkdir(mode=0o700)
        settled = settle(new, place, (), {})
        if settled.problem:
            shutil.rmtree(new)
            return Context(id, place, settled.problem)
        forget(place)
    except OSError as error:
        raise OutputError(f"{error.filename or place}: {error.strerror}: extract again") from None
    return Context(id, place, removed=settled.removed, kept=settled.kept)
