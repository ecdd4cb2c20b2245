"""Environment of a container: what the unit sets, its environment files, the time zone."""

from __future__ import annotations

import re

from msgspec.structs import replace

from planner.facts import unitfile
from planner.model import EnvVar, Pin, Secret
from planner.service import accounts, attended, formats, places, scripts
from planner.service.pins import pins
from planner.service.plain import plain
from planner.service.view import MASK, Service, specifiers, variables

_UTC = frozenset({"", "UTC", "Etc/UTC", "UCT", "Etc/UCT", "Universal", "Etc/Universal", "Zulu"})
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")


def of_unit(
    service: Service,
) -> tuple[tuple[EnvVar, ...], tuple[Secret, ...], tuple[str, ...]]:
    """(variables, environment files as secrets, what is not known) of its unit, or of the script
    of upstart or OpenRC that keeps it in the foreground.
    """
    unit, host = service.unit, service.host
    if unit is None:
        return (), (), ()
    if not unit.directives:
        return _of_script(service, scripts.script(unit))
    known = specifiers(host)
    written = unitfile.environment(unit, known)
    entries = tuple(
        EnvVar(name, "", True, f"Environment= of {unit.name}")
        if MASK in value or not plain(value)
        else EnvVar(name, value, False, f"Environment= of {unit.name}")
        for name, value in sorted(written.items())
    )
    unknowns = [_unknown(e.name, unit.name, written[e.name]) for e in entries if e.secret]
    secrets: list[Secret] = []
    for path, optional in unitfile.environment_files(unit, known):
        missing = (
            host.paths.value is not None
            and not host.paths.partial
            and (path not in host.paths.value and path not in (host.files.value or {}))
        )
        if optional and missing:
            continue
        if re.search(r"[*?\[]", path):
            unknowns.append(
                f"{unit.name} reads every environment file that matches {path}: which "
                "they are was not seen."
            )
            continue
        secrets.append(
            Secret(path, f"EnvironmentFile= of {unit.name}", "env", accounts.owned(None, "0600"))
        )
    return entries, tuple(secrets), tuple(unknowns)


def files(service: Service) -> tuple[str, ...]:
    """Paths of EnvironmentFile=, with its specifiers filled in."""
    unit = service.unit
    if unit is None:
        return ()
    known = specifiers(service.host)
    return tuple(places.clean(path) for path, _ in unitfile.environment_files(unit, known))


def told(service: Service) -> dict[str, str]:
    """Variables of the unit, and before them those of its environment files that were carried,
    without values that are masked or may be secrets."""
    found = dict(variables(service))
    carried = service.host.files.value or {}
    for path in files(service):
        for line in carried[path].text.split("\n") if path in carried else ():
            if match := re.fullmatch(r"\s*([A-Za-z_]\w*)=(.*)", line):
                value = formats.unquoted(match[2])
                found.pop(match[1], None)
                if MASK not in value and plain(value):
                    found[match[1]] = value
    return found


def _of_script(
    service: Service, path: str
) -> tuple[tuple[EnvVar, ...], tuple[Secret, ...], tuple[str, ...]]:
    found = sorted(attended.variables(service).items())
    unknowns = [
        _unknown(name, path, value)
        if value is not None
        else f"What {path} sets {name} to is not known: it is worked out when it starts."
        for name, value in found
        if value is None or MASK in value or not plain(value)
    ]
    entries = tuple(
        EnvVar(name, value, False, f"set by {path}")
        if MASK not in value and plain(value)
        else EnvVar(name, "", True, f"set by {path}")
        for name, value in found
        if value is not None
    )
    return entries, (), tuple(unknowns)


def _unknown(name: str, unit: str, value: str) -> str:
    if MASK in value:
        return (
            f"The value of {name} in {unit} is a secret: it has to be given to the "
            "container as one."
        )
    return (
        f"The value of {name} in {unit} may be a secret and was left out: it has to be given to "
        "the container as one, or as a variable if it is none."
    )


def of_zone(service: Service) -> tuple[tuple[EnvVar, ...], tuple[Pin, ...]]:
    """TZ and tzdata where the machine keeps another time than UTC."""
    zone = service.host.timezone.value or ""
    if zone in _UTC or not _ZONE.fullmatch(zone):
        return (), ()
    return (
        (EnvVar("TZ", zone, source="time zone of the machine"),),
        tuple(
            replace(found, beside=True)
            for found in pins(service.host, [("tzdata", f"the machine's time zone is {zone}")])
        ),
    )
