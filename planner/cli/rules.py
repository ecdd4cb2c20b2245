"""``planner rules``: list them, show one, try their examples."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from planner.rules import Rule

app = typer.Typer(help="What decides: list the rules, show one, try their examples.")


class Form(StrEnum):
    """How to print a list."""

    table = "table"
    json = "json"


@app.command("list")
def list_(
    form: Annotated[Form, typer.Option("--format", help="How to print them.")] = Form.table,
) -> None:
    """List the rules with the guidance they apply and the facts they need."""
    from planner import rules, store

    found = rules.load(store.rule_texts(), examples=False).rules
    if form is Form.json:
        typer.echo(store.encode([_row(rule) for rule in found]).decode(), nl=False)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("rule", "axis", "effect", "guidance", "needs", box=None, pad_edge=False)
    for rule in found:
        row = _row(rule)
        cells = (v if isinstance(v, str) else ", ".join(v) for k, v in row.items() if k != "title")
        table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)


def _row(rule: Rule) -> dict[str, str | tuple[str, ...]]:
    source = rule.source
    return {
        "id": rule.id,
        "title": source.title,
        "axis": source.axis,
        "effect": source.effect,
        "guidance": source.guidance,
        "needs": rule.needs,
    }


@app.command()
def show(rule: Annotated[str, typer.Argument(help="Id of the rule.", show_default=False)]) -> None:
    """Print a rule as it is written, with the sentences of its guidance."""
    from planner import rules, store
    from planner.errors import InputError

    texts = store.rule_texts()
    found = {r.id: r for r in rules.load(texts, examples=False).rules}
    if rule not in found:
        raise InputError(f"no rule {rule!r}: see `planner rules list`")
    for guidance in found[rule].source.guidance:
        typer.echo(f"# {guidance}: {rules.GUIDANCE[guidance]}")
    typer.echo(texts[found[rule].file], nl=False)


@app.command("test")
def try_(
    path: Annotated[
        Path | None, typer.Argument(help="A rule or a folder of them; default: the planner's own.")
    ] = None,
) -> None:
    """Try the examples of rules; exit 1 and name those that do not come out as they say."""
    from planner import rules, store
    from planner.cli.common import plain

    texts = _texts(path) if path else store.rule_texts()
    found = rules.load(texts, examples=False).rules
    failed = [failure for rule in found for failure in rules.failures(rule)]
    for failure in failed:
        typer.echo(plain(failure))
    typer.echo(f"{len(found)} rules, {len(failed)} examples fail")
    if failed:
        raise typer.Exit(1)


def _texts(path: Path) -> dict[str, str]:
    from planner.errors import InputError

    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise InputError(f"{path}: no rules (*.yaml) in this folder")
    try:
        return {str(file): file.read_text(encoding="utf-8") for file in files}
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}: name a rule") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 ({error.reason}): save it as UTF-8") from None
