"""Entries of repositories as an image has them: text, public keys, and what speaks against them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from planner.imaging.whence import OWN_KEYS
from planner.model import OS, Copy, Data, Repository
from planner.service import denied

_ADDRESS = re.compile(r"(https?|ftp)://([^/@\s]+)(/[^\s\"'\\<>\x00-\x20]*)?")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_~:/-]*|\./|/")
_MACHINE = re.compile(r"(localhost|127\.[0-9.]+|\[::1\])(:\d+)?")
_FOLDERS = (
    "/usr/share/keyrings/",
    "/usr/share/postgresql-common/pgdg/",
    "/etc/apt/keyrings/",
    "/etc/apt/trusted.gpg.d/",
    "/etc/pki/rpm-gpg/",
)
"""Where keys lie that an image may take; nothing else is ever asked for as a key."""
LOGIN = "it asks for a login, which no image may hold"
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_INLINE = re.compile(r"[A-Za-z0-9+/=: .,()<>@-]*")


class Keys(Data, frozen=True):
    """``named``: as the entry names them; ``copied``: those that the base image does not have."""

    named: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    problem: str = ""


def keys(repository: Repository, os: OS) -> Keys:
    """Which public keys the image needs for it."""
    if repository.checked is False:
        return Keys()
    if "inline" in repository.signed_by:
        lines = repository.key.strip().split("\n")
        fits = lines[0] == "-----BEGIN PGP PUBLIC KEY BLOCK-----"
        fits = fits and all(_INLINE.fullmatch(line) for line in lines)
        return Keys(("inline",)) if fits else Keys(problem="what its entry holds is no public key")
    wide = all(k.startswith("/etc/apt/trusted.gpg") for k in repository.signed_by)
    files = [_expanded(k.removeprefix("file://"), os) for k in repository.signed_by]
    if wide and os.family == "debian":  # no Signed-By: all that apt trusts
        if repository_is_of(repository, os):
            return Keys((f"/usr/share/keyrings/{os.id}-archive-keyring.gpg",))
        files = [k for k in files if not OWN_KEYS.search(k)]
    if not files:
        return Keys(problem="no key that signs it was seen")
    for path in files:
        if path.startswith("https://") and repository.kind == "rpm":
            continue
        if why := _refused(repository, path):
            return Keys(problem=why)
    named = tuple(files if wide else repository.signed_by)
    return Keys(named, tuple(k for k in files if k.startswith("/") and not OWN_KEYS.search(k)))


def _expanded(path: str, os: OS) -> str:
    """With the release that dnf and yum put in; what they make of other variables is not known."""
    major = os.version.partition(".")[0]
    release = major if os.id in ("rhel", "rocky", "almalinux", "centos", "ol") else os.version
    known = {"releasever": release, "releasever_major": major}
    return _VARIABLE.sub(lambda match: known.get(match[1] or match[2], match[0]), path)


def repository_is_of(repository: Repository, os: OS) -> bool:
    """Whether an entry without a key of its own is one of the distribution's."""
    return any(s.startswith(os.codename or "?") for s in repository.suites) and bool(
        re.search(r"/(debian|ubuntu)([-/]|$)", repository.url)
    )


def _refused(repository: Repository, path: str) -> str:
    folder = next((f for f in _FOLDERS if path.startswith(f)), "")
    if OWN_KEYS.search(path):
        return ""
    if not folder or not _NAME.fullmatch(path.removeprefix(folder)):
        return f"its key, {path}, is in no place that keys are fetched from"
    if why := denied.kept_back(path):
        return f"its key, {path}, stays on the machine ({why}): give it a name that tells it apart"
    return "" if path in repository.seen else f"its key, {path}, was not seen"


def against(repository: Repository) -> str:
    """Why no image can be built from it; empty: nothing that is known."""
    match = _ADDRESS.fullmatch(repository.url)
    scheme = repository.url.partition(":")[0]
    if repository.login or "***" in repository.url:
        return LOGIN
    if scheme in ("file", "cdrom", "copy"):
        return "it is on the machine itself"
    if not match:
        return "its address is none that a build can use"
    if _MACHINE.fullmatch(match[2]):
        return "it is served by the machine itself"
    words = (*repository.suites, *repository.components)
    return "" if all(_WORD.fullmatch(w) for w in words) else "its entry is not one that is known"


def host_of(repository: Repository) -> str:
    """Name that the build has to reach; of an address without one, all of it."""
    match = re.match(r"[a-z+]+://(?:[^/]*@)?([^/]+)", repository.url)
    return match[1] if match else repository.url


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


def key_copies(keyed: Keys, host: str) -> tuple[Copy, ...]:
    """The files of the machine that hold the keys."""
    return tuple(Copy(path, "key", f"signs what comes from {host}") for path in keyed.copied)
