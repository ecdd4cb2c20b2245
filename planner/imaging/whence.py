"""Which repositories a package of the image came from, beside those of its base."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from planner.imaging import archive
from planner.model import OS, Data, Host, Package, Repository

_VENDORS = re.compile(
    r"(?i)(red hat|centos|rocky|almalinux|cloudlinux|oracle america|amazon|suse|opensuse)\b"
)
_ASIDE = re.compile(r"(?i)(^|[-_.])(debug(info)?|sources?|testing|test|openh264)($|[-_.])")
"""Repositories beside a main one, which hold other things than programs."""
_COMMON = re.compile(
    r"project|group|global|development|packaging|team|software|linux|foundation|corporation|company"
    r"|stable|main|master|release|debian|ubuntu|rhel|module|repos?|repository|packages?|downloads?"
    r"|https?|mirrors?|mirrorlist|metalink|pool|build|dfsg|really"
    r"|bookworm|bullseye|trixie|buster|jammy|focal|noble"
)
_BY_HAND = re.compile(r"commandline$|/")
"""What dnf and yum note of a package that came as a file."""
_WORD = re.compile(r"[a-z]{4,}")


class Whence(Data, frozen=True):
    """``repositories`` empty: its base has what it needs, or nothing can be done."""

    repositories: tuple[Repository, ...] = ()
    how: str = ""
    """Which fact says so."""
    problem: str = ""
    unknown: str = ""


BASE = Whence()


def whence(host: Host, package: Package) -> Whence:
    """Find the repositories of an installed package of a machine with apt, dnf, yum or zypper."""
    os = host.os.value
    if os is None:
        return BASE
    every = tuple(r for r in host.repositories.value or ())
    if os.family == "debian":
        return _apt(os, package, [r for r in every if r.kind == "apt"], host)
    return _rpm(package, [r for r in every if r.kind == "rpm"], host)


def _apt(os: OS, package: Package, every: Sequence[Repository], host: Host) -> Whence:
    marked = _marked([package.version.partition("-")[2], package.version], every)
    mine = tuple(r for r in every if r.id == package.repository and r.enabled)
    if package.listed == "version" or (package.listed == "other" and not marked):
        if archive.has(os, package):
            return BASE
        today = "" if package.listed == "version" else ", with other versions of it today"
        if mine:
            return Whence(_first(mine, package), f"as apt's lists say{today} (section apt-origins)")
    if marked:
        off = "" if any(r.enabled for r in marked) else ", though it is switched off there"
        return Whence(marked[:1], f"as its version, {package.version}, says{off} (section dpkg)")
    name = f"{package.name} {package.version}"
    if package.listed == "none" and not host.packages.partial:
        return Whence(
            problem=f"no repository of the machine has {name}: it was installed by hand, or is gone"
            " from where it was; put it into a repository first"
        )
    if package.listed == "version":
        where = package.origin or package.repository.partition("_")[0]
        return Whence(problem=f"{name} came from {where}, whose entry was not seen")
    told = host.packages.value or ()
    foreign = [r for r in every if r.enabled and not archive.is_own(os, r, told)]
    if foreign and not (package.origin and archive.has(os, package)):
        return Whence(unknown=f"Which repository {name} came from was not told.")
    return BASE


def _first(found: Sequence[Repository], package: Package) -> tuple[Repository, ...]:
    """The one entry of several of the same place that has the package's component."""
    component = package.suite.partition("/")[2]
    return tuple([*(r for r in found if component in r.components), *found][:1])


def _rpm(package: Package, every: Sequence[Repository], host: Host) -> Whence:
    if _VENDORS.match(package.origin):
        return BASE
    noted = tuple(r for r in every if r.id == package.repository and package.repository)
    if noted:
        if archive.OWN_FILES.search(noted[0].path):
            return BASE
        return Whence(noted[:1], "as the package manager noted (section reasons)")
    os = host.os.value
    if os and os.id == "fedora" and package.origin == "Fedora Project":
        return BASE
    name = f"{package.name} {package.version}"
    usable = [r for r in every if r.enabled and not archive.OWN_FILES.search(r.path)]
    main = [r for r in usable if not _ASIDE.search(r.id)] or usable
    if marked := _marked([package.origin, package.version.rpartition("-")[2]], main):
        told = package.origin or package.version
        return Whence(marked, f"as its vendor or release, {told}, says (section rpm)")
    if not main or _BY_HAND.match(package.repository):
        if not main and host.repositories.value is None:
            return Whence(unknown=f"Which repository {name} came from was not told.")
        return Whence(
            problem=f"no repository of the machine is known to have {name} of "
            f"{package.origin or 'no vendor'}: put it into one first"
        )
    how = "since it is the only one of a third party"
    if len(main) > 1:
        how = f"or from another of the {len(main)} of third parties, which is not told"
    return Whence(tuple(main), f"{how} (section repositories)")


def _marked(texts: Iterable[str], every: Sequence[Repository]) -> tuple[Repository, ...]:
    """Repositories that a vendor or version names: ``1nodesource1``, ``1.pgdg120``, ``+maria~``."""
    words = {w for text in texts for w in _WORD.findall(text.lower()) if not _COMMON.fullmatch(w)}
    found = [
        r
        for r in every
        if any(word in f"{r.id} {r.url} {' '.join(r.suites)}".lower() for word in words)
    ]
    return tuple(sorted(found, key=lambda r: not r.enabled))
