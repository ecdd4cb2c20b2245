"""What apt was told to prefer, as far as it concerns a repository of the image."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from planner.model import Copy, Host, Package, Repository, TextFile
from planner.service import denied
from planner.service.view import MASK

_FILE = re.compile(r"/etc/apt/preferences(\.d/[A-Za-z0-9_-]+(\.pref)?)?")
_PLACE = re.compile(r"[a-z]\s*=\s*\"?([^,\"]+)|origin\s+\"?([^\s\"]+)")
_STANZA = re.compile(r"\n\s*\n")


def files(host: Host, repository: Repository, packages: Sequence[Package]) -> tuple[Copy, ...]:
    """The machine's own preferences that name it or one of its packages (apt_preferences(5))."""
    texts = sorted((host.files.value or {}).items())
    why = "apt's preferences for it"
    return tuple(
        Copy(path, "config", why)
        for path, text in texts
        if _FILE.fullmatch(path) and _usable(text) and _concerns(text, repository, packages)
    )


def unseen(host: Host) -> tuple[str, ...]:
    """Files of preferences whose text was not carried."""
    known = host.files.value or {}
    found = {f.path for f in host.config_files.value or () if f.state != "deleted"} | known.keys()
    mine = sorted(path for path in found if _FILE.fullmatch(path))
    return tuple(p for p in mine if p not in known or not _usable(known[p]))


def _usable(text: TextFile) -> bool:
    whole = not text.truncated and not text.masked and MASK not in text.text
    return whole and not denied.reason(text.path)


def _concerns(text: TextFile, repository: Repository, packages: Sequence[Package]) -> bool:
    plain = "\n".join(line for line in text.text.split("\n") if not line.startswith("#"))
    names = {p.name for p in packages}
    known = {p.origin for p in packages} | {p.suite.partition("/")[0] for p in packages}
    known |= {*repository.suites, repository.url.partition("://")[2].partition("/")[0]}
    for stanza in _STANZA.split(plain):
        package = re.search(r"(?im)^package:(.*)", stanza)
        place = re.search(r"(?im)^pin:(.*)", stanza)
        wanted = package[1].split() if package else []
        told = _PLACE.findall(place[1] if place else "")
        if names & set(wanted) or known & {(a or b).strip() for a, b in told} - {""}:
            return True
    return False


def only(
    host: Host, repository: Repository, code: str, packages: Sequence[Package]
) -> Iterator[str]:
    """Lines that let the packages of the machine come from another suite of the distribution, and
    nothing else: apt would take all of a newer one, and none of backports for a dependency."""
    every = [p for p in host.packages.value or () if p.repository == repository.id]
    names = sorted({p.name for p in (*every, *packages)})
    if not names:
        return
    yield f"Package: {' '.join(names)}"
    yield f"Pin: release n={code}"
    yield "Pin-Priority: 500"
    yield ""
    yield "Package: *"
    yield f"Pin: release n={code}"
    yield "Pin-Priority: 100"
