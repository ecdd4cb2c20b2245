"""``planner run``: gather and plan, the whole way in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.ansible_options import with_ansible_options
from planner.cli.common import EXIT_INCOMPLETE, AsOf, Digests, ImagePolicy, Output, Strict, Targets
from planner.cli.gather import HostTimeout, MaxAge, Resume, Retries
from planner.cli.plan import holder
from planner.cli.settings import SettingsFile

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
    resume: Resume = False,
    max_age: MaxAge = None,
    host_timeout: HostTimeout = 300,
    retries: Retries = 0,
    settings: SettingsFile = None,
    target: Targets = None,
    images: ImagePolicy = None,
    digests: Digests = None,
    as_of: AsOf = None,
    strict: Strict = False,
) -> None:
    """Look at the machines of an inventory, decide, and write the plan.

    The plan is of the machines that inventory and limit select; of one that is not reached now,
    from its last snapshot, and it says so.
    """
    from planner import store
    from planner.cli.common import finish, make_and_write, with_images, with_targets
    from planner.cli.gather import look, wishes
    from planner.cli.settings import judge

    judged_by = with_images(with_targets(judge(settings), target), images, digests)
    wanted = wishes(resume, max_age, host_timeout, retries)
    folder = snapshots or output / store.SNAPSHOTS
    _check_place(folder, output)
    store.claim_output(output)
    with store.locked(output, holder()):
        found = look(ansible, folder, wanted)
        plan = make_and_write(store.read_snapshots(found.snapshots), output, as_of, judged_by)
    finish(plan, strict)
    if strict and (found.unreachable or found.failed):
        raise typer.Exit(EXIT_INCOMPLETE)


def _check_place(snapshots: Path, output: Path) -> None:
    """InputError: in the plan's folder, but not where a plan leaves room for snapshots."""
    from planner import store
    from planner.cli.common import plain
    from planner.errors import InputError

    place, plan = snapshots.resolve(), output.resolve()
    if place.is_relative_to(plan) and not place.is_relative_to(plan / store.SNAPSHOTS):
        raise InputError(
            plain(
                f"--snapshots {snapshots}: is in the plan's folder, which has room for them only "
                f"in {output / store.SNAPSHOTS}: name that, or a folder elsewhere"
            )
        )
