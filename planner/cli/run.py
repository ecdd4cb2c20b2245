"""``planner run``: gather and plan, the whole way in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.ansible_options import with_ansible_options
from planner.cli.common import AsOf, Output, Strict

if TYPE_CHECKING:
    from planner.session import Options


@with_ansible_options
def run(
    ansible: Options,
    output: Output = Path("plan"),
    snapshots: Annotated[
        Path | None,
        typer.Option(help="Folder for the snapshots. Default: snapshots/ in the plan's folder."),
    ] = None,
    as_of: AsOf = None,
    strict: Strict = False,
) -> None:
    """Look at the machines of an inventory, decide, and write the plan."""
    from planner import store
    from planner.cli.common import finish, make_and_write
    from planner.cli.gather import look

    store.claim_output(output)
    found = look(ansible, snapshots or output / store.SNAPSHOTS)
    finish(make_and_write(store.read_snapshots(found.snapshots), output, as_of), strict)
