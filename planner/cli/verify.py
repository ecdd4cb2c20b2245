"""``planner verify``: containers beside their machines, question by question."""

from __future__ import annotations

import os
import shlex
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.ansible_options import with_ansible_options
from planner.cli.common import Movers, PlanFolder

if TYPE_CHECKING:
    from planner.model import Plan
    from planner.questions import Verification
    from planner.session import Options
    from planner.verify import Wishes


class Data(StrEnum):
    """What the volumes hold."""

    copy = "copy"
    empty = "empty"


@with_ansible_options
def verify(
    ansible: Options,
    plan_folder: PlanFolder = Path("plan"),
    targets: Movers = None,
    beside: Annotated[
        list[str] | None,
        typer.Option(
            "--with", help="HOST or HOST/WORKLOAD that has to run, too, and is not compared."
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="podman or docker. Default: $ENGINE, or the first that answers.")
    ] = "",
    on: Annotated[
        str,
        typer.Option(
            help="Host of the inventory with an engine, to build and run there. Default: here."
        ),
    ] = "",
    data: Annotated[Data, typer.Option(help="What the volumes hold.")] = Data.copy,
    path: Annotated[
        list[str] | None, typer.Option("--path", help="Ask web servers for this path, too.")
    ] = None,
    build_flag: Annotated[
        list[str] | None,
        typer.Option("--build-flag", help="For the engine's build. Default: $BUILD_FLAGS."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the containers running.")] = False,
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="Compare with the containers that --keep left, and remove them."
        ),
    ] = False,
    max_mib: Annotated[
        int, typer.Option("--max-mib", help="As with extract, where files have to be fetched.")
    ] = 4096,
) -> None:
    """Build what moves, run it apart from everything, and compare its answers with the machine's.

    Machines are only read. --limit takes HOST and HOST/WORKLOAD, too, as the arguments after PLAN
    do. Exit status 0: everything is equal.
    """
    from datetime import UTC, datetime

    from planner import store
    from planner.cli.compared import table
    from planner.cli.stopping import stoppable
    from planner.verify import Wishes
    from planner.verify import verify as compare

    plan = store.read_plan(plan_folder / "plan.json")
    ansible, limited = _limit(plan, ansible)
    flags = build_flag if build_flag is not None else shlex.split(os.environ.get("BUILD_FLAGS", ""))
    wishes = Wishes(
        (*(targets or ()), *limited),
        tuple(beside or ()),
        engine or os.environ.get("ENGINE", ""),
        data.value,
        tuple(path or ()),
        tuple(flags),
        keep,
        again,
        on,
    )
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with stoppable():
        if not again:
            _fetch(plan, plan_folder, ansible, wishes, max_mib)
        found = compare(plan, plan_folder, ansible, wishes, now, _say)
    _write(plan, plan_folder, found)
    table(found)
    typer.echo(f"{plan_folder / 'verify.json'}; hosts/*/verify.sh asks again after the change")
    if not found.equal:
        raise typer.Exit(1)


def _limit(plan: Plan, ansible: Options) -> tuple[Options, tuple[str, ...]]:
    """What --limit names; without it in the options, since what runs beside is reached, too."""
    from dataclasses import replace

    from planner.session import targets

    if not ansible.limit:
        return ansible, ()
    ids = {i.workload.id for h in plan.hosts for i in h.workloads} | {h.name for h in plan.hosts}
    names = tuple(filter(None, ansible.limit.split(",")))
    if not ids.issuperset(names):
        names = tuple(t.name for t in targets(ansible) if t.name in ids)
    return replace(ansible, limit=""), names


def _say(line: str) -> None:
    from planner.cli.common import plain

    typer.echo(plain(line), err=True)


def _fetch(plan: Plan, plan_folder: Path, ansible: Options, wishes: Wishes, max_mib: int) -> None:
    """Fetch what Dockerfiles copy, where it is not there or was fetched for an older plan; a
    failure shows in the build."""
    from planner.change.names import build_folder, fetched, moving
    from planner.cli.extract import say
    from planner.extract import extract, stale
    from planner.verify import wanted

    ids = wanted(plan, wishes)
    lacking = {
        item.workload.id: build_folder(host, item)
        for host in plan.hosts
        for item in moving(host)
        if item.workload.id in ids
        and (copies := fetched(item).copies)
        and stale(plan_folder / build_folder(host, item), copies)
    }
    if lacking:
        extract(plan, plan_folder, ansible, lacking, say, max_mib * 2**20)


def _write(plan: Plan, plan_folder: Path, found: Verification) -> None:
    """verify.json and verify.sh; what was not compared now keeps the results that are there."""
    from planner import store
    from planner.verify.again import again_script
    from planner.verify.merged import earlier, merged

    file = plan_folder / "verify.json"
    old = earlier(file)
    if old is None and file.exists():
        _say(f"{file}: cannot be read by this version, and is written anew")
    found = merged(plan, old, found)
    store.write_file(file, store.encode(found))
    verified = {w.workload: w for w in found.workloads}
    for host in plan.hosts:
        text = again_script(host, verified, found.began_at)
        if text:
            path = plan_folder / "hosts" / host.slug / "verify.sh"
            store.write_file(path, text.encode(), executable=True)
