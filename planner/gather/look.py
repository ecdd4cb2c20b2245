"""What goes to a machine: the parts of the collector as one script."""

from __future__ import annotations

import re
from pathlib import Path

from planner.session.script import script

COLLECTOR = "sh-2"
"""Name of the collector in a snapshot; counts up when the meaning of a section changes."""

_PARTS = sorted((Path(__file__).parent / "collector").glob("*.sh"))
_BODY = "\n".join(part.read_text(encoding="utf-8") for part in _PARTS)

SECTIONS = tuple(re.findall(r"^\tsection ([a-z0-9-]+) ", _BODY, re.MULTILINE))
"""What the collector looks for, in order."""


def collector(nonce: str, budget: int = 240) -> str:
    """The collector as a script for ``/bin/sh -s``; ``budget``: seconds for the whole look."""
    return script(_BODY, nonce, PLANNER_BUDGET=str(budget))
