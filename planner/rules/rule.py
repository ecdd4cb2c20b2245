"""What a rule's file holds, and the rule that the loader makes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec

from planner.model import Alternative, Data, Effect, Effort
from planner.rules.conditions import Expression, Text
from planner.rules.context import Target

Axis = Literal["system", "hardware", "isolation", "network", "storage", "application", "fit"]
Scope = Literal["machine", "host", "workload"]
"""``machine``: of the machine itself, which then stays as one, whatever its workloads may do;
``host``: of the machine and of all that runs on it."""
Words = Annotated[str, msgspec.Meta(min_length=1)]
_NEIGHBOURS = re.compile(r"\b(staying|undecided)\b")


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

    @property
    def cases(self) -> tuple[tuple[bool | None, str, int, Example], ...]:
        """All: what each must answer, its key and its place below that."""
        kinds = ((True, "fires", self.fires), (False, "silent", self.silent))
        every = (*kinds, (None, "unknown", self.unknown))
        return tuple((answer, key, n, e) for answer, key, of in every for n, e in enumerate(of))


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
    said_by: tuple[str, ...] = ()
    """Rules that say the same and more: where one of them fires, this one is silent."""
    spares: str = ""
    """A workload of which this surely holds is left out, of a finding about the machine too."""
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
    spares: tuple[Expression, ...]
    """One, or none."""
    message: Text
    evidence: tuple[Expression, ...]
    lines: dict[tuple[str | int, ...], int]

    @property
    def id(self) -> str:
        return self.source.id

    @property
    def asks_neighbours(self) -> bool:
        """Whether it may name ``staying`` or ``undecided`` anywhere."""
        said = [e.text for e in (*self.when, *self.any, *self.spares, *self.evidence)]
        return any(map(_NEIGHBOURS.search, (*said, self.message.text)))

    @property
    def needs(self) -> tuple[str, ...]:
        """The facts that its conditions ask for: ``host.pci``, ``workload.listeners``; sorted."""
        return tuple(sorted({need for e in (*self.when, *self.any) for need in e.needs}))


@dataclass(frozen=True)
class RuleSet:
    """Rules by id, and the hash of their texts."""

    rules: tuple[Rule, ...]
    sha256: str

    def of(self, scope: Scope) -> tuple[Rule, ...]:
        return self._by_scope.get(scope, ())

    @cached_property
    def of_each(self) -> tuple[Rule, ...]:
        """What is asked of each workload: also what may spare one of what the machine is."""
        sparing = (rule for rule in self.of("host") if rule.spares)
        return (*self.of("workload"), *sparing)

    @cached_property
    def of_neighbours(self) -> tuple[Rule, ...]:
        """What is asked again once it is known which other workloads of the machine stay."""
        return tuple(rule for rule in self.of("workload") if rule.asks_neighbours)

    @cached_property
    def said_by(self) -> dict[str, frozenset[str]]:
        """By id of a rule, those that say the same and more."""
        return {r.id: frozenset(r.source.said_by) for r in self.rules if r.source.said_by}

    @cached_property
    def _by_scope(self) -> dict[Scope, tuple[Rule, ...]]:
        scopes = dict.fromkeys(rule.source.scope for rule in self.rules)
        return {s: tuple(r for r in self.rules if r.source.scope == s) for s in scopes}
