"""The user's ``planner.yml`` and own rules, read; and what is said of them on standard error."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from planner.model import Plan
    from planner.rules import RuleSet
    from planner.settings import Settings

DEFAULT = Path("planner.yml")
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        help="Target, signals, thresholds, own rules and exceptions. Default: planner.yml in the "
        "current folder, if it is there.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class Judge:
    """What machines are judged by."""

    rules: RuleSet
    settings: Settings


def judge(file: Path | None, *, default: bool = True) -> Judge:
    """Rules and settings, of the file named or, with *default*, of ``planner.yml`` where there is
    one. InputError names the line of what cannot be used, an own rule's example that fails too:
    those of the planner's own rules are tried by its tests, and take a second.
    """
    from planner import rules, settings, store
    from planner.cli.common import plain
    from planner.errors import InputError

    if file is None and default and os.path.lexists(DEFAULT):
        file = DEFAULT
        typer.echo(plain(f"planner: settings of {DEFAULT.resolve()} are used"), err=True)
    ours = store.rule_texts()
    if file is None:
        return Judge(rules.load(ours, examples=False), settings.DEFAULTS)
    from planner.session.inventory import ALLOWED

    found = settings.parse(str(file), _text(file))
    own = _own(file, found)
    loaded = rules.load(settings.with_own(ours, own), examples=False)
    for rule in loaded.rules:
        for failure in rules.failures(rule) if rule.file in own else ():
            raise InputError(failure)
    settings.check(found, loaded, ALLOWED)
    return Judge(loaded, found)


def warn(plan: Plan) -> None:
    """Say which overrides concern nothing in the plan."""
    from planner.cli.common import plain
    from planner.rules.overrides import what

    for one in plan.unmatched:
        about = f"{what(one.override)} for {one.override.workload or one.override.host}"
        reason = f"{about}: {one.reason}: correct it, or take it away"
        typer.echo(plain(f"planner: {one.override.where}: {reason}"), err=True)


def _text(file: Path) -> str:
    from planner.errors import InputError
    from planner.store import printable

    try:
        return file.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"{printable(file)}: {error.strerror}: name a settings file") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        where = f"{printable(file)}:{line}"
        raise InputError(f"{where}: not UTF-8 ({error.reason}): save it as UTF-8") from None


def _own(file: Path, found: Settings) -> dict[str, str]:
    from planner.cli.rules import read_texts
    from planner.yamltext import fail

    if not found.rules:
        return {}
    folder = file.parent / found.rules
    if not folder.is_dir():
        fail(str(file), found.lines, ("rules",), f"rules: {folder}: no such folder: correct it")
    return read_texts(folder)
