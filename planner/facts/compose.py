"""Facts that several sections tell together: system, kernel, units, packages."""

from __future__ import annotations

from planner.facts import identity, osrelease, packages, systemd
from planner.facts.section import NOT_TOLD, enriched, fact, mapped
from planner.facts.text import Parsed, joined
from planner.model import OS, Fact, Kernel, Package, Snapshot, Unit


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


def units(snapshot: Snapshot) -> Fact[tuple[Unit, ...]]:
    """Blocks, then states of unit files, then text; init scripts where there is no systemd."""
    found = fact(snapshot, "units", systemd.parse_blocks)
    if found.value is None:
        scripts = fact(snapshot, "sysv", systemd.parse_sysv)
        if not scripts.value:
            return found
        reason = "init scripts: which of them run is not told"
        return Fact("sysv", scripts.value, partial=joined(scripts.partial, reason))
    states = fact(snapshot, "unit-files", systemd.parse_unit_files)
    texts = fact(snapshot, "unit-text", systemd.parse_texts)
    found = enriched(found, states, lambda us, s: Parsed(systemd.with_states(us, s)), "unit files")
    return enriched(found, texts, systemd.with_texts, "text of units")


def installed(snapshot: Snapshot, family: str) -> Fact[tuple[Package, ...]]:
    """Join the packages of all package managers that answered; ``family`` says whose reason
    counts when none did.
    """
    found = [_dpkg(snapshot), _rpm(snapshot), _apk(snapshot)]
    named = {"rhel": found[1], "suse": found[1], "alpine": found[2]}.get(family, found[0])
    known = [f for f in found if f.value]
    if len(known) == 1:
        return known[0]
    if not known:
        looked = [f for f in found if f.value is not None and not f.partial]
        return named if named.unknown != NOT_TOLD or not looked else looked[0]
    order = sorted((p for f in known for p in f.value or ()), key=lambda p: (p.name, p.arch))
    return Fact(known[0].section, tuple(order), partial=joined(*(f.partial for f in known)))


def _dpkg(snapshot: Snapshot) -> Fact[tuple[Package, ...]]:
    found = fact(snapshot, "dpkg", packages.parse_dpkg)
    automatic = fact(snapshot, "apt-auto", packages.parse_names)
    if automatic.value is not None:
        names = automatic.value
        found = mapped(found, lambda ps: packages.with_manual(ps, names))
    origins = fact(snapshot, "apt-origins", packages.parse_origins)
    if origins.value is None or found.value is None:
        return found  # cheap extra: the field Origin of dpkg stands where it lacks
    table = origins.value
    return mapped(found, lambda ps: packages.with_origin(ps, table))


def _rpm(snapshot: Snapshot) -> Fact[tuple[Package, ...]]:
    return fact(snapshot, "rpm", packages.parse_rpm)


def _apk(snapshot: Snapshot) -> Fact[tuple[Package, ...]]:
    return fact(snapshot, "apk", packages.parse_apk)
