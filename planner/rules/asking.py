"""One rule put to what is known: its answer, and the finding that it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from planner.model import Evidence, Finding
from planner.rules.conditions import FAULTS, Answer, Expression, Variables, all_of, one_of
from planner.rules.language import clean
from planner.rules.rule import Rule
from planner.rules.scope import LimitView, NotKnownError, Trace
from planner.rules.shown import shown


class Asked(NamedTuple):
    """What came of asking. ``finding`` is None where the answer is no, and where only those were
    not asked who could have known.
    """

    answer: Answer
    finding: Finding | None = None


def ask(
    rule: Rule,
    variables: Variables,
    trace: Trace,
    limits: Mapping[str, Mapping[str, int | float]] = MappingProxyType({}),
) -> Asked:
    """Put the rule to what :func:`names` made, with the user's thresholds by rule in ``limits``."""
    source = rule.source
    if source.limits:  # The loader refuses a rule that names one and has none.
        variables.vars["limit"] = LimitView({**source.limits, **limits.get(rule.id, {})})
    answer = _all_of(rule.when, variables, trace)
    if answer.value is not False and rule.any:
        answer = all_of([answer, one_of([e.answer(variables, trace) for e in rule.any])])
    if answer.value is False or _unasked(answer):
        return Asked(answer)
    if answer.value and any(e.answer(variables, trace).value for e in rule.spares):
        return Asked(Answer(False))
    unchecked = "; ".join(f"{c.what}: {c.reason}" for c in answer.causes)
    return Asked(
        answer,
        Finding(
            rule=rule.id,
            title=source.title,
            axis=source.axis,
            effect=source.effect,
            message=source.unknown if unchecked else _message(rule, variables),
            remediation=source.remediation,
            guidance=source.guidance,
            evidence=tuple(_evidence(e, variables, trace) for e in rule.evidence),
            unchecked=clean(unchecked),
            effort=source.effort,
            alternative=source.alternative,
        ),
    )


def _all_of(items: Sequence[Expression], variables: Variables, trace: Trace) -> Answer:
    """As :func:`all_of`, up to the first that is false: it decides. So does one that only those
    could answer who were not asked: whatever the others say, the rule is not asked then.
    """
    answers: list[Answer] = []
    unasked = None
    for item in items:
        answer = item.answer(variables, trace)
        answers.append(answer)
        if answer.value is False:
            break
        if _unasked(answer):
            unasked = unasked or answer
    else:
        return unasked or all_of(answers)
    return all_of(answers)


def _unasked(answer: Answer) -> bool:
    return bool(answer.causes) and all(c.kind == "unasked" for c in answer.causes)


def _message(rule: Rule, variables: Variables) -> str:
    try:
        return rule.message.render(variables)
    except (NotKnownError, *FAULTS):
        return rule.source.title


def _evidence(expression: Expression, variables: Variables, trace: Trace) -> Evidence:
    trace.sections.clear()
    try:
        value = shown(expression.text, expression.value(variables))
    except NotKnownError as error:
        value = f"unknown: {error}"
    except FAULTS as error:
        value = f"cannot be shown: {error}"
    elsewhere = "inventory" if expression.text.startswith("host.") else "detector"
    section = trace.sections[0] if trace.sections else elsewhere
    return Evidence(expression.text, section, clean(value))
