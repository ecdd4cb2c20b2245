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
    settings = "settings"
    verify = "verify"


def schema(
    subject: Annotated[Subject, typer.Argument(help="Which one.", show_default=False)],
) -> None:
    """Print the JSON Schema of a plan, a snapshot, a rule, the settings or verify.json."""
    import msgspec

    from planner import store
    from planner.model import Plan, Snapshot
    from planner.questions import Verification
    from planner.rules import RuleFile
    from planner.settings import SettingsFile

    kinds: dict[Subject, type] = {
        Subject.plan: Plan,
        Subject.snapshot: Snapshot,
        Subject.rule: RuleFile,
        Subject.settings: SettingsFile,
        Subject.verify: Verification,
    }
    typer.echo(store.encode(msgspec.json.schema(kinds[subject])).decode(), nl=False)
