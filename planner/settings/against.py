"""Settings held against the rules that they speak of."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import PurePath

from planner.rules import RuleSet
from planner.rules.context import matches
from planner.settings.parse import Settings
from planner.settings.quantity import misfit
from planner.settings.typed import near
from planner.yamltext import Path, fail


def check(settings: Settings, rules: RuleSet, variables: AbstractSet[str]) -> None:
    """InputError: a rule or a threshold that there is not, or that its rule cannot use; a variable
    of a signal that is none of *variables*, the names which a snapshot takes.
    """
    _check_rules(settings, rules)
    for at in settings.lines:
        match at:
            case ("signals", str(signal), "variables", str(pattern)):
                if not any(matches(pattern, name) for name in variables):
                    reason = (
                        f"signals.{signal}.variables.{pattern}: no snapshot takes a variable of "
                        f"that name{near(pattern, variables)}: use a group for it"
                    )
                    fail(settings.file, settings.lines, at, reason)


def _check_rules(settings: Settings, rules: RuleSet) -> None:
    known = {rule.id: rule.source.limits for rule in rules.rules}
    accepted = [o for o in settings.context.overrides if o.finding]
    places: list[tuple[Path, str]] = [
        (("accept", i, "finding"), o.finding) for i, o in enumerate(accepted)
    ]
    places += [(("thresholds", rule), rule) for rule in settings.context.limits]
    for at, rule in places:
        if rule not in known:
            reason = f"no rule {rule!r}{near(rule, known)}: see `planner rules list`"
            fail(settings.file, settings.lines, at, reason)
    for rule, limits in settings.context.limits.items():
        for name, given in limits.items():
            place: Path = ("thresholds", rule, name)
            own = known[rule]
            if name not in own:
                there = f"it has {', '.join(sorted(own))}" if own else "it has none"
                fail(settings.file, settings.lines, place, f"{rule} has no {name!r}: {there}")
            if wanted := misfit(given, own[name]):
                fail(settings.file, settings.lines, place, f"{rule}.{name}: give {wanted}")


def with_own(ours: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Texts of the planner's rules and of the user's by file; InputError where one has the id of
    ours, which is never replaced: accepting a finding or setting a threshold is seen, that is not.
    """
    taken = {PurePath(file).stem for file in ours}
    for file in own:
        if PurePath(file).stem in taken:
            reason = (
                "is a rule of the planner's: rename it; `accept:` and `thresholds:` change ours"
            )
            fail(file, {}, (), f"{PurePath(file).stem!r} {reason}")
    return {**ours, **own}
