"""WildFly and JBoss EAP, standalone: each server's base directory is a workload."""

from __future__ import annotations

import itertools
import posixpath
import re

from msgspec.structs import replace

from planner.model import Adaptation, EnvVar, Health, Workload
from planner.service import config, environment, health, included, jvm, places
from planner.service import storage as keeping
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.jvm import Jvm
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service

_OFFSET = re.compile(r"port-offset=\"(?:\$\{[^:}]*:)?(\d+)\}?\"")
_HTTP = re.compile(r"<socket-binding name=\"http\"[^>]*port=\"(?:\$\{[^:}]*:)?(\d+)\}?\"")

_SCRATCH = "tmp"


def detect(service: Service) -> Workload | None:
    """A standalone server by its modules; a domain controller, or any other program: None."""
    found = jvm.of(service)
    if found is None or posixpath.basename(found.jar) != "jboss-modules.jar":
        return None
    if "org.jboss.as.standalone" not in found.arguments:
        return None
    host, run_as = service.host, container_user(service)
    home = _folder(found, "jboss.home.dir") or places.clean(posixpath.dirname(found.jar))
    base = _folder(found, "jboss.server.base.dir") or f"{home}/standalone"
    file = _configuration(found)
    path = f"{base}/configuration/{file}"
    text = included.text(host, path)
    command, variables = _command(service, found, home, base)
    made = described(
        service,
        Known(
            "wildfly",
            f"WildFly with {base}",
            ("app-server", "web"),
            needs_init=False,
            command=command,
            storage=keeping.joined(
                _storage(base),
                jvm.written(service, found, run_as),
                Storage(environment=variables),
            ),
            named=(home, base, *config.mentioned(config.texts(host, (f"{base}/configuration",)))),
            keys=(*jvm.keys(found), *_keys(text)),
            decided={
                "PIDFile": ("replaced", "the engine knows the process"),
                "ExecStop": ("replaced", "SIGTERM, which the start script hands to Java"),
            },
            adaptations=(
                Adaptation(
                    "other",
                    f"{base}/configuration is in the image",
                    "what the management interface changes is gone with the container: change the "
                    "file, and build again",
                ),
            ),
            unknowns=() if text else (f"What {path} says is not known: its text was not carried.",),
            run_as=run_as,
            programs=(home, base, *jvm.own_runtime(service, found.program)),
            version=jvm.version([home, places.follow(host, home).path]),
        ),
    )
    return replace(made, health=_health(service, text) or made.health)


def _folder(found: Jvm, name: str) -> str:
    """A property, which standalone.sh puts behind the archive."""
    mark = f"-D{name}="
    told = next((a.removeprefix(mark) for a in found.arguments if a.startswith(mark)), "")
    return places.clean(told) or found.folder(name)


def _configuration(found: Jvm) -> str:
    """Name of the file that the server reads: ``-c``, ``--server-config``; without: its default."""
    words = (*found.arguments, "")
    for word, following in itertools.pairwise(words):
        if word in ("-c", "--server-config"):
            return posixpath.basename(following) or "standalone.xml"
        if word.startswith(("-c=", "--server-config=")):
            return posixpath.basename(word.partition("=")[2]) or "standalone.xml"
    return found.properties.get("jboss.server.default.config", "standalone.xml")


def _command(
    service: Service, found: Jvm, home: str, base: str
) -> tuple[Command, tuple[EnvVar, ...]]:
    """standalone.sh with the arguments that the server got. It starts Java as its child and hands
    signals on only where LAUNCH_JBOSS_IN_BACKGROUND is set."""
    at = found.arguments.index("org.jboss.as.standalone")
    given = [w for w in found.arguments[at + 1 :] if not w.startswith(("-Djboss.home.dir=",
             "-Djboss.server.base.dir="))]  # fmt: skip
    if any(MASK in w for w in given):
        problem = "An argument of its command is a secret and stayed on the machine."
        return Command((), (), (problem,)), ()
    made = {"LAUNCH_JBOSS_IN_BACKGROUND": "1"}
    if base != f"{home}/standalone":
        given.append(f"-Djboss.server.base.dir={base}")
    told = environment.told(service)
    runtime = jvm.own_runtime(service, found.program)
    if runtime and "JAVA_HOME" not in told:
        made["JAVA_HOME"] = runtime[0]
    shown = Adaptation(
        "foreground",
        "runs standalone.sh with LAUNCH_JBOSS_IN_BACKGROUND=1",
        "only so does the script hand the engine's signals to Java",
    )
    variables = tuple(EnvVar(n, v, source="of the running server") for n, v in made.items())
    return Command((f"{home}/bin/standalone.sh", *given), (shown,)), variables


def _storage(base: str) -> Storage:
    why = "deployed archives, the message journal, the transaction log"
    kept = keeping.consistency("data")
    logs = keeping.consistency("logs")
    return Storage(
        (
            Wanted(f"{base}/data", "data", why, *kept),
            Wanted(f"{base}/log", "logs", "log of the server", *logs),
            Wanted(f"{base}/{_SCRATCH}", "cache", "unpacked deployments", "none", "made at start"),
        )
    )


def _keys(text: str) -> tuple[str, ...]:
    found = re.findall(r"(?:keystore-path|path)=\"(/[^\"$]+\.(?:jks|p12|pfx|keystore|pem))\"", text)
    return tuple(places.clean(p) for p in found)


def _health(service: Service, text: str) -> Health | None:
    http, offset = _HTTP.search(text), _OFFSET.search(text)
    port = int(http[1]) + (int(offset[1]) if offset else 0) if http else 0
    if port and port in {x.port for x in service.listeners}:
        return replace(health.http(port), start_period=90)
    return None
