"""What is told of packages beside their list: who asked for them, where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import msgspec

from planner.facts.text import Parsed, each_line, fields, lines
from planner.model import Package


def parse_names(text: str) -> Parsed[frozenset[str]]:
    """Take a name from each line, as ``apt-mark showauto`` prints."""
    return Parsed(frozenset(line.strip().partition(":")[0] for line in lines(text)) - {""})


def with_manual(found: Iterable[Package], automatic: frozenset[str]) -> tuple[Package, ...]:
    """Those that are not among the automatically installed ones were asked for."""
    return tuple(msgspec.structs.replace(p, manual=p.name not in automatic) for p in found)


class Place(NamedTuple):
    """Where a package comes from: see the fields of Package."""

    origin: str
    suite: str = ""
    listed: Literal["", "version", "other", "none"] = ""
    repository: str = ""


_LISTED: dict[str, Literal["version", "other", "none"]] = {
    "version": "version",
    "other": "other",
    "none": "none",
}


def parse_origins(text: str) -> Parsed[dict[str, Place]]:
    """Tabs: package, Origin of its repository (``?``: it names none, its host stands for it), code
    name/component, whether it lists the installed version (version, other, none), what the names
    of apt's lists begin with. The first two alone tell third parties apart and nothing else.
    """

    def read(line: str) -> tuple[str, Place]:
        name, origin, *rest = fields(line, 2)
        if not rest:
            return name, Place(origin.strip())
        suite, listed, base = rest
        known = origin.strip() if origin != "?" else base.partition("_")[0]
        return name, Place(known, suite, _LISTED.get(listed, ""), base)

    found = each_line(text, read)
    return Parsed(dict(found.value), found.partial)


def with_origin(found: Iterable[Package], places: Mapping[str, Place]) -> tuple[Package, ...]:
    """Fill in the repository; an origin that dpkg itself tells stands."""
    nowhere = Place("")

    def filled(package: Package) -> Package:
        place = places.get(package.name, nowhere)
        return msgspec.structs.replace(
            package,
            origin=package.origin or place.origin,
            suite=place.suite,
            listed=place.listed,
            repository=place.repository,
        )

    return tuple(filled(package) for package in found)


_MANUAL = dict.fromkeys(("user", "group", "external", "external user"), True)
_MANUAL.update(dict.fromkeys(("dep", "dependency", "weak dependency"), False))


class Reason(NamedTuple):
    """Whether somebody asked for a package, and the repository that it came from."""

    manual: bool | None
    repository: str = ""


def parse_reasons(text: str) -> Parsed[dict[str, Reason]]:
    """Tabs: reason (``user``, ``dep``, ... of yum, dnf, zypper, apk), package (``*``: all others),
    repository.
    """

    def read(line: str) -> tuple[str, Reason]:
        reason, name, repository = fields(line, 3)[:3]
        if not name:
            raise ValueError(line)
        manual = _MANUAL.get(reason.strip().lower())
        return name, Reason(manual, repository.strip().lstrip("@"))

    found = each_line(text, read)
    return Parsed(dict(found.value), found.partial)


def with_reasons(found: Iterable[Package], reasons: Mapping[str, Reason]) -> tuple[Package, ...]:
    """Fill in what the package manager noted; what is not noted stays untold."""
    others = reasons.get("*", Reason(None))

    def filled(package: Package) -> Package:
        reason = reasons.get(package.name, others)
        return msgspec.structs.replace(
            package,
            manual=reason.manual,
            repository=package.repository or reason.repository,
        )

    return tuple(filled(package) for package in found)
