"""The text of ``planner.yml`` in, :class:`Settings` out; every error names file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from planner.images import FAITHFUL, Choice, references
from planner.model import Output
from planner.rules.context import SIGNALS, Context, Orchestrator, Patterns, Target
from planner.settings.file import ImagesFile, SignalFile, TargetFile
from planner.settings.quantity import number
from planner.settings.reviewers import overrides
from planner.settings.typed import near, typed
from planner.yamltext import Lines, Path, fail, read

_TAKES: dict[Orchestrator, Output] = {
    "compose": "compose",
    "swarm": "swarm",
    "kubernetes": "kubernetes",
    "podman": "quadlet",
    "ecs": "ecs",
}


@dataclass(frozen=True)
class Settings:
    """What the user wants judged otherwise. ``lines``: line in the file by path of keys."""

    file: str = ""
    """As it was named; empty: there is none."""
    sha256: str = ""
    context: Context = field(default_factory=Context)
    rules: str = ""
    """Folder of own rules, from where the file is."""
    images: Choice = FAITHFUL
    targets: tuple[Output, ...] = ("compose",)
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
        images=_images(file, lines, found.images),
        targets=outputs(found.targets, found.target.orchestrator),
        lines=lines,
    )


def outputs(
    asked: Iterable[Output] | None, orchestrator: Orchestrator | None = None
) -> tuple[Output, ...]:
    """What a plan writes: Compose files always, and what is asked for, else what the orchestrator
    takes."""
    if asked is None:
        asked = (_TAKES[orchestrator],) if orchestrator else ()
    return tuple(sorted({"compose", *asked}))


def _target(found: TargetFile) -> Target:
    return Target(
        arch=(found.arch,) if isinstance(found.arch, str) else found.arch,
        kernel=found.kernel or "",
        orchestrator=found.orchestrator or "",
        policy=found.policy,
    )


def _images(file: str, lines: Lines, found: ImagesFile) -> Choice:
    for name in found.digests:
        _full_name(file, lines, ("images", "digests", name), name)
    for registry in found.mirrors:
        if "." not in registry and ":" not in registry and registry != "localhost":
            at = ("images", "mirrors", registry)
            fail(file, lines, at, f"{registry} is no registry: name one, such as docker.io")
    return Choice(
        found.policy,
        dict(found.workloads),
        found.registry,
        dict(found.mirrors),
        found.allow,
        dict(found.digests),
        found.dependencies,
    )


def digests(file: str, text: str) -> dict[str, str]:
    """Read a file of digests by full name with tag, as ``planner digests`` writes it.

    Raises InputError for the first line that is none.
    """
    data, lines = read(file, text)
    for name, digest in data.items() if isinstance(data, dict) else ():
        _full_name(file, lines, (name,), name)
        if not isinstance(digest, str) or not references.DIGEST.fullmatch(digest):
            fail(file, lines, (name,), f"{name}: no digest: write sha256: and 64 digits")
    if not isinstance(data, dict):
        fail(file, lines, (), "no digests by name: write NAME:TAG: sha256:...")
    return dict(data)


def _full_name(file: str, lines: Lines, at: Path, name: str) -> None:
    found = references.parse(name)
    if found is None or str(found) != name or not found.tag:
        example = "docker.io/library/debian:bookworm-slim"
        fail(file, lines, at, f"{name} is no full name of an image with a tag, such as {example}")


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
