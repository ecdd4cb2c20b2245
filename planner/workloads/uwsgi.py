"""uWSGI: its ini file, the application that it names, each instance a workload.

Options from the reference of uWSGI (uwsgi-docs, "Options"); they may stand in the file, on the
command line and, as ``UWSGI_NAME``, in the environment.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from planner.model import Account, Adaptation, Directory, Health, Host, Workload
from planner.service import accounts, application, config, health, included, jvm, pins, places
from planner.service import storage as keeping
from planner.service.command import Command, derive
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, called, commands, owner, setting

_PROGRAM = re.compile(r"uwsgi(-core)?|uwsgi_python[\d.]*")
_BACKGROUND = ("daemonize", "daemonize2")
_CODE = ("wsgi-file", "file", "chdir", "chdir2", "pythonpath", "pp", "python-path", "virtualenv",
         "home", "venv", "pyhome", "wsgi", "psgi", "rack", "mule")  # fmt: skip
_LOGS = ("logto", "logto2", "req-logger", "logger", "daemonize", "daemonize2")
_KEPT = ("spooler", "cache2", "sharedarea")
_SOCKETS = ("socket", "uwsgi-socket", "http-socket", "fastcgi-socket", "scgi-socket", "stats",
            "stats-server", "http", "https", "ss", "s")  # fmt: skip
_LINE = re.compile(r"\s*([A-Za-z][\w-]*)\s*(?:=\s*(.*?))?\s*")


@dataclass(frozen=True)
class _Settings:
    """Options in the order in which they count; ``files``: those that were read."""

    options: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    unread: tuple[str, ...]

    def all(self, *names: str) -> tuple[str, ...]:
        return tuple(v for n, v in self.options if n in names)

    def last(self, *names: str) -> str:
        return (self.all(*names) or ("",))[-1]

    def on(self, name: str) -> bool:
        return any(n == name and v in ("", "true", "1", "yes") for n, v in self.options)


def detect(service: Service) -> Workload | None:
    """The program by its name; any other: None."""
    if not any(map(_PROGRAM.fullmatch, called(service))):
        return None
    host = service.host
    argv = _argv(service)
    told = _read(host, argv)
    run_as = _user(service, told)
    code = _code(service, told, argv)
    kept, links = _storage(service, told, run_as, code)
    command = _command(service, argv, told)
    venv = told.last("virtualenv", "home", "venv", "pyhome")
    made = described(
        service,
        Known(
            "uwsgi",
            "uWSGI" + (f" with {_application(told)}" if _application(told) else ""),
            ("web",),
            stop_signal="SIGTERM" if told.on("die-on-term") else "SIGQUIT",
            needs_init=not told.on("master"),
            folders=told.files,
            command=command,
            packages=_packages(host, told),
            storage=keeping.joined(kept, Storage(log_links=links)),
            named=(*code, *_paths(told), *_magic(host, told)),
            decided={
                "NotifyAccess": ("replaced", "nobody is notified: the health check asks"),
                "KillSignal": ("carried", "stop signal of the container, as uWSGI takes it"),
                "ExecStartPre": ("replaced", "directories of the image, owned by its user"),
            },
            adaptations=_adaptations(told),
            unknowns=(
                *(f"What {p} says is not known: its text was not carried." for p in told.unread),
                *_venv_unknown(host, venv),
                *_emperor(told),
            ),
            run_as=run_as,
            programs=code,
        ),
    )
    return replace(made, health=_health(service, told) or made.health)


def _argv(service: Service) -> tuple[str, ...]:
    starts = commands(service, "ExecStart")
    if len(starts) == 1 and _PROGRAM.fullmatch(posixpath.basename(starts[0].path)):
        return (starts[0].path, *starts[0].argv[1:])
    main = service.main
    return (main.exe or main.argv[0], *main.argv[1:]) if main and main.argv else ()


def _read(host: Host, argv: tuple[str, ...]) -> _Settings:
    options: list[tuple[str, str]] = []
    files: list[str] = []
    unread: list[str] = []

    def read(path: str, depth: int) -> None:
        path = places.clean(path.partition(":")[0])
        if not path or depth > 5:
            return
        (files if included.text(host, path) else unread).append(path)
        for name, value in _ini(included.text(host, path), path):
            options.append((name, value))
            if name in ("ini", "include", "inherit"):
                read(value, depth + 1)

    words = list(argv[1:])
    while words:
        word = words.pop(0)
        name, sign, value = word.lstrip("-").partition("=")
        if not word.startswith("-"):
            if word.endswith((".ini", ".conf")):
                read(word, 0)
            continue
        if not sign and words and not words[0].startswith("-"):
            value = words.pop(0)
        options.append((name, value))
        if name in ("ini", "i"):
            read(value, 0)
    return _Settings(tuple(options), tuple(dict.fromkeys(files)), tuple(dict.fromkeys(unread)))


def _ini(text: str, path: str) -> Iterator[tuple[str, str]]:
    """Options of the section [uwsgi], with the magic variables %d (folder), %p (path), %n (name
    without ending) and placeholders %(name) filled in."""
    here = True
    found: dict[str, str] = {}
    magic = {"d": posixpath.dirname(path) + "/", "p": path, "s": posixpath.basename(path),
             "n": posixpath.splitext(posixpath.basename(path))[0], "%": "%"}  # fmt: skip
    for line in text.split("\n"):
        if section := re.fullmatch(r"\s*\[(.+?)\]\s*", line):
            here = section[1] == "uwsgi"
        elif here and not line.lstrip().startswith((";", "#")) and (m := _LINE.fullmatch(line)):
            value = re.sub(r"%\(([\w-]+)\)", lambda v: found.get(v[1], v[0]), m[2] or "")
            value = re.sub(r"%([dpsn%])", lambda v: magic[v[1]], value)
            found[m[1]] = value
            yield m[1], value


def _user(service: Service, told: _Settings) -> Account | None:
    """``uid`` of its settings, where root starts it; the group as its settings say."""
    name, group = told.last("uid"), told.last("gid")
    found = accounts.by_name(service.host, name) if name else None
    if found is None or not found.uid:
        return container_user(service)
    for entry in service.host.user_groups.value or ():
        if group in (entry.name, str(entry.gid)):
            return Account(found.name, found.uid, entry.gid, found.home, found.shell)
    return found


def _paths(told: _Settings) -> tuple[str, ...]:
    values = (v.rpartition(":")[2] if n in _LOGS else v for n, v in told.options)
    return tuple(dict.fromkeys(p for v in values if (p := places.clean(v))))


def _magic(host: Host, told: _Settings) -> tuple[str, ...]:
    """Paths as they stand in the files, with variables that mean something else."""
    texts = [(host.files.value or {})[p] for p in told.files if p in (host.files.value or {})]
    return tuple(p for p in config.mentioned(texts) if "%" in p)


def _application(told: _Settings) -> str:
    found = told.last("module", "wsgi", "w") or told.last("wsgi-file", "file")
    return found if re.fullmatch(r"[\w./:-]+", found) else ""


def _code(service: Service, told: _Settings, argv: tuple[str, ...]) -> tuple[str, ...]:
    """Folders of the application: around what its settings name, the virtual environment."""
    found: list[str] = []
    workdir = places.clean(setting(service, "WorkingDirectory").lstrip("-"))
    for name, value in (*((n, v) for n, v in told.options if n in _CODE), ("", workdir)):
        path = places.clean(value)
        if not path or owner(service.host, path) or places.role(path) not in application.OWN:
            continue
        folder = posixpath.dirname(path) if re.search(r"\.(py|psgi|ru|pl)$", path) else path
        if name and not places.shared_top(folder):
            found.append(folder)
        elif not name and not places.shared_top(path):
            found.append(path)
    program = argv[0] if argv else ""
    return (*dict.fromkeys(found), *jvm.own_runtime(service, program))


def _storage(
    service: Service, told: _Settings, run_as: Account | None, code: tuple[str, ...]
) -> tuple[Storage, tuple[tuple[str, str], ...]]:
    """Sockets and PID files in /run; spoolers; log files to the output; folders of its variables
    that are in no code."""
    host = service.host
    own = accounts.owned(run_as, "0755")
    wanted: list[Wanted] = []
    made: dict[str, Directory] = {}
    links: list[tuple[str, str]] = []
    for value in told.all(*_SOCKETS, "pidfile", "pidfile2", "safe-pidfile", "master-fifo"):
        path = places.clean(value)
        folder = posixpath.dirname(path)
        if path and places.role(path) == "runtime" and folder not in ("/run", "/run/lock"):
            made[folder] = Directory(folder, own, "its sockets and its PID file", True)
    for value in told.all(*_LOGS):
        path = places.clean(value.partition(":")[2] if value.startswith("file:") else value)
        if path and places.role(path) == "log":
            links.append((path, "/dev/stdout"))
    for value in told.all("spooler"):
        path = places.clean(value)
        why = "tasks that wait"
        wanted.append(Wanted(path, "state", why, *keeping.consistency("state")))
    for value in told.all("env"):
        path = places.clean(value.partition("=")[2])
        if not path or places.role(path) not in application.OWN or places.shared_top(path):
            continue
        if any(places.below(path, c) for c in code) or any(places.below(c, path) for c in code):
            continue
        info = places.info(host, path)
        file = info.type == "file" if info else "." in posixpath.basename(path)
        folder = posixpath.dirname(path) if file else path
        if not places.shared_top(folder):
            why = "a variable of its settings names it"
            wanted.append(Wanted(folder, "data", why, *keeping.consistency("data")))
    return Storage(tuple(w for w in wanted if w.path), tuple(made.values())), tuple(links)


def _command(service: Service, argv: tuple[str, ...], told: _Settings) -> Command:
    """Its own command, without what puts it into the background."""
    starts = commands(service, "ExecStart")
    plain = bool(starts) and _PROGRAM.fullmatch(posixpath.basename(starts[0].path)) is not None
    background = any(n in _BACKGROUND for n, _ in told.options)
    if plain and not background and setting(service, "Type") != "forking":
        found = derive(service)
        # ExecStartPre= prepares folders as root; the image has them.
        direct = (starts[0].path, *starts[0].argv[1:])
        return Command(direct, found.adaptations, found.unknowns) if found.argv else found
    kept: list[str] = []
    words = list(argv)
    while words:
        word = words.pop(0)
        name, sign, _ = word.lstrip("-").partition("=")
        if word.startswith("-") and name in (*_BACKGROUND, "d"):
            if not sign and words and not words[0].startswith("-"):
                words.pop(0)
            continue
        kept.append(word)
    in_file = any(n in _BACKGROUND for path in told.files
                  for n, _ in _ini(included.text(service.host, path), path))  # fmt: skip
    if not kept or in_file or any(MASK in w for w in kept):
        problem = (
            "daemonize in its ini file puts it into the background, and no option takes that back: "
            "take the line out of the file." if in_file else "How it is started was not seen."
        )  # fmt: skip
        return Command((), (), (problem,))
    shown = Adaptation(
        "foreground",
        "started without --daemonize",
        "a container lives as long as its main process stays in the foreground",
    )
    return Command(tuple(kept), (shown,))


def _packages(host: Host, told: _Settings) -> list[tuple[str, str]]:
    """Plug-ins that its settings load: in Debian a package each, or a part of the core."""
    found: list[tuple[str, str]] = []
    names = [n.strip() for v in told.all("plugins", "plugin", "need-plugin") for n in v.split(",")]
    for name in names:
        package = next(
            (p for p in (f"uwsgi-plugin-{name}", f"uwsgi-plugin-{name.rstrip('0123456789')}3",
                         f"uwsgi-plugin-{name.rstrip('0123456789')}") if pins.installed(host, p)),
            "",
        )  # fmt: skip
        if package:
            found.append((package, f"plug-in {name} that its settings load"))
    for package in ("uwsgi-core", "uwsgi"):
        if pins.installed(host, package):
            found.insert(0, (package, "the program"))
            break
    else:
        if pins.installed(host, "python3"):
            found.insert(0, ("python3", "the interpreter of its virtual environment"))
    return found


def _adaptations(told: _Settings) -> tuple[Adaptation, ...]:
    if not told.last("uid"):
        return ()
    return (
        Adaptation(
            "user",
            f"starts as {told.last('uid')}: uid and gid of its settings change nothing any more",
            "on the machine root starts it and it becomes that user",
        ),
    )


def _venv_unknown(host: Host, venv: str) -> tuple[str, ...]:
    path = places.clean(venv)
    if not path or path in {v.path for v in host.virtualenvs.value or ()}:
        return ()
    return (f"What the virtual environment {path} holds is not known.",)


def _emperor(told: _Settings) -> tuple[str, ...]:
    if not told.all("emperor"):
        return ()
    return (
        f"It is an emperor, which starts an instance for each file in {told.last('emperor')}: each "
        "is a container of its own.",
    )


def _health(service: Service, told: _Settings) -> Health | None:
    """HTTP where it speaks that; of the protocol uwsgi, whether it accepts."""
    heard = {x.port for x in service.listeners}
    for value in told.all("http-socket", "http"):
        port = value.rpartition(":")[2]
        if port.isascii() and port.isdigit() and int(port) in heard:
            return health.http(int(port))
    return health.of_listeners(service.listeners)
