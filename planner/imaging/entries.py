"""Entries of repositories as an image has them, and what speaks against them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from planner.imaging import logins
from planner.imaging.keys import ADDRESS, VARIABLE, Keys
from planner.model import Repository

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_~:/-]*|\./|/")
_MACHINE = re.compile(r"(localhost|127\.[0-9.]+|\[::1\])(:\d+)?")
_SAFE = re.compile(r"[^A-Za-z0-9-]+")
_GENERAL = ("sources", "debian", "ubuntu", "")
_KNOWN = frozenset(
    {"releasever", "releasever_major", "releasever_minor", "basearch", "arch"}
    | {"infra", "contentdir", "sigcontentdir", "stream", "rltype"}
)
"""Variables of dnf and yum that base images know, too; all others are files of the machine."""


def against(repository: Repository) -> str:
    """Why no image can be built from it; empty: nothing that is known."""
    match = ADDRESS.fullmatch(repository.url)
    scheme = repository.url.partition(":")[0]
    if repository.login or logins.within(repository.url):
        return logins.LOGIN
    if scheme in ("file", "cdrom", "copy"):
        return "it is on the machine itself"
    if not match:
        return "its address is none that a build can use"
    if _MACHINE.fullmatch(match[2]):
        return "it is served by the machine itself"
    if names := _own_variables(repository):
        return f"the machine's own {', '.join(names)} of dnf is not known: write its value there"
    words = (*repository.suites, *repository.components)
    return "" if all(_WORD.fullmatch(w) for w in words) else "its entry is not one that is known"


def _own_variables(repository: Repository) -> list[str]:
    if repository.kind != "rpm":
        return []
    said = " ".join((repository.id, repository.url, *repository.signed_by))
    return sorted({f"${m[1] or m[2]}" for m in VARIABLE.finditer(said)} - {f"${k}" for k in _KNOWN})


def named(repository: Repository) -> str:
    """How a person finds it: address and suite, or the id of its section."""
    address = repository.url.partition("?")[0]
    more = repository.suites if repository.kind == "apt" else (f"[{repository.id}]",)
    return " ".join((address, *more))


def unchecked(repository: Repository) -> str:
    """What it means that nobody asks for its signatures; empty: somebody does."""
    if repository.checked is not False:
        return ""
    name = logins.place(repository.url)
    who = f"whoever gets into {name}"
    if not repository.url.startswith("https://"):
        who = f"anybody on the way to {name}"
    return f"; its signatures are not checked: {who} can put another package in place of these"


def apt(repository: Repository, keyed: Keys, components: tuple[str, ...] = ()) -> Iterator[str]:
    """Lines of a stanza of sources.list(5)."""
    yield "Types: deb"
    yield f"URIs: {repository.url}"
    yield f"Suites: {' '.join(repository.suites)}"
    if components or repository.components:
        yield f"Components: {' '.join(components or repository.components)}"
    for name, value in sorted(repository.options.items()):
        if value.lower() in ("yes", "no"):
            yield f"{name.title()}: {value.lower()}"
    if repository.checked is False:
        yield "Trusted: yes"
    elif keyed.named == ("inline",):
        yield "Signed-By:"
        yield from (f" {line}" for line in repository.key.strip().split("\n"))
    else:
        yield f"Signed-By: {' '.join(keyed.named)}"


def rpm(repository: Repository, keyed: Keys) -> Iterator[str]:
    """Lines of a section of yum.conf(5)."""
    yield f"[{repository.id}]"
    yield f"name={repository.id}"
    yield f"{repository.address or 'baseurl'}={repository.url}"
    yield "enabled=1"
    if repository.checked is not None:
        yield f"gpgcheck={int(repository.checked)}"
    if keyed.named:
        yield f"gpgkey={' '.join(keyed.named)}"
    for name, value in sorted(repository.options.items()):
        yield f"{name}={value}"


def path_of(repository: Repository, family: str, place: str, taken: set[str]) -> str:
    """Of the entry: named as on the machine, unless that is the name of the distribution's own."""
    stem, _ = posixpath.splitext(posixpath.basename(repository.path))
    if stem in _GENERAL or (family == "debian" and stem == ""):
        stem = f"{place}-{''.join(repository.suites)}"
    stem = _SAFE.sub("-", stem).strip("-") or "other"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name)
    return {
        "debian": f"/etc/apt/sources.list.d/{name}.sources",
        "rhel": f"/etc/yum.repos.d/{name}.repo",
        "suse": f"/etc/zypp/repos.d/{name}.repo",
    }[family]
