"""The documentation that is generated: ``docs/rules.md`` and ``docs/coverage.md``, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from planner.rules.coverage import Answered, Coverage
from planner.rules.rule import Rule, RuleSet

AXES = {
    "system": "Operating system",
    "hardware": "Hardware and kernel",
    "isolation": "Isolation and compliance",
    "network": "Network",
    "storage": "Storage",
    "application": "Application",
    "fit": "Fit for a container",
}
EFFECTS = {
    "block": "keeps it a virtual machine",
    "adapt": "a container with changes",
    "note": "to know",
    "affinity": "speaks for a container",
}
"""Effects, the worst first."""
SCOPES = {
    "machine": "of the machine itself, not of what runs on it",
    "host": "of the machine",
    "workload": "of the workload",
}
_GENERATED = "<!-- Generated from planner/rules by `pytest tests/test_coverage.py --accept`. -->"


def rules_page(ruleset: RuleSet) -> str:
    """Every rule, by axis and effect."""
    lines = [_GENERATED, "# Rules", ""]
    lines += [
        "Each is a file in `planner/rules`: `planner rules show ID` prints it, `planner rules test`"
        " tries its examples.",
        "",
        *_table(["axis", *EFFECTS.values()], [[t, *_counts(ruleset, a)] for a, t in AXES.items()]),
    ]
    for axis, title in AXES.items():
        lines += [f"## {title}", ""]
        for effect in EFFECTS:
            for rule in ruleset.rules:
                if (rule.source.axis, rule.source.effect) == (axis, effect):
                    lines += _rule(rule)
    return "\n".join(lines).rstrip() + "\n"


def _counts(ruleset: RuleSet, axis: str) -> list[str]:
    found = [rule.source.effect for rule in ruleset.rules if rule.source.axis == axis]
    return [str(found.count(effect)) for effect in EFFECTS]  # type: ignore[arg-type]


def _rule(rule: Rule) -> Iterator[str]:
    source = rule.source
    said = [SCOPES[source.scope], EFFECTS[source.effect]]
    said += [f"effort {source.effort}"] if source.effort else []
    yield from (f"### {rule.id}", "", f"**{_md(source.title)}** · {' · '.join(said)}", "")
    yield f"- Guidance: {', '.join(source.guidance)}"
    yield f"- Needs: {', '.join(f'`{need}`' for need in rule.needs) or 'nothing that is looked at'}"
    yield f"- If that is unknown: {_md(source.unknown)}"
    if source.said_by:
        names = ", ".join(f"[{name}](#{name})" for name in source.said_by)
        yield f"- Silent where one of these says it: {names}"
    if source.spares:
        yield "- Spares a workload of which it is sure: `" + " ".join(source.spares.split()) + "`"
    yield f"- Remedy: {_md(source.remediation)}"
    if source.alternative:
        yield f"- Middle way, `{source.alternative.way}`: {_md(source.alternative.text)}"
    if source.limits:
        limits = (f"`{name}` {value}" for name, value in sorted(source.limits.items()))
        yield f"- Limits that your settings may change: {', '.join(limits)}"
    if source.covers:
        yield f"- Answers: {', '.join(f'`{name}`' for name in source.covers)}"
    yield ""


def coverage_page(coverages: Sequence[Coverage], ruleset: RuleSet) -> str:
    """What answers what, list by list, with the reason for every hole."""
    lines = [_GENERATED, "# Coverage", ""]
    lines += [
        "What decides between container and virtual machine, according to the planner's guidance "
        "and to others, and what answers it here: a rule, or another part of the planner. What "
        "nothing answers has its reason.",
        "",
        *_table(
            ["list", "entries", "answered", "answered in part", "not answered"],
            [
                [f"[{c.checklist.title}](#{anchor(c.checklist.title)})", *_sums(c)]
                for c in coverages
            ],
        ),
    ]
    for coverage in coverages:
        lines += [f"## {coverage.checklist.title}", "", _md(coverage.checklist.origin), ""]
        for group, answers in groupby(coverage.answers, key=lambda a: a.entry.group):
            title = AXES.get(group, group)
            lines += [f"### {title}", "", *_answers(list(answers))]
    lines += ["## Middle ways", "", "What is better than yes or no, and the rules that say so.", ""]
    ways = {r.source.alternative.way for r in ruleset.rules if r.source.alternative}
    lines += _table(
        ["way", "rules"],
        [[f"`{way}`", _links(_of_way(ruleset, way))] for way in sorted(ways)],
    )
    return "\n".join(lines).rstrip() + "\n"


def _of_way(ruleset: RuleSet, way: str) -> list[str]:
    return [r.id for r in ruleset.rules if r.source.alternative and r.source.alternative.way == way]


def _sums(coverage: Coverage) -> list[str]:
    """Entries, counted by every id that they have."""
    ids = [
        ("open" if not a.by else "part" if a.entry.lacks else "whole")
        for a in coverage.answers
        for _ in a.entry.ids
    ]
    return [str(n) for n in (len(ids), *(ids.count(k) for k in ("whole", "part", "open")))]


def _answers(answers: Sequence[Answered]) -> list[str]:
    weighed = any(a.entry.weight for a in answers)
    rows = []
    for each in answers:
        entry = each.entry
        named = ", ".join(f"`{name}`" for name in entry.ids)
        parts = [f"{_md(part.what)} (`{part.path}`)" for part in entry.parts]
        answered = "; ".join(filter(None, (_links(each.rules), *parts)))
        missing = entry.hole or entry.lacks
        weight = [_md(entry.weight)] if weighed else []
        rows.append([named, _md(entry.words), *weight, answered, _md(missing)])
    return _table(
        ["id", "what", *(["weight"] if weighed else []), "answered by", "what lacks, and why"], rows
    )


def _links(rules: Sequence[str]) -> str:
    return ", ".join(f"[{name}](rules.md#{name})" for name in rules)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [*(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)), ""]


def anchor(title: str) -> str:
    """GitHub's anchor of a heading."""
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def _md(text: str) -> str:
    """Text of one line that is no markup and ends no cell."""
    return re.sub(r"([\\|<>*`\[\]])", r"\\\1", " ".join(text.split()))
