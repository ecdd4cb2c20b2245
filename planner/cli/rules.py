"""``planner rules``: list them, show one, try their examples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli.tables import Form, Format

if TYPE_CHECKING:
    from planner.rules import Rule

app = typer.Typer(help="What decides: list the rules, show one, try their examples.")


@app.command("list")
def list_(form: Format = Form.table) -> None:
    """List the rules: axis, effect, effort, the guidance they apply and the facts they need."""
    from planner import rules, store
    from planner.cli import tables

    found = rules.load(store.rule_texts(), examples=False).rules
    columns: dict[str, Callable[[Rule], str]] = {
        "rule": lambda rule: rule.id,
        "axis": lambda rule: rule.source.axis,
        "effect": lambda rule: rule.source.effect,
        "effort": lambda rule: rule.source.effort or "",
        "guidance": lambda rule: ", ".join(rule.source.guidance),
        "needs": lambda rule: ", ".join(rule.needs),
    }
    tables.listing(form, found, columns, _row)


def _row(rule: Rule) -> dict[str, Any]:
    source = rule.source
    return {
        "id": rule.id,
        "title": source.title,
        "axis": source.axis,
        "scope": source.scope,
        "effect": source.effect,
        "effort": source.effort,
        "guidance": source.guidance,
        "needs": rule.needs,
        "covers": source.covers,
        "limits": source.limits,
        "alternative": source.alternative,
    }


@app.command()
def show(rule: Annotated[str, typer.Argument(help="Id of the rule.", show_default=False)]) -> None:
    """Print a rule as it is written, with the words of its guidance and of what it covers."""
    from planner import rules, store
    from planner.errors import InputError
    from planner.rules import coverage

    texts = store.rule_texts()
    found = {r.id: r for r in rules.load(texts, examples=False).rules}
    if rule not in found:
        raise InputError(f"no rule {rule!r}: see `planner rules list`")
    source = found[rule].source
    words = coverage.words(coverage.load(store.checklist_texts()))
    for name in (*source.guidance, *source.covers):
        typer.echo(f"# {name}: {words.get(name, 'not in the catalogue')}")
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

    texts = read_texts(path) if path else store.rule_texts()
    found = rules.load(texts, examples=False).rules
    failed = [failure for rule in found for failure in rules.failures(rule)]
    tried = sum(len(rule.source.examples.cases) for rule in found)
    for failure in failed:
        typer.echo(plain(failure))
    typer.echo(f"{len(found)} rules, {tried} examples tried, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


def read_texts(path: Path) -> dict[str, str]:
    """Text by file of a rule, or of a folder of them; InputError for one that cannot be read."""
    from planner.errors import InputError

    if path.is_dir() and (others := sorted(path.glob("*.yml"))):
        raise InputError(f"{others[0]}: the name of a rule ends in .yaml: rename it")
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise InputError(f"{path}: no rules (*.yaml) in this folder")
    try:
        return {str(file): file.read_text(encoding="utf-8") for file in files}
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}: name a rule") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 ({error.reason}): save it as UTF-8") from None
