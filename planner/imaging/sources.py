"""The repositories that an image needs beside those of its base, with their public keys.

A base image knows its distribution's own repositories. Where a package of the image came from
elsewhere, the entry of the machine goes along, with the key that the machine trusts for it: what
is not known of it (a key that was not seen, a login) is a problem, since the build would stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from planner.imaging import archive, entries, logins, preferences
from planner.imaging.keys import Keys, key_copies, keys
from planner.imaging.whence import Whence, whence
from planner.model import OS, Data, Host, Package, Repository, Source, Workload
from planner.service import pins


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
    every = host.packages.value or ()
    taken: set[str] = set()
    widened = []
    for needed in _needed(told):
        own = family == "debian" and archive.is_own(os, needed.repository, every)
        if own and archive.areas(os, needed.packages):
            widened.append(needed)
            continue
        names = ", ".join(p.name for p in needed.packages)
        keyed = keys(needed.repository, os, own)
        place = logins.place(needed.repository.url)
        why = entries.against(needed.repository) or keyed.problem
        why = why or (logins.LOGIN if logins.beside(host, place) else "")
        if why:
            problems.append(f"{names} came from {place} ({needed.repository.path}): {why}")
            continue
        made.append(_source(host, os, needed, keyed, taken, own))
    unknowns = [w.unknown for _, w in told if w.unknown]
    if made:
        unknowns += [
            f"For which of apt's repositories {path} has logins was not seen."
            for path in logins.unseen(host)
        ]
    if made and family == "debian":
        names = ", ".join(dict.fromkeys(name for source in made for name in source.packages))
        unknowns += [
            f"What {path} prefers for {names} was not seen." for path in preferences.unseen(host)
        ]
    made += [*_widened(os, widened), *archive.switched_on(host, os, packages)]
    return Sources(tuple(made), tuple(dict.fromkeys(problems)), tuple(dict.fromkeys(unknowns)))


def _widened(os: OS, found: Sequence[_Needed]) -> Iterator[Source]:
    """What lets the base image's own entries have contrib and non-free of Debian, too."""
    packages = tuple(dict.fromkeys(p for needed in found for p in needed.packages))
    if not packages:
        return
    adds = archive.areas(os, packages)
    names = ", ".join(p.name for p in packages)
    why = f"{names} came from {', '.join(adds)} of Debian {os.codename}, {found[0].how}; the base"
    yield Source(
        path="",
        text=(),
        reason=f"{why} image's own entries are told of it",
        packages=tuple(p.name for p in packages),
        adds=adds,
    )


def _needed(told: Iterable[tuple[Package, Whence]]) -> Sequence[_Needed]:
    found: dict[tuple[str, str, str], _Needed] = {}
    for package, where in told:
        for repository in where.repositories:
            key = (repository.path, repository.id, repository.url)
            known = found.get(key) or _Needed(repository, (), where.how)
            found[key] = _Needed(repository, (*known.packages, package), known.how)
    return [found[key] for key in sorted(found)]


def _source(host: Host, os: OS, needed: _Needed, keyed: Keys, taken: set[str], own: bool) -> Source:
    repository, place = needed.repository, logins.place(needed.repository.url)
    debian = os.family == "debian"
    path = entries.path_of(repository, os.family, place, taken)
    components: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    files = key_copies(keyed, place)
    if own:
        components = tuple(sorted({c for p in needed.packages if (c := _component(p))}))
        code = needed.packages[0].suite.partition("/")[0]
        if code and not archive.has(os, _in_main(needed.packages[0])):
            only = tuple(preferences.only(host, repository, code, needed.packages))
    elif debian:
        files += preferences.files(host, repository, needed.packages)
    lines = entries.apt(repository, keyed, components) if debian else entries.rpm(repository, keyed)
    addresses = [k for k in keyed.named if k.startswith("https://")]
    names = ", ".join(p.name for p in needed.packages)
    return Source(
        path=path,
        text=tuple(lines),
        reason=f"{names} came from {entries.named(repository)}, {needed.how}; "
        f"the entry is that of {repository.path}{entries.unchecked(repository)}"
        + (f"; not taken of its keys: {', '.join(keyed.left)}" if keyed.left else "")
        + "".join(f"; the build fetches its key from {k}" for k in addresses),
        files=files,
        preferences=only,
        packages=tuple(p.name for p in needed.packages),
        hosts=tuple(sorted({place, *(k.split("/")[2] for k in addresses)})),
        encrypted=repository.url.startswith("https://"),
        imports=bool(keyed.named),
    )


def _component(package: Package) -> str:
    return package.suite.partition("/")[2]


def _in_main(package: Package) -> Package:
    """The same package, as if it were in the component that every base image knows."""
    code = package.suite.partition("/")[0]
    return Package(package.name, package.version, origin=package.origin, suite=f"{code}/main")
