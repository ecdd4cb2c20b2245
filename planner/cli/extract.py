"""``planner extract``: fetch what the plan's Dockerfiles copy, without secrets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.ansible_options import with_ansible_options
from planner.cli.common import Movers, PlanFolder

if TYPE_CHECKING:
    from planner.extract import Context
    from planner.session import Options


@with_ansible_options
def extract(
    ansible: Options,
    plan_folder: PlanFolder = Path("plan"),
    targets: Movers = None,
    max_mib: Annotated[
        int, typer.Option("--max-mib", help="Refuse a workload whose files are larger, in MiB.")
    ] = 4096,
) -> None:
    """Fetch the files that the Dockerfiles copy, leaving secrets on the machines and saying so.

    What an earlier extract put there and the plan no longer takes is removed; what somebody put
    there or changed stays, and is named with exit status 3.
    """
    from planner import store
    from planner.change.names import build_folder, moving
    from planner.cli.common import EXIT_INCOMPLETE
    from planner.errors import InputError
    from planner.extract import extract as fetch
    from planner.extract import forgotten

    plan = store.read_plan(plan_folder / "plan.json")
    folders = {
        item.workload.id: build_folder(host, item) for host in plan.hosts for item in moving(host)
    }
    chosen = {i: f for i, f in folders.items() if _wanted(i, targets or [])}
    if targets and not chosen:
        raise InputError(f"{', '.join(targets)}: nothing in {plan_folder} moves under this name")
    gone = () if targets else forgotten(plan_folder, folders)
    for context in gone:
        say(context)
    contexts = (*gone, *fetch(plan, plan_folder, ansible, chosen, say, max_mib * 2**20))
    if any(context.reason for context in contexts):
        raise typer.Exit(1)
    if any(context.kept for context in contexts):
        raise typer.Exit(EXIT_INCOMPLETE)


def _wanted(workload: str, targets: list[str]) -> bool:
    return not targets or any(t in (workload, workload.partition("/")[0]) for t in targets)


def say(context: Context) -> None:
    """What became of one workload."""
    from planner.cli.common import plain

    if context.reason:
        typer.echo(f"{plain(context.workload)}: failed: {plain(context.reason)}", err=True)
        return
    typer.echo(
        f"{plain(context.workload)}: {context.files} files, {context.bytes / 2**20:.1f} MiB in "
        f"{context.folder}"
    )
    for path, why in context.left_out:
        typer.echo(f"  left out: {plain(path)}: {plain(why)}")
    for path in context.removed:
        typer.echo(f"  removed from rootfs: {plain(path)}")
    for path, line in context.dropped:
        typer.echo(
            f"  {plain(f'{context.folder}/rootfs{path}')}: gone, since a change adds such lines: "
            f"{plain(line)}: if yours, put it into the machine's own file",
            err=True,
        )
    for path in context.kept:
        place = plain(f"{context.folder}/rootfs{path}")
        typer.echo(
            f"  {place}: put there or changed by hand, and left: the image takes it; remove it and "
            "extract again for what the machine has",
            err=True,
        )
