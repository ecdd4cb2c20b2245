"""Kafka: its folders of logs, listeners, keystores and the role of its node from server.properties.

https://kafka.apache.org/documentation/#brokerconfigs
"""

from __future__ import annotations

import posixpath
import re
from itertools import pairwise

from msgspec.structs import replace

from planner.model import Adaptation, Directory, Health, Host, Workload
from planner.service import accounts, config, formats, health, included, names, places
from planner.service.command import Command, derive
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, called, commands

_CLASSES = frozenset({"kafka.kafka", "io.confluent.support.metrics.supportedkafka"})
_SCRIPTS = frozenset({"kafka-server-start.sh", "kafka-server-start"})
_ANYWHERE = ("", "0.0.0.0", "127.0.0.1", "[::]", "::", "localhost")  # noqa: S104
_STORES = ("ssl.keystore.location", "ssl.truststore.location", "password.encoder.secret.file")
_VERSIONS = r"\000\000\000\014\000\022\000\000plan\000\002hc"
"""ApiVersions, which a broker answers before anybody logs in, with the number ``plan``."""
_WHY = (
    "segments, indexes and checkpoints change together, so it is stopped (SIGTERM: controlled "
    "shutdown) and its files are copied; from then on saved by replicas or MirrorMaker"
)


def detect(service: Service) -> Workload | None:
    """A broker or controller by its class or script: any other, also ZooKeeper: None."""
    started = {n.lower() for n in called(service)}
    if not (names.java(service) & _CLASSES or started & _SCRIPTS):
        return None
    host = service.host
    file = _file(service)
    text = included.text(host, file)
    settings = formats.pairs(text) if text else {}
    settings |= _overrides(service)
    folders = _folders(settings)
    keys = [p for k, v in settings.items() if k.endswith(_STORES) and (p := places.clean(v))]
    run_as = container_user(service)
    made = described(
        service,
        Known(
            "kafka",
            _title(settings),
            version=_version(service),
            stop_signal="SIGTERM",
            needs_init=True,
            folders=(file,) if file else (),
            command=_command(service, file, settings),
            storage=Storage(
                tuple(Wanted(f, "data", "log.dirs in its settings", "stop", _WHY) for f in folders),
                tuple(
                    Directory(p, accounts.owned(run_as, "0755"), "its own log, beside the output")
                    for p in _own_logs(service)
                ),
                unknowns=()
                if folders
                else ("Which folders hold its topics (log.dirs) is not known.",),
            ),
            named=[*folders, *keys, *_of_others(host, file)],
            keys=keys,
            health=_health(settings),
            decided={"ExecStop": ("replaced", "the stop signal: a controlled shutdown")},
            adaptations=_adaptations(settings),
            unknowns=_unread(host, file, text),
            run_as=run_as,
            census=_census(folders),
        ),
    )
    return replace(made, health=replace(made.health, start_period=120)) if made.health else made


def _file(service: Service) -> str:
    main = service.main
    lines = [c.argv for c in commands(service, "ExecStart")]
    for argv in (*lines, main.argv if main else ()):
        for word in argv[1:]:
            if word.endswith(".properties") and not word.startswith("-"):
                base = main.cwd if main and not word.startswith("/") else "/"
                return places.clean(posixpath.join(base, word))
    return ""


def _of_others(host: Host, file: str) -> list[str]:
    """What other files beside its own name: settings of ZooKeeper and of clients."""
    folder = places.own_folder(file)
    beside = [f for f in config.texts(host, (folder,) if file else ()) if f.path != file]
    return list(config.mentioned(beside))


def _overrides(service: Service) -> dict[str, str]:
    """``--override name=value`` of its command."""
    starts = commands(service, "ExecStart")
    words = list(starts[0].argv if starts else service.main.argv if service.main else ())
    pairs = (b.partition("=") for a, b in pairwise(words) if a == "--override")
    return {name.lower(): value for name, _, value in pairs}


def _version(service: Service) -> str:
    """By the archive of its classes; the number before is that of Scala."""
    argv = service.main.argv if service.main else ()
    match = re.search(r"/kafka_[\d.]+-(\d+(?:\.\d+)*)[\w.-]*\.jar", " ".join(argv))
    return match[1] if match else ""


def _title(settings: dict[str, str]) -> str:
    roles = {r.strip() for r in settings.get("process.roles", "").split(",")} - {""}
    if "zookeeper.connect" in settings and not roles:
        return "Kafka broker (with ZooKeeper)"
    if roles == {"controller"}:
        return "Kafka controller (KRaft)"
    return "Kafka broker (KRaft)" if roles else "Kafka broker"


def _folders(settings: dict[str, str]) -> list[str]:
    told = settings.get("log.dirs", "") or settings.get("log.dir", "")
    told = told or ("/tmp/kafka-logs" if settings else "")  # noqa: S108
    every = [*told.split(","), settings.get("metadata.log.dir", "")]
    return list(dict.fromkeys(p for p in (places.clean(v.strip()) for v in every) if p))


def _own_logs(service: Service) -> list[str]:
    """``logs`` beside ``bin``, or LOG_DIR: its scripts write there whatever log4j says."""
    argv = service.main.argv if service.main else ()
    told = [w.partition("=")[2] for w in argv if w.startswith("-Dkafka.logs.dir=")]
    starts = [c.path for c in commands(service, "ExecStart") if c.path.endswith(".sh")]
    base = posixpath.dirname(posixpath.dirname(starts[0])) if starts else ""
    found = places.clean(posixpath.normpath(told[0])) if told else f"{base}/logs" if base else ""
    return [found] if found else []


def _command(service: Service, file: str, settings: dict[str, str]) -> Command:
    """Its script in the foreground (without -daemon)."""
    starts = commands(service, "ExecStart")
    script = next((c for c in starts if posixpath.basename(c.path) in _SCRIPTS), None)
    if script is None:
        return derive(service)
    words = [w for w in script.argv[1:] if w != "-daemon"]
    if any(MASK in w for w in words) or script.variables or script.specifiers:
        return derive(service)
    return Command((script.path, *words, *_everywhere(settings)))


def _everywhere(settings: dict[str, str]) -> list[str]:
    """Options that open listeners on every address where they name one of the machine's, and keep
    what clients are told."""
    every = _listeners(settings, "listeners")
    if not _fixed(settings):
        return []
    opened = ",".join(
        f"{name}://{host if host in _ANYWHERE else '0.0.0.0'}:{port}"  # noqa: S104
        for name, host, port in every
    )
    inner = {n.strip() for n in settings.get("controller.listener.names", "").split(",")}
    told = settings.get("advertised.listeners", "") or ",".join(
        f"{name}://{host}:{port}" for name, host, port in every if name not in inner
    )
    return ["--override", f"listeners={opened}", "--override", f"advertised.listeners={told}"]


def _fixed(settings: dict[str, str]) -> list[str]:
    """Addresses and names of the machine that listeners name."""
    return sorted({h for _, h, _ in _listeners(settings, "listeners")} - set(_ANYWHERE))


def _listeners(settings: dict[str, str], name: str) -> list[tuple[str, str, int]]:
    """(name of the listener, host, port)."""
    found = []
    for entry in settings.get(name, "").split(","):
        match = re.fullmatch(r"\s*(\w+)://(.*):(\d{1,5})\s*", entry)
        if match:
            found.append((match[1], match[2], int(match[3])))
    return found


def _adaptations(settings: dict[str, str]) -> tuple[Adaptation, ...]:
    """What it tells its clients, and addresses that are not the container's."""
    found = []
    told = _listeners(settings, "advertised.listeners") or _listeners(settings, "listeners")
    hosts = sorted({h for _, h, _ in told if h and h not in ("0.0.0.0", "::")})  # noqa: S104
    if hosts:
        found.append(
            Adaptation(
                "other",
                f"tells its clients to come to {', '.join(hosts)} (advertised.listeners)",
                "that name has to lead to the target, or clients find the old machine again",
            )
        )
    fixed = _fixed(settings)
    if fixed:
        found.append(
            Adaptation(
                "bind",
                f"listens on every address of the container instead of {', '.join(fixed)} "
                "(--override listeners=...)",
                "the machine's addresses are none of the container's",
            )
        )
    return tuple(found)


def _health(settings: dict[str, str]) -> Health | None:
    kinds = dict(
        e.strip().partition(":")[::2]
        for e in settings.get("listener.security.protocol.map", "").split(",")
    )
    every = _listeners(settings, "listeners")
    if not every and settings:
        told = settings.get("port", "")
        every = [("PLAINTEXT", "", int(told) if re.fullmatch(r"[0-9]{1,5}", told) else 9092)]
    for name, _, port in every:
        if kinds.get(name, name) in ("PLAINTEXT", "SASL_PLAINTEXT"):
            what = f"answers ApiVersions on port {port}"
            return health.exchange(port, "*plan*", what, _VERSIONS, 6)
    return health.tcp(every[0][2]) if every else None


def _census(folders: list[str]) -> str:
    """Partitions and how far each is written, from its own checkpoint; not of its own topics, whose
    readers move on."""
    safe = [f for f in folders if re.fullmatch(r"[\w/.@+-]+", f)]
    if not safe or safe != folders:
        return ""
    files = " ".join(f"{f}/replication-offset-checkpoint" for f in safe)
    return f"cat {files} | grep -E '^[^_ ][^ ]* [0-9]+ [0-9]+$' | LC_ALL=C sort"


def _unread(host: Host, file: str, text: str) -> tuple[str, ...]:
    if text:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What its settings {file or '(server.properties)'} say is not known: {reason}",)
