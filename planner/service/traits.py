"""What a workload is, for the rules: ``database``, ``mail``, ``proxy``, ... by the names that its
programs, unit and package go by, and by its configuration. The table is catalogue/workloads.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from planner.model import Host
from planner.service import config, names, pins, places
from planner.service.catalogue import Entry, workloads
from planner.service.view import Service, commands, setting, stem, variables, why_unknown

_COMMENT = re.compile(r"^\s*(#|;|//).*$", re.MULTILINE)
_LOCAL = re.compile(r"localhost(\..*)?|127\..*|::1|0\.0\.0\.0|::|_local_|_site_|")
_FLAGS = re.MULTILINE | re.IGNORECASE


@dataclass(frozen=True)
class Known:
    """What a service is called, in lower case. ``unit``: with and without its instance."""

    programs: frozenset[str]
    java: frozenset[str]
    unit: frozenset[str]
    packages: frozenset[str]


def known(service: Service) -> Known:
    """Every name of a service."""
    unit = (stem(service.unit.name) if service.unit else service.name).lower()
    owners = {pins.main_package(service), pins.unit_package(service)} - {""}
    return Known(
        names.names(service),
        names.java(service),
        frozenset({unit, unit.partition("@")[0]}),
        frozenset(name.lower() for name in owners),
    )


def of(service: Service) -> tuple[str, ...]:
    """Its traits, sorted; none where nobody knows it."""
    found: set[str] = set()
    for entry in entries(service):
        found.update(entry.traits)
        found.update(t for t, pattern in entry.also.items() if _says(service, entry, pattern))
        if any(_others(service, entry, pattern) for pattern in entry.joins):
            found.add("database-cluster")
        for trait, beside in entry.beside.items():
            if any(beside.any(running) for running in _running(service.host)):
                found.add(trait)
    return tuple(sorted(found))


def entries(service: Service) -> tuple[Entry, ...]:
    """What the table says of it, in the table's order."""
    told = known(service)
    found = [e for e in workloads() if _named(e, told) and _holds(service, e)]
    if found or setting(service, "Type") == "oneshot":  # a helper of its package is not the program
        return tuple(found)
    return tuple(e for e in workloads() if _packaged(e, told) and _holds(service, e))


def by_name(called: Iterable[str]) -> tuple[str, ...]:
    """Traits by names alone, sorted: where nothing but those of a service and its program is known,
    as on Windows. What works on the kernel of Linux is none of them.
    """
    low = frozenset(name.lower() for name in called)
    found = {
        trait
        for entry in workloads()
        if not entry.kernel
        and not entry.when
        and any(named.any(low) for named in (entry.names, entry.programs, entry.units))
        for trait in entry.traits
    }
    return tuple(sorted(found))


def unknowns(service: Service) -> tuple[str, ...]:
    """A sentence where it may be one node of a cluster and its configuration was not looked at."""
    asked = [e for e in entries(service) if e.joins or "database-cluster" in e.also]
    if not asked or "database-cluster" in of(service):
        return ()
    return why_unknown(service.host.files, "Whether it is one node of a cluster")


def kernel(service: Service) -> Entry | None:
    """What of the table works on the machine's kernel and is this service; None: nothing."""
    return next((e for e in entries(service) if e.kernel), None)


def _named(entry: Entry, told: Known) -> bool:
    return (
        entry.names.any(told.programs | told.unit)
        or entry.programs.any(told.programs)
        or entry.units.any(told.unit)
        or entry.java.any(told.java)
    )


def _packaged(entry: Entry, told: Known) -> bool:
    return entry.names.any(told.packages) or entry.packages.any(told.packages)


def _holds(service: Service, entry: Entry) -> bool:
    """Whether its condition does; of what works on the kernel also where nobody could look."""
    if not entry.when:
        return True
    return _says(service, entry, entry.when) or bool(entry.kernel and service.host.files.unknown)


def _says(service: Service, entry: Entry, pattern: str) -> bool:
    return re.search(pattern, _settings(service, entry), _FLAGS) is not None


def _others(service: Service, entry: Entry, pattern: str) -> bool:
    """Whether a list of members names another machine than this."""
    for match in re.finditer(pattern, _settings(service, entry), _FLAGS):
        for word in re.split(r"[\s,;\[\]\"']+", match[1]):
            member = re.sub(r"^-$|^([\w.-]+=)?(\w+://)?|/.*$", "", word)
            member = member if member.count(":") > 1 else member.partition(":")[0]
            if not _LOCAL.fullmatch(member) and member.lower() not in _self(service.host):
                return True
    return False


def _self(host: Host) -> frozenset[str]:
    """Names and addresses of the machine itself."""
    addresses = {a.partition("/")[0] for a in host.addresses.value or ()} | {host.address}
    found = {host.name, host.hostname.value or "", *addresses}
    for address, called in host.host_entries.value or ():
        found.update(called if address in addresses else ())
    short = {name.partition(".")[0] for name in found if name[:1].isalpha()}
    return frozenset(name.lower() for name in found | short)


def _settings(service: Service, entry: Entry) -> str:
    """Arguments a line each, variables, and its configuration without comments. A variable whose
    value was not seen is ``NAME=?``."""
    host = service.host
    argv = [w for c in commands(service, "ExecStart") for w in c.argv]
    argv += [w for p in service.processes for w in p.argv]
    environment = variables(service)
    pids = service.pids
    hidden = {n for e in host.environments.value or () if e.pid in pids for n in e.names}
    env_files = [
        places.clean(d[2].lstrip("-"))
        for d in (service.unit.directives if service.unit else ())
        if d[1] == "EnvironmentFile"
    ]
    told = known(service)
    own = told.programs | told.unit | told.packages
    words = [places.clean(w.rpartition("=")[2]) for w in argv if w.rpartition("=")[2][:1] == "/"]
    folders = (*config.own_folders(own), *entry.folders, *((entry.folder,) if entry.folder else ()))
    texts = config.texts(host, folders, (*words, *env_files))
    body = "\n".join(_COMMENT.sub("", file.text) for file in texts)
    seen = {*environment, *re.findall(r"^\s*(?:export\s+)?(\w+)=", body, re.MULTILINE)}
    lines = [*argv, " ".join(argv), *(f"{k}={v}" for k, v in sorted(environment.items()))]
    lines += [f"{name}=?" for name in sorted(hidden - seen)]
    return "\n".join((*lines, body))


def _running(host: Host) -> Iterable[frozenset[str]]:
    """Names of every process and of every active unit of the machine."""
    for process in host.processes.value or ():
        yield frozenset(name.lower() for name in names.of_process(process))
    for unit in host.units.value or ():
        if unit.active == "active":
            yield frozenset({stem(unit.name).partition("@")[0].lower()})
