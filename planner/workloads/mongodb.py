"""MongoDB: folders, log and keys by mongod.conf and the options of mongod."""

from __future__ import annotations

import posixpath
import re

from planner.model import Account, Adaptation, Directory, Health, Host, Workload
from planner.service import accounts, config, formats, health, pins, places
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, called, commands
from planner.shell import shell_word

_FILES = ("/etc/mongod.conf", "/etc/mongodb.conf", "/etc/mongo/mongod.conf")
_SHELLS = {
    "mongodb-mongosh": "mongosh",
    "mongodb-mongosh-shared-openssl3": "mongosh",
    "mongodb-org-shell": "mongo",
    "mongodb-clients": "mongo",
}
_NAMES = {
    "dbpath": "storage.dbPath",
    "logpath": "systemLog.path",
    "logappend": "systemLog.logAppend",
    "port": "net.port",
    "auth": "security.authorization",
    "keyFile": "security.keyFile",
    "unixSocketPrefix": "net.unixDomainSocket.pathPrefix",
    "tlsMode": "net.tls.mode",
    "sslMode": "net.ssl.mode",
    "tlsCertificateKeyFile": "net.tls.certificateKeyFile",
    "fork": "processManagement.fork",
}
"""Names of options, and of files before 2.6, by those of the YAML form."""
_KEYS = ("security.keyFile", "net.tls.certificateKeyFile", "net.tls.CAFile", "net.ssl.PEMKeyFile",
         "net.ssl.CAFile", "net.tls.clusterFile", "security.encryptionKeyFile")  # fmt: skip
_SAVED = "mongodump (of a replica set with --oplog), or a copy of the volume after db.fsyncLock()"
_WHY = "data, indexes and journal change together, so it is stopped and its files are copied"


def detect(service: Service) -> Workload | None:
    """A server by its program; mongos keeps nothing and is another: None."""
    names = called(service)
    if "mongod" not in names or "mongos" in names:
        return None
    host = service.host
    file, words = _arguments(service)
    settings = _settings(host, file, words)
    run_as = container_user(service) or accounts.by_name(host, "mongodb")
    package, shell = next(((p, s) for p, s in _SHELLS.items() if pins.installed(host, p)), ("", ""))
    tls = any(settings.get(f"net.{n}.mode", "disabled") != "disabled" for n in ("tls", "ssl"))
    login = settings.get("security.authorization") in ("enabled", "true") or (
        "security.keyFile" in settings
    )
    port = settings.get("net.port", "27017")
    number = int(port) if re.fullmatch(r"\d{1,5}", port) else 27017
    return described(
        service,
        Known(
            "mongodb",
            "MongoDB server",
            ("database",),
            pins.version_of(service, pins.main_package(service)),
            stop_signal="SIGTERM",
            needs_init=False,
            folders=(file,) if file else (),
            command=_command(service, file, words, settings),
            storage=_storage(settings, run_as),
            # Every setting of a path was looked at, and the file may be another instance's.
            named=config.mentioned(config.texts(host, (), (*_FILES, file))),
            keys=[places.clean(v) for k in _KEYS if (v := settings.get(k, ""))],
            secrets=[places.clean(v) for k in _KEYS[:2] if (v := settings.get(k, ""))],
            packages=[(package, "its client, which asks for its health")] if package else [],
            health=_health(shell, number, tls),
            decided={
                "ExecStart": ("carried", "command of the container, in the foreground"),
                "PIDFile": ("replaced", "the engine knows the process"),
            },
            unknowns=_unread(host, file, settings),
            run_as=run_as,
            census=_census(shell, number) if shell and not login and not tls else "",
        ),
    )


def _arguments(service: Service) -> tuple[str, tuple[str, ...]]:
    """(file of configuration, arguments) of the process, else of the unit."""
    main = service.main
    starts = commands(service, "ExecStart")
    running = main is not None and len(main.argv) > 1 and "mongod" in posixpath.basename(main.exe)
    words = main.argv[1:] if main and running else starts[0].argv[1:] if starts else ()
    file = ""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if match := re.fullmatch(r"(?:--config|-f)(?:=(.+))?", word):
            file = places.clean(match[1] or following)
    known = service.host.files.value or {}
    return file or next((p for p in _FILES if p in known and not words), ""), tuple(words)


def _settings(host: Host, file: str, words: tuple[str, ...]) -> dict[str, str]:
    """Dotted names of the YAML form; options go before the file."""
    text = (host.files.value or {}).get(file)
    found: dict[str, str] = {}
    if text is not None:
        found = formats.flat(text.text)
        if not any("." in name for name in found):  # name = value, as before 2.6
            lower = {name.lower(): full for name, full in _NAMES.items()}
            found = {lower.get(k, k): v for k, v in formats.pairs(text.text).items()}
    rest = list(words)
    while rest:
        name, sign, value = rest.pop(0).removeprefix("--").partition("=")
        if name in _NAMES:
            flag = name in ("auth", "fork", "logappend")
            found[_NAMES[name]] = value if sign else "true" if flag or not rest else rest.pop(0)
    return found


def _command(
    service: Service, file: str, words: tuple[str, ...], settings: dict[str, str]
) -> Command:
    main, starts = service.main, commands(service, "ExecStart")
    exe = main.exe.removesuffix(" (deleted)") if main else ""
    path = starts[0].path if starts and starts[0].path.endswith("/mongod") else exe
    if not path.endswith("/mongod"):
        return Command((), (), ("Where the program lies was not seen.",))
    if any(MASK in word for word in words):
        return Command((), (), ("An argument of its command is a secret and stayed there.",))
    argv = _to_output((path, *(w for w in words if w != "--fork")), settings)
    if settings.get("processManagement.fork") != "true" or "--fork" in words:
        return Command(argv)
    if not file:
        return Command((), (), ("Its configuration sends it to the background (fork).",))
    copy = "/tmp/mongod.conf"  # noqa: S108
    line = r"s/^\([[:space:]]*fork[[:space:]]*[:=]\).*/\1 false/"
    rest = tuple(copy if w == file else w.replace(file, copy) for w in argv)
    script = f"sed {shell_word(line)} {shell_word(file)} >{copy} && exec " + " ".join(
        shell_word(w) for w in rest
    )
    change = Adaptation(
        "foreground",
        f"starts from a copy of {file} in which fork is false",
        "no option takes back processManagement.fork, which sends it to the background",
    )
    return Command(("/bin/sh", "-c", script), (change,))


def _to_output(argv: tuple[str, ...], settings: dict[str, str]) -> tuple[str, ...]:
    """A log that an option names is left away, so that it goes to the output. One that the file
    names becomes a link to it, which mongod would rename unless it appends."""
    kept: list[str] = []
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if word == "--logpath":
            rest[:1] = []
        elif not word.startswith("--logpath="):
            kept.append(word)
    if len(kept) < len(argv):
        return tuple(w for w in kept if w != "--logappend")
    append = settings.get("systemLog.path") and settings.get("systemLog.logAppend") != "true"
    return (*kept, *(("--logappend",) if append else ()))


def _storage(settings: dict[str, str], run_as: Account | None) -> Storage:
    wanted: list[Wanted] = []
    # Its default where its settings were seen and say nothing.
    data = places.clean(settings.get("storage.dbPath", "/data/db" if settings else ""))
    unknowns = () if data else ("Where its data (storage.dbPath) lies is not known.",)
    if data:
        wanted.append(
            Wanted(data, "data", "storage.dbPath of its settings", "stop", _WHY, backup=_SAVED)
        )
    log = places.clean(settings.get("systemLog.path", ""))
    links = ((log, "/dev/stdout"),) if log and places.role(log) == "log" else ()
    if log and not links and not places.shared_top(posixpath.dirname(log)):
        why = "losing the last entries does no harm"
        folder = posixpath.dirname(log)
        wanted.append(Wanted(folder, "logs", "systemLog.path of its settings", "live", why))
    made = [
        Directory(folder, accounts.owned(run_as, "0755"), f"{name} of its settings")
        for name, folder in (
            ("pidFilePath", posixpath.dirname(_clean(settings, "processManagement.pidFilePath"))),
            ("pathPrefix", _clean(settings, "net.unixDomainSocket.pathPrefix")),
        )
        if folder and folder != "/run" and places.role(folder) == "runtime"
    ]
    return Storage(tuple(wanted), tuple(made), log_links=links, unknowns=unknowns)


def _clean(settings: dict[str, str], name: str) -> str:
    return places.clean(settings.get(name, ""))


def _health(shell: str, port: int, tls: bool) -> Health:
    """Ping, which needs no login; without the client or behind TLS, whether it accepts."""
    if not shell or tls:
        return health.tcp(port)
    ask = "quit(db.adminCommand({ping: 1}).ok ? 0 : 1)"
    return Health((shell, "--quiet", "--port", str(port), "--eval", ask), "answers ping", 60)


def _census(shell: str, port: int) -> str:
    """Documents of every collection, but of the server's own databases."""
    ask = (
        "db.adminCommand({listDatabases: 1}).databases.map(d => d.name).sort()"
        ".filter(n => !['admin', 'config', 'local'].includes(n))"
        ".forEach(n => { const d = db.getSiblingDB(n); "
        "d.getCollectionInfos({type: 'collection'}).map(c => c.name).sort().forEach("
        "c => print(n + '.' + c, d.getCollection(c).countDocuments({}))) })"
    )
    return f"{shell} --quiet --port {port} --eval {shell_word(ask)}"


def _unread(host: Host, file: str, settings: dict[str, str]) -> tuple[str, ...]:
    if settings or not file:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What its configuration {file} says is not known: {reason}",)
