"""YAML texts in, checked rules out. Every error names the file and the line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, NoReturn

import msgspec
import yaml
from jinja2 import TemplateError, nodes

from planner.errors import InputError
from planner.rules import check, ordinary
from planner.rules.conditions import Expression, Text
from planner.rules.guidance import GUIDANCE
from planner.rules.language import ENVIRONMENT, parse, positive
from planner.rules.rule import Example, Rule, RuleFile, RuleSet
from planner.rules.verdict import ask

Path = tuple[str | int, ...]
Lines = dict[Path, int]


class _Loader(yaml.CSafeLoader):
    """A date stays text: times are text everywhere in the planner."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the class above declares it
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def load(texts: Mapping[str, str], *, examples: bool = True) -> RuleSet:
    """Rules from YAML text by file name, their examples tried unless told otherwise.

    Raises InputError for the first file that cannot be used.
    """
    rules: dict[str, Rule] = {}
    for file in sorted(texts):
        rule = _rule(file, texts[file])
        if rule.id in rules:
            _fail(file, rule.lines, ("id",), f"{rule.id} is also in {rules[rule.id].file}: rename")
        rules[rule.id] = rule
        for failure in failures(rule) if examples else ():
            raise InputError(failure)
    digest = hashlib.sha256()
    for name, rule in sorted(rules.items()):
        digest.update(f"{name}\0{texts[rule.file]}\0".encode())
    return RuleSet(tuple(rules[name] for name in sorted(rules)), digest.hexdigest())


def failures(rule: Rule) -> Iterator[str]:
    """One line for each example of the rule that does not come out as it says."""
    kinds = {"fires": True, "silent": False, "unknown": None}
    words = {True: "fires", False: "is silent", None: "is unknown"}
    for kind, expected in kinds.items():
        for index, example in enumerate(getattr(rule.source.examples, kind)):
            where = f"{rule.file}:{rule.lines[('examples', kind, index)]}"
            try:
                found, detail = _try(rule, example)
            except (msgspec.ValidationError, ValueError) as error:
                yield f"{where}: example under {kind!r}: {error}: correct it"
                continue
            if found is not expected or detail:
                yield f"{where}: example under {kind!r} {detail or words[found]}: correct the rule"


def _try(rule: Rule, example: Example) -> tuple[bool | None, str]:
    host, workload = ordinary.host(example.host), ordinary.workload(example.workload)
    answer, finding = ask(rule, host, workload, example.as_of or ordinary.AS_OF)
    faults = [f"{c.what}: {c.reason}" for c in answer.causes if c.kind == "rule"]
    if finding and answer.value and finding.message == rule.source.title:
        faults.append("has a message that cannot be written from its facts")
    return answer.value, "fails: " + "; ".join(faults) if faults else ""


def _rule(file: str, text: str) -> Rule:
    data, lines = _read(file, text)
    try:
        source = msgspec.convert(data, RuleFile)
    except msgspec.ValidationError as error:
        _fail(file, lines, _path(str(error)), f"{error}: see `planner schema rule`")
    if source.id != PurePath(file).stem:
        _fail(file, lines, ("id",), f"id {source.id!r} is not the file's name: make them the same")
    if unknown := [g for g in source.guidance if g not in GUIDANCE]:
        _fail(file, lines, ("guidance",), f"no guidance {unknown[0]!r}: see `planner guidance`")
    if not (source.when or source.any):
        _fail(file, lines, (), "neither `when:` nor `any:`: say when it fires")
    rule = Rule(
        file=file,
        source=source,
        when=_expressions(file, lines, "when", source.when),
        any=_expressions(file, lines, "any", source.any),
        message=_text(file, lines, source.message),
        evidence=_expressions(file, lines, "evidence", source.evidence),
        lines=lines,
    )
    own = [need for need in rule.needs if need.startswith("workload.")]
    if source.scope == "host" and own:
        _fail(file, lines, ("scope",), f"asks for {own[0]}: a rule of scope host cannot")
    return rule


def _expressions(
    file: str, lines: Lines, key: str, texts: str | tuple[str, ...]
) -> tuple[Expression, ...]:
    if isinstance(texts, str):
        return (_expression(file, lines, (key,), texts),)
    return tuple(_expression(file, lines, (key, i), text) for i, text in enumerate(texts))


def _expression(file: str, lines: Lines, path: Path, text: str) -> Expression:
    if "{{" in text:
        _fail(file, lines, path, "an expression stands without {{ }}: take them away")
    try:
        tree = parse(text)
        check.check(tree)
        return Expression(text, check.needs(tree), positive(tree))
    except (TemplateError, ValueError) as error:
        _fail(file, lines, path, f"{text!r}: {_said(error)}: correct the expression")


def _text(file: str, lines: Lines, text: str) -> Text:
    try:
        tree = ENVIRONMENT.parse(text)
        for output in tree.find_all(nodes.Output):
            check.check(output)
        return Text(text)
    except (TemplateError, ValueError) as error:
        _fail(file, lines, ("message",), f"message: {_said(error)}: correct it")


def _said(error: Exception) -> str:
    """Give the reason without the line that Jinja counts inside the expression."""
    return str(getattr(error, "message", None) or error)


def _read(file: str, text: str) -> tuple[Any, Lines]:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines = dict(_lines(node, ())) if node else {}
        return (loader.construct_document(node) if node else {}), lines
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).split("\n")[0]
        line = mark.line + 1 if mark else 1
        raise InputError(f"{file}:{line}: not YAML: {reason}: correct it") from None
    finally:
        loader.dispose()


def _lines(node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
    """Line, from 1, of every key and item by its path."""
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value!r} twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
            yield from _lines(value, (*path, key.value))
            yield (*path, key.value), key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*path, index))


def _path(message: str) -> Path:
    """``... - at `$.examples.fires[0].host` `` as the path of keys; an unknown field as itself."""
    named = re.search(r"unknown field `([^`]+)`", message)
    found = re.search(r"at `(?:key in )?\$([^`]*)`", message)
    steps = re.findall(r"\.([A-Za-z_]+)|\[(\d+)\]", found.group(1) if found else "")
    path: Path = tuple(int(index) if index else key for key, index in steps)
    return (*path, named.group(1)) if named else path


def _fail(file: str, lines: Lines, path: Path, reason: str) -> NoReturn:
    while path and path not in lines:
        path = path[:-1]
    raise InputError(f"{file}:{lines.get(path, 1)}: {reason}")
