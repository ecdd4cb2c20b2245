"""RabbitMQ: the name of its node, which its database is tied to, its folder, plug-ins and cookie.

https://www.rabbitmq.com/docs/configure, rabbitmq-env.conf(5)
"""

from __future__ import annotations

import re
import shlex

from msgspec.structs import replace

from planner.model import Adaptation, Directory, EnvVar, Health, Host, Secret, Workload
from planner.service import accounts, config, environment, formats, health, places
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described, own_output
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called

_HOME = "/var/lib/rabbitmq"
_PROGRAM = "/usr/lib/rabbitmq/bin/rabbitmq-server"
_NAMES = "/run/rabbitmq/inetrc"
_NODE = re.compile(r"[A-Za-z0-9_-]+@([A-Za-z0-9][A-Za-z0-9.-]*)")
_FILES = ("cacertfile", "certfile", "keyfile", "load_definitions", "definitions.local.path")
_LIST = "rabbitmqctl -q --no-table-headers list_"


def detect(service: Service) -> Workload | None:
    """The server by its program: any other: None."""
    if not called(service) & {"rabbitmq-server"}:
        return None
    host = service.host
    variables, settings, erlang = _variables(service), _settings(host), _erlang(host)
    run_as = container_user(service)
    node = _node(service, variables)
    home = run_as.home if run_as and run_as.home.startswith("/") else _HOME
    base, data = _data(service, variables, node)
    named = [v for k, v in settings.items() if k.rpartition(".")[2] in _FILES or k in _FILES]
    named += re.findall(r'"(/[^"]+)"', erlang)
    keys = [p for p in (places.clean(v) for v in named) if places.role(p) in ("config", "data")]
    made = described(
        service,
        Known(
            "rabbitmq",
            "RabbitMQ message broker",
            stop_signal="SIGTERM",
            needs_init=True,
            folders=("/etc/rabbitmq",),
            command=_command(node),
            storage=Storage(
                (Wanted(base, "data", "folder of its database (mnesia)", "stop", _WHY),),
                (
                    Directory("/run/rabbitmq", accounts.owned(run_as, "0755"), "its PID file"),
                    Directory(home, accounts.owned(run_as, "0755"), "home of its user"),
                    Directory("/var/log/rabbitmq", accounts.owned(run_as, "0750"), "crash dumps"),
                ),
                environment=_environment(node),
            ),
            named=[base, data, home, *keys, *_logs(settings)],
            keys=keys,
            health=_health(service, settings, erlang, variables),
            decided={
                "ExecStop": (
                    "replaced",
                    "the stop signal, on which its script runs rabbitmqctl stop",
                ),
                "StandardOutput": ("replaced", "the engine's log"),
            },
            adaptations=_adaptations(node),
            unknowns=_unknowns(node, settings),
            run_as=run_as,
            census=_CENSUS,
            speaks=_speaks(settings, erlang, variables),
        ),
    )
    # AMQP is TCP: what is open of UDP are its questions to name servers.
    made = replace(
        own_output(made),
        listeners=tuple(x for x in made.listeners if x.protocol == "tcp"),
    )
    cookie = config.secret(
        host, f"{home}/.erlang.cookie", run_as, reason="the cookie of its cluster"
    )
    if any(places.below(cookie.path, v.path) for v in made.volumes):
        return made
    kept: tuple[Secret, ...] = tuple(s for s in made.secrets if s.path != cookie.path)
    return replace(made, secrets=tuple(sorted((*kept, cookie), key=lambda s: s.path)))


_WHY = (
    "queues, their index and the database of definitions change together, so it is stopped and its "
    "files are copied; from then on saved by a copy of the stopped volume, and its definitions by "
    "rabbitmqctl export_definitions"
)
_CENSUS = (
    f'{_LIST}vhosts name | LC_ALL=C sort | while read -r v; do echo "vhost $v"; '
    f'{_LIST}queues -p "$v" name durable type messages messages_persistent </dev/null '
    "| awk -F '\\t' '$2 == \"true\" {print $1, $3 ~ /classic/ ? $5 : $4}' | LC_ALL=C sort; done; "
    f"{_LIST}users | cut -f 1 | LC_ALL=C sort"
)
"""Virtual hosts, durable queues with the messages that outlive a restart, names of users."""


def _variables(service: Service) -> dict[str, str]:
    """Variables without ``RABBITMQ_``: of rabbitmq-env.conf and, before them, of the unit."""
    files = service.host.files.value or {}
    found: dict[str, str] = {}
    for path in ("/etc/rabbitmq/rabbitmq-env.conf", "/etc/default/rabbitmq-server"):
        text = files.get(path)
        for line in text.text.split("\n") if text else ():
            if match := re.fullmatch(r"\s*(?:export\s+)?(?:RABBITMQ_)?([A-Z_]+)=(.*?)\s*", line):
                found[match[1]] = formats.unquoted(match[2])
    told = environment.told(service)
    return found | {
        k.removeprefix("RABBITMQ_"): v for k, v in told.items() if k.startswith("RABBITMQ_")
    }


def _settings(host: Host) -> dict[str, str]:
    """``rabbitmq.conf`` and conf.d, by name."""
    found: dict[str, str] = {}
    for file in config.texts(host, ("/etc/rabbitmq/conf.d",), ("/etc/rabbitmq/rabbitmq.conf",)):
        for line in file.text.split("\n"):
            name, sign, value = line.partition("=")
            if sign and not line.lstrip().startswith("#"):
                found[name.strip()] = formats.unquoted(value)
    return found


def _erlang(host: Host) -> str:
    """The older form of its configuration, Erlang terms."""
    paths = ("/etc/rabbitmq/rabbitmq.config", "/etc/rabbitmq/advanced.config")
    return "\n".join(re.sub(r"%.*", "", f.text) for f in config.texts(host, (), paths))


def _node(service: Service, variables: dict[str, str]) -> str:
    """``rabbit@host``; empty: not known. By its settings, its command, its open files, and the
    machine's short name last."""
    host, pids = service.host, service.pids
    told = variables.get("NODENAME", "")
    if "$" not in told and "@" not in told and told:
        told = f"{told}@{_short(host)}"
    argv = [w for p in service.processes for w in p.argv]
    after = [argv[n + 1] for n, w in enumerate(argv[:-1]) if w in ("-sname", "-name")]
    files = [e.path for e in host.open_files.value or () if e.pid in pids]
    seen = [m[1] for f in files if (m := re.search(r"/mnesia/([^/]+@[^/]+)/", f))]
    seen += [m[1] for f in files if (m := re.search(r"/([\w-]+@[\w.-]+)/", f))]
    short = _short(host)
    for name in (told, *after, *seen, f"rabbit@{short}" if short else ""):
        if _NODE.fullmatch(name):
            return name
    return ""


def _short(host: Host) -> str:
    return (host.hostname.value or "").partition(".")[0]


def _data(service: Service, variables: dict[str, str], node: str) -> tuple[str, str]:
    """(folder that becomes the volume, the node's own): MNESIA_BASE with the node's below, or
    MNESIA_DIR alone."""
    base = places.clean(variables.get("MNESIA_BASE", "")) or f"{_HOME}/mnesia"
    own = places.clean(variables.get("MNESIA_DIR", ""))
    return own or base, own or f"{base}/{node}"


def _command(node: str) -> Command:
    """The script that stays in the foreground, with the node's host as a name of the container."""
    match = _NODE.fullmatch(node)
    if not match:
        return Command()
    table = f'{{host, {{127,0,0,1}}, ["{match[1]}"]}}. {{lookup, [file, native]}}.'
    steps = f"printf '%s\\n' {shlex.quote(table)} >{_NAMES} && exec {_PROGRAM}"
    return Command(("/bin/sh", "-c", steps))


def _environment(node: str) -> tuple[EnvVar, ...]:
    if not node:
        return ()
    longer = "." in node.partition("@")[2]
    return (
        EnvVar("ERL_INETRC", _NAMES, source="the node's host is a name of the container"),
        EnvVar("RABBITMQ_LOGS", "-", source="its log goes to the container's output"),
        EnvVar("RABBITMQ_NODENAME", node, source="its database is tied to the node's name"),
        *([EnvVar("RABBITMQ_USE_LONGNAME", "true", source="the node's name has a dot")] * longer),
    )


def _adaptations(node: str) -> tuple[Adaptation, ...]:
    return (
        Adaptation(
            "other",
            f"keeps the name {node} in every container (RABBITMQ_NODENAME), and takes its host for "
            "its own (ERL_INETRC)",
            "its database belongs to a node of that name: under the container's own it would start "
            "empty",
        ),
        Adaptation(
            "foreground",
            f"{_PROGRAM} instead of the wrapper in /usr/sbin, with its log on the output "
            "(RABBITMQ_LOGS=-)",
            "the wrapper writes its output to files",
        ),
    )


def _logs(settings: dict[str, str]) -> list[str]:
    return [
        places.clean(v) for k, v in settings.items() if k.startswith("log.") and v.startswith("/")
    ]


def _ports(settings: dict[str, str], erlang: str, variables: dict[str, str]) -> tuple[int, int]:
    """(port of AMQP, port of AMQP over TLS); 0: none."""
    plain = [v for k, v in settings.items() if re.fullmatch(r"listeners\.tcp(\.\w+)?", k)]
    closed = [v for k, v in settings.items() if re.fullmatch(r"listeners\.ssl\.\w+", k)]
    plain += re.findall(r"\btcp_listeners\s*,\s*\[\s*(\d+)", erlang)
    closed += re.findall(r"\bssl_listeners\s*,\s*\[\s*(\d+)", erlang)
    default = variables.get("NODE_PORT", "") or "5672"
    first = (plain or ["none" if re.search(r"\btcp_listeners\s*,\s*\[\s*\]", erlang) else default])[
        0
    ]
    return _number(first), _number(closed[0] if closed else "")


def _speaks(
    settings: dict[str, str], erlang: str, variables: dict[str, str]
) -> tuple[tuple[int, str], ...]:
    """AMQP, its pages and metrics; Erlang's own and other plug-ins' ports are left alone."""
    plain, secure = _ports(settings, erlang, variables)
    found = {15672: "http", 15671: "https", 15692: "http", plain: "amqp", secure: "tls"}
    for name, value in settings.items():
        if match := re.fullmatch(r"(management|prometheus)\.(tcp|ssl|listener)\.port", name):
            over = match[2] == "ssl" or settings.get("management.listener.ssl", "") == "true"
            found[_number(value)] = "https" if over and match[1] == "management" else "http"
    return tuple(sorted((port, said) for port, said in found.items() if port))


def _number(value: str) -> int:
    match = re.fullmatch(r"(?:[\w.:\[\]]*:)?(\d{1,5})", value)
    return int(match[1]) if match else 0


def _health(
    service: Service, settings: dict[str, str], erlang: str, variables: dict[str, str]
) -> Health | None:
    """It answers the header of AMQP 0-9-1 with a frame (1) before anybody logs in."""
    plain, closed = _ports(settings, erlang, variables)
    if plain:
        made = health.exchange(
            plain, "$'\\1'*", f"answers AMQP on port {plain}", r"AMQP\000\000\011\001", 1
        )
        return replace(made, start_period=120)
    return health.tcp(closed) if closed else health.of_listeners(service.listeners)


def _unknowns(node: str, settings: dict[str, str]) -> tuple[str, ...]:
    told = [v for k, v in settings.items() if k.startswith("listeners.") and ":" in v]
    anywhere = re.compile(r"(0\.0\.0\.0|127\.0\.0\.1|localhost|::1?|\[::\]):\d+")
    fixed = [v for v in told if not anywhere.fullmatch(v)]
    if node:
        return tuple(
            f"It listens on {v} alone, which is none of the container's: its listener has to be "
            "the port without an address."
            for v in fixed
        )
    return ("The name of its node, which its database is tied to, is not known: it cannot start.",)
