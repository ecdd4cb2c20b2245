"""What a rule's file holds, and the rule that the loader makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from planner.model import Alternative, Data, Effect, Effort
from planner.rules.conditions import Expression, Text
from planner.rules.context import Target

Axis = Literal["system", "hardware", "isolation", "network", "storage", "application", "fit"]
Scope = Literal["host", "workload"]
Words = Annotated[str, msgspec.Meta(min_length=1)]


class Example(Data, frozen=True):
    """A few facts, laid over an ordinary machine with an ordinary service.

    A fact is given as its value (a mapping is laid over the ordinary value), as the word
    ``unknown``, or as ``{partial: <what lacks>, value: ...}``. ``staying``, ``undecided``: ids
    of workloads of the machine that stay, that could not be judged; ``others``: their
    process ids.
    """

    host: dict[str, Any] = msgspec.field(default_factory=dict)
    workload: dict[str, Any] = msgspec.field(default_factory=dict)
    target: Target = Target()
    staying: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    others: tuple[int, ...] = ()
    as_of: str = ""


Cases = Annotated[tuple[Example, ...], msgspec.Meta(min_length=1)]


class Examples(Data, frozen=True):
    fires: Cases
    silent: Cases
    unknown: Cases


class RuleFile(Data, frozen=True, kw_only=True):
    """One YAML file. ``id`` is its name; the other keys are in the order in which they read."""

    id: Annotated[str, msgspec.Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Words
    axis: Axis
    scope: Scope
    effect: Effect
    effort: Effort | None = None
    """Of an ``adapt`` rule, and only there: what the change costs."""
    guidance: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    covers: tuple[str, ...] = ()
    """Rules and questions of other tools that this one answers, by their ids in the catalogue."""
    limits: dict[str, int | float] = {}  # noqa: RUF012
    """Thresholds, read as ``limit.<name>``; a user's settings may give others."""
    when: str | tuple[str, ...] = ()
    """All of these must hold."""
    any: str | tuple[str, ...] = ()
    """At least one of these must hold."""
    message: Words
    remediation: Words
    alternative: Alternative | None = None
    unknown: Words
    """What it means that it could not be checked."""
    evidence: tuple[str, ...] = ()
    examples: Examples


@dataclass(frozen=True)
class Rule:
    """A rule ready to judge. ``lines``: line in its file by path of keys."""

    file: str
    source: RuleFile
    when: tuple[Expression, ...]
    any: tuple[Expression, ...]
    message: Text
    evidence: tuple[Expression, ...]
    lines: dict[tuple[str | int, ...], int]

    @property
    def id(self) -> str:
        return self.source.id

    @property
    def needs(self) -> tuple[str, ...]:
        """The facts that its conditions ask for: ``host.pci``, ``workload.listeners``; sorted."""
        return tuple(sorted({need for e in (*self.when, *self.any) for need in e.needs}))


@dataclass(frozen=True)
class RuleSet:
    """Rules by id, and the hash of their texts."""

    rules: tuple[Rule, ...]
    sha256: str
