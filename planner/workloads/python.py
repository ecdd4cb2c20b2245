"""Python services: gunicorn, uvicorn, waitress, plain programs; in a virtual environment or not."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from planner.facts import unitfile
from planner.model import Health, Host, Pin, Python, Workload
from planner.service import (
    application,
    celery,
    config,
    health,
    keeps,
    pins,
    places,
    programs,
    storage,
)
from planner.service.describe import Kind, container_user, workload
from planner.service.storage import Storage
from planner.service.view import MASK, Service, commands, owner, setting, specifiers

_PYTHON = re.compile(r"(python|pypy)(\d+(\.\d+)*)?")
_SERVERS = {
    "gunicorn": "web", "uvicorn": "web", "hypercorn": "web", "daphne": "web", "waitress-serve":
    "web", "uwsgi": "web", "granian": "web", "celery": "batch", "rq": "batch", "flask": "web",
    "huey_consumer": "batch", "dramatiq": "batch",
}  # fmt: skip
_MASTERS = frozenset({"gunicorn", "uwsgi", "hypercorn", "celery", "supervisord"})
"""Programs that reap the children they start; others leave orphans to PID 1."""


def detect(service: Service) -> Workload | None:
    """An application of its own under Python: in a virtual environment or outside of every
    package. A packaged program that happens to be Python is not one: None.
    """
    argv = _argv(service)
    program = _program_words(argv)
    venv = _virtualenv(service, argv)
    server = next((name for name in map(_base, program) if name in _SERVERS), "")
    interpreted = bool(argv) and _PYTHON.fullmatch(_base(argv[0])) is not None
    if not (venv or server or interpreted) or (not venv and _packaged(service.host, program)):
        return None
    host = service.host
    run_as = container_user(service)
    schedule = celery.schedule(service)
    own = application.at(host, _programs(service, venv, program))
    roots = own.roots
    names = {service.name.partition("@")[0], *(_base(r) for r in roots)}
    files = config.texts(host, [*config.own_folders(names), *roots], _named_files(service, argv))
    carried = config.merged(
        config.changed(host, config.own_folders(names), (), run_as, skip=_env_files(service)),
        application.carried(
            host,
            own,
            f"the application{' with its virtual environment' if venv else ''}",
            run_as,
        ),
    )
    kept = storage.joined(
        storage.of_open_files(
            service, packaged=False, application=roots, covered=celery.files_of(schedule)
        ),
        storage.of_mentions(
            service,
            config.mentioned(files),
            run_as,
            [*roots, *(s.path for s in carried.secrets), *_env_files(service)],
        ),
        storage.of_variables(service, run_as, roots),
        keeps.by_command(service, run_as, roots, roots),
        keeps.by_convention(service, names, roots),
        Storage(directories=config.key_folder(carried, run_as)),
    )
    trait = _SERVERS.get(server, "")
    made = workload(
        service,
        Kind(
            "python",
            _title(server, venv),
            (trait,) if trait else (),
            needs_init=not server or server not in _MASTERS,
        ),
        command=celery.command(service),
        packages=_packages(service, venv),
        carried=carried,
        kept=kept,
        files=files,
        health=_health(service, trait),
        unknowns=_unknowns(service, venv, roots),
        run_as=run_as,
        links=own.links,
    )
    return celery.without_schedule(made, schedule)


def _base(path: str) -> str:
    return posixpath.basename(path)


def _argv(service: Service) -> tuple[str, ...]:
    starts = commands(service, "ExecStart")
    if starts:
        return (starts[0].path, *starts[0].argv[1:])
    return service.main.argv if service.main else ()


def _program_words(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The interpreter's program: script path or module, behind its own options."""
    words = list(argv[:1])
    rest = iter(argv[1:])
    if argv and _PYTHON.fullmatch(_base(argv[0])):
        for word in rest:
            if word == "-m":
                words.append(next(rest, "").partition(".")[0])
                break
            if not word.startswith("-"):
                words.append(word)
                break
            if word in ("-W", "-X"):
                next(rest, "")
    return tuple(words)


def _virtualenv(service: Service, argv: tuple[str, ...]) -> Python | None:
    """The environment that the command, else the running program, lies in."""
    words = [*argv[:2], *(service.main.argv[:2] if service.main else ())]
    for word in words:
        for found in service.host.virtualenvs.value or ():
            if places.below(places.clean(word), found.path):
                return found
    guessed = [m[1] for w in words if (m := re.fullmatch(r"(/.+)/bin/[^/]+", w))]
    for path in guessed:
        if re.search(r"/(\.?v?env|\.?virtualenv|venvs?/[^/]+|virtualenvs/[^/]+)$", path):
            return Python(path)
    return None


def _packaged(host: Host, program: Iterable[str]) -> bool:
    """Whether the script is a package's: the interpreter itself always is."""
    scripts = [p for p in program if p.startswith("/") and not _PYTHON.fullmatch(_base(p))]
    return bool(scripts) and all(owner(host, p) for p in scripts)


def _programs(service: Service, venv: Python | None, program: Iterable[str]) -> tuple[str, ...]:
    """Folders that the image copies: around the environment, the script and the working
    directory.
    """
    found: list[str] = []
    workdir = places.clean(setting(service, "WorkingDirectory").lstrip("-")) or (
        service.main.cwd if service.main and not (service.unit and service.unit.directives) else ""
    )
    scripts = [
        posixpath.dirname(p)
        for p in program
        if p.startswith("/")
        and not _PYTHON.fullmatch(_base(p))
        and not (venv and places.below(p, venv.path))
    ]
    if venv:
        parent = posixpath.dirname(venv.path)
        found.append(venv.path if places.shared_top(parent) else parent)
    for path in (*scripts, workdir):
        path = places.clean(path)
        own = places.role(path) in application.OWN if path else False
        if own and not places.shared_top(path):
            found.append(path)
    return tuple(dict.fromkeys(found))


def _env_files(service: Service) -> tuple[str, ...]:
    if service.unit is None:
        return ()
    files = unitfile.environment_files(service.unit, specifiers(service.host))
    return tuple(path for path, _ in files)


def _named_files(service: Service, argv: tuple[str, ...]) -> tuple[str, ...]:
    words = [w.rpartition("=")[2] for w in argv]
    return (*_env_files(service), *(places.clean(w) for w in words if w.startswith("/")))


def _packages(service: Service, venv: Python | None) -> tuple[Pin, ...]:
    """The distribution's python3 where it is of the same series, else that series' package."""
    host, main = service.host, service.main
    minor = _minor(venv, main.exe if main else "")
    reason = "the interpreter of its virtual environment" if venv else "the interpreter"
    usual = pins.installed(host, "python3")
    if usual and minor in ("", ".".join(pins.upstream(usual.version).split(".")[:2])):
        runtime = "python3"
    else:
        runtime = f"python{minor}" if minor else "python3"
    return pins.pins(host, [(runtime, reason)], programs.libraries(service))


def _minor(venv: Python | None, exe: str) -> str:
    text = venv.version if venv and venv.version else _base(exe).removeprefix("python")
    match = re.match(r"\d+\.\d+", text)
    return match[0] if match else ""


def _title(server: str, venv: Python | None) -> str:
    what = f"Python application under {server}" if server else "Python application"
    return f"{what} in {venv.path}" if venv else what


def _health(service: Service, trait: str) -> Health | None:
    for listener in sorted(service.listeners, key=lambda entry: entry.port):
        address = health.target(listener)
        if listener.protocol == "tcp" and address.startswith("127.") and trait == "web":
            return health.http(listener.port, address=address)
    return health.of_listeners(service.listeners)


def _unknowns(service: Service, venv: Python | None, roots: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    if not roots:
        found.append("Where the application's files lie was not seen.")
    if venv and venv.path not in {v.path for v in service.host.virtualenvs.value or ()}:
        reason = service.host.virtualenvs.unknown or service.host.virtualenvs.partial
        found.append(
            f"What the virtual environment {venv.path} holds is not known"
            + (f": {reason}" if reason else ".")
        )
    if service.main and any(MASK in word for word in service.main.argv):
        found.append("An argument of the running process is a secret.")
    return tuple(found)
