"""Java programs of one's own: an archive (``-jar``), a class path, Jetty."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec.structs import replace

from planner.model import Adaptation, Health, Host, Workload
from planner.service import (
    config,
    environment,
    formats,
    health,
    included,
    jvm,
    places,
    programs,
    traits,
)
from planner.service import storage as keeping
from planner.service.command import Command, derive
from planner.service.describe import container_user
from planner.service.general import Known, described, main_package
from planner.service.jvm import Jvm
from planner.service.view import MASK, Service, commands, owner

_JETTY = re.compile(r"org\.eclipse\.jetty\.(xml\.XmlConfiguration|start\.Main)")
_HOLDS_KEY = re.compile(
    r".*(key|trust)[-_.]?store(\.(file|path|location))?$|.*\.certificate$", re.I
)


def detect(service: Service) -> Workload | None:
    """A program under ``java`` whose archive or classes no package owns, and Jetty; any other
    (what a package ships, or a product with settings of its own): None.
    """
    found = jvm.of(service)
    if found is None or not (found.jar or found.main):
        return None
    jetty = _jetty(found)
    if not jetty and (_shipped(service, found) or _product(service)):
        return None
    host, run_as = service.host, container_user(service)
    base = (found.folder("jetty.base") or _argument(found, "jetty.base")) if jetty else ""
    code = (*jvm.code(service, found), *((base,) if base else ()))
    settings = _settings(service, found)
    files = config.texts(host, (base,) if base else (), _configuration(found))
    made = described(
        service,
        Known(
            "java",
            f"Jetty with {base}" if base else "Java application",
            ("app-server", "web") if jetty else (),
            needs_init=False,
            command=_command(service, found, base),
            storage=keeping.joined(_logs(base), jvm.written(service, found, run_as)),
            named=(*code, *(p for f in files for p in _program_paths(f.text, code))),
            keys=(*jvm.keys(found), *_keys(settings)),
            decided={
                "SuccessExitStatus": ("replaced", "143 is how Java ends after SIGTERM"),
                "PIDFile": ("replaced", "the engine knows the process"),
            },
            unknowns=_unknowns(host, found),
            run_as=run_as,
            programs=code,
            version=_version(service, found),
        ),
    )
    return replace(made, health=made.health or _health(service, settings))


def _jetty(found: Jvm) -> bool:
    return bool(_JETTY.fullmatch(found.main)) or (
        posixpath.basename(found.jar) == "start.jar"
        and bool(found.folder("jetty.home") or "jetty" in found.jar)
    )


def _shipped(service: Service, found: Jvm) -> bool:
    """Whether a package owns its archive, or else what starts it."""
    host = service.host
    if found.jar:
        return bool(owner(host, places.clean(found.jar)))
    own = [p for p in found.classpath if p.startswith("/") and not owner(host, places.clean(p))]
    inside = [p for p in own if places.role(places.clean(p)) in ("application", "home", "data")]
    return not inside


def _product(service: Service) -> bool:
    """Products on Java that the table knows (Jenkins, Kafka, Elasticsearch, ...): the general way
    or a detector of their own knows them better.
    """
    return bool(traits.entries(service)) or bool(
        main_package(service) and not re.match(r"(openjdk|java|temurin|jdk)", main_package(service))
    )


def _argument(found: Jvm, name: str) -> str:
    return next((places.clean(a.partition("=")[2]) for a in found.arguments
                 if a.startswith(f"{name}=")), "")  # fmt: skip


def _command(service: Service, found: Jvm, base: str) -> Command:
    """As the unit starts it, where that is Java; behind a script that stays as its parent or
    leaves the foreground: Java itself, as it runs.
    """
    starts = commands(service, "ExecStart")
    plain = len(starts) == 1 and posixpath.basename(starts[0].path) in ("java", "env")
    if plain or not service.main:
        return derive(service)
    home = found.folder("jetty.home")
    if base and home:
        words = (*found.options, "-jar", f"{home}/start.jar", f"jetty.home={home}",
                 f"jetty.base={base}")  # fmt: skip
        own = [w for w in words if not w.startswith("-Djetty.")]
        argv = (found.program, *own)
    else:
        runs = (p for p in service.processes if p.argv and
                programs.lasting(p.exe, p.argv[0]) == found.program)  # fmt: skip
        running = next(runs, service.main)
        argv = (found.program, *running.argv[1:])
    if any(MASK in word for word in argv):
        problem = (
            "An argument of its command is a secret and stayed on the machine: it has to move into "
            "a secret file or the environment first."
        )
        return Command((), (), (problem,))
    shown = Adaptation(
        "foreground",
        "Java is started as it runs on the machine, without the script that started it there",
        "the script would not pass the signals on, or leaves the foreground",
    )
    return Command(argv, (shown,))


def _logs(base: str) -> keeping.Storage:
    if not base:
        return keeping.Storage()
    consistency = keeping.consistency("logs")
    return keeping.Storage((places.Wanted(f"{base}/logs", "logs", "Jetty's log", *consistency),))


def _configuration(found: Jvm) -> tuple[str, ...]:
    words = [w.rpartition("=")[2].removeprefix("file:") for w in (*found.options, *found.arguments)]
    return tuple(places.clean(w) for w in words if w.startswith("/"))


def _settings(service: Service, found: Jvm) -> dict[str, str]:
    """Its properties, then those of configuration that its command names, then its arguments
    (``--server.port=8081``)."""
    settings: dict[str, str] = {}
    for path in _configuration(found):
        text = included.text(service.host, path)
        settings |= formats.flat(text) if path.endswith((".yml", ".yaml")) else formats.pairs(text)
    settings |= {k.lower(): v for k, v in found.properties.items()}
    told = (a.lstrip("-").partition("=") for a in found.arguments if a.startswith("--"))
    return {**settings, **{name.lower(): value for name, _, value in told}}


def _keys(settings: dict[str, str]) -> Iterator[str]:
    for name, value in settings.items():
        path = places.clean(value.removeprefix("file:"))
        if path and _HOLDS_KEY.fullmatch(name):
            yield path


def _program_paths(text: str, code: tuple[str, ...]) -> list[str]:
    return [p for p in re.findall(r"/[\w./-]+", text) if any(places.below(p, c) for c in code)]


def _unknowns(host: Host, found: Jvm) -> tuple[str, ...]:
    names = [w for w in (found.jar, found.main) if MASK in w]
    return ("What its Java runs is a secret that stayed on the machine.",) if names else ()


def _version(service: Service, found: Jvm) -> str:
    """As its manifest says, else the name of its archive."""
    known = {a.path: a.version for a in service.host.applications.value or () if a.kind == "java"}
    base = service.main.cwd if service.main else "/"
    path = places.clean(posixpath.join(base or "/", found.jar)) if found.jar else ""
    return known.get(path, "") or jvm.version([found.jar] if found.jar else [])


def _health(service: Service, settings: dict[str, str]) -> Health | None:
    """HTTP where its settings say so, else whether the first port accepts; Java starts slowly."""
    heard = {x.port for x in service.listeners if x.protocol == "tcp"}
    port = settings.get("server.port") or environment.told(service).get("SERVER_PORT", "")
    made = health.of_listeners([x for x in service.listeners if x.port < 32768])
    if (
        port.isascii()
        and port.isdigit()
        and int(port) in heard
        and not any(name.startswith("server.ssl.") for name in settings)
    ):
        made = health.http(int(port))
    return replace(made, start_period=60) if made else None
