"""NATS: its streams (JetStream), keys and ports from its configuration with what it includes, and
its options. https://docs.nats.io/running-a-nats-service/configuration"""

from __future__ import annotations

import posixpath
import re
import shlex
from itertools import pairwise

from msgspec.structs import replace

from planner.model import Adaptation, Health, Host, Workload
from planner.service import health, included, places
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described, own_output
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, called, commands, program

_PROGRAMS = frozenset({"nats-server", "gnatsd"})
_SETTING = re.compile(
    r"(?<![\w.])([A-Za-z_]\w*)[ \t]*[:=]?[ \t]*(\"[^\"]*\"|'[^']*'|[^\s{}\[\],;#]+)"
)
_NO_FOLDER = (
    "JetStream has no store_dir: its streams lie in the temporary folder of the machine and are "
    "lost with it; name one, and copy them there."
)
_KEYS = ("cert_file", "key_file", "ca_file", "credentials", "creds", "nkey", "user_credentials")
_LOGS = ("-l", "--log", "-log", "-P", "--pid", "-pid")


def detect(service: Service) -> Workload | None:
    """A server by its program: any other, also its tools: None."""
    if not called(service) & _PROGRAMS:
        return None
    host, words = service.host, _words(service)
    main = places.clean(_option(words, "-c", "--config", "-config"))
    files: list[str] = []
    text = _text(host, main, files)
    settings = _settings(text)
    keys = [places.clean(v) for n, v in settings if n in _KEYS and v.startswith("/")]
    unknown = _unread(host, main, files)
    streams, storage = _storage(service, words, text, dict(settings), known=not unknown)
    port = _option(words, "-p", "--port", "-port") or _port(_outer(text))
    made = described(
        service,
        Known(
            "nats",
            "NATS message server",
            stop_signal="SIGINT",
            needs_init=False,
            folders=tuple(f for f in files if places.role(f) == "config"),
            command=_command(service, words, _host(words, _outer(text))),
            storage=storage,
            named=[v for v in keys if v],
            keys=[v for v in keys if v],
            health=_health(port),
            decided={
                "ExecStop": ("replaced", "the stop signal SIGINT, which it ends on by itself")
            },
            unknowns=unknown,
            run_as=container_user(service),
            census=_census(streams, _monitor(_outer(text))),
            speaks=_speaks(port),
        ),
    )
    # Its log goes to the output: the folder that held it is none of the container's.
    log = places.clean(_option(words, "-l", "--log", "-log") or dict(settings).get("log_file", ""))
    kept = tuple(v for v in made.volumes if not (v.kind == "logs" and places.below(log, v.path)))
    return replace(own_output(made), volumes=kept)


def _words(service: Service) -> list[str]:
    starts = commands(service, "ExecStart")
    main = service.main
    return list((starts[0].argv if starts else main.argv if main else ())[1:])


def _option(words: list[str], *names: str) -> str:
    for word, following in pairwise((*words, "")):
        name, sign, value = word.partition("=")
        if name in names:
            return value if sign else following
    return ""


def _text(host: Host, path: str, files: list[str]) -> str:
    """Its configuration without comments, what it includes in place."""
    known = (host.files.value or {}).get(included.real_path(host, path))
    if known is None or path in files or len(files) > 50:
        return ""
    files.append(path)
    lines = []
    for line in known.text.split("\n"):
        plain = re.sub(r"(^|\s)(#|//).*", "", line)
        if match := re.fullmatch(r"\s*include\s+[\"']?([^\"'\s]+)[\"']?\s*;?", plain):
            plain = _text(
                host, places.clean(posixpath.join(posixpath.dirname(path), match[1])), files
            )
        lines.append(plain)
    return "\n".join(lines)


def _settings(text: str) -> list[tuple[str, str]]:
    """Every ``name: value``, at whatever depth."""
    return [(m[1].lower(), m[2].strip("\"'")) for m in _SETTING.finditer(text)]


def _outer(text: str) -> dict[str, str]:
    """Those of the server itself, not of its parts (``cluster { port: 6222 }``)."""
    outer = text
    while (less := re.sub(r"\{[^{}]*\}", "", outer)) != outer:
        outer = less
    return dict(_settings(outer))


def _port(settings: dict[str, str]) -> str:
    listen = settings.get("listen", "").rpartition(":")[2]
    return settings.get("port", "") or listen or "4222"


def _host(words: list[str], settings: dict[str, str]) -> str:
    """The machine's address that it listens on alone; empty: on every one, or on loopback."""
    listen = settings.get("listen", "").rpartition(":")[0].rpartition("//")[2]
    told = _option(words, "-a", "--addr", "-addr", "--net") or settings.get("host", "") or listen
    anywhere = ("", "0.0.0.0", "::", "[::]", "localhost", "127.0.0.1")  # noqa: S104
    return "" if told in anywhere else told


def _command(service: Service, words: list[str], host: str) -> Command:
    """Its log to the output: the option counts before the configuration."""
    path = program(service)
    if not path.startswith("/"):
        return Command((), (), ("Where the program lies was not seen.",))
    if any(MASK in word for word in words):
        return Command((), (), ("An option of its command is a secret and stayed on the machine.",))
    kept, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        if word.partition("=")[0] in _LOGS:
            if "=" not in word and rest:
                rest.pop(0)
            continue
        kept.append(word)
    change = Adaptation(
        "logs",
        "its log goes to the container's output (-l /dev/stderr)",
        "the engine collects and rotates what a container writes there",
    )
    if not host:
        return Command((path, *kept, "-l", "/dev/stderr"), (change,))
    what = f"listens on every address of the container instead of {host} (-a)"
    bound = Adaptation("bind", what, "the machine's addresses are none of the container's")
    return Command((path, *kept, "-a", "0.0.0.0", "-l", "/dev/stderr"), (change, bound))  # noqa: S104


def _storage(
    service: Service, words: list[str], text: str, settings: dict[str, str], *, known: bool
) -> tuple[str, Storage]:
    """(folder of streams, storage): without one that is named, JetStream uses the temporary one."""
    asked = {"-js", "--jetstream", "-jetstream"} & set(words)
    block = re.search(r"\bjetstream\b\s*[:=]?\s*(\{|true|enabled?|on|yes)", text, re.IGNORECASE)
    told = _option(words, "-sd", "--store_dir", "-store_dir") or settings.get("store_dir", "")
    disabled = re.search(r"\bjetstream\b\s*[:=]?\s*\{[^}]*\benabled\b\s*[:=]?\s*false", text)
    why = (
        "streams and the state of their readers are written apart, so it is stopped and its files "
        "are copied; from then on saved by nats account backup, or by a copy of the volume while "
        "it is stopped"
    )
    wanted = []
    data = places.clean(told)
    unknowns: tuple[str, ...] = ()
    if (asked or block) and not disabled:
        if data:
            wanted.append(Wanted(data, "data", "store_dir of JetStream", "stop", why))
        else:
            unknowns = (_NO_FOLDER,) if known else ()
    match = re.search(r"\bresolver\b\s*[:=]?\s*\{[^}]*\bdir\b\s*[:=]?\s*[\"']?(/[^\s\"'}]+)", text)
    if match and (path := places.clean(match[1])):
        wanted.append(Wanted(path, "data", "dir of its resolver: accounts", "stop", why))
    return data if wanted and data else "", Storage(tuple(wanted), unknowns=unknowns)


def _health(port: str) -> Health | None:
    """It greets with INFO before anybody logs in, also where it asks for TLS afterwards."""
    if not re.fullmatch(r"[1-9]\d{0,4}", port):
        return None
    return health.exchange(int(port), "INFO*", f"greets on port {port} with INFO", first=5)


def _monitor(settings: dict[str, str]) -> str:
    """Port of its monitoring without TLS; empty: it has none."""
    told = settings.get("http_port") or settings.get("monitor_port") or settings.get("http", "")
    match = re.fullmatch(
        r"(?:(?:[a-z]+://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0)?:)?(\d{1,5})", told
    )
    return match[1] if match else ""


def _speaks(port: str) -> tuple[tuple[int, str], ...]:
    """Its clients' port. Its pages are counters and ids of one start; routes, gateways and
    WebSocket are no clients' of ours."""
    return ((int(port), "nats"),) if re.fullmatch(r"[1-9]\d{0,4}", port) else ()


def _census(streams: str, port: str) -> str:
    """Streams and readers by account and, where its monitoring tells, messages of each stream."""
    if not streams or re.search(r"[^\w/.@+-]", streams):
        return ""
    found = f"find {streams}/jetstream -name meta.inf"
    files = f"{found} | LC_ALL=C sort; {found} | wc -l"
    if not port:
        return files
    ask = r"GET /jsz?accounts=1&streams=1 HTTP/1.0\r\n\r\n"
    read = f"exec 3<>/dev/tcp/127.0.0.1/{port}; printf '{ask}' >&3; cat <&3"
    kept = shlex.quote('^ *"(name|messages|first_seq|last_seq)":')
    return f"{files}; bash -c {shlex.quote(read)} | grep -E {kept}"


def _unread(host: Host, main: str, files: list[str]) -> tuple[str, ...]:
    if not main or files:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What its configuration {main} says is not known: {reason}",)
