"""Node.js programs of one's own: started plainly, through npm or yarn, or an application of PM2."""

from __future__ import annotations

import posixpath
import re

from msgspec.structs import replace

from planner.model import Adaptation, Application, Health, Host, Process, Workload
from planner.service import config, environment, health, jvm, places
from planner.service import storage as keeping
from planner.service.command import Command, derive
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.storage import Storage
from planner.service.view import MASK, Service, commands, owner, setting

_NODE = re.compile(r"node(js)?[\d.]*")
_WRAPPERS = frozenset({"npm", "npx", "yarn", "yarnpkg", "pnpm", "npm-cli.js", "yarn.js"})
_TAKES_ONE = frozenset({"-r", "--require", "--import", "--loader", "-C", "--conditions",
                        "--env-file"})  # fmt: skip


def detect(service: Service) -> Workload | None:
    """A script under Node.js that no package owns; any other program: None."""
    running = _running(service)
    argv = _argv(service, running)
    script = _script(argv)
    workdir = _workdir(service, running)
    path = places.clean(posixpath.join(workdir or "/", script)) if script else ""
    if not path or owner(service.host, path):
        return None
    host, run_as = service.host, container_user(service)
    application = _application(host, path)
    root = application.path if application else posixpath.dirname(path)
    program = running.exe if running else argv[0]
    code = (root, *jvm.own_runtime(service, program))
    environment_files = environment.files(service)
    made = described(
        service,
        Known(
            "node",
            f"Node.js application {application.name}"
            if application and application.name
            else "Node.js application",
            needs_init=True,
            command=_command(service, running),
            packages=[("nodejs", "runs the program")] if program.startswith("/usr/bin/") else (),
            storage=_storage(service, root),
            named=(*code, *environment_files, *config.mentioned(config.texts(host, (root,)))),
            run_as=run_as,
            programs=code,
            version=application.version if application else "",
        ),
    )
    return replace(made, health=made.health or _health(service))


def _running(service: Service) -> Process | None:
    """The process that runs the program itself: Node.js, and neither npm nor a manager."""
    for process in service.processes:
        name = posixpath.basename(process.exe.removesuffix(" (deleted)"))
        script = posixpath.basename(_script(_words(process)))
        if _NODE.fullmatch(name) and script and script not in _WRAPPERS:
            return process
    return None


def _words(process: Process) -> tuple[str, ...]:
    """Arguments; a title that the program gave itself is one word with blanks."""
    argv = process.argv
    if len(argv) == 1 and " " in argv[0]:
        argv = tuple(argv[0].split())
    return (process.exe or argv[0], *argv[1:]) if argv else ()


def _argv(service: Service, running: Process | None) -> tuple[str, ...]:
    starts = commands(service, "ExecStart")
    if len(starts) == 1 and _NODE.fullmatch(posixpath.basename(starts[0].path)):
        return (starts[0].path, *starts[0].argv[1:])
    return _words(running) if running else ()


def _script(argv: tuple[str, ...]) -> str:
    words = list(argv[1:]) if argv and _NODE.fullmatch(posixpath.basename(argv[0])) else []
    while words:
        word = words.pop(0)
        if word in _TAKES_ONE:
            words[:1] = []
        elif word in ("-e", "--eval", "-p", "--print", "-i"):
            return ""
        elif not word.startswith("-"):
            return word if MASK not in word and not word.startswith("$") else ""
    return ""


def _workdir(service: Service, running: Process | None) -> str:
    found = places.clean(setting(service, "WorkingDirectory").lstrip("-"))
    return found or (places.clean(running.cwd) if running else "")


def _application(host: Host, path: str) -> Application | None:
    """The nearest folder around the script that has a package.json."""
    around = [
        a
        for a in host.applications.value or ()
        if a.kind == "node" and places.below(path, a.path) and not places.shared_top(a.path)
    ]
    return max(around, key=lambda a: len(a.path), default=None)


def _command(service: Service, running: Process | None) -> Command:
    starts = commands(service, "ExecStart")
    wrapped = starts and any(posixpath.basename(w) in _WRAPPERS for w in
                             (starts[0].path, *starts[0].argv[:2]))  # fmt: skip
    words = _words(running) if running else ()
    if not wrapped or not words or any(MASK in w for w in words):
        return derive(service)
    shown = Adaptation(
        "foreground",
        f"started as {posixpath.basename(words[0])} {words[1]}, as the script of package.json does",
        "npm and yarn do not hand the engine's signals to what they start",
    )
    return Command(words, (shown,))


def _storage(service: Service, root: str) -> Storage:
    """Folders of uploads in the application that hold something."""
    found: list[places.Wanted] = []
    for path, size in (service.host.sizes.value or {}).items():
        name = posixpath.basename(path)
        if (
            places.below(path, root)
            and path != root
            and "/node_modules/" not in path
            and size.files
        ):
            if name in ("uploads", "upload"):
                why = "what its users sent"
                found.append(places.Wanted(path, "upload", why, *keeping.consistency("data")))
            elif name in ("data", "storage"):
                why = "its own folder by name, and not empty"
                found.append(places.Wanted(path, "data", why, *keeping.consistency("data")))
    return Storage(tuple(found))


def _health(service: Service) -> Health | None:
    """HTTP, which is what Node.js almost always speaks, on the port that PORT says; a connection
    otherwise."""
    port = environment.told(service).get("PORT", "")
    for entry in service.listeners:
        if str(entry.port) == port and health.target(entry).startswith("127."):
            return health.http(entry.port)
    return health.of_listeners(service.listeners)
