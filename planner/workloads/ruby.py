"""Ruby programs of one's own: Puma, Unicorn, Thin, Sidekiq, plain scripts."""

from __future__ import annotations

import posixpath
import re

from msgspec.structs import replace

from planner.model import Account, Adaptation, Directory, Health, Host, Workload
from planner.service import accounts, config, environment, health, included, jvm, pins, places
from planner.service import storage as keeping
from planner.service.command import Command, derive
from planner.service.describe import container_user
from planner.service.directives import Fate
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, commands, owner, setting

_RUBY = re.compile(r"j?ruby[\d.]*")
_SERVERS = {
    "puma": "web", "pumactl": "web", "unicorn": "web", "unicorn_rails": "web", "thin": "web",
    "passenger": "web", "falcon": "web", "rackup": "web", "rails": "web", "sidekiq": "worker",
    "resque": "worker", "good_job": "worker", "clockwork": "worker", "rake": "worker",
}  # fmt: skip
_TITLE = re.compile(r"(puma|unicorn|unicorn_rails|thin|sidekiq)[: ]")
_CALL = re.compile(r"^[ \t]*(\w+)[ (]+([^#\n]*)", re.MULTILINE)
_STRING = re.compile(r"[\"']([^\"'#{}]*)[\"']")
_SCRATCH_NAMES = ("tmp", "log")


def detect(service: Service) -> Workload | None:
    """A program under Ruby in a folder of its own; what a package ships: None."""
    argv = _argv(service)
    server = next((n for w in argv[:5] if (n := posixpath.basename(w)) in _SERVERS), "")
    title = service.main.argv[0] if service.main and service.main.argv else ""
    server = server or (m[1] if (m := _TITLE.match(title)) else "")
    script = _script(argv)
    if not server and not script:
        return None
    host, run_as = service.host, container_user(service)
    root = _root(service, argv, script)
    if not root or (script and not server and owner(host, script)):
        return None
    file = _configuration(argv, root, server)
    settings = _calls(included.text(host, file))
    code = (root, *_own_ruby(service))
    made = described(
        service,
        Known(
            "ruby",
            f"Ruby application under {server.capitalize()}" if server else "Ruby application",
            ("worker",) if _SERVERS.get(server) == "worker" else ("web",) if server else (),
            stop_signal="SIGQUIT" if server.startswith("unicorn") else "",
            needs_init=server not in ("puma", "unicorn", "unicorn_rails"),
            command=_command(service, server, settings),
            packages=_packages(service, server),
            storage=_storage(service, root, settings, run_as),
            named=(*code, *config.mentioned(config.texts(host, (), (file,)))),
            decided=_decided(server),
            run_as=run_as,
            programs=code,
            version=_version(host, server, root),
            unknowns=(*_unread(host, server, file), *_gems_unknown(host, root)),
        ),
    )
    check = _health(service) if _SERVERS.get(server) == "web" else None
    return replace(made, health=check or made.health or health.of_listeners(service.listeners))


def _argv(service: Service) -> tuple[str, ...]:
    starts = commands(service, "ExecStart")
    if starts:
        return (starts[0].path, *starts[0].argv[1:])
    main = service.main
    return (main.exe or main.argv[0], *main.argv[1:]) if main and main.argv else ()


def _script(argv: tuple[str, ...]) -> str:
    """The program of ``ruby script.rb``."""
    if not argv or not _RUBY.fullmatch(posixpath.basename(argv[0])):
        return ""
    words = iter(argv[1:])
    for word in words:
        if word in ("-I", "-r", "-C"):
            next(words, "")
        elif word.startswith("-e"):
            return ""
        elif not word.startswith("-"):
            return word
    return ""


def _root(service: Service, argv: tuple[str, ...], script: str) -> str:
    """The folder with the Gemfile, else the working directory, else the script's folder."""
    host, main = service.host, service.main
    workdir = places.clean(setting(service, "WorkingDirectory").lstrip("-")) or (
        places.clean(main.cwd) if main else ""
    )
    words = [places.clean(w) for w in argv[1:] if w.startswith("/")]
    paths = [p for p in (workdir, *words, places.clean(script)) if p]
    lock = {a.path for a in host.applications.value or () if a.kind == "ruby"}
    around = [r for r in lock for p in paths if places.below(p, r) and not places.shared_top(r)]
    if around:
        return max(around, key=len)
    fits = [p for p in (workdir, posixpath.dirname(places.clean(script))) if p and p != "/"]
    own = [p for p in fits if places.role(p) in ("application", "home", "data", "content")]
    return next((p for p in own if not places.shared_top(p)), "")


def _configuration(argv: tuple[str, ...], root: str, server: str) -> str:
    for word, following in zip(argv, [*argv[1:], ""], strict=False):
        name, sign, value = word.partition("=")
        if name in ("-C", "-c", "--config", "--config-file") and server:
            return places.clean(posixpath.join(root, value if sign else following))
    names = {"puma": "puma.rb", "unicorn": "unicorn.rb", "sidekiq": "sidekiq.yml"}
    return f"{root}/config/{names[server]}" if server in names else ""


def _calls(text: str) -> dict[str, tuple[str, ...]]:
    """Settings of Puma and Unicorn that are calls with literal strings: ``bind "tcp://..."``."""
    return {m[1]: tuple(_STRING.findall(m[2])) for m in _CALL.finditer(text)}


def _command(service: Service, server: str, settings: dict[str, tuple[str, ...]]) -> Command:
    found = derive(service)
    if server != "puma" or "stdout_redirect" not in settings or not found.argv:
        return found
    if found.argv[0] == "/bin/sh":
        return found
    quiet = Adaptation(
        "logs",
        "Puma's stdout_redirect goes to files in the volume of its logs",
        "its configuration says so, and no option of its command overrides it: take the line out "
        "of the configuration to have the engine collect them",
    )
    return Command(found.argv, (*found.adaptations, quiet), found.unknowns, found.decided)


def _own_ruby(service: Service) -> tuple[str, ...]:
    """A Ruby of rbenv, rvm or /opt, and the gems below it."""
    return jvm.own_runtime(service, service.main.exe) if service.main else ()


def _packages(service: Service, server: str) -> list[tuple[str, str]]:
    """The distribution's Ruby, its server, and the libraries that its lock file names and that are
    packages here."""
    host = service.host
    if _own_ruby(service):
        return []
    found = [("ruby", "runs the program")]
    if (server and owner(host, f"/usr/bin/{server}")) or pins.installed(host, server):
        found.append((server, "the server that runs it"))
    gems = {
        entry.partition("==")[0].replace("_", "-").lower()
        for a in host.applications.value or ()
        if a.kind == "ruby"
        for entry in a.packages
    }
    found += [(f"ruby-{g}", "a gem of its Gemfile.lock, as the distribution's package")
              for g in sorted(gems) if pins.installed(host, f"ruby-{g}")]  # fmt: skip
    if pins.installed(host, "bundler") or pins.installed(host, "ruby-bundler"):
        name = "bundler" if pins.installed(host, "bundler") else "ruby-bundler"
        if any(w in ("bundle", "bundler") for w in map(posixpath.basename, _argv(service)[:3])):
            found.append((name, "its command starts with bundle exec"))
    return found


def _storage(
    service: Service,
    root: str,
    settings: dict[str, tuple[str, ...]],
    run_as: Account | None,
) -> Storage:
    """Logs, temporary files (PID file, state, caches), what users sent."""
    wanted: list[Wanted] = []
    made: list[Directory] = []
    owner_ = accounts.owned(run_as, "0755")
    written = settings.get("stdout_redirect", ())
    for path in (places.clean(posixpath.join(root, p)) for p in written):
        folder = posixpath.dirname(path)
        if path and not places.shared_top(folder):
            why = "stdout_redirect of its configuration"
            wanted.append(Wanted(folder, "logs", why, *keeping.consistency("logs")))
    scratch = [posixpath.dirname(places.clean(posixpath.join(root, p)))
               for n in ("pidfile", "state_path", "pid") for p in settings.get(n, ())]  # fmt: skip
    made += [
        Directory(p, owner_, "its PID file and state", True)
        for p in dict.fromkeys(scratch)
        if p and p != root and not places.shared_top(p) and places.role(p) != "temporary"
    ]
    for path, size in (service.host.sizes.value or {}).items():
        inside = places.below(path, root) and path != root
        if inside and size.files and posixpath.basename(path) in ("uploads", "storage", "system"):
            why = "what its users sent"
            wanted.append(Wanted(path, "upload", why, *keeping.consistency("data")))
    for name in _SCRATCH_NAMES:
        path = f"{root}/{name}"
        info = places.info(service.host, path)
        inside = any(places.below(path, w.path) for w in wanted)
        if info and info.type == "dir" and not inside:
            if name == "log":
                why = "logs of the application"
                wanted.append(Wanted(path, "logs", why, *keeping.consistency("logs")))
            elif path not in {d.path for d in made}:
                made.append(Directory(path, owner_, "temporary files and caches", True))
    return Storage(tuple(wanted), tuple(made))


def _decided(server: str) -> dict[str, Fate]:
    return (
        {"WatchdogSec": ("replaced", "the health check asks the server itself")}
        if server in ("puma", "sidekiq")
        else {}
    )


def _version(host: Host, server: str, root: str) -> str:
    package = pins.installed(host, server) if server else None
    if package:
        return pins.upstream(package.version)
    for a in host.applications.value or ():
        if a.kind == "ruby" and a.path == root:
            versions = dict(p.partition("==")[::2] for p in a.packages)
            return versions.get(server, a.version)
    return ""


def _unread(host: Host, server: str, file: str) -> tuple[str, ...]:
    there = file in (host.files.value or {})
    if not file or there or server not in ("puma", "unicorn"):
        return ()
    if host.paths.value is not None and not host.paths.partial and not places.info(host, file):
        return ()
    return (f"What {file} says is not known: its text was not carried.",)


def _gems_unknown(host: Host, root: str) -> tuple[str, ...]:
    """Gems of the lock file that are neither packages here nor in the application's own folder."""
    known = {*(host.paths.value or {}), *(host.sizes.value or {})}
    if any(places.below(path, f"{root}/vendor/bundle") for path in known):
        return ()
    names = {
        entry.partition("==")[0]
        for a in host.applications.value or ()
        if a.kind == "ruby" and a.path == root
        for entry in a.packages
    }
    lacking = sorted(
        name
        for name in names
        if not pins.installed(host, f"ruby-{name.replace('_', '-').lower()}")
        and not pins.installed(host, name)
    )
    if not lacking:
        return ()
    few = ", ".join(lacking[:5]) + (", ..." if len(lacking) > 5 else "")
    return (f"Where the gems of its Gemfile.lock lie was not seen: {few}.",)


def _health(service: Service) -> Health | None:
    port = environment.told(service).get("PORT", "")
    heard = [x for x in service.listeners if x.protocol == "tcp"]
    for entry in sorted(heard, key=lambda x: (str(x.port) != port, x.port)):
        if health.target(entry).startswith("127."):
            return health.http(entry.port)
    return None
