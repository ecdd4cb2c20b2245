"""Look at the machines of an inventory: one snapshot for each, whatever came of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from planner import session, store
from planner.errors import InputError
from planner.gather import again
from planner.gather.again import Wishes, duration
from planner.gather.asking import Asking, Ears
from planner.gather.look import collectors

__all__ = ["Ears", "Gathered", "Wishes", "duration", "gather"]


@dataclass(frozen=True)
class Gathered:
    """What came of one run; hosts are sorted."""

    snapshots: tuple[Path, ...]
    """Of all hosts that inventory and limit select: what was written now or before, as far as this
    planner reads it."""
    seen: tuple[str, ...]
    unreachable: tuple[tuple[str, str], ...]
    """(host, reason)."""
    failed: tuple[tuple[str, str], ...]
    fresh: tuple[str, ...] = ()
    """Seen before, and not asked again."""


_DEAF, _NONE = Ears(), Wishes()


def gather(
    options: session.Options,
    folder: Path,
    clock: Callable[[], str],
    ears: Ears = _DEAF,
    wishes: Wishes = _NONE,
    scripts: Callable[[str, int], Sequence[str]] = collectors,
) -> Gathered:
    """Write a snapshot into ``folder`` for every host of the inventory, as its answer arrives.

    Where a host was seen before and is not now, the older snapshot stays and the reason lies beside
    it. ``clock`` gives the time in ISO 8601, UTC. ``scripts``: from nonce and seconds to what the
    machines get. Raises InputError for an inventory that cannot be used (nothing is written then),
    OutputError for a folder that is in use or cannot be written, and RunError when Ansible could
    not do its work; what arrived until then is written.
    """
    who = f"process {os.getpid()} on {os.uname().nodename} since {clock()}"
    with store.locked(folder, who):
        wanted = {target.name: target for target in session.targets(options)}
        state = again.begin(folder, options.inventory, wishes, clock())
        fresh = again.fresh(folder, wanted, wishes, state, clock())
        _tell(ears, folder, options, wanted, wishes)
        asked = {name: target for name, target in wanted.items() if name not in fresh}
        ears.start(tuple(asked))
        again.write(folder, state)
        said = Asking(options, folder, clock, ears, wishes, scripts, len(wanted)).ask(asked)
        again.write(folder, again.ended(state, clock()))
    files = (path for name in sorted(wanted) for path in store.snapshot_files(folder, name))
    there = {path: bool(store.head(path)) for path in files if path.exists()}
    for path in (path for path, readable in there.items() if not readable):
        ears.note(f"{path} is of another planner and stays; it is not part of this run")

    def hosts(status: str) -> list[str]:
        return sorted(name for name, (was, _) in said.items() if was == status)

    return Gathered(
        tuple(path for path, readable in there.items() if readable),
        seen=tuple(hosts("seen")),
        unreachable=tuple((name, said[name][1]) for name in hosts("unreachable")),
        failed=tuple((name, said[name][1]) for name in hosts("failed")),
        fresh=fresh,
    )


def _tell(
    ears: Ears,
    folder: Path,
    options: session.Options,
    wanted: Mapping[str, session.Target],
    wishes: Wishes,
) -> None:
    """What the folder holds that this run does not touch."""
    try:
        old = None if wishes.resume else again.read(folder)
    except InputError:
        old = None  # a new gathering begins, and its state takes the place of this one
    if old and not old.ended:
        ears.note(f"the gathering of {old.started} did not end: --resume would go on with it")
    others = () if options.limit else again.strangers(folder, wanted)
    if others:
        names = ", ".join(others[:5]) + (" ..." if len(others) > 5 else "")
        ears.note(
            f"{folder} also holds {len(others)} not in this inventory, which stay and are not part "
            f"of this run: {names}"
        )
