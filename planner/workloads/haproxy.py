"""HAProxy: certificates, lists and programs that its configuration names, and how it runs without
root, without chroot and without syslog (https://docs.haproxy.org/2.6/configuration.html)."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from planner.model import Account, Adaptation, Directory, Health, Host, Workload
from planner.service import accounts, application, config, health, included, places
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage, consistency
from planner.service.view import MASK, Service, called, commands

_FILES = re.compile(
    r"(?:^|\s)(?:crt|crt-list|ca-file|crl-file|ca-verify-file|ca-sign-file|issuers-chain-path"
    r"|lua-load|lua-load-per-thread|errorfile|-f|map\w*\(|error-log-format|file|lf-file)"
    r"[\s(]*(/[^\s,)\"']+)"
)
_MAPPED = re.compile(r"\b(?:map|map_[a-z_]+)\((/[^,)]+)")
_BIND = re.compile(r"(?:(?:ipv4@|ipv6@)?(.*):)?(\d{1,5})(?:-\d+)?")
_REACHED = frozenset({"", "*", "0.0.0.0", "::", "[::]", "127.0.0.1", "localhost"})  # noqa: S104
_COPY = "/run/haproxy/config"
_LOG = (
    r"s!^([[:space:]]*log[[:space:]]+)(/|127[.]|localhost)[^[:space:]]*"
    r"([[:space:]]+(len|format|sample|ring)[[:space:]]+[^[:space:]]+)*!\1stdout format raw!"
)


@dataclass(frozen=True)
class _Line:
    section: str
    words: tuple[str, ...]
    text: str


def detect(service: Service) -> Workload | None:
    """HAProxy by its program; its systemd wrapper of old is the same; any other: None."""
    if not called(service) & {"haproxy", "haproxy-systemd-wrapper", "hapee-lb"}:
        return None
    host = service.host
    mains, rest = _arguments(service)
    files = [f for m in mains for f in _files(host, m)]
    lines = [line for f in files for line in _lines(included.text(host, f))]
    run_as = container_user(service) or _configured(host, lines)
    command, changes = _command(service, mains, rest, lines)
    named = _named(lines)
    made = described(
        service,
        Known(
            "haproxy",
            "HAProxy load balancer",
            stop_signal="SIGUSR1",
            needs_init=False,
            folders=tuple(dict.fromkeys(places.own_folder(m) if m in files else m for m in mains)),
            command=command,
            storage=_storage(lines, run_as),
            named=(
                "/var/lib/haproxy",
                *config.mentioned(config.texts(host, ("/etc/haproxy",), files)),
                *named,
            ),
            keys=(*named, *(k for n in named for k in _inside(host, n))),
            secrets=_certificates(host, lines),
            programs=[n for n in named if places.role(n) in application.OWN],
            health=_health(service, lines),
            decided={
                "ExecStart": ("carried", "command of the container, without workers of a master"),
                "ExecStartPre": ("replaced", "HAProxy checks its configuration when it starts"),
                "ExecReload": ("lost", "a new configuration is a new container"),
                "KillMode": ("replaced", "SIGUSR1 to the process, which lets connections end"),
                "EnvironmentFile": ("replaced", "its options are in the command"),
            },
            adaptations=changes,
            unknowns=_unread(host, mains, lines),
            run_as=run_as,
        ),
    )
    if any("$" in line.text for line in lines) or not lines:
        return made
    # Its unit fills in variables of its command alone, and the command is that of the process.
    secrets = tuple(s for s in made.secrets if s.form != "env")
    return replace(made, secrets=secrets, environment=())


def _arguments(service: Service) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(files or folders of configuration, other arguments), of the running process first: its unit
    names them by variables."""
    starts = commands(service, "ExecStart")
    argv = service.main.argv if service.main and len(service.main.argv) > 1 else ()
    argv = argv or (starts[0].argv if starts else ())
    mains: list[str] = []
    rest: list[str] = []
    words = iter(argv[1:])
    for word in words:
        if word == "-f":
            mains.append(places.clean(next(words, "")))
        elif word in ("-p", "-sf", "-st", "-x"):
            next(words, "")
        elif word in ("-L", "-n", "-N", "-m", "-C"):
            rest += [word, next(words, "")]
        elif not re.fullmatch(r"-(D|W|Ws|db|q|V|d|S.*)", word) and word.startswith("-"):
            rest.append(word)
        elif word == "-S":
            next(words, "")
    known = [m for m in mains if m]
    return tuple(known) or ("/etc/haproxy/haproxy.cfg",), tuple(rest)


def _files(host: Host, main: str) -> list[str]:
    """A folder stands for every .cfg in it, in order of their names."""
    inside = [f for f in included.matching(host, f"{main}/*") if f.endswith(".cfg")]
    return inside if inside and not included.text(host, main) else [main]


def _lines(text: str) -> Iterator[_Line]:
    section = ""
    for raw in text.split("\n"):
        line = re.sub(r"(?<!\\)\s#.*", "", raw)
        words = tuple(line.split())
        if not words or words[0].startswith("#"):
            continue
        if not raw[:1].isspace() or re.match(r"(global|defaults|frontend|backend|listen)\b", line):
            section = words[0]
        yield _Line(section, words, line.strip())


def _configured(host: Host, lines: Iterable[_Line]) -> Account | None:
    names = [x.words[1] for x in lines if x.section == "global" and x.words[0] in ("user", "uid")
             and len(x.words) > 1]  # fmt: skip
    return accounts.by_name(host, names[-1]) if names else None


def _named(lines: Iterable[_Line]) -> tuple[str, ...]:
    """Files that its settings name: certificates, lists, maps, programs in Lua, error pages; also
    below crt-base and ca-base."""
    base = {"crt-base": "", "ca-base": ""}
    found: list[str] = []
    for line in lines:
        if line.words[0] in base and len(line.words) > 1:
            base[line.words[0]] = line.words[1]
        found += [*_FILES.findall(line.text), *_MAPPED.findall(line.text)]
        for word, value in zip(line.words, line.words[1:], strict=False):
            if word in ("crt", "ca-file", "crl-file") and not value.startswith(("/", "@")):
                folder = base["crt-base" if word == "crt" else "ca-base"]
                found.append(posixpath.join(folder, value) if folder else "")
    return tuple(dict.fromkeys(p for f in found if (p := places.clean(f))))


def _certificates(host: Host, lines: list[_Line]) -> tuple[str, ...]:
    """Files of certificates with their keys: ``crt``, folders and lists of them."""
    found: list[str] = []
    for line in lines:
        only = [_Line(line.section, ("crt", value), f"crt {value}")
                for word, value in zip(line.words, line.words[1:], strict=False)
                if word in ("crt", "crt-list")]  # fmt: skip
        base = [x for x in lines if x.words[0] == "crt-base"]
        for path in _named([*base, *only]):
            inside = _inside(host, path)
            found += inside or ([path] if not included.text(host, path) else [])
    return tuple(dict.fromkeys(f for f in found if not f.endswith((".ocsp", ".issuer", ".sctl"))))


def _inside(host: Host, path: str) -> list[str]:
    """What a list of certificates names, and the files of a folder."""
    text = included.text(host, path)
    listed = (w[0] for line in text.split("\n") if (w := line.split()) and w[0].startswith("/"))
    return [*map(places.clean, listed), *included.matching(host, f"{path}/*")]


def _command(
    service: Service, mains: tuple[str, ...], rest: tuple[str, ...], lines: list[_Line]
) -> tuple[Command, tuple[Adaptation, ...]]:
    """Without a master, in the foreground; from a copy of its configuration where that asks for
    what a container without root has not."""
    paths = (*(c.path for c in commands(service, "ExecStart")), service.main.exe if service.main
             else "")  # fmt: skip
    program = next((p for p in paths if posixpath.basename(p) == "haproxy"), "/usr/sbin/haproxy")
    if any(MASK in word for word in rest):
        return Command((), (), ("An argument of its command is a secret.",)), ()
    changes = [
        Adaptation(
            "foreground",
            "started with -db: one process in the foreground",
            "a container lives as long as its main process stays in the foreground",
        )
    ]
    steps: list[str] = []
    words: list[str] = []
    for file in (f for m in mains for f in _files(service.host, m)):
        found = [e for line in _lines(included.text(service.host, file)) if (e := _edit(line))]
        changes += [change for _, change in found]
        sed = " ".join(f"-e {shlex.quote(e)}" for e in dict.fromkeys(e for e, _ in found))
        copy = f"{_COPY}/{len(words)}.cfg"
        if found:
            steps.append(f"sed -E {sed} {shlex.quote(file)} > {copy}")
        words += ["-f", copy if found else file]
    argv = (program, "-db", *rest, *words)
    if not steps:
        return Command(argv), tuple(changes)
    script = " && ".join((f"mkdir -p {_COPY}", *steps, f"exec {shlex.join(argv)}"))
    return Command(("/bin/sh", "-c", script)), tuple(dict.fromkeys(changes))


def _edit(line: _Line) -> tuple[str, Adaptation] | None:
    """What sed does to a line that a container without root and without syslog cannot follow."""
    if line.section == "global" and line.words[0] == "chroot":
        what = "chroot in its configuration is left out"
        why = "only root may change its root, and the container's own files are all it sees"
        return r"s/^[[:space:]]*chroot[[:space:]]/#&/", Adaptation("other", what, why)
    told = line.words[1] if len(line.words) > 1 else ""
    if line.words[0] == "log" and told.startswith(("/", "127.", "localhost")):
        why = "a container has no syslog; the engine collects and rotates its output"
        return _LOG, Adaptation("logs", f"log {told} becomes log stdout", why)
    return None


def _storage(lines: Iterable[_Line], run_as: Account | None) -> Storage:
    owner = accounts.owned(run_as, "0755")
    made = {"/run/haproxy": Directory("/run/haproxy", owner, "its sockets and its configuration")}
    wanted: list[Wanted] = []
    for line in lines:
        told = line.words
        path = ""
        if told[:2] == ("stats", "socket") and len(told) > 2:
            path = places.clean(told[2].removeprefix("unix@"))
        elif told[0] == "bind" and len(told) > 1 and told[1].removeprefix("unix@")[:1] == "/":
            path = places.clean(told[1].removeprefix("unix@"))
        folder = posixpath.dirname(path)
        if (path and places.role(path) == "runtime" and folder != "/run") or (
            path and places.role(path) == "data" and not places.shared_top(folder)
        ):
            made[folder] = Directory(folder, owner, "a socket in its configuration")
        if told[0] in ("server-state-base", "load-server-state-from-file") and len(told) > 1:
            path = places.clean(told[1])
            if path and not places.shared_top(path):
                how = consistency("state")
                wanted.append(Wanted(path, "state", "which of its servers were up", *how))
    return Storage(tuple(wanted), tuple(made.values()))


def _health(service: Service, lines: Iterable[_Line]) -> Health | None:
    """Whether it accepts: what it answers is its servers' answer."""
    for line in lines:
        if line.words[0] == "bind" and len(line.words) > 1 and "accept-proxy" not in line.words:
            for word in line.words[1].split(","):
                match = _BIND.fullmatch(word)
                if match and (match[1] or "") in _REACHED:
                    return health.tcp(int(match[2]))
    return health.of_listeners(service.listeners)


def _unread(host: Host, mains: tuple[str, ...], lines: list[_Line]) -> tuple[str, ...]:
    if lines:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {' and '.join(mains)} says is not known: {reason}",)
