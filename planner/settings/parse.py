"""The text of ``planner.yml`` in, :class:`Settings` out; every error names file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from planner.rules.context import SIGNALS, Context, Patterns, Target
from planner.settings.file import SignalFile, TargetFile
from planner.settings.quantity import number
from planner.settings.reviewers import overrides
from planner.settings.typed import near, typed
from planner.yamltext import Lines, fail, read


@dataclass(frozen=True)
class Settings:
    """What the user wants judged otherwise. ``lines``: line in the file by path of keys."""

    file: str = ""
    """As it was named; empty: there is none."""
    sha256: str = ""
    context: Context = field(default_factory=Context)
    rules: str = ""
    """Folder of own rules, from where the file is."""
    lines: Lines = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name alone, for a plan that says nothing of folders."""
        return PurePath(self.file).name


DEFAULTS = Settings()
"""Of a user without a file."""


def parse(file: str, text: str) -> Settings:
    """Read the settings; :func:`check` holds them against the rules, own ones included.

    Raises InputError for the first thing that cannot be used.
    """
    data, lines = read(file, text)
    found = typed(file, lines, data)
    return Settings(
        file=file,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        context=Context(
            signals={**SIGNALS, **dict(_signals(file, lines, found.signals))},
            target=_target(found.target),
            limits=_limits(file, lines, found.thresholds),
            overrides=tuple(overrides(file, lines, found)),
        ),
        rules=found.rules,
        lines=lines,
    )


def _target(found: TargetFile) -> Target:
    return Target(
        arch=(found.arch,) if isinstance(found.arch, str) else found.arch,
        kernel=found.kernel or "",
        orchestrator=found.orchestrator or "",
        policy=found.policy,
    )


def _signals(
    file: str, lines: Lines, found: Mapping[str, SignalFile]
) -> Iterator[tuple[str, Patterns]]:
    for name, given in found.items():
        if name not in SIGNALS:
            there = f"there are {', '.join(SIGNALS)}"
            fail(
                file, lines, ("signals", name), f"no signal {name!r}{near(name, SIGNALS)}: {there}"
            )
        own = Patterns() if given.replace else SIGNALS[name]
        variables = {
            variable: (*own.variables.get(variable, ()), *given.variables.get(variable, ()))
            for variable in (*own.variables, *given.variables)
        }
        yield name, Patterns((*own.groups, *given.groups), variables)


def _limits(
    file: str, lines: Lines, found: Mapping[str, Mapping[str, int | float | str]]
) -> dict[str, dict[str, int | float]]:
    limits: dict[str, dict[str, int | float]] = {}
    for rule, thresholds in found.items():
        for name, written in thresholds.items():
            try:
                limits.setdefault(rule, {})[name] = number(written)
            except ValueError as error:
                fail(file, lines, ("thresholds", rule, name), f"{rule}.{name}: {error}")
    return limits
