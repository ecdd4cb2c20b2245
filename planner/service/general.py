"""A service from its unit, its package, its configuration and its open files, together with what
its detector knows beyond them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replace_data

from msgspec.structs import replace

from planner.model import Account, Adaptation, Health, Workload
from planner.service import application, config, environment, keeps, pins, places, programs, storage
from planner.service.command import Command, derive
from planner.service.config import Carried
from planner.service.describe import Kind, container_user, workload
from planner.service.directives import Fate
from planner.service.places import below
from planner.service.storage import Storage
from planner.service.view import Service, called, commands, owner, program, setting

_DATA = re.compile(r"/var/(?!(www|opt)/)")
"""Where no programs lie."""
_KEPT = "its configuration says that it holds a key or passwords"


@dataclass(frozen=True)
class Known:
    """What a detector knows of its kind. What is not said comes from the service itself.

    ``storage`` counts before the open files and the configuration; ``named``: paths that it writes
    or reads by its settings, so that they are no volumes by mere mention; ``packages``: (name,
    reason) of modules and plug-ins beside the program's own; ``keys``: certificates and keys that
    its settings name outside of ``folders``; ``programs``: folders of code that it runs beside its
    own; ``secrets``: files that hold a key or passwords, whatever they are called.
    """

    kind: str
    title: str
    traits: tuple[str, ...] = ()
    version: str = ""
    stop_signal: str = ""
    needs_init: bool = True
    folders: tuple[str, ...] = ()
    command: Command | None = None
    packages: Sequence[tuple[str, str]] = ()
    storage: Storage = field(default_factory=Storage)
    named: Collection[str] = ()
    keys: Collection[str] = ()
    health: Health | None = None
    decided: Mapping[str, Fate] = field(default_factory=dict)
    adaptations: Sequence[Adaptation] = ()
    unknowns: Sequence[str] = ()
    removals: Sequence[str] = ()
    run_as: Account | None = None
    census: str = ""
    sites: tuple[str, ...] = ()
    speaks: tuple[tuple[int, str], ...] = ()
    programs: Sequence[str] = ()
    secrets: Collection[str] = ()


def described(service: Service, known: Known) -> Workload:
    """Return the workload of a service. Nothing is made up: what could not be seen is among its
    unknowns."""
    host = service.host
    package = main_package(service)
    run_as = known.run_as or container_user(service)
    command = known.command or derive(service)
    mine = {package} - {""} | {n for n in names(service) if not _interpreter(n)}
    folders = tuple(dict.fromkeys((*known.folders, *config.own_folders(mine))))
    words = [
        places.clean(w.rpartition("=")[2])
        for w in command.argv[1:]
        if w.rpartition("=")[2].startswith("/")
    ]
    files = config.texts(host, folders, words)
    own = application.at(host, (*_programs(service), *known.programs))
    carried = _carried(service, known, package, folders, words, own, run_as)
    covered = [*(c.path for c in carried.copies), *(s.path for s in carried.secrets)]
    mentioned = [p for p in config.mentioned(files) if p not in known.named]
    kept = storage.joined(
        known.storage,
        storage.of_open_files(
            service,
            packaged=bool(package),
            application=own.roots,
            covered=[w.path for w in known.storage.wanted],
        ),
        storage.of_mentions(service, mentioned, run_as, covered),
        storage.of_variables(service, run_as, [*covered, *own.roots, *known.named]),
        keeps.by_command(service, run_as, own.roots, [*covered, *known.named]),
        _without(_told(keeps.by_convention(service, mine, own.roots), known.storage), known.named),
        Storage(directories=config.key_folder(carried, run_as)),
    )
    made = workload(
        service,
        Kind(
            known.kind,
            known.title,
            known.traits,
            known.version or _version(service, package, own.roots),
            stop_signal=known.stop_signal,
            needs_init=known.needs_init,
        ),
        command=command,
        packages=pins.pins(
            host, (*_packages(service, package), *known.packages), programs.libraries(service)
        ),
        carried=carried,
        kept=kept,
        files=files,
        health=known.health,
        decided=known.decided,
        adaptations=known.adaptations,
        unknowns=(
            *known.unknowns,
            *(() if own.roots and not package else pins.missing(service, package)),
        ),
        removals=known.removals,
        run_as=run_as,
        links=own.links,
    )
    return replace(made, census=known.census, sites=known.sites, speaks=known.speaks)


def _told(own: Storage, known: Storage) -> Storage:
    """Folders that are its own by name, as what the detector knows to lie in them."""
    wanted = []
    for entry in own.wanted:
        inner = [w for w in known.wanted if w.path != entry.path and below(w.path, entry.path)]
        first = min(inner, key=lambda w: _ORDER.get(w.consistency, 0), default=None)
        wanted.append(replace_data(first, path=entry.path, live_copy=()) if first else entry)
    return replace_data(own, wanted=tuple(wanted))


def own_output(made: Workload) -> Workload:
    """The same without links of log files, of a program that its command tells to log to the
    output: it opens plain files only, or none."""
    kept = tuple(a for a in made.adaptations if a.id != "logs" or "links to" not in a.what)
    return replace(made, log_links=(), adaptations=kept)


_ORDER = {"stop": 0, "base-backup": 1, "live": 2, "none": 3}


def _without(kept: Storage, paths: Collection[str]) -> Storage:
    return replace_data(kept, wanted=tuple(w for w in kept.wanted if w.path not in paths))


def names(service: Service) -> frozenset[str]:
    """What the service and its programs are called."""
    return frozenset(called(service) | {service.name.partition("@")[0]})


def main_package(service: Service) -> str:
    """Package of the program; empty: none owns it, or it is not known."""
    return pins.main_package(service)


def _carried(
    service: Service,
    known: Known,
    package: str,
    folders: Sequence[str],
    words: Sequence[str],
    own: application.Application,
    run_as: Account | None,
) -> Carried:
    host = service.host
    asked = {n for n, _ in known.packages}
    owners = {package, pins.unit_package(service), *programs.modules(service), *asked} - {""}
    changed = config.changed(
        host,
        [*folders, *(w for w in words if places.role(w) == "config")],
        owners,
        run_as,
        skip=_env_files(service),
    )
    carried = config.merged(
        changed,
        application.carried(host, own, "the program and its files, which no package owns", run_as),
    )
    taken = {c.path for c in carried.copies} | {s.path for s in carried.secrets}
    files = config.texts(host, folders, words)
    there = {f.path for f in host.config_files.value or () if f.state != "deleted"}
    there |= set(host.paths.value or {})
    kept = [config.secret(host, p, run_as, reason=_KEPT) for p in known.secrets if p in there]
    return config.merged(
        config.Carried(secrets=tuple(kept)),
        carried,
        config.referenced(host, (*known.keys, *config.mentioned(files)), run_as, taken),
    )


def _packages(service: Service, package: str) -> list[tuple[str, str]]:
    """The program's, what else of it is installed, and what runs it where that is another's."""
    host, runs = service.host, pins.owner_of_process(service)
    runtime = pins.only_runs(service, package)
    found: list[tuple[str, str]] = (
        [(package, "runs the program" if runtime else "the program")] if package else []
    )
    found += [
        (name, f"a part of {package} that is installed") for name in pins.parts(host, package)
    ]
    if shipped := pins.unit_package(service):
        found.append((shipped, "what starts it on the machine is of this package"))
    if runs and runs != package:
        found.append((runs, "runs the program"))
        found += [(name, f"a part of {runs} that is installed") for name in pins.parts(host, runs)]
    found += [(name, "a module that the program has loaded") for name in programs.modules(service)]
    return found


def _version(service: Service, package: str, roots: tuple[str, ...]) -> str:
    """The package's; of a program that only a runtime's package stands for, what its path says."""
    if package and not pins.only_runs(service, package):
        return pins.version_of(service, package)
    words = (word for command in commands(service, "ExecStart") for word in command.argv[1:])
    every = [*words, *(service.main.argv if service.main else ())]
    archives = (w for w in every if w.startswith("/") and w.endswith((".jar", ".war")))
    return programs.version_in([*roots, *archives])


def _interpreter(name: str) -> bool:
    return bool(re.fullmatch(r"(ba|da)?sh|perl|ruby|node|java|php|python[\d.]*|env|nohup", name))


def _env_files(service: Service) -> tuple[str, ...]:
    return environment.files(service)


def _programs(service: Service) -> tuple[str, ...]:
    """Folders of programs outside of every package, below /opt, /srv, /usr/local, /home: of what
    the unit starts, of every process that is nobody's child in it, of the working directory.
    """
    workdir = places.clean(setting(service, "WorkingDirectory").lstrip("-"))
    written = bool(service.unit and service.unit.directives)
    starts = commands(service, "ExecStart")
    words = [program(service), *(starts[0].argv[:3] if starts else ())]
    for process in service.processes:
        if not starts and (process is service.main or process.ppid not in service.pids):
            words += [process.exe, *process.argv[:3], *(() if written else (process.cwd,))]
    found: list[str] = []
    for path in (*(places.clean(p) for p in words if p.startswith("/")), workdir):
        if not path or places.role(path) not in application.OWN or owner(service.host, path):
            continue
        info = places.info(service.host, path)
        folder = (
            path if path == workdir or (info and info.type == "dir") else posixpath.dirname(path)
        )
        # /opt/tool/bin/tool: the folder of the application is the one above bin.
        if posixpath.basename(folder) in ("bin", "sbin", "libexec"):
            above = posixpath.dirname(folder)
            folder = above if not places.shared_top(above) else path
        found.append(path if places.shared_top(folder) else folder)
    return tuple(f for f in dict.fromkeys(found) if not _DATA.match(f))
