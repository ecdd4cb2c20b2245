"""Mosquitto: listeners, folder of its messages, users, access lists and keys from its configuration
with what it includes. Settings: mosquitto.conf(5)."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise

from planner.model import Account, Adaptation, Directory, Health, Host, Workload
from planner.service import accounts, health, included, pins, places
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described, own_output
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called, commands, program

_MAIN = "/etc/mosquitto/mosquitto.conf"
_HOME = "/run/mosquitto-container"
_COPY = f"{_HOME}/etc"
_KEYS = frozenset({"password_file", "acl_file", "psk_file", "certfile", "keyfile", "cafile",
                   "crlfile", "dhparamfile", "bridge_cafile", "bridge_certfile",
                   "bridge_keyfile"})  # fmt: skip
_COUNT = "printf '%s\\n' \"$n\" | wc -l; printf '%s\\n' \"$n\" | cksum"
_PLUGINS = ("plugin", "auth_plugin", "global_plugin")
_ANYWHERE = frozenset({"", "0.0.0.0", "127.0.0.1", "::", "localhost"})  # noqa: S104
_CONNECT = r"\020\016\000\004MQTT\004\002\000\012\000\002hc"
"""CONNECT of MQTT 3.1.1 by the client ``hc``; the answer, CONNACK, begins with a blank (0x20)."""
Lines = list[tuple[str, str]]


def detect(service: Service) -> Workload | None:
    """The broker by its program: any other: None."""
    if "mosquitto" not in called(service):
        return None
    host = service.host
    main, files = _main(service), list[str]()
    lines = list(_directives(host, main, files))
    named = [places.clean(value) for name, value in lines if name in _KEYS]
    modules = [places.clean(value) for name, value in lines if name in _PLUGINS]
    run_as = container_user(service)
    client = "mosquitto-clients" if pins.installed(host, "mosquitto-clients") else ""
    census = _census(lines) if client else ""
    return own_output(
        described(
            service,
            Known(
                "mosquitto",
                "Mosquitto MQTT broker",
                stop_signal="SIGTERM",
                needs_init=False,
                folders=("/etc/mosquitto", places.own_folder(main)),
                command=_command(service, main, files, lines),
                packages=[
                    *([(client, "its client, which counts its messages")] if census else []),
                    *(
                        (own, "a plug-in that its configuration loads")
                        for own in _owners(host, modules)
                    ),
                ],
                storage=_storage(lines, run_as),
                named=[*named, *modules],
                keys=[path for path in named if path],
                health=_health(lines),
                decided={
                    "ExecStartPre": ("replaced", "folders of the image, with its user as owner"),
                    "ExecReload": ("lost", "SIGHUP by hand reads users and access lists again"),
                },
                unknowns=_unread(host, main, lines),
                run_as=run_as,
                census=census,
                speaks=_speaks(lines),
            ),
        )
    )


def _main(service: Service) -> str:
    main = service.main
    for argv in (*(c.argv for c in commands(service, "ExecStart")), main.argv if main else ()):
        for word, following in pairwise((*argv, "")):
            if word in ("-c", "--config-file") and following.startswith("/"):
                return places.clean(following)
    return _MAIN


def _directives(host: Host, path: str, files: list[str]) -> Iterator[tuple[str, str]]:
    """Settings of a file, those of the files that it includes in their place."""
    text = (host.files.value or {}).get(included.real_path(host, path))
    if text is None or path in files:
        return
    files.append(path)
    for line in text.text.split("\n"):
        name, _, value = line.strip().partition(" ")
        if not name or name.startswith("#"):
            continue
        if name == "include_dir":
            for file in included.matching(host, f"{value.strip()}/*.conf"):
                yield from _directives(host, file, files)
        yield name, value.strip()


_PLAIN = re.compile(r"[A-Za-z0-9/._:@-]+")
"""What an expression of sed with ``!`` around it means as it stands, but for dots."""


def _command(service: Service, main: str, files: list[str], lines: Lines) -> Command:
    """In the foreground; from a copy of its configuration where that logs to a file or to syslog,
    since neither an option nor a link to the output does (it opens plain files only)."""
    path = program(service)
    if not path.startswith("/"):
        return Command((), (), ("Where the program lies was not seen.",))
    start = commands(service, "ExecStart")
    extra = [w for w in (start[0].argv[1:] if start else ()) if w in ("-v", "--verbose")]
    folder = posixpath.dirname(main)
    logs = [
        v for n, v in lines if n == "log_dest" and v.partition(" ")[0] in ("file", "syslog", "dlt")
    ]
    silent = not any(n == "log_dest" for n, _ in lines)
    fixed = sorted({a for _, a, _ in _listeners(lines)} - _ANYWHERE)
    if not fixed and (silent or not logs):
        # Without log_dest it logs to standard error.
        return Command((path, "-c", main, *extra))
    odd = [w for w in (*fixed, *files, main) if not _PLAIN.fullmatch(w)]
    if odd:
        unknown = f"{odd[0]} is nothing that a line of sed can hold: log and listeners stay."
        return Command((path, "-c", main, *extra), (), (unknown,))
    if not all(places.below(f, folder) for f in files) or places.own_folder(main) == main:
        unknown = (
            f"{main} and what it includes lie apart: its log and its listeners stay as they are."
        )
        return Command((path, "-c", main, *extra), (), (unknown,))
    inside = " ".join(shlex.quote(_COPY + f.removeprefix(folder)) for f in files)
    edits = (
        r"s!^[[:space:]]*log_dest[[:space:]]+(file|syslog|dlt).*!log_dest stdout!",
        rf"s!^([[:space:]]*include_dir[[:space:]]+){re.escape(folder)}!\1{_COPY}!",
        *(
            rf"s!^([[:space:]]*listener[[:space:]]+[0-9]+)[[:space:]]+{re.escape(a)}!\1!"
            for a in fixed
        ),
    )
    steps = [
        f"rm -rf {_COPY}",
        f"cp -RL {shlex.quote(folder)} {_COPY}",
        f"sed -i -E {' '.join('-e ' + shlex.quote(e) for e in edits)} {inside}",
        "exec " + shlex.join([path, "-c", f"{_COPY}/{posixpath.basename(main)}", *extra]),
    ]
    change = Adaptation(
        "logs",
        "its log goes to the container's output, set in a copy of its configuration",
        "the engine collects and rotates what a container writes there",
    )
    bound = Adaptation(
        "bind",
        f"listens on every address of the container instead of {', '.join(fixed)}",
        "the machine's addresses are none of the container's",
    )
    changes = (*([change] if logs else []), *([bound] if fixed else []))
    return Command(("/bin/sh", "-c", " && ".join(steps)), changes)


def _storage(lines: Lines, run_as: Account | None) -> Storage:
    """Its messages are one file, written when it stops and at times before."""
    settings = dict(lines)
    owner = accounts.owned(run_as, "0750")
    made = [
        Directory("/run/mosquitto", owner, "its PID file"),
        Directory(_HOME, owner, "the copy of its configuration, with its keys", tmpfs=True),
    ]
    if places.role(log := _folder(settings.get("log_dest", ""))) == "log":
        made.append(Directory(log, owner, "log_dest in its configuration"))
    if settings.get("persistence") != "true" and settings.get("autosave_interval") is None:
        return Storage((), tuple(made))
    told = places.clean(settings.get("persistence_location", ""))
    data = told or places.clean(posixpath.dirname(settings.get("persistence_file", "")))
    if not data:
        return Storage((), tuple(made), unknowns=("Where it keeps its messages is not known.",))
    why = (
        "it writes its memory to the file when it stops; while it runs the file is older than what "
        "it holds. From then on saved by a copy of the volume after SIGUSR1, which writes it"
    )
    return Storage((Wanted(data, "data", "persistence_location", "stop", why),), tuple(made))


def _folder(log: str) -> str:
    kind, _, path = log.partition(" ")
    return posixpath.dirname(places.clean(path.strip())) if kind == "file" else ""


def _listeners(lines: Lines) -> list[tuple[int, str, set[str]]]:
    """(port, address, settings of the listener) in the order of the configuration."""
    found: list[tuple[int, str, set[str]]] = []
    default: set[str] = set()
    for name, value in lines:
        words = value.split()
        if name in ("listener", "port") and words and re.fullmatch(r"\d{1,5}", words[0]):
            here: set[str] = default if name == "port" else set()
            found.append((int(words[0]), words[1] if len(words) > 1 else "", here))
        (found[-1][2] if found else default).add(f"{name} {value}" if name == "protocol" else name)
    return found or [(1883, "127.0.0.1", default)]


def _plain(lines: Lines) -> int:
    """Port of the first listener that speaks MQTT without TLS; 0: none does."""
    for port, _, said in _listeners(lines):
        if port and not {"certfile", "psk_hint", "protocol websockets"} & said:
            return port
    return 0


def _speaks(lines: Lines) -> tuple[tuple[int, str], ...]:
    found = {
        port: "none"
        if "protocol websockets" in said
        else "tls"
        if {"certfile", "psk_hint"} & said
        else "mqtt"
        for port, _, said in _listeners(lines)
        if port
    }
    return tuple(sorted(found.items()))


def _health(lines: Lines) -> Health | None:
    if port := _plain(lines):
        return health.exchange(port, '" "*', f"answers CONNECT on port {port}", _CONNECT, 1)
    ports = [port for port, _, _ in _listeners(lines) if port]
    return health.tcp(ports[0]) if ports else None


def _census(lines: Lines) -> str:
    """Topics with a retained message, as far as nobody needs to log in to read them."""
    if not (port := _plain(lines)) or dict(lines).get("allow_anonymous") != "true":
        return ""
    ask = f"mosquitto_sub -h 127.0.0.1 -p {port} -t '#' --retained-only -F %t -W 5"
    return f"n=$({ask} | LC_ALL=C sort); {_COUNT}"


def _owners(host: Host, paths: list[str]) -> list[str]:
    known = host.owners.value or {}
    return sorted({known[p].partition(":")[0] for p in paths if p in known})


def _unread(host: Host, main: str, lines: Lines) -> tuple[str, ...]:
    if lines:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {main} says is not known: {reason}",)
