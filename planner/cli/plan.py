"""``planner plan``: snapshots in, plan out; no machine and no network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.common import AsOf, Digests, ImagePolicy, Output, Strict, Targets
from planner.cli.settings import SettingsFile


def plan(
    snapshots: Annotated[
        list[Path], typer.Argument(help="Snapshot files, or folders of them.", show_default=False)
    ],
    output: Output = Path("plan"),
    settings: SettingsFile = None,
    target: Targets = None,
    images: ImagePolicy = None,
    digests: Digests = None,
    as_of: AsOf = None,
    strict: Strict = False,
) -> None:
    """Plan from snapshots that were gathered before, offline."""
    from planner import store
    from planner.cli.common import finish, make_and_write, with_images, with_targets
    from planner.cli.settings import judge

    judged_by = with_images(with_targets(judge(settings), target), images, digests)
    store.claim_output(output)
    with store.locked(output, holder()):
        made = make_and_write(store.read_snapshots(snapshots), output, as_of, judged_by)
    finish(made, strict)


def holder() -> str:
    """Who has a plan's folder for itself, for whoever comes second."""
    return f"process {os.getpid()} on {os.uname().nodename}"
