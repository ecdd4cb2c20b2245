"""``planner schema``: the JSON Schema of what the planner reads and writes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Subject(StrEnum):
    """What has a schema."""

    plan = "plan"
    snapshot = "snapshot"
    rule = "rule"


def schema(
    subject: Annotated[Subject, typer.Argument(help="Which one.", show_default=False)],
) -> None:
    """Print the JSON Schema of a plan, a snapshot or a rule."""
    import msgspec

    from planner import store
    from planner.model import Plan, Snapshot
    from planner.rules import RuleFile

    kinds: dict[Subject, type] = {
        Subject.plan: Plan,
        Subject.snapshot: Snapshot,
        Subject.rule: RuleFile,
    }
    typer.echo(store.encode(msgspec.json.schema(kinds[subject])).decode(), nl=False)
