"""Redis and Valkey: data directory, append-only file, password and socket from redis.conf."""

from __future__ import annotations

import posixpath
import re
import shlex

from planner.model import Account, Adaptation, Directory, Health, Host, Workload
from planner.service import accounts, config, pins, places, storage
from planner.service.command import Command
from planner.service.describe import Kind, container_user, workload
from planner.service.health import tcp
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, called, commands

_PROGRAMS = re.compile(r"(redis\d*|valkey\d*|keydb)(-server)?")
_PACKAGES = ("redis-server", "redis", "redis6", "redis7", "valkey-server", "valkey", "keydb-server")
_TITLE = re.compile(r"\S+:\d+( \[\w+\])?")
"""Address and port, as Redis calls itself once it runs: no file of configuration."""
_DEFAULT_FILES = ("/etc/redis/redis.conf", "/etc/redis.conf", "/etc/valkey/valkey.conf")


def detect(service: Service) -> Workload | None:
    """Redis by its program; sentinel is another program and any other: None."""
    if not any(map(_PROGRAMS.fullmatch, called(service))) or "redis-sentinel" in called(service):
        return None
    host = service.host
    file, options = _arguments(service)
    settings = _settings(host, file, options)
    package = next((n for n in _PACKAGES if pins.installed(host, n)), "") or (
        pins.main_package(service)
    )
    run_as = container_user(service)
    folder = posixpath.dirname(file)
    mine = (folder,) if file and not places.shared_top(folder) else (file,) if file else ()
    carried = config.changed(host, mine, {package}, run_as)
    return workload(
        service,
        Kind(
            "redis",
            "Redis key-value store",
            _traits(settings),
            pins.version_of(service, package),
        ),
        command=_command(service, file, options),
        packages=pins.pins(host, [(package, "the program")] if package else []),
        carried=carried,
        kept=_storage(service, settings, run_as),
        files=config.texts(host, mine, (file,)),
        health=_health(host, settings),
        decided={
            "ExecStart": ("carried", "command of the container, without supervision by systemd"),
            "UMask": ("lost", "new files have the mode that the program's default umask gives"),
        },
        unknowns=(*_unread(host, file), *pins.missing(service, package)),
        run_as=run_as,
    )


def _traits(settings: dict[str, str]) -> tuple[str, ...]:
    return ("database",) if _keeps(settings) else ("cache",)


def _keeps(settings: dict[str, str]) -> bool:
    """Whether it writes to disk: the append-only file, or snapshots (``save ""``: none)."""
    return settings.get("appendonly") == "yes" or settings.get("save", "default") != ""


def _arguments(service: Service) -> tuple[str, tuple[str, ...]]:
    """(configuration file, options) of the unit; without one, of the process: the title that
    Redis gives itself (``redis-server 127.0.0.1:6379``) says nothing of either.
    """
    starts = commands(service, "ExecStart")
    argv = starts[0].argv if starts else ()
    if not argv and service.main and len(service.main.argv) > 1:
        argv = service.main.argv
    words = list(argv[1:])
    file = words.pop(0) if words and not words[0].startswith("-") else ""
    if not file or _TITLE.fullmatch(file):
        known = host_files(service.host)
        instance = service.name.partition("@")[2]
        own = (f"/etc/redis/redis-{instance}.conf",) if instance else ()
        file = next((f for f in (*own, *_DEFAULT_FILES) if f in known), "")
    kept: list[str] = []
    dropped = ("--supervised", "--daemonize", "--logfile", "--pidfile")
    skip = False
    for word in words:
        if word.startswith("--"):
            skip = word in dropped
        if not skip:
            kept.append(word)
    return places.clean(file), tuple(kept)


def host_files(host: Host) -> frozenset[str]:
    """Files that are known to be there."""
    return frozenset({*(host.files.value or {}), *(host.paths.value or {})})


def _settings(host: Host, file: str, options: tuple[str, ...]) -> dict[str, str]:
    """Directives of the file, then those of the command line; the last of a name counts."""
    found: dict[str, str] = {}
    text = (host.files.value or {}).get(file)
    for line in text.text.split("\n") if text else ():
        name, _, value = line.strip().partition(" ")
        if name and not name.startswith("#"):
            found[name.lower()] = _unquoted(value)
    words = iter(options)
    for word in words:
        if word.startswith("--"):
            found[word[2:].lower()] = next(words, "")
    return found


def _unquoted(value: str) -> str:
    try:
        return " ".join(shlex.split(value))
    except ValueError:
        return value.strip()


def _command(service: Service, file: str, options: tuple[str, ...]) -> Command:
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
    change = Adaptation(
        "foreground",
        "started with --daemonize no and --supervised no, logging to its output",
        "a container lives as long as its main process stays in the foreground",
    )
    tail = ("--daemonize", "no", "--supervised", "no", "--logfile", "")
    return Command((path, *((file,) if file else ()), *options, *tail), (change,))


def _storage(service: Service, settings: dict[str, str], run_as: Account | None) -> Storage:
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


def _health(host: Host, settings: dict[str, str]) -> Health:
    """PING, or whether it accepts where it asks for a password or for TLS."""
    port = settings.get("port", "6379")
    port = port if re.fullmatch(r"\d{1,5}", port) else "6379"
    socket = places.clean(settings.get("unixsocket", ""))
    closed = {"requirepass", "aclfile", "user"} & settings.keys()
    if closed or settings.get("tls-port", "0") != "0":
        return tcp(int(settings.get("tls-port", port) if port == "0" else port))
    where = ("-s", socket) if port == "0" and socket else ("-p", port)
    ask = shlex.join(("redis-cli", *where, "ping"))
    return Health(("bash", "-c", f'[ "$({ask})" = PONG ]'), "answers PING with PONG")


def _unread(host: Host, file: str) -> tuple[str, ...]:
    if file and file in (host.files.value or {}):
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What its configuration {file or ''} says is not known: {reason}".replace("  ", " "),)
