"""``planner gather``: look at the machines of an inventory, one snapshot each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.ansible_options import with_ansible_options

if TYPE_CHECKING:
    from planner.gather import Gathered, Wishes
    from planner.session import Options

Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with the last gathering in this folder (of the same inventory): machines that "
        "it has seen are not asked again. Without it, all are asked.",
    ),
]
MaxAge = Annotated[
    str | None,
    typer.Option(
        "--max-age",
        metavar="AGE",
        help="Ask only machines whose snapshot is older (30m, 12h, 7d) or that have none.",
        show_default=False,
    ),
]
HostTimeout = Annotated[
    int,
    typer.Option(
        "--host-timeout",
        min=5,
        metavar="SECONDS",
        help="For one machine, from the connection to the end of its look; what arrived is kept.",
    ),
]
Retries = Annotated[
    int,
    typer.Option(
        "--retries",
        min=0,
        help="Ask unreachable machines again, after the others and a pause of 10 s. Replaces "
        "ssh's own retries of ansible.cfg.",
    ),
]


@with_ansible_options
def gather(
    ansible: Options,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder to write the snapshots to.")
    ] = Path("snapshots"),
    resume: Resume = False,
    max_age: MaxAge = None,
    host_timeout: HostTimeout = 300,
    retries: Retries = 0,
) -> None:
    """Look at the machines of an inventory and write a snapshot of each.

    A machine that was seen before and is not reached now keeps its snapshot; what went wrong is
    written beside it.
    """
    found = look(ansible, output, wishes(resume, max_age, host_timeout, retries))
    missed = len(found.unreachable) + len(found.failed)
    fresh = f", {len(found.fresh)} not asked again" if found.fresh else ""
    typer.echo(f"{len(found.seen)} machines seen, {missed} not{fresh}: {output}")


def wishes(resume: bool, max_age: str | None, host_timeout: int, retries: int) -> Wishes:
    """The flags as gather takes them; InputError for an age that is none."""
    from planner.errors import InputError
    from planner.gather import Wishes, duration

    try:
        age = None if max_age is None else duration(max_age)
    except InputError as error:
        raise InputError(f"--max-age {error}") from None
    return Wishes(resume, age, host_timeout, retries)


def look(ansible: Options, folder: Path, wishes: Wishes) -> Gathered:
    """Gather into *folder* with progress on standard error; when stopped, exit 128 + the signal."""
    from datetime import UTC, datetime

    from planner.cli.progress import HostProgress
    from planner.cli.stopping import stoppable
    from planner.gather import Ears
    from planner.gather import gather as gather_snapshots

    def clock() -> str:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    try:
        with stoppable(), HostProgress() as progress:
            ears = Ears(progress.start, progress.snapshot, progress.note)
            return gather_snapshots(ansible, folder, clock, ears, wishes)
    except KeyboardInterrupt as stop:
        typer.echo(
            f"planner: stopped; what had arrived is in {folder}: go on with --resume", err=True
        )
        raise typer.Exit(128 + (stop.args[0] if stop.args else 2)) from None
