"""Expressions of rules: sandboxed Jinja over facts, in three values.

An expression that asks for an unknown fact is unknown. One that met a fact known in part is true
if it came out true and contains no negation (more facts could not have made it false), and
unknown otherwise. Nothing that a machine said is ever compiled or rendered again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from jinja2 import Template, TemplateError, nodes
from jinja2.runtime import Context as Variables

from planner.rules.language import ENVIRONMENT, clean, parse
from planner.rules.scope import Cause, NotKnownError, Trace

__all__ = ["FAULTS", "Answer", "Expression", "Text", "Variables", "all_of", "bound", "one_of"]

FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What an expression can fail with on facts that its author did not think of."""
_BARE = ENVIRONMENT.from_string("")


def bound(names: Mapping[str, Any]) -> Variables:
    """The variables as every expression takes them. Made once for all that is asked of one
    subject, since making them costs more than most expressions.
    """
    return _BARE.new_context(dict(names))


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
    def _template(self) -> Template:
        return _compiled(self.text)

    def value(self, variables: Variables) -> Any:
        """Compute it; raises NotKnownError, or one of :data:`FAULTS`."""
        for _ in self._template.root_render_func(variables):
            pass
        return variables.vars["result"]

    def answer(self, variables: Variables, trace: Trace) -> Answer:
        """Say whether it holds, in three values."""
        trace.partial.clear()
        try:
            value = bool(self.value(variables))
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
    def _template(self) -> Template:
        return ENVIRONMENT.from_string(self.text)

    def render(self, variables: Variables) -> str:
        """One line; raises like :meth:`Expression.value`."""
        return " ".join("".join(self._template.root_render_func(variables)).split())


@cache
def _compiled(text: str) -> Template:
    """A template that leaves what the expression comes to in the variable ``result``; many rules
    ask the same.
    """
    result = nodes.Assign(nodes.Name("result", "store"), parse(text), lineno=1)
    template = nodes.Template([result], lineno=1)
    template.set_environment(ENVIRONMENT)
    return ENVIRONMENT.from_string(template)


def all_of(answers: list[Answer]) -> Answer:
    """Give false if one is false, else unknown if one is, else true."""
    if len(answers) == 1:
        return answers[0]
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
