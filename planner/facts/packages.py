"""Installed packages as each package manager lists them, and which package owns a path."""

from __future__ import annotations

import re
from collections.abc import Callable

from planner.facts.text import Parsed, each_line, fields
from planner.model import Package

_APK = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-\s]*(?:-r\d+)?)")
_KEY = re.compile(r"[Kk]ey (?:ID|[Ff]ingerprint):? ([0-9A-Fa-f]{8,64})")
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
    name, version, arch, vendor, source, *rest = fields(line, 5)
    if name == "gpg-pubkey":  # a key in the form of a package
        return None
    match = _SOURCE_RPM.fullmatch(source)
    key = _KEY.search(rest[1]) if len(rest) > 1 else None
    if not name or not version:
        raise ValueError(line)
    return Package(
        name=name,
        version=version.removeprefix("(none):").removeprefix("0:"),
        arch="" if arch == "(none)" else arch,
        origin="" if vendor == "(none)" else vendor,
        source=match["name"] if match else name,
        signer=key[1].lower() if key else "",
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


def _pacman(line: str) -> Package:
    name, version, arch, base, reason, packager = fields(line, 6)[:6]
    if not name or not version:
        raise ValueError(line)
    return Package(
        name, version, arch, source=base or name, manual=reason != "1", signer=packager.strip()
    )


def _pkg(line: str) -> Package:
    name, version, abi, port, automatic, repository = fields(line, 6)[:6]
    if not name or not version or automatic not in ("0", "1"):
        raise ValueError(line)
    known = "" if repository.startswith("unknown") else repository
    return Package(
        name,
        version,
        abi.rpartition(":")[2],
        origin=known,
        source=port,
        manual=automatic == "0",
        repository=known,
    )


def _slackware(line: str) -> Package:
    name, version, arch, build = line.strip().rsplit("-", 3)
    if not name or not version:
        raise ValueError(line)
    return Package(name, f"{version}-{build}", arch, source=name)


def _sorted(found: Parsed[tuple[Package, ...]]) -> Parsed[tuple[Package, ...]]:
    order = sorted(found.value, key=lambda p: (p.name, p.arch, p.version))
    return Parsed(tuple(order), found.partial)


def parse_dpkg(text: str) -> Parsed[tuple[Package, ...]]:
    """Tabs: Package, Version, Architecture, Source, db:Status-Abbrev, Origin.

    Those that are unpacked count; of removed ones only configuration is left, and they do not.
    """
    return _sorted(each_line(text, _dpkg))


def parse_rpm(text: str) -> Parsed[tuple[Package, ...]]:
    """Tabs: NAME, EPOCH:VERSION-RELEASE, ARCH, VENDOR, SOURCERPM; then PACKAGER and the signature
    as ``rpm -qi`` prints it, if this rpm knows them. An epoch of none is left out.
    """
    return _sorted(each_line(text, _rpm))


def parse_apk(text: str) -> Parsed[tuple[Package, ...]]:
    """``apk info -v``: name, version and revision in one word."""
    return _sorted(each_line(text, _apk))


def parse_pacman(text: str) -> Parsed[tuple[Package, ...]]:
    """Tabs: NAME, VERSION, ARCH, BASE, REASON (1: dependency), PACKAGER, VALIDATION."""
    return _sorted(each_line(text, _pacman))


def parse_pkg(text: str) -> Parsed[tuple[Package, ...]]:
    """Tabs of ``pkg query``: %n name, %v version, %q ABI, %o port, %a automatic, %R repository."""
    return _sorted(each_line(text, _pkg))


def parse_slackware(text: str) -> Parsed[tuple[Package, ...]]:
    """File names: name, version, architecture and build between hyphens."""
    return _sorted(each_line(text, _slackware))


def parse_owners(text: str) -> Parsed[dict[str, str]]:
    """Tabs: path, package; no package: nobody owns it."""

    def read(line: str) -> tuple[str, str]:
        path, package = fields(line, 2)[:2]
        if not path.startswith("/"):
            raise ValueError(line)
        return path, package.partition(":")[0].strip()

    found = each_line(text, read)
    return Parsed(dict(sorted(found.value)), found.partial)


PARSERS: dict[str, Callable[[str], Parsed[tuple[Package, ...]]]] = {
    "dpkg": parse_dpkg,
    "rpm": parse_rpm,
    "apk": parse_apk,
    "pacman": parse_pacman,
    "pkg": parse_pkg,
    "slackware": parse_slackware,
}
"""By section, in the order in which they count."""
