"""What the operator asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Wishes:
    """What the operator asked for. ``again``: with the containers that ``keep`` left."""

    targets: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    """Machines or workloads that only have to be there."""
    engine: str = ""
    data: Literal["copy", "empty"] = "copy"
    paths: tuple[str, ...] = ()
    build_flags: tuple[str, ...] = ()
    keep: bool = False
    again: bool = False
    on: str = ""
    """Host of the inventory on which to build and run; empty: here."""
