"""``planner guidance``: what the planner applies, and what of it applies each sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from planner.cli.tables import Form, Format

if TYPE_CHECKING:
    from planner.rules.coverage import Answered


def guidance(form: Format = Form.table) -> None:
    """List the guidance: id, sentence, the rules that cite it, the parts that apply it."""
    from planner import rules, store
    from planner.cli import tables
    from planner.rules import coverage

    ruleset = rules.load(store.rule_texts(), examples=False)
    lists = coverage.load(store.checklist_texts())
    answers = next(
        found.answers
        for found in coverage.cover(lists, ruleset)
        if found.checklist.id == "guidance"
    )
    columns: dict[str, Callable[[Answered], str]] = {
        "id": lambda answer: answer.entry.id,
        "guidance": lambda answer: answer.entry.words,
        "rules and parts": _applied,
    }
    tables.listing(form, answers, columns, _row)


def _applied(answer: Answered) -> str:
    parts = [f"{part.what} ({part.path})" for part in answer.entry.parts]
    missing = answer.entry.lacks or answer.entry.hole
    said = "; ".join(filter(None, (", ".join(answer.rules), *parts)))
    return " - ".join(filter(None, (said, missing)))


def _row(answer: Answered) -> dict[str, Any]:
    entry = answer.entry
    return {
        "id": entry.id,
        "sentence": entry.words,
        "rules": answer.rules,
        "parts": [{"what": part.what, "path": part.path} for part in entry.parts],
        "lacks": entry.lacks,
        "hole": entry.hole,
    }
