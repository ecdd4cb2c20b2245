"""What a judgement depends on besides the machines: the user's signals, thresholds and target."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Annotated, Literal

import msgspec

from planner.model import Data, Host, Override

Orchestrator = Literal["compose", "swarm", "kubernetes", "podman", "ecs", "ecs-fargate"]
"""``ecs``: on EC2 machines of the user's own; ``ecs-fargate``: on machines that AWS keeps."""
Policy = Literal["no-root", "no-host-ports", "no-privileged-ports", "read-only-root"]


class Patterns(Data, frozen=True):
    """What gives a signal. A pattern with ``*``, ``?`` or ``[`` is a shell pattern for the whole;
    one without is a word of it, between its ends, ``-``, ``_``, ``.`` and digits. Case is ignored.
    """

    groups: tuple[str, ...] = ()
    variables: dict[str, tuple[str, ...]] = {}  # noqa: RUF012
    """Patterns of values by pattern of the variable's name."""


class Target(Data, frozen=True):
    """Where containers will run, as far as the user says; empty: not said."""

    arch: tuple[Literal["x86_64", "aarch64"], ...] = ()
    kernel: Annotated[str, msgspec.Meta(pattern=r"^([0-9]+(\.[0-9]+)*)?$")] = ""
    """Version of the container hosts' kernel, ``6.1``."""
    orchestrator: Orchestrator | Literal[""] = ""
    """``compose`` and ``podman`` start containers on one host and give them what it has; the others
    place them on any of several, and withhold what rules ask for."""
    policy: tuple[Policy, ...] = ()
    """What the target refuses: root in a container; ports of its hosts; ports below 1024; a root
    file system that a container can write to."""


_KEPT_APART = (
    "pci",
    "pcidss",
    "cde",
    "cardholder",
    "hipaa",
    "phi",
    "ephi",
    "gdpr",
    "pii",
    "tenant",
    "tenants",
    "dmz",
    "itar",
    "classified",
    "multitenant",
    "tenant?",
    "dmz*",
    "confidential",
    "restricted",
    "untrusted",
    "sox",
    "fedramp",
    "fisma",
    "cmmc",
    "cui",
    "cjis",
    "nerc",
    "hitrust",
    "kritis",
    "nfd",
    "vsnfd",
    "geheim",
    "airgapped",
    "airgap",
    "quarantine",
    "mandant",
    "mandanten",
)
_NOBODY = ("false", "n/a", "no", "none", "null", "off")
"""Values of a variable ``tenant`` that are nobody's name. ``0`` may be a number of one."""
_OF_ISOLATION = re.compile(r"(tenant_)?isolation(_required|_class)?", re.IGNORECASE)
"""Names of the variables that say whether isolation is asked for: not ``isolation_exception``."""
_DENIALS = ("false", "no", "none", "not required")
"""Values by which such a variable says that it is not; what is empty or 0 says nothing."""
_PERHAPS_RENTERS = ("tenant", "tenants", "tenant?")
"""Of :data:`_KEPT_APART`, the words that may be of people who rent flats: where a variable denies
isolation, a group of such a name is no demand for it. The other groups always are."""
_STAGE = ("env", "environment", "stage", "tier", "*_env", "*_environment")
SIGNALS: dict[str, Patterns] = {
    "isolation": Patterns(
        groups=_KEPT_APART,
        variables=dict.fromkeys(
            (
                "*class*",
                "*compliance*",
                "*zone*",
                "*scope*",
                "data_handling",
                "*klasse*",
                "*regulat*",
            ),
            (*_KEPT_APART, "secret", "secure", "required", "strict"),
        )
        | dict.fromkeys(
            ("*isolation*", "*schutzbedarf*"),
            (
                *_KEPT_APART,
                "secret",
                "secure",
                "required",
                "strict",
                "vm",
                "dedicated",
                "true",
                "yes",
                "high",
                "hoch",
                "sehr*hoch",
            ),
        )
        | {"tenant": ("?*",)},
    ),
    "development": Patterns(
        groups=(
            "dev",
            "devel",
            "development",
            "test",
            "testing",
            "staging",
            "stage",
            "qa",
            "uat",
            "sandbox",
            "preprod",
        ),
        variables=dict.fromkeys(_STAGE, ("dev*", "test*", "stag*", "qa", "uat", "sandbox")),
    ),
    "production": Patterns(
        groups=("prod", "production", "live"),
        variables=dict.fromkeys(_STAGE, ("prod*", "live")),
    ),
    "edge": Patterns(
        groups=(
            "edge",
            "iot",
            "branch",
            "branches",
            "store",
            "stores",
            "kiosk",
            "kiosks",
            "factory",
            "gateway",
            "gateways",
        ),
    ),
    "build": Patterns(
        groups=(
            "ci",
            "cd",
            "build",
            "builds",
            "builder",
            "builders",
            "runner",
            "runners",
            "jenkins",
        ),
    ),
    "scaled": Patterns(
        groups=("autoscaling", "autoscaled", "scaled", "loadbalanced", "balanced", "backends"),
    ),
}
"""The signals that the planner's own rules ask for, and what gives them unless the user says."""


class Context(Data, frozen=True):
    """``limits``: the user's thresholds, by rule and name, in place of the rule's own.
    ``overrides``: what reviewers accepted or forced."""

    signals: dict[str, Patterns] = msgspec.field(default_factory=lambda: SIGNALS)
    target: Target = Target()
    limits: dict[str, dict[str, int | float]] = {}  # noqa: RUF012
    overrides: tuple[Override, ...] = ()


def given(patterns: Patterns, host: Host) -> tuple[str, ...]:
    """What of the inventory gives the signal: ``group pci``, ``variable tier=test``; sorted."""
    denied = any(_denies(name, value) for name, value in host.variables.items())
    words = [p for p in patterns.groups if not (denied and p in _PERHAPS_RENTERS)]
    groups = {f"group {g}" for g in host.groups if any(matches(p, g) for p in words)}
    return tuple(sorted({*groups, *_variables(patterns, host.variables)}))


def _denies(variable: str, value: str) -> bool:
    plain = value.strip().lower().replace("-", " ").replace("_", " ")
    return bool(_OF_ISOLATION.fullmatch(variable.replace("-", "_"))) and plain in _DENIALS


def _variables(patterns: Patterns, variables: Mapping[str, str]) -> Iterator[str]:
    for name, values in patterns.variables.items():
        for variable, value in variables.items():
            anybody = value.strip().lower() not in _NOBODY and not _denies(variable, value)
            counting = [v for v in values if anybody or v.lower() in _NOBODY]
            if matches(name, variable) and any(matches(v, value) for v in counting):
                yield f"variable {variable}={value}"


def matches(pattern: str, text: str) -> bool:
    """As :class:`Patterns` says."""
    if any(c in pattern for c in "*?["):
        return fnmatchcase(text.lower(), pattern.lower())
    return _word(pattern.lower()).search(text.lower()) is not None


@cache
def _word(word: str) -> re.Pattern[str]:
    return re.compile(rf"(^|[-_.]){re.escape(word)}([-_.0-9]|$)")
