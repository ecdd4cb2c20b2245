"""What goes to a machine: the parts of the collector as one script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from planner.gather.masking import RULES
from planner.session.run import POWERSHELL
from planner.session.script import script

COLLECTOR = "sh-2"
"""Name of the collector in a snapshot; counts up when the meaning of a section changes."""

_PARTS = sorted((Path(__file__).parent / "collector").glob("*.sh"))
_BODY = "\n".join(part.read_text(encoding="utf-8") for part in _PARTS)

_FUNCTIONS = dict(
    re.findall(r"^(main|look_[a-z_]+)\(\) \{\n(.*?)^\}", _BODY, re.MULTILINE | re.DOTALL)
)


def _sections(function: str) -> Iterator[str]:
    """Names of the sections that a function of the collector prints, in order."""
    for section, other in re.findall(
        r"^\t(?:section ([a-z0-9-]+) \w+|(look_[a-z_]+))$", _FUNCTIONS[function], re.MULTILINE
    ):
        yield from (section,) if section else _sections(other)


SECTIONS = tuple(_sections("main"))
"""What the collector looks for, in order."""


def collector(nonce: str, budget: int = 240) -> str:
    """The collector as a script for ``/bin/sh -s``; ``budget``: seconds for the whole look."""
    return script(_BODY, nonce, PLANNER_BUDGET=str(budget))


WINDOWS_COLLECTOR = "ps-1"
"""Name of the collector for Windows, as ``COLLECTOR``."""

_WINDOWS = (Path(__file__).parent / "collector.ps1").read_text(encoding="utf-8")

WINDOWS_SECTIONS = tuple(re.findall(r"^Section '([a-z0-9-]+)' ", _WINDOWS, re.MULTILINE))


def windows_collector(nonce: str, budget: int = 240) -> str:
    """The collector for PowerShell; ``budget``: seconds after which no section begins."""
    rules = ",\n".join("'" + rule.replace("'", "''") + "'" for rule in RULES)
    head = f"$Nonce = '{nonce}'\n$Budget = {budget}\n$MaskRules = @(\n{rules})\n"
    return f"{POWERSHELL}{head}{_WINDOWS}"


def collectors(nonce: str, budget: int = 240) -> tuple[str, str]:
    """What a machine gets, whichever of the two it needs."""
    return collector(nonce, budget), windows_collector(nonce, budget)
