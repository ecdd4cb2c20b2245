"""Packages of an image, pinned.

The policy: the distribution's release fixes the upstream series, so the pin keeps the epoch and
all but the last of the upstream's numbers, at most two, and leaves the rest open: ``1.22.1-9`` ->
``1.22.*``, ``15.18-0+deb12u1`` -> ``15.*`` (a database's minor releases use the same files), a
single number stays without a pin. So the image gets security fixes without a change here, and a
build fails rather than take another series.

Packages that only help stay without a version where the distribution's mirrors hold no release but
the current one (the family rhel): time zones and certificates have a new series every few months.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from planner.model import Host, Package, Pin
from planner.service import scripts
from planner.service.programs import is_runtime
from planner.service.view import Service, owner, program, setting

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]*")
_VERSION = re.compile(r"(?:(\d+):)?([A-Za-z0-9.+~:_^-]+)")
_HELPS = re.compile(r"ca-certificates|tzdata|git(-lfs)?|subversion|fontconfig|dejavu-[a-z-]+-fonts")
_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


def upstream(version: str) -> str:
    """``5:7.0.15-1~deb12u3`` -> ``7.0.15``: the numbers at the start, without epoch."""
    match = _NUMBERS.match(version.rpartition(":")[2])
    return match[0] if match else ""


def installed(host: Host, name: str) -> Package | None:
    """The package of this name, or None."""
    for package in host.packages.value or ():
        if package.name == name:
            return package
    return None


def matching(host: Host, pattern: str) -> tuple[Package, ...]:
    """Installed packages whose whole name matches a regular expression, by name."""
    found = re.compile(pattern)
    every = [p for p in host.packages.value or () if found.fullmatch(p.name)]
    return tuple(sorted(every, key=lambda p: p.name))


def pin(host: Host, name: str, reason: str) -> Pin | None:
    """Pin of an installed package; None if it is not installed or its name is not one."""
    package = installed(host, name)
    if package is None or not _NAME.fullmatch(name) or not _VERSION.fullmatch(package.version):
        return None
    family = host.os.value.family if host.os.value else "other"
    # Every package of a distribution with rpm names its vendor.
    origin = package.origin or ("no vendor" if family in ("rhel", "suse") else "")
    return Pin(name, package.version, _pattern(name, package.version, family), reason, origin)


def _pattern(name: str, version: str, family: str, beside: bool = False) -> str:
    if family == "rhel" and (beside or _HELPS.fullmatch(name)):
        return name
    parts = upstream(version).split(".")
    series = ".".join(parts[: min(len(parts) - 1, 2)])
    if not series:
        return name
    epoch = f"{version.partition(':')[0]}:" if ":" in version else ""
    if family == "debian":
        return f"{name}={epoch}{series}.*"
    if family == "rhel":
        return f"{name}-{series}.*"
    # zypper and pacman know no patterns of versions; their repositories are of one release.
    return f"{name}=~{series}" if family == "alpine" else name


def pins(
    host: Host,
    wanted: Iterable[tuple[str, str]],
    libraries: Iterable[str] = (),
) -> tuple[Pin, ...]:
    """(package, reason) -> pins of those that are installed, each once, in the order given; then
    those of ``libraries`` that a program of nobody's has loaded."""
    found: dict[str, Pin] = {}
    for name, reason in wanted:
        made = pin(host, name, reason)
        if made is not None:
            found.setdefault(name, made)
    for name in libraries:
        made = pin(host, name, "a library that the program has loaded, which no dependency brings")
        if made is not None:
            found.setdefault(name, _helping(host, made))
    return tuple(found.values())


def _helping(host: Host, made: Pin) -> Pin:
    family = host.os.value.family if host.os.value else "other"
    return replace(made, beside=True, pin=_pattern(made.name, made.version, family, beside=True))


def main_package(service: Service) -> str:
    """Package of the program: of the file that the unit starts, of the executable, of the unit
    file; where those are a runtime (Java, Erlang), first that of the unit file. Empty: none owns
    them, or it is not known.
    """
    running = service.main.exe if service.main else ""
    paths = sorted((program(service), running, _unit_file(service)), key=is_runtime)
    return next((name for path in paths if (name := _owner(service.host, path))), "")


def unit_package(service: Service) -> str:
    """Package of the unit file or init script; empty: none owns it, or it is not known."""
    name = _owner(service.host, _unit_file(service))
    # What Alpine has of scripts for OpenRC brings OpenRC with it.
    return "" if name.endswith("-openrc") else name


def only_runs(service: Service, package: str) -> bool:
    """Whether a package is that of the runtime alone, not of the program that it runs."""
    running = service.main.exe if service.main else ""
    runtimes = {_owner(service.host, p) for p in (program(service), running) if is_runtime(p)}
    return package in runtimes and package != unit_package(service)


def _unit_file(service: Service) -> str:
    unit = service.unit
    return (unit.path or scripts.script(unit)) if unit else ""


def _owner(host: Host, path: str) -> str:
    name = owner(host, path) if path else ""
    return name if name and name not in _NOBODY and installed(host, name) else ""


def owner_of_process(service: Service) -> str:
    """Package of the running program: of a script, that of its interpreter (Java, Node.js)."""
    return _owner(service.host, service.main.exe) if service.main else ""


def parts(host: Host, package: str) -> tuple[str, ...]:
    """Packages from the same source as this one, which somebody asked for: modules and
    protocols (``dovecot-imapd``, ``php8.2-mysql``, ``mod_ssl``). Documentation, headers and debug
    symbols are none. Empty where the source is not told.
    """
    main = installed(host, package)
    if main is None or not main.source:
        return ()
    found = {
        p.name
        for p in host.packages.value or ()
        if p.source == main.source and p.name != main.name and p.manual is not False
        if not _ASIDE.search(p.name)
    }
    return tuple(sorted(found))


_ASIDE = re.compile(
    r"-(docs?|manual|dev|devel|headers|dbg|dbgsym|debuginfo|debugsource|examples|tests?|src|source"
    r"|javadoc|l10n|lang|libs|common|data|filesystem|selinux)$|^lib"
)
_NOBODY = frozenset(
    {
        "systemd",
        "sysvinit-utils",
        "init-system-helpers",
        "dpkg",
        "bash",
        "dash",
        "coreutils",
        "sudo",
        "util-linux",
        "busybox",
        "openrc",
        "sh",
    }
)
"""Owners of what starts programs: they say nothing about the program."""


def version_of(service: Service, package: str) -> str:
    """Upstream version of an installed package; empty: not known."""
    found = installed(service.host, package)
    return upstream(found.version) if found else ""


def missing(service: Service, package: str) -> tuple[str, ...]:
    """Sentences for the unknowns about the program's package."""
    host = service.host
    if package:
        return ()
    if host.packages.unknown or host.owners.unknown:
        reason = host.packages.unknown or host.owners.unknown
        return (f"Which package the program comes from is not known: {reason}.",)
    path = program(service)
    if not path:
        return ("Which program it runs is not known, so its package is not either.",)
    if setting(service, "Type") == "oneshot":
        return ()
    if runner := owner(host, path):
        return (
            f"{path} of {runner} only starts it: which package its own program comes from is not "
            "known.",
        )
    if path in (host.owners.value or {}):
        return (f"No package owns {path}: where it came from has to be told by its owner.",)
    return (f"Which package owns {path} was not seen.",)
