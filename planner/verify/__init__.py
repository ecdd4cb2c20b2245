"""Build what moves, start it beside a copy of its data on a network without a way out, and compare
what it answers with what the live machine answers. Machines are only read."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from planner import session, store
from planner.errors import InputError, RunError
from planner.model import Plan
from planner.questions import VERIFY_SCHEMA, Verification
from planner.session.folder import memory_first
from planner.verify.asking import compared
from planner.verify.elsewhere import reach
from planner.verify.engine import Engine, prepare, remembered, sweep
from planner.verify.far import with_folder
from planner.verify.guard import nothing_left, removed
from planner.verify.kinds import found
from planner.verify.running import kept, started
from planner.verify.stage import chosen, needed
from planner.verify.wishes import Wishes

__all__ = ["Wishes", "identity", "verify", "wanted"]


def wanted(plan: Plan, wishes: Wishes) -> set[str]:
    """Ids of the workloads whose images are needed."""
    return needed(plan, chosen(plan, wishes.targets), wishes.beside)


def verify(
    plan: Plan,
    folder: Path,
    options: session.Options,
    wishes: Wishes,
    now: str,
    say: Callable[[str], None] = lambda line: None,
) -> Verification:
    """Compare; every image's build context lies in the plan's folder already. ``now``: ISO 8601.

    Nothing of what it made is left, however it ends, but for the images and, with ``keep``, the
    containers. Raises InputError, OutputError, RunError; what fails for one workload alone is told
    in its result.
    """
    id = identity(folder)
    place = _place(id)
    if wishes.again and not (place / "kept.json").exists():
        raise InputError(f"{folder}: no containers were kept: verify with --keep first")
    far = reach(plan, options, wishes.on) if wishes.on and not wishes.again else ""
    new = None if wishes.again else Engine(*found(wishes.engine, far), place, id, far, on=wishes.on)
    who = f"planner verify, process {os.getpid()}"
    with store.locked(folder / ".verify", who), _cleaned(place, new, wishes) as engine:
        if wishes.again:
            state = json.loads((engine.place / "kept.json").read_text())
            wishes = replace(wishes, data=state["data"])
            made = kept(engine, plan, wishes)
        else:
            made = started(engine, plan, folder, options, wishes, say)
        return Verification(
            VERIFY_SCHEMA,
            plan.planner,
            hashlib.sha256(store.encode(plan)).hexdigest(),
            now,
            engine.name,
            wishes.data,
            compared(engine, options, made, wishes, say),
        )


def identity(folder: Path) -> str:
    """What containers, networks and volumes of a plan's comparisons are labelled with: another
    machine's or user's plan of the same path may be compared on the same engine."""
    try:
        machine = Path("/etc/machine-id").read_text().strip()
    except OSError:
        machine = ""
    parts = (machine or platform.node(), str(os.getuid()), str(folder.resolve()))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _place(id: str) -> Path:
    """The private folder of this plan's comparisons: in memory where that can be."""
    home = next(p for p in (*memory_first(), Path("/tmp")) if os.access(p, os.W_OK | os.X_OK))  # noqa: S108
    return home / f"planner-verify-{os.getuid()}-{id}"


def _emptied(place: Path) -> None:
    try:
        if place.exists():
            shutil.rmtree(place)
        place.mkdir(mode=0o700)
    except OSError as error:
        raise RunError(f"{place}: cannot be emptied: {error.strerror}") from None


@contextmanager
def _cleaned(place: Path, new: Engine | None, wishes: Wishes) -> Iterator[Engine]:
    """The engine, with its folders and the guard; what a killed comparison left is removed first.
    ``new``: None for the one of the containers that were kept."""
    if os.path.lexists(place) and (place.is_symlink() or place.stat().st_uid != os.getuid()):
        raise RunError(f"{place}: is somebody else's: remove it")
    place.mkdir(mode=0o700, exist_ok=True)
    old = remembered(place)
    if new is None:
        if old is None:
            raise RunError(f"{place}: which engine has the containers is not told: remove it")
        engine = old
    else:
        if old:
            prepare(old)
            if left := removed(old):
                raise RunError(
                    f"an earlier comparison left {left}: it cannot be removed now; if its machine "
                    f"is gone for good, remove {place}"
                )
        _emptied(place)
        engine = with_folder(new)
    prepare(engine)
    if new:
        sweep(engine)
    keep = False
    with nothing_left(engine):
        try:
            yield engine
            keep = wishes.keep
        finally:
            if not keep:
                remains = removed(engine)
                if remains:
                    raise RunError(
                        f"could not be removed: {remains}; the next verify of this plan tries again"
                    )
