"""YAML texts in, checked rules out. Every error names the file and the line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import PurePath

import msgspec
from jinja2 import TemplateError, nodes

from planner.errors import InputError
from planner.rules import check, ordinary
from planner.rules.asking import ask
from planner.rules.conditions import Expression, Text, bound
from planner.rules.context import Context
from planner.rules.guidance import GUIDANCE
from planner.rules.language import ENVIRONMENT, parse, positive
from planner.rules.rule import Example, Rule, RuleFile, RuleSet
from planner.rules.scope import Neighbours, Trace, names
from planner.yamltext import Lines, Path, fail, path_in, read

_WORST_FIRST = ("block", "adapt", "note", "affinity")


def load(texts: Mapping[str, str], *, examples: bool = True) -> RuleSet:
    """Rules from YAML text by file name, their examples tried unless told otherwise.

    Raises InputError for the first file that cannot be used.
    """
    rules: dict[str, Rule] = {}
    for file in sorted(texts):
        rule = _rule(file, texts[file])
        if rule.id in rules:
            fail(file, rule.lines, ("id",), f"{rule.id} is also in {rules[rule.id].file}: rename")
        rules[rule.id] = rule
        for failure in failures(rule) if examples else ():
            raise InputError(failure)
    for rule in rules.values():
        _check_said_by(rule, rules)
    digest = hashlib.sha256()
    for name, rule in sorted(rules.items()):
        digest.update(f"{name}\0{texts[rule.file]}\0".encode())
    return RuleSet(tuple(rules[name] for name in sorted(rules)), digest.hexdigest())


def _check_said_by(rule: Rule, rules: Mapping[str, Rule]) -> None:
    """A rule gives way only to one that there is and whose effect is no milder."""
    for i, name in enumerate(rule.source.said_by):
        other = rules.get(name)
        if other is None:
            fail(rule.file, rule.lines, ("said_by", i), f"there is no rule {name}")
        if _WORST_FIRST.index(other.source.effect) > _WORST_FIRST.index(rule.source.effect):
            fail(rule.file, rule.lines, ("said_by", i), f"{name} is milder than this rule")


def failures(rule: Rule) -> Iterator[str]:
    """One line for each example of the rule that does not come out as it says."""
    words = {True: "fires", False: "is silent", None: "is unknown"}
    for expected, kind, index, example in rule.source.examples.cases:
        where = f"{rule.file}:{rule.lines[('examples', kind, index)]}"
        try:
            found, detail = _try(rule, example)
        except (msgspec.ValidationError, ValueError) as error:
            yield f"{where}: example under {kind!r}: {error}: correct it"
            continue
        if found is not expected or detail:
            yield f"{where}: example under {kind!r} {detail or words[found]}: correct the rule"


def _try(rule: Rule, example: Example) -> tuple[bool | None, str]:
    scope = names(
        ordinary.host(example.host),
        ordinary.workload(example.workload),
        example.as_of or ordinary.AS_OF,
        trace := Trace(),
        Context(target=example.target),
        Neighbours(example.staying, example.undecided, example.others),
    )
    answer, finding = ask(rule, bound(scope), trace)
    faults = [f"{c.what}: {c.reason}" for c in answer.causes if c.kind == "rule"]
    if finding and answer.value and finding.message == rule.source.title:
        faults.append("has a message that cannot be written from its facts")
    return answer.value, "fails: " + "; ".join(faults) if faults else ""


def _rule(file: str, text: str) -> Rule:
    data, lines = read(file, text)
    try:
        source = msgspec.convert(data, RuleFile)
    except msgspec.ValidationError as error:
        fail(file, lines, path_in(str(error)), f"{error}: see `planner schema rule`")
    if source.id != PurePath(file).stem:
        fail(file, lines, ("id",), f"id {source.id!r} is not the file's name: make them the same")
    if unknown := [g for g in source.guidance if g not in GUIDANCE]:
        fail(file, lines, ("guidance",), f"no guidance {unknown[0]!r}: see `planner guidance`")
    if not (source.when or source.any):
        fail(file, lines, (), "neither `when:` nor `any:`: say when it fires")
    if (source.effort is not None) != (source.effect == "adapt"):
        fail(file, lines, ("effort",), "`effort:` belongs to `effect: adapt`, and only there")
    rule = Rule(
        file=file,
        source=source,
        when=_expressions(file, lines, source, "when", source.when),
        any=_expressions(file, lines, source, "any", source.any),
        spares=_expressions(file, lines, source, "spares", source.spares or ()),
        message=_text(file, lines, source),
        evidence=_expressions(file, lines, source, "evidence", source.evidence),
        lines=lines,
    )
    own = [need for need in rule.needs if need.startswith("workload.")]
    if source.scope != "workload" and own:
        fail(file, lines, ("scope",), f"asks for {own[0]}: a rule of scope {source.scope} cannot")
    return rule


def _expressions(
    file: str, lines: Lines, source: RuleFile, key: str, texts: str | tuple[str, ...]
) -> tuple[Expression, ...]:
    if isinstance(texts, str):
        return (_expression(file, lines, source, (key,), texts),)
    return tuple(_expression(file, lines, source, (key, i), text) for i, text in enumerate(texts))


def _expression(file: str, lines: Lines, source: RuleFile, path: Path, text: str) -> Expression:
    if "{{" in text:
        fail(file, lines, path, "an expression stands without {{ }}: take them away")
    try:
        tree = parse(text)
        check.check(tree, source.limits)
        return Expression(text, check.needs(tree), positive(tree))
    except (TemplateError, ValueError) as error:
        fail(file, lines, path, f"{text!r}: {_said(error)}: correct the expression")


def _text(file: str, lines: Lines, source: RuleFile) -> Text:
    try:
        tree = ENVIRONMENT.parse(source.message)
        for output in tree.find_all(nodes.Output):
            check.check(output, source.limits)
        return Text(source.message)
    except (TemplateError, ValueError) as error:
        fail(file, lines, ("message",), f"message: {_said(error)}: correct it")


def _said(error: Exception) -> str:
    """Give the reason without the line that Jinja counts inside the expression."""
    return str(getattr(error, "message", None) or error)
