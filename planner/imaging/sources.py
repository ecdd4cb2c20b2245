"""The repositories that an image needs beside those of its base, with their public keys.

A base image knows its distribution's own repositories. Where a package of the image came from
elsewhere, the entry of the machine goes along, with the key that the machine trusts for it: what
is not known of it (a key that was not seen, a login) is a problem, since the build would stop.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence

from planner.imaging import entries, preferences
from planner.imaging.whence import Whence, own, whence
from planner.model import OS, Data, Host, Package, Repository, Source, Workload
from planner.service import pins

_SAFE = re.compile(r"[^A-Za-z0-9-]+")
_AUTH = re.compile(r"/etc/apt/auth\.conf(\.d/[^/]+)?")
_GENERAL = ("sources", "debian", "ubuntu", "")


class Sources(Data, frozen=True):
    """What there is to say in the Dockerfile, what speaks against it, and what was not told."""

    sources: tuple[Source, ...] = ()
    problems: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()


class _Needed(Data, frozen=True):
    repository: Repository
    packages: tuple[Package, ...]
    how: str


def sources(host: Host, workload: Workload, family: str) -> Sources:
    """Find them for the packages of a workload's image; ``family`` as of the image."""
    os = host.os.value
    if os is None or family not in ("debian", "rhel", "suse") or family != os.family:
        return Sources()
    wanted = [(pins.installed(host, pin.name), pin.name) for pin in workload.packages]
    packages = [package for package, _ in wanted if package]
    told = [(package, whence(host, package)) for package in packages]
    made, problems = [], [w.problem for _, w in told if w.problem]
    taken: set[str] = set()
    for needed in _needed(told):
        names = ", ".join(p.name for p in needed.packages)
        keyed = entries.keys(needed.repository, os)
        place = entries.host_of(needed.repository)
        why = entries.against(needed.repository) or _login(host, place) or keyed.problem
        if why:
            problems.append(f"{names} came from {place} ({needed.repository.path}): {why}")
            continue
        made.append(_source(host, os, needed, keyed, taken))
    unknowns = [w.unknown for _, w in told if w.unknown]
    if made:
        unknowns += [
            f"For which of apt's repositories {path} has logins was not seen."
            for path in _logins_unseen(host)
        ]
    if made and family == "debian":
        unknowns += [
            f"What {path} prefers for {', '.join(made[0].packages)} was not seen."
            for path in preferences.unseen(host)
        ]
    return Sources(tuple(made), tuple(dict.fromkeys(problems)), tuple(dict.fromkeys(unknowns)))


def _needed(told: Iterable[tuple[Package, Whence]]) -> Sequence[_Needed]:
    found: dict[tuple[str, str, str], _Needed] = {}
    for package, where in told:
        for repository in where.repositories:
            key = (repository.path, repository.id, repository.url)
            known = found.get(key) or _Needed(repository, (), where.how)
            found[key] = _Needed(repository, (*known.packages, package), known.how)
    return [found[key] for key in sorted(found)]


def _source(host: Host, os: OS, needed: _Needed, keyed: entries.Keys, taken: set[str]) -> Source:
    repository, place = needed.repository, entries.host_of(needed.repository)
    debian = os.family == "debian"
    path = _path(repository, os.family, place, taken)
    ours = debian and any(p.origin.lower().startswith(os.id) for p in needed.packages)
    components: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    files = entries.key_copies(keyed, place)
    if ours:
        components = tuple(sorted({c for p in needed.packages if (c := _component(p))}))
        code = needed.packages[0].suite.partition("/")[0]
        if code and not own(os, _in_main(needed.packages[0])):
            only = tuple(preferences.only(host, repository, code))
    elif debian:
        files += preferences.files(host, repository, needed.packages)
    lines = entries.apt(repository, keyed, components) if debian else entries.rpm(repository, keyed)
    addresses = [k for k in keyed.named if k.startswith("https://")]
    names = ", ".join(p.name for p in needed.packages)
    return Source(
        path=path,
        text=tuple(lines),
        reason=f"{names} came from here, {needed.how}; the entry is that of {repository.path}"
        + "".join(f"; the build fetches its key from {k}" for k in addresses),
        files=files,
        preferences=only,
        packages=tuple(p.name for p in needed.packages),
        hosts=tuple(sorted({place, *(k.split("/")[2] for k in addresses)})),
        encrypted=repository.url.startswith("https://"),
        imports=bool(keyed.named),
    )


def _login(host: Host, place: str) -> str:
    """Whether apt has a login for it beside its entry (apt_auth.conf(5))."""
    logins = re.compile(rf"machine\s+(\w+://)?{re.escape(place)}(?![\w.-])")
    texts = sorted((host.files.value or {}).items())
    found = any(_AUTH.fullmatch(path) and logins.search(text.text) for path, text in texts)
    return entries.LOGIN if found else ""


def _logins_unseen(host: Host) -> list[str]:
    found = {f.path for f in host.config_files.value or () if f.state != "deleted"}
    return sorted(p for p in found - {*(host.files.value or {})} if _AUTH.fullmatch(p))


def _component(package: Package) -> str:
    return package.suite.partition("/")[2]


def _in_main(package: Package) -> Package:
    """The same package, as if it were in the component that every base image knows."""
    code = package.suite.partition("/")[0]
    return Package(package.name, package.version, origin=package.origin, suite=f"{code}/main")


def _path(repository: Repository, family: str, place: str, taken: set[str]) -> str:
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
