"""What ``planner.yml`` holds, as it is written there."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec

from planner.model import Data
from planner.rules.context import Orchestrator, Policy

Day = Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Words = Annotated[str, msgspec.Meta(pattern=r"\S")]
Arch = Literal["x86_64", "aarch64"]


class TargetFile(Data, frozen=True):
    """Where containers will run; what is left out is not known."""

    arch: Arch | Annotated[tuple[Arch, ...], msgspec.Meta(min_length=1)] = ()
    kernel: Annotated[str, msgspec.Meta(pattern=r"^[0-9]+(\.[0-9]+)*$")] | None = None
    orchestrator: Orchestrator | None = None
    policy: tuple[Policy, ...] = ()


class SignalFile(Data, frozen=True):
    """Groups and variables of the inventory that give a signal, beside the planner's own."""

    groups: tuple[Words, ...] = ()
    variables: dict[str, tuple[Words, ...]] = msgspec.field(default_factory=dict)
    """Values by name."""
    replace: bool = False
    """Instead of the planner's own."""


class Acceptance(Data, frozen=True, kw_only=True):
    """A finding that a reviewer accepts, for a workload or for all of a machine's."""

    finding: Words
    """Id of the rule."""
    workload: str = ""
    """``host/name``; shell patterns."""
    host: str = ""
    """Shell pattern."""
    who: Words
    when: Day
    why: Words
    until: Day
    """The last day on which it counts."""


class Force(Data, frozen=True, kw_only=True):
    """A verdict that a reviewer decides."""

    workload: Words
    """``host/name``; shell patterns."""
    verdict: Literal["container", "container-with-changes", "stay-vm"]
    who: Words
    when: Day
    why: Words
    until: Day
    """The last day on which it counts."""


class SettingsFile(Data, frozen=True):
    target: TargetFile = TargetFile()
    signals: dict[str, SignalFile] = msgspec.field(default_factory=dict)
    thresholds: dict[str, dict[str, int | float | str]] = msgspec.field(default_factory=dict)
    """By rule and name: numbers, sizes (``512MiB``, ``1GB``), shares (``25%``)."""
    rules: str = ""
    """Folder of own rules, from where this file is."""
    accept: tuple[Acceptance, ...] = ()
    force: tuple[Force, ...] = ()


HINTS = {
    "arch": "x86_64, aarch64 or a list of them",
    "orchestrator": ", ".join(get_args(Orchestrator)),
    "policy": f"a list of {', '.join(get_args(Policy))}",
    "verdict": "container, container-with-changes or stay-vm",
    "kernel": 'a version in quotes, such as "6.1"',
    "when": "a day, such as 2026-01-31",
    "until": "a day, such as 2026-12-31",
    "who": "who decided",
    "why": "the reason",
    "finding": "a rule's id",
    "groups": "a list of patterns",
    "variables": "lists of patterns by name of the variable",
    "rules": "a folder",
}
"""What a key takes, for whoever wrote something else."""
