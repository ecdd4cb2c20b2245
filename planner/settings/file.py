"""What ``planner.yml`` holds, as it is written there."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec

from planner.images.choice import Policy as ImagePolicy
from planner.model import Data, Output
from planner.rules.context import Orchestrator, Policy

Day = Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Words = Annotated[str, msgspec.Meta(pattern=r"\S")]
Digest = Annotated[str, msgspec.Meta(pattern="^sha256:[0-9a-f]{64}$")]
Prefix = Annotated[
    str,
    msgspec.Meta(pattern=r"^([a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9][a-z0-9._-]*)*)?$"),
]
Arch = Literal["x86_64", "aarch64"]


class TargetFile(Data, frozen=True):
    """Where containers will run; what is left out is not known."""

    arch: Arch | Annotated[tuple[Arch, ...], msgspec.Meta(min_length=1)] = ()
    kernel: Annotated[str, msgspec.Meta(pattern=r"^[0-9]+(\.[0-9]+)*$")] | None = None
    orchestrator: Orchestrator | None = None
    policy: tuple[Policy, ...] = ()


class SignalFile(Data, frozen=True):
    """Groups and variables of the inventory that give a signal, beside the planner's own."""

    groups: tuple[Words, ...] = ()
    variables: dict[str, tuple[Words, ...]] = msgspec.field(default_factory=dict)
    """Values by name."""
    replace: bool = False
    """Instead of the planner's own."""


class Acceptance(Data, frozen=True, kw_only=True):
    """A finding that a reviewer accepts, for a workload or for all of a machine's."""

    finding: Words
    """Id of the rule."""
    workload: str = ""
    """``host/name``; shell patterns."""
    host: str = ""
    """Shell pattern."""
    who: Words
    when: Day
    why: Words
    until: Day
    """The last day on which it counts."""


class Force(Data, frozen=True, kw_only=True):
    """A verdict that a reviewer decides."""

    workload: Words
    """``host/name``; shell patterns."""
    verdict: Literal["container", "container-with-changes", "stay-vm"]
    who: Words
    when: Day
    why: Words
    until: Day
    """The last day on which it counts."""


class ImagesFile(Data, frozen=True):
    """What images are built from and called."""

    policy: ImagePolicy = "faithful"
    """``faithful``: the machine's own release and packages; ``official``: the application's own
    image, where the planner knows how the two differ."""
    workloads: dict[str, ImagePolicy] = msgspec.field(default_factory=dict)
    """Policy by shell pattern of ``host/name``; the first that fits counts."""
    registry: Prefix = ""
    """Prefix of the names of built images, ``registry.example/team``."""
    mirrors: dict[str, Prefix] = msgspec.field(default_factory=dict)
    """By registry (``docker.io``), the prefix from which its images are pulled instead."""
    allow: tuple[Words, ...] = ()
    """Shell patterns of base images; left out: all."""
    digests: dict[str, Digest] = msgspec.field(default_factory=dict)
    """By full name with tag; `planner digests` writes such a file for `--digests`."""
    dependencies: Literal["copied", "built"] = "copied"
    """Libraries of Python, Node.js, Ruby and PHP that their own package manager installed: as they
    are on the machine, or from their manifest in a stage of their own, for which the build has to
    reach the language's registry."""


class SettingsFile(Data, frozen=True):
    target: TargetFile = TargetFile()
    signals: dict[str, SignalFile] = msgspec.field(default_factory=dict)
    thresholds: dict[str, dict[str, int | float | str]] = msgspec.field(default_factory=dict)
    """By rule and name: numbers, sizes (``512MiB``, ``1GB``), shares (``25%``)."""
    rules: str = ""
    """Folder of own rules, from where this file is."""
    images: ImagesFile = ImagesFile()
    targets: tuple[Output, ...] | None = None
    """What is written beside Compose files; left out: what ``target.orchestrator`` takes."""
    accept: tuple[Acceptance, ...] = ()
    force: tuple[Force, ...] = ()


HINTS = {
    "arch": "x86_64, aarch64 or a list of them",
    "orchestrator": ", ".join(get_args(Orchestrator)),
    "policy": f"a list of {', '.join(get_args(Policy))}",
    "verdict": "container, container-with-changes or stay-vm",
    "kernel": 'a version in quotes, such as "6.1"',
    "when": "a day, such as 2026-01-31",
    "until": "a day, such as 2026-12-31",
    "who": "who decided",
    "why": "the reason",
    "finding": "a rule's id",
    "groups": "a list of patterns",
    "variables": "lists of patterns by name of the variable",
    "rules": "a folder",
    "registry": "a prefix such as registry.example/team",
    "mirrors": "prefixes by registry, such as docker.io: registry.example/hub",
    "allow": "a list of patterns",
    "digests": "sha256:... by full name with tag",
    "dependencies": "copied or built",
    "targets": f"a list of {', '.join(get_args(Output))}",
}
"""What a key takes, for whoever wrote something else."""
