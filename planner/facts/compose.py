"""Facts that several sections tell together: system, kernel, units, packages."""

from __future__ import annotations

from typing import TypeVar

from planner.facts import (
    applications,
    files,
    identity,
    initscripts,
    origins,
    osrelease,
    packages,
    phppools,
    systemd,
)
from planner.facts.section import NOT_TOLD, enriched, fact, mapped
from planner.facts.text import Parsed, joined
from planner.model import (
    OS,
    Application,
    Connection,
    Fact,
    Kernel,
    Listener,
    Package,
    Process,
    Snapshot,
    Unit,
    UnixSocket,
)

S = TypeVar("S", Listener, Connection, UnixSocket)


def operating_system(snapshot: Snapshot) -> Fact[OS]:
    """os-release, with the kernel's system from uname; uname alone for what is no Linux."""
    release = fact(snapshot, "os-release", osrelease.parse)
    uname = fact(snapshot, "uname", osrelease.parse_uname)
    if release.value is None:
        alone = osrelease.from_uname(*uname.value[:2]) if uname.value else None
        return Fact("uname", alone, partial=f"os-release: {release.unknown}") if alone else release

    def with_system(os: OS, names: tuple[str, str, str]) -> Parsed[OS]:
        return Parsed(OS(os.id, os.version, os.codename, os.name, os.family, system=names[0]))

    return enriched(release, uname, with_system, "taken for Linux")


def kernel(snapshot: Snapshot) -> Fact[Kernel]:
    uname = fact(snapshot, "uname", osrelease.parse_uname)
    return mapped(uname, lambda names: Kernel(release=names[1], arch=names[2]))


def init(snapshot: Snapshot, os: OS | None) -> Fact[str]:
    """PID 1; that its executable could not be read lacks nothing where its name says it all."""
    found = fact(snapshot, "init", lambda text: identity.parse_init(text, os))
    return Fact("init", found.value) if found.value == "systemd" else found


def units(snapshot: Snapshot, running: Fact[tuple[Process, ...]]) -> Fact[tuple[Unit, ...]]:
    """Blocks, then states of unit files, then text; what another init tells where there is no
    systemd.
    """
    found = fact(snapshot, "units", systemd.parse_blocks)
    if found.value is None:
        return _other_units(snapshot, found, running)
    states = fact(snapshot, "unit-files", systemd.parse_unit_files)
    texts = fact(snapshot, "unit-text", systemd.parse_texts)
    found = enriched(found, states, lambda us, s: Parsed(systemd.with_states(us, s)), "unit files")
    return enriched(found, texts, systemd.with_texts, "text of units")


def _other_units(
    snapshot: Snapshot, systemd_says: Fact[tuple[Unit, ...]], running: Fact[tuple[Process, ...]]
) -> Fact[tuple[Unit, ...]]:
    scripts = fact(snapshot, "sysv", initscripts.parse_scripts)
    inits = fact(snapshot, "inits", initscripts.parse_inits)
    texts = fact(snapshot, "init-text", systemd.parse_texts)
    told = initscripts.with_inits(
        scripts.value or (), inits.value or initscripts.Inits(), texts.value or {}, running.value
    )
    if not told:
        return systemd_says
    return Fact("sysv", told, partial=joined(scripts.partial, initscripts.lack(told)))


def installed_applications(snapshot: Snapshot) -> Fact[tuple[Application, ...]]:
    """Those that were found, and the pools of php-fpm in carried configuration."""
    found = fact(snapshot, "applications", applications.parse)
    carried = fact(snapshot, "files", files.parse_files)
    if not carried.value:
        return found
    pools = phppools.pools(carried.value)
    return mapped(found, lambda known: tuple(sorted((*known, *pools), key=_by_kind)))


def _by_kind(application: Application) -> tuple[str, str, str]:
    return application.kind, application.path, application.name


def in_units(
    running: Fact[tuple[Process, ...]], units: Fact[tuple[Unit, ...]]
) -> Fact[tuple[Process, ...]]:
    """Name the units of processes where another init than systemd tells them by PID files."""
    if units.section != "sysv" or not units.value:
        return running
    told = units.value
    return mapped(running, lambda found: initscripts.in_units(found, told))


def owned(found: Fact[tuple[S, ...]]) -> Fact[tuple[S, ...]]:
    """Partial where there are sockets and of none is told whose it is: the tool does not know."""
    alone = not found.value or any(one.pids for one in found.value)
    if alone or "for own processes only" in found.partial:
        return found
    reason = "whose sockets they are was not told"
    return Fact(found.section, found.value, partial=joined(found.partial, reason))


def installed(snapshot: Snapshot, family: str) -> Fact[tuple[Package, ...]]:
    """Join the packages of all package managers that answered; ``family`` says whose reason
    counts when none did.
    """
    found = [_listed(snapshot, section) for section in packages.PARSERS]
    by_section = {f.section: f for f in found}
    named = by_section[_MANAGERS.get(family, "dpkg")]
    known = [f for f in found if f.value]
    if len(known) == 1:
        return known[0]
    if not known:
        looked = [f for f in found if f.value is not None and not f.partial]
        return named if named.unknown != NOT_TOLD or not looked else looked[0]
    order = sorted((p for f in known for p in f.value or ()), key=lambda p: (p.name, p.arch))
    return Fact(known[0].section, tuple(order), partial=joined(*(f.partial for f in known)))


_MANAGERS = {"rhel": "rpm", "suse": "rpm", "alpine": "apk", "arch": "pacman", "bsd": "pkg"}


def _listed(snapshot: Snapshot, section: str) -> Fact[tuple[Package, ...]]:
    found = fact(snapshot, section, packages.PARSERS[section])
    return _dpkg(snapshot, found) if section == "dpkg" else _noted(snapshot, found)


def _noted(snapshot: Snapshot, found: Fact[tuple[Package, ...]]) -> Fact[tuple[Package, ...]]:
    """With the reasons of yum, dnf, zypper and apk; pacman and pkg tell theirs in the list."""
    reasons = fact(snapshot, "reasons", origins.parse_reasons)
    if not reasons.value or found.section not in ("rpm", "apk"):
        return found
    table = reasons.value
    return mapped(found, lambda ps: origins.with_reasons(ps, table))


def _dpkg(snapshot: Snapshot, found: Fact[tuple[Package, ...]]) -> Fact[tuple[Package, ...]]:
    automatic = fact(snapshot, "apt-auto", origins.parse_names)
    if automatic.value is not None:
        names = automatic.value
        found = mapped(found, lambda ps: origins.with_manual(ps, names))
    places = fact(snapshot, "apt-origins", origins.parse_origins)
    if places.value is None or found.value is None:
        return found  # cheap extra: the field Origin of dpkg stands where it lacks
    table = places.value
    return mapped(found, lambda ps: origins.with_origin(ps, table))
