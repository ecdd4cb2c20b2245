"""Expressions of rules: sandboxed Jinja over facts, in three values.

An expression that asks for an unknown fact is unknown. One that met a fact known in part is true
if it came out true and contains no negation (more facts could not have made it false), and
unknown otherwise. Nothing that a machine said is ever compiled or rendered again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jinja2 import TemplateError

from planner.rules.language import ENVIRONMENT, clean
from planner.rules.scope import Cause, NotKnownError, Trace

FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What an expression can fail with on facts that its author did not think of."""


@dataclass(frozen=True)
class Answer:
    """``value`` None: unknown, for these causes."""

    value: bool | None
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True)
class Expression:
    """One expression. ``needs``: the facts it asks for; ``positive``: contains no negation."""

    text: str
    needs: tuple[str, ...]
    positive: bool

    @cached_property
    def _run(self) -> Callable[..., Any]:
        return ENVIRONMENT.compile_expression(self.text, undefined_to_none=False)

    def value(self, names: Mapping[str, Any]) -> Any:
        """Compute it; raises NotKnownError, or one of :data:`FAULTS`."""
        return self._run(names)

    def answer(self, names: Mapping[str, Any], trace: Trace) -> Answer:
        """Say whether it holds, in three values."""
        trace.partial.clear()
        try:
            value = bool(self.value(names))
        except NotKnownError as error:
            return Answer(None, (error.cause,))
        except FAULTS as error:
            return Answer(None, (Cause("rule", self.text, clean(error)),))
        if trace.partial and not (value and self.positive):
            return Answer(None, tuple(sorted(set(trace.partial))))
        return Answer(value)


@dataclass(frozen=True)
class Text:
    """A message with ``{{ }}`` around expressions."""

    text: str

    @cached_property
    def _run(self) -> Callable[..., str]:
        return ENVIRONMENT.from_string(self.text).render

    def render(self, names: Mapping[str, Any]) -> str:
        """One line; raises like :meth:`Expression.value`."""
        return " ".join(self._run(names).split())


def all_of(answers: list[Answer]) -> Answer:
    """Give false if one is false, else unknown if one is, else true."""
    if any(answer.value is False for answer in answers):
        return Answer(False)
    causes = {cause for answer in answers for cause in answer.causes}
    return Answer(None if causes else True, tuple(sorted(causes)))


def one_of(answers: list[Answer]) -> Answer:
    """Give true if one is true, else unknown if one is, else false."""
    if any(answer.value is True for answer in answers):
        return Answer(True)
    causes = {cause for answer in answers for cause in answer.causes}
    return Answer(None if causes else False, tuple(sorted(causes)))
