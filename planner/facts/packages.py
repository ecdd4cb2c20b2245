"""Installed packages as dpkg, rpm and apk list them, and which package owns a path."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from planner.facts.text import Parsed, each_line, fields, lines
from planner.model import Package

_APK = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-\s]*(?:-r\d+)?)")
_SOURCE_RPM = re.compile(r"(?P<name>.+)-[^-]+-[^-]+\.(?:no)?src\.rpm")


def _dpkg(line: str) -> Package | None:
    name, version, arch, source, status, *rest = fields(line, 5)
    if len(status) < 2 or not name:
        raise ValueError(line)
    if status[1] in "nc":  # not installed, or only its configuration is left
        return None
    return Package(
        name=name,
        version=version,
        arch=arch,
        origin=rest[0].strip() if rest else "",
        source=source.partition(" ")[0] or name,
    )


def _rpm(line: str) -> Package | None:
    name, version, arch, vendor, source = fields(line, 5)[:5]
    if name == "gpg-pubkey":  # a key in the form of a package
        return None
    match = _SOURCE_RPM.fullmatch(source)
    if not name or not version:
        raise ValueError(line)
    return Package(
        name=name,
        version=version.removeprefix("(none):").removeprefix("0:"),
        arch="" if arch == "(none)" else arch,
        origin="" if vendor == "(none)" else vendor,
        source=match["name"] if match else name,
    )


def _apk(line: str) -> Package | None:
    if line.startswith("WARNING"):
        return None
    match = _APK.fullmatch(line.strip())
    if not match:
        raise ValueError(line)
    if line.startswith("."):  # a bundle that somebody named with apk add --virtual
        return None
    return Package(match["name"], match["version"], source=match["name"])


def _sorted(found: Parsed[tuple[Package, ...]]) -> Parsed[tuple[Package, ...]]:
    order = sorted(found.value, key=lambda p: (p.name, p.arch, p.version))
    return Parsed(tuple(order), found.partial)


def parse_dpkg(text: str) -> Parsed[tuple[Package, ...]]:
    """Tabs: Package, Version, Architecture, Source, db:Status-Abbrev, Origin.

    Those that are unpacked count; of removed ones only configuration is left, and they do not.
    """
    return _sorted(each_line(text, _dpkg))


def parse_rpm(text: str) -> Parsed[tuple[Package, ...]]:
    """Tabs: NAME, EPOCH:VERSION-RELEASE, ARCH, VENDOR, SOURCERPM; an epoch of none is left out."""
    return _sorted(each_line(text, _rpm))


def parse_apk(text: str) -> Parsed[tuple[Package, ...]]:
    """``apk info -v``: name, version and revision in one word."""
    return _sorted(each_line(text, _apk))


def parse_names(text: str) -> Parsed[frozenset[str]]:
    """Take a name from each line, as ``apt-mark showauto`` prints."""
    return Parsed(frozenset(line.strip().partition(":")[0] for line in lines(text)) - {""})


def with_manual(found: Iterable[Package], automatic: frozenset[str]) -> tuple[Package, ...]:
    """Those that are not among the automatically installed ones were asked for."""
    return tuple(msgspec.structs.replace(p, manual=p.name not in automatic) for p in found)


def parse_origins(text: str) -> Parsed[dict[str, str]]:
    """Tabs: package, repository that it came from."""

    def read(line: str) -> tuple[str, str]:
        name, origin = fields(line, 2)[:2]
        return name, origin.strip()

    found = each_line(text, read)
    return Parsed(dict(found.value), found.partial)


def with_origin(found: Iterable[Package], origins: dict[str, str]) -> tuple[Package, ...]:
    """Fill in the repository where dpkg itself does not tell the origin."""
    return tuple(
        msgspec.structs.replace(p, origin=p.origin or origins.get(p.name, "")) for p in found
    )


def parse_owners(text: str) -> Parsed[dict[str, str]]:
    """Tabs: path, package; no package: nobody owns it."""

    def read(line: str) -> tuple[str, str]:
        path, package = fields(line, 2)[:2]
        if not path.startswith("/"):
            raise ValueError(line)
        return path, package.partition(":")[0].strip()

    found = each_line(text, read)
    return Parsed(dict(sorted(found.value)), found.partial)
