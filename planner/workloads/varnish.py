"""Varnish: its arguments say where it listens and stores, its VCL what lies behind it
(https://varnish-cache.org/docs/trunk/reference/varnishd.html)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from planner.model import Account, Adaptation, Directory, Health, TextFile, Workload
from planner.service import accounts, config, health, included, pins, places
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, called, commands

_SWITCHES = frozenset({"-F", "-C", "-V", "-d", "-x"})
_COLLECTED = frozenset({"accept", "bodyaccess", "header", "saintmode", "str", "tcp", "var",
                        "vsthrottle", "xkey"})  # fmt: skip
"""Modules of the package varnish-modules."""
_ADDRESS = re.compile(r"(?:\w+=)?(?:(.*):)?(\d{1,5})(,.*)?")


def detect(service: Service) -> Workload | None:
    """Varnish by its daemon; varnishncsa and its like only read its log: None."""
    if "varnishd" not in called(service):
        return None
    host = service.host
    options = list(_options(service))
    run_as = _user(service, options)
    vcl = [places.clean(v) for n, v in options if n in ("-f", "-I", "-S") and v.startswith("/")]
    files = config.texts(host, ("/etc/varnish",), vcl)
    return described(
        service,
        Known(
            "varnish",
            "Varnish HTTP cache",
            stop_signal="SIGTERM",
            needs_init=False,
            folders=("/etc/varnish", *vcl),
            command=_command(service, options),
            packages=_modules(service, files),
            storage=_storage(options, run_as),
            named=(*config.mentioned(files), *(_place(v) for _, v in options)),
            keys=vcl,
            health=_health(options),
            decided={
                "ExecStart": ("carried", "command of the container, without its jail"),
                "ExecReload": ("lost", "a new VCL is a new container"),
                "LimitMEMLOCK": (
                    "carried",
                    "limit of the container; its log in shared memory works without it, too",
                ),
                "LimitCORE": ("lost", "cores of a container go where the host says"),
            },
            adaptations=(
                Adaptation(
                    "user",
                    "its jail is none (-j none)",
                    "the jail changes users, which only root can; the container runs as the user "
                    "of its worker from the start",
                ),
            ),
            unknowns=_unread(service, vcl),
            removals=[v for v in vcl if v == "/etc/varnish/secret"],
            run_as=run_as,
        ),
    )


def _options(service: Service) -> Iterator[tuple[str, str]]:
    """(option, value) of its command, in order; switches have no value."""
    starts = commands(service, "ExecStart")
    argv = starts[0].argv if starts else (service.main.argv if service.main else ())
    words = iter(argv[1:])
    for word in words:
        if word in _SWITCHES:
            yield word, ""
        elif len(word) == 2:
            yield word, next(words, "")
        elif word.startswith("-"):
            yield word[:2], word[2:]


def _user(service: Service, options: list[tuple[str, str]]) -> Account | None:
    """Of its jail: the user of the worker (vcache), as a command without root needs no other."""
    for name, value in options:
        for part in value.split(",") if name == "-j" else ():
            key, _, told = part.partition("=")
            if key in ("ccgroup", "workuser"):
                continue
            if key == "user" and (found := accounts.by_name(service.host, told)):
                return found
    return container_user(service) or accounts.by_name(service.host, "vcache") or (
        accounts.by_name(service.host, "varnish")
    )  # fmt: skip


def _command(service: Service, options: list[tuple[str, str]]) -> Command:
    starts = commands(service, "ExecStart")
    path = starts[0].path if starts else ""
    path = path if path.startswith("/") else (service.main.exe if service.main else "")
    if any(MASK in value for _, value in options) or (starts and starts[0].variables):
        return Command((), (), ("An argument of it is a secret, or a variable not known.",))
    words: list[str] = []
    for name, value in options:
        if name not in ("-j", "-F", "-P", "-u", "-g", "-d"):
            words += [name, value] if name not in _SWITCHES else [name]
    change = Adaptation(
        "foreground",
        "started with -F",
        "a container lives as long as its main process stays in the foreground",
    )
    return Command((path or "/usr/sbin/varnishd", "-j", "none", "-F", *words), (change,))


def _storage(options: list[tuple[str, str]], run_as: Account | None) -> Storage:
    """Its working directory holds compiled VCL, which is loaded from there: no tmpfs, which
    engines mount without the right to run. A file of storage is a cache that starts empty."""
    owner = accounts.owned(run_as, "0755")
    work = next((places.clean(v) for n, v in options if n == "-n" and v.startswith("/")), "")
    work = work or "/var/lib/varnish"
    made = [Directory(work, owner, "its working directory")]
    again = "compiled VCL, its log in memory, its storage: all of it is made again at the start"
    wanted = [Wanted(work, "cache", "its working directory", "none", again)]
    for name, value in options:
        path = _place(value) if name == "-s" else ""
        folder = posixpath.dirname(path) if "." in posixpath.basename(path) else path
        if name == "-a" and value.startswith("/run/"):
            made.append(Directory(posixpath.dirname(value.partition(",")[0]), owner, "its socket"))
        if path and not places.shared_top(folder) and not places.below(folder, work):
            made.append(Directory(folder, owner, "its storage"))
            why = "a cache: it starts empty and fills again"
            wanted.append(Wanted(folder, "cache", "-s of its command", "none", why))
    return Storage(tuple(wanted), tuple(made))


def _modules(service: Service, files: tuple[TextFile, ...]) -> list[tuple[str, str]]:
    """Packages of modules that the VCL imports."""
    names = {n for file in files for n in re.findall(r"^\s*import\s+(\w+)", file.text, re.M)}
    found = []
    for package in pins.matching(service.host, r"varnish-.+|(lib)?vmod-.+|libvmod-.+"):
        short = re.sub(r"^(varnish-|lib)?(vmod-)?", "", package.name)
        if short in names or (package.name == "varnish-modules" and names & _COLLECTED):
            found.append((package.name, "a module that its VCL imports"))
    return found


def _place(value: str) -> str:
    """``shelf=file,/srv/cache/shelf.bin,64m`` -> the path."""
    return next((places.clean(p) for p in re.split(r"[,=]", value) if p.startswith("/")), "")


def _health(options: list[tuple[str, str]]) -> Health | None:
    """Whether it accepts: what it answers comes from behind it."""
    for name, value in options:
        match = _ADDRESS.fullmatch(value) if name == "-a" else None
        if match and (match[1] or "") in ("", "0.0.0.0", "*", "127.0.0.1", "localhost", "[::]"):  # noqa: S104
            return health.tcp(int(match[2]))
    return None


def _unread(service: Service, vcl: list[str]) -> tuple[str, ...]:
    host = service.host
    main = next((v for v in vcl if v.endswith(".vcl")), "/etc/varnish/default.vcl")
    if included.text(host, main):
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {main} says is not known: {reason}",)
