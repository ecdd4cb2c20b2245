"""Any other service: what its unit, its package and its configuration say of it."""

from __future__ import annotations

import posixpath
import re

from planner.model import Health, Workload
from planner.service import application, config, health, pins, places, programs, storage, traits
from planner.service.command import derive
from planner.service.describe import Kind, container_user, workload
from planner.service.storage import Storage
from planner.service.view import Service, called, commands, owner, program, setting

_REAPS = frozenset(
    {
        "apache2",
        "httpd",
        "lighttpd",
        "haproxy",
        "mysqld",
        "mariadbd",
        "memcached",
        "dovecot",
        "master",
        "postfix",
        "php-fpm",
        "supervisord",
        "named",
        "vsftpd",
    }
)


_NOT_HTTP = frozenset({8005, 8009})
"""Tomcat's: where it is told to stop, and AJP."""


def detect(service: Service) -> Workload:
    """The workload of a service that no other detector claimed."""
    names = called(service) | {service.name.partition("@")[0]}
    package = pins.main_package(service)
    run_as = container_user(service)
    command = derive(service)
    mine = {package} - {""} | {n for n in names if not _interpreter(n)}
    folders = config.own_folders(mine)
    words = [
        places.clean(w.rpartition("=")[2])
        for w in command.argv[1:]
        if w.rpartition("=")[2].startswith("/")
    ]
    files = config.texts(service.host, folders, words)
    own = application.at(service.host, _programs(service))
    roots = own.roots
    carried = config.merged(
        config.changed(
            service.host,
            [*folders, *(w for w in words if places.role(w) == "config")],
            {package, pins.unit_package(service), *programs.modules(service)} - {""},
            run_as,
            skip=_env_files(service),
        ),
        application.carried(
            service.host, own, "the program and its files, which no package owns", run_as
        ),
    )
    carried = config.merged(
        carried,
        config.referenced(
            service.host,
            config.mentioned(files),
            run_as,
            {c.path for c in carried.copies} | {s.path for s in carried.secrets},
        ),
    )
    covered = [*(c.path for c in carried.copies), *(s.path for s in carried.secrets)]
    kept = storage.joined(
        storage.of_open_files(service, packaged=bool(package), application=roots),
        storage.of_mentions(service, config.mentioned(files), run_as, covered),
        storage.of_variables(service, run_as, [*covered, *roots]),
        storage.by_convention(service, mine, roots),
        Storage(directories=config.key_folder(carried, run_as)),
    )
    found = traits.of(service)
    return workload(
        service,
        Kind(
            "service",
            _title(service, package),
            found,
            _version(service, package, roots),
            needs_init=not names & _REAPS,
        ),
        command=command,
        packages=pins.pins(service.host, _packages(service, package)),
        carried=carried,
        kept=kept,
        files=files,
        health=_health(service, found),
        unknowns=() if roots and not package else pins.missing(service, package),
        run_as=run_as,
        links=own.links,
    )


def _packages(service: Service, package: str) -> list[tuple[str, str]]:
    """The program's, what else of it is installed, and what runs it where that is another's."""
    host, runs = service.host, pins.owner_of_process(service)
    runtime = pins.only_runs(service, package)
    found = [(package, "runs the program" if runtime else "the program")] if package else []
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


def _title(service: Service, package: str) -> str:
    told = ""
    for section, name, value in service.unit.directives if service.unit else ():
        told = value if (section, name) == ("Unit", "Description") and "%" not in value else told
    return told[:120] or package or service.name


def _env_files(service: Service) -> tuple[str, ...]:
    return tuple(
        d[2].lstrip("-")
        for d in (service.unit.directives if service.unit else ())
        if d[1] == "EnvironmentFile"
    )


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
    return tuple(f for f in dict.fromkeys(found) if not places.below(f, "/var/lib"))


def _health(service: Service, found: tuple[str, ...]) -> Health | None:
    if "web" in found:
        for listener in sorted(service.listeners, key=lambda entry: entry.port):
            address = health.target(listener)
            if (
                listener.protocol == "tcp"
                and listener.port % 1000 != 443
                and listener.port not in _NOT_HTTP
                and (address.startswith("127."))
            ):
                return health.http(listener.port, address=address)
    return health.of_listeners(service.listeners)
