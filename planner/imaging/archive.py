"""The distribution's own archive: which entries are its, and what the base image has switched off.

The base image has entries of its own. A second one for the same place with another Signed-By stops
apt, so what they lack is added to them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from planner.model import OS, Host, Package, Repository, Source

OWN_KEYS = re.compile(r"/(debian|ubuntu)-(archive|keyring|ports)[^/]*$")
"""Keyrings that the base images of Debian and Ubuntu have."""
OWN_FILES = re.compile(
    r"(?i)/((rocky|almalinux|centos|redhat|oracle-linux|uek-ol|virt-ol|amazonlinux|fedora|ubi"
    r"|repo-|opensuse|SLE)[^/]*|base|oss|update)\.repo$"
)
"""Files of the distributions' own repositories of dnf, yum and zypper."""
_HOSTS = re.compile(
    r"(?i)(?!(?:people|salsa|incoming)\.)(?:[\w-]+\.)*debian\.org(?::\d+)?"
    r"|(?:[\w-]+\.)*(?:archive|security|ports|old-releases)\.ubuntu\.com(?::\d+)?"
)
_LAYOUT = re.compile(
    r"(?i)[a-z+]+://[^/]+(?:/pub|/mirrors?)*/(?:debian|ubuntu)(?:-(?:security|ports))?/?"
    r"|mirror\+file:/+etc/apt/mirrors/debian[\w.-]*"
)
_AREAS = ("contrib", "non-free", "non-free-firmware")
_COMPONENTS = frozenset({"main", *_AREAS, "restricted", "universe", "multiverse"})
_POCKETS = re.compile(r"(updates|security|backports)")
_REBUILT = ("rocky", "almalinux", "centos", "ol")
_OFF = re.compile(r"(?i)crb|powertools|plus|ha|highavailability|ol\d+_codeready_builder")
"""Repositories of their own files that their base images have switched off."""


def has(os: OS, package: Package) -> bool:
    """Whether the sources that the base image of Debian or Ubuntu is made with have it."""
    component = package.suite.partition("/")[2]
    return _in_suites(os, package) and (
        os.id == "ubuntu" or component.rpartition("/")[2] in ("", "main")
    )


def _in_suites(os: OS, package: Package) -> bool:
    code = package.suite.partition("/")[0]
    if package.origin.startswith("UbuntuESM"):  # the same series as in the archive, fixed for money
        return os.id == "ubuntu"
    if package.origin.lower() != os.id:
        return False
    pocket = code.removeprefix(os.codename).lstrip("-/") if os.codename else ""
    # stable-updates and stable-security: older Release files have no code name
    known = not pocket or bool(_POCKETS.fullmatch(pocket))
    return known and (os.id == "ubuntu" or pocket != "backports")


def is_own(os: OS, repository: Repository, packages: Sequence[Package]) -> bool:
    """Whether an entry of apt is one of the distribution's: by its host, by the Origin told of the
    packages that it lists, and by what a mirror's address looks like where none is told."""
    address = re.match(r"[A-Za-z+]+://(?:[^/]*@)?([^/]+)", repository.url)
    if address and _HOSTS.fullmatch(address[1]):
        return True
    told = {p.origin for p in packages if p.repository == repository.id and p.origin}
    if told:
        return all(origin.lower().split()[0] == os.id for origin in told if origin.split())
    return bool(
        os.codename
        and _LAYOUT.fullmatch(repository.url)
        and any(suite.startswith(os.codename) for suite in repository.suites)
        and {c.rpartition("/")[2] for c in repository.components} <= _COMPONENTS
    )


def keyring(os: OS) -> str:
    """Of the distribution's archive; Debian 13 names it anew in its own entries."""
    major = os.version.partition(".")[0]
    newer = os.id == "debian" and major.isdigit() and int(major) >= 13
    return f"/usr/share/keyrings/{os.id}-archive-keyring.{'pgp' if newer else 'gpg'}"


def areas(os: OS, packages: Sequence[Package]) -> tuple[str, ...]:
    """What the base image's entries of Debian lack for packages that are all in their suites;
    empty: it is not that what they lack."""
    found = {p.suite.rpartition("/")[2] for p in packages}
    fits = os.id == "debian" and all(_in_suites(os, p) for p in packages)
    return tuple(sorted(found)) if fits and found <= set(_AREAS) else ()


def switched_on(host: Host, os: OS, packages: Sequence[Package]) -> tuple[Source, ...]:
    """The distribution's own repositories that the machine uses and its base image does not."""
    told = {p.repository for p in packages}
    found = sorted(
        r.id
        for r in host.repositories.value or ()
        if r.kind == "rpm" and OWN_FILES.search(r.path) and _OFF.fullmatch(r.id)
        if r.enabled or r.id in told
    )
    if os.id not in _REBUILT or not packages or not found:
        return ()
    names = ", ".join(p.name for p in packages)
    why = f"{names}, or what they need, may be in {', '.join(found)}: the machine uses it, the base"
    return (Source("", (), f"{why} image has it switched off (section repositories)",
                   adds=tuple(dict.fromkeys(found))),)  # fmt: skip
