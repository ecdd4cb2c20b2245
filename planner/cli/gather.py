"""``planner gather``: look at the machines of an inventory, one snapshot each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.ansible_options import with_ansible_options

if TYPE_CHECKING:
    from planner.gather import Gathered
    from planner.session import Options


@with_ansible_options
def gather(
    ansible: Options,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder to write the snapshots to.")
    ] = Path("snapshots"),
) -> None:
    """Look at the machines of an inventory and write a snapshot of each."""
    found = look(ansible, output)
    missed = len(found.unreachable) + len(found.failed)
    typer.echo(f"{len(found.seen)} machines seen, {missed} not: {output}")


def look(ansible: Options, folder: Path) -> Gathered:
    """Gather into *folder* with progress on standard error."""
    from datetime import UTC, datetime

    from planner.cli.progress import HostProgress
    from planner.gather import gather as gather_snapshots

    def clock() -> str:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    with HostProgress() as progress:
        return gather_snapshots(ansible, folder, clock, progress.start, progress.snapshot)
