"""Redis, Valkey and KeyDB: data directory, append-only file, modules, users and socket from their
configuration."""

from __future__ import annotations

import posixpath
import re

from msgspec.structs import replace

from planner.model import Account, Adaptation, Copy, Directory, Host, Secret, Workload
from planner.service import accounts, binding, config, pins, places, storage
from planner.service.accounts import stat_owner
from planner.service.command import Command
from planner.service.config import Carried
from planner.service.describe import Kind, container_user, workload
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, called, commands, owner
from planner.workloads.redis import asking
from planner.workloads.redis.configuration import Configuration, of_others, read

_PROGRAMS = re.compile(r"(redis\d*|valkey\d*|keydb)(-server)?")
_PACKAGES = ("redis-server", "redis", "redis6", "redis7", "valkey-server", "valkey", "keydb-server",
             "keydb")  # fmt: skip
_TITLES = {"redis": "Redis", "valkey": "Valkey", "keydb": "KeyDB"}
_SENTINELS = frozenset({"redis-sentinel", "valkey-sentinel"})
_KEYS = ("aclfile", "tls-cert-file", "tls-key-file", "tls-ca-cert-file", "tls-client-cert-file",
         "tls-client-key-file", "tls-dh-params-file")  # fmt: skip


def detect(service: Service) -> Workload | None:
    """Redis by its program; sentinel is another program and any other: None."""
    if not any(map(_PROGRAMS.fullmatch, called(service))) or called(service) & _SENTINELS:
        return None
    host = service.host
    found = read(service)
    settings, file = found.settings, found.file
    family = _family(service)
    package = _package(service, family)
    run_as = container_user(service)
    made = workload(
        service,
        Kind(
            "redis",
            f"{_TITLES[family]} key-value store",
            _traits(settings),
            pins.version_of(service, package),
        ),
        command=_command(service, found),
        packages=pins.pins(
            host,
            [
                *([(package, "the program")] if package else []),
                *((owner(host, m), f"its module {m}") for m in found.modules if owner(host, m)),
            ],
        ),
        carried=_carried(service, found, package, run_as),
        kept=_storage(service, settings, family, run_as),
        files=config.texts(host, _mine(file), (file, *found.files)),
        health=asking.health(settings, family),
        decided={
            "ExecStart": ("carried", "command of the container, without supervision by systemd"),
            "UMask": ("lost", "new files have the mode that the program's default umask gives"),
        },
        unknowns=(*_unread(host, found), *_modules(host, found), *pins.missing(service, package)),
        run_as=run_as,
    )
    return replace(made, census="" if asking.closed(settings) else asking.census(settings, family))


def _family(service: Service) -> str:
    """``redis``, ``valkey`` or ``keydb``, by the program."""
    names = called(service)
    return next((f for f in ("valkey", "keydb") if any(n.startswith(f) for n in names)), "redis")


def _package(service: Service, family: str) -> str:
    """Debian's redis-server is a link to a program of redis-tools: its own package counts."""
    known = sorted(_PACKAGES, key=lambda name: not name.startswith(family))
    of_family = (n for n in known if pins.installed(service.host, n))
    return next(of_family, "") or pins.main_package(service)


def _mine(file: str) -> tuple[str, ...]:
    folder = posixpath.dirname(file)
    return (folder,) if file and not places.shared_top(folder) else (file,) if file else ()


def _carried(
    service: Service, found: Configuration, package: str, run_as: Account | None
) -> Carried:
    host = service.host
    changed = config.changed(
        host, _mine(found.file), {package}, run_as, skip=of_others(service, found.file)
    )
    named = [places.clean(found.settings[k]) for k in _KEYS if k in found.settings]
    taken = {c.path for c in changed.copies}
    modules = tuple(
        Copy(path, "application", "module that its configuration loads", stat_owner(host, path))
        for path in found.modules
        if path in (host.paths.value or {}) and not owner(host, path)
    )
    return config.merged(
        Carried(secrets=_secrets(host, found, run_as)),
        changed,
        config.referenced(host, [*found.files, *(p for p in named if p)], run_as, taken),
        Carried(modules),
    )


def _traits(settings: dict[str, str]) -> tuple[str, ...]:
    return ("database",) if _keeps(settings) else ("cache",)


def _keeps(settings: dict[str, str]) -> bool:
    """Whether it writes to disk: the append-only file, or snapshots (``save ""``: none)."""
    return settings.get("appendonly") == "yes" or settings.get("save", "default") != ""


def _command(service: Service, found: Configuration) -> Command:
    file, options = found.file, found.options
    starts = commands(service, "ExecStart")
    main = service.main
    argv0 = main.argv[0].split(" ")[0] if main and main.argv else ""
    path = next(
        (
            p
            for p in (starts[0].path if starts else "", argv0, main.exe if main else "")
            if p.startswith("/")
        ),
        "",
    )
    if any(MASK in word for word in options) or (starts and starts[0].variables):
        return Command(
            (),
            (),
            (
                "An argument of its command is a secret or a variable that stayed "
                "on the machine: it has to move into its configuration first.",
            ),
        )
    if not path:
        return Command((), (), ("Where the program lies was not seen.",))
    changes = [
        Adaptation(
            "foreground",
            "started with --daemonize no and --supervised no, logging to its output",
            "a container lives as long as its main process stays in the foreground",
        )
    ]
    tail = ["--daemonize", "no", "--supervised", "no", "--logfile", ""]
    if found.settings.get("syslog-enabled") == "yes":
        tail += ["--syslog-enabled", "no"]
    told = found.settings.get("bind", "")
    if binding.elsewhere(told.split()):
        tail += ["--bind", "*"]
        what = f"listens on every address of the container instead of {told}"
        changes.append(Adaptation("bind", what, "the machine's addresses are none of its own"))
    return Command((path, *((file,) if file else ()), *options, *tail), tuple(changes))


def _storage(
    service: Service, settings: dict[str, str], family: str, run_as: Account | None
) -> Storage:
    wanted: list[Wanted] = []
    made: list[Directory] = []
    unknowns: list[str] = []
    data = places.clean(settings.get("dir", ""))
    if data:
        wanted.append(
            Wanted(
                data,
                "data",
                "dir in its configuration",
                "stop",
                "it writes its memory to the file when it stops; while it runs the "
                "file is older than what it holds",
                backup=f"{family}-cli --rdb, or a copy of the volume after BGSAVE",
            )
        )
    elif _keeps(settings):
        held = storage.of_open_files(service, packaged=True)
        wanted += held.wanted
        unknowns.append("Which directory holds its data (dir) is not known.")
    for name in ("pidfile", "unixsocket"):
        path = places.clean(settings.get(name, ""))
        if places.role(path) == "runtime" and posixpath.dirname(path) != "/run":
            made.append(
                Directory(
                    posixpath.dirname(path),
                    accounts.owned(run_as, "0755"),
                    f"{name} in its configuration",
                )
            )
    return Storage(tuple(wanted), tuple(made), unknowns=tuple(unknowns))


def _secrets(host: Host, found: Configuration, run_as: Account | None) -> tuple[Secret, ...]:
    """The list of users, and files with lines of users: hashes and passwords have no name there."""
    known = host.files.value or {}
    there = {*(f.path for f in host.config_files.value or ()), *(host.paths.value or {})}
    users = re.compile(r"^\s*user\s.*\s[>#]", re.MULTILINE | re.IGNORECASE)
    named = [places.clean(found.settings.get("aclfile", ""))]
    named += [f for f in found.files if users.search(known[f].text)]
    reason = "its users with their passwords or hashes of them"
    return tuple(
        config.secret(host, path, run_as, reason=reason)
        for path in dict.fromkeys(named)
        if path in there and places.role(path) == "config"
    )


def _modules(host: Host, found: Configuration) -> tuple[str, ...]:
    return tuple(
        f"Its module {path} was not seen: it does not start without."
        for path in found.modules
        if not owner(host, path) and path not in (host.paths.value or {})
    )


def _unread(host: Host, found: Configuration) -> tuple[str, ...]:
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    if not found.file:
        return (f"What its configuration says is not known: {reason}",)
    return tuple(f"What its configuration {f} says is not known: {reason}" for f in found.unread)
