"""Options and printing that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.cli.settings import Judge
    from planner.model import Plan, Snapshot
    from planner.store import Written

Output = Annotated[Path, typer.Option("-o", "--output", help="Folder to write the plan to.")]
AsOf = Annotated[
    str | None,
    typer.Option(help="Judge what depends on time as of this moment (ISO 8601, UTC)."),
]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Exit 3 if a machine was not seen or a verdict lacks data."),
]
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        help="Write this, too: kubernetes, quadlet, swarm, ecs (several: repeat, or with commas). "
        "Default: `targets` of the settings, else what their target.orchestrator takes. Compose "
        "files are always written.",
        show_default=False,
    ),
]
ImagePolicy = Annotated[
    str | None,
    typer.Option(
        "--images",
        help="Policy for base images: faithful (the machine's own release and packages) or "
        "official (the application's own image). Default: `images.policy` of the settings.",
        show_default=False,
    ),
]
Digests = Annotated[
    Path | None,
    typer.Option(
        "--digests",
        help="Pin base images to the digests in this file, which `planner digests` writes.",
        show_default=False,
    ),
]
PlanFolder = Annotated[Path, typer.Argument(metavar="PLAN", help="The plan's folder.")]
Movers = Annotated[
    list[str] | None,
    typer.Argument(metavar="[HOST[/WORKLOAD]]...", help="Default: all that moves."),
]
EXIT_INCOMPLETE = 3


def moment(text: str | None) -> str | None:
    """*text* as ``YYYY-MM-DDTHH:MM:SSZ``; a date alone means its midnight."""
    from datetime import UTC, datetime

    from planner.errors import InputError

    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"--as-of {text!r}: not an ISO 8601 time such as 2026-01-31") from None
    aware = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    return aware.strftime("%Y-%m-%dT%H:%M:%SZ")


def with_targets(judge: Judge, asked: Sequence[str] | None) -> Judge:
    """The same with what the command line asks for in place of the settings' targets."""
    from dataclasses import replace
    from typing import get_args

    from planner.errors import InputError
    from planner.model import Output
    from planner.settings import outputs

    if not asked:
        return judge
    known = {str(name): name for name in get_args(Output)}
    words = [word.strip() for text in asked for word in text.split(",") if word.strip()]
    for word in words:
        if word not in known:
            raise InputError(plain(f"--target {word}: there are {', '.join(known)}: name one"))
    made = replace(judge.settings, targets=outputs([known[word] for word in words]))
    return replace(judge, settings=made)


def with_images(judge: Judge, policy: str | None, file: Path | None) -> Judge:
    """The same with the policy and the digests of the command line."""
    from dataclasses import replace
    from typing import get_args

    import msgspec

    from planner.errors import InputError
    from planner.images import choice
    from planner.settings import digests
    from planner.store import printable

    made = judge.settings.images
    if policy is not None:
        known = {str(name): name for name in get_args(choice.Policy)}
        if policy not in known:
            raise InputError(plain(f"--images {policy}: there are {', '.join(known)}: name one"))
        made = msgspec.structs.replace(made, policy=known[policy])
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", "") or "not UTF-8"
            raise InputError(f"{printable(file)}: {why}: name a file of digests") from None
        pins = digests(str(file), text)
        made = msgspec.structs.replace(made, digests={**made.digests, **pins})
    return replace(judge, settings=replace(judge.settings, images=made))


def make_and_write(
    snapshots: Sequence[Snapshot], out: Path, as_of: str | None, judge: Judge
) -> Plan:
    """Plan, render and write; print where it went and what a reviewer's edits kept, and warn of
    overrides that concern nothing.
    """
    from planner import __version__, render, store
    from planner.cli.settings import warn
    from planner.plan import make_plan

    plan = make_plan(
        snapshots, judge.rules, as_of=moment(as_of), version=__version__, settings=judge.settings
    )
    warn(plan)
    written = store.write_artifacts(out, render.render(plan, store.templates()))
    summary(plan, out, written)
    return plan


def summary(plan: Plan, out: Path, written: Written) -> None:
    """The verdicts at a glance on standard output, the way to the report last."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("machine", "outcome", "workload", "verdict", box=None, pad_edge=False)
    for host in plan.hosts:
        name = Text(plain(host.name))
        outcome = Text(host.outcome or f"no verdict: {host.status}")
        if not host.workloads:
            table.add_row(name, outcome, "", Text(plain(host.reason or host.why)))
        for index, planned in enumerate(host.workloads):
            table.add_row(
                name if index == 0 else "",
                outcome if index == 0 else "",
                Text(plain(planned.workload.name)),
                Text(planned.verdict.outcome),
            )
    console = Console()
    console.print(table)
    for path in written.kept:
        console.print(Text(f"kept: {path} was edited; the new one is {path}.new"))
    console.print(Text(f"as of {plan.as_of}; read {out / 'report.md'}"))


def plain(text: str) -> str:
    """*text* without what could steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def finish(plan: Plan, strict: bool) -> None:
    """Exit 3 with *strict* where a machine was not seen or a verdict lacks data."""
    incomplete = any(
        h.outcome in (None, "insufficient-data")
        or any(w.verdict.outcome == "insufficient-data" for w in h.workloads)
        for h in plan.hosts
    )
    if strict and incomplete:
        raise typer.Exit(EXIT_INCOMPLETE)
