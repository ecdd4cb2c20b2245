"""Lists on a terminal: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer

T = TypeVar("T")


class Form(StrEnum):
    """How to print a list."""

    table = "table"
    json = "json"


Format = Annotated[Form, typer.Option("--format", help="How to print them.")]


def listing(
    form: Form,
    items: Sequence[T],
    columns: Mapping[str, Callable[[T], str]],
    row: Callable[[T], Mapping[str, Any]],
) -> None:
    """Print items: for people their cells by the heads of the columns, for programs their rows."""
    if form is Form.json:
        json([row(item) for item in items])
    else:
        table(tuple(columns), ([cell(item) for cell in columns.values()] for item in items))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows of plain text; what is too long is folded within its column, the first never.

    Where no terminal says how wide it is, a line has up to 160 characters.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False)
    for index, name in enumerate(head):
        made.add_column(name, no_wrap=index == 0, overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    console = Console()
    (console if console.is_terminal else Console(width=160)).print(made)


def json(rows: Sequence[Any]) -> None:
    """Print rows as one JSON array."""
    from planner import store

    typer.echo(store.encode(list(rows)).decode(), nl=False)
