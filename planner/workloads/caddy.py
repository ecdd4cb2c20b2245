"""Caddy: sites of its Caddyfile, certificates that it gets by itself, logs
(https://caddyserver.com/docs/caddyfile)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from planner.model import Account, Adaptation, Directory, EnvVar, Health, Host, Workload
from planner.service import accounts, config, health, included, places, storage
from planner.service.command import Command, derive
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called, commands, variables

_TOKEN = re.compile(r'"((?:\\.|[^"\\])*)"|`([^`]*)`|(\S+)')
_ADDRESS = re.compile(r"(?:(https?)://)?([A-Za-z0-9*.\[\]-]*)(?::(\d{1,5}))?")
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_BEHIND = frozenset({"reverse_proxy", "php_fastcgi", "forward_auth"})


@dataclass(frozen=True)
class _Line:
    """``within``: first words of the blocks around it; a line that opens one is told, too."""

    words: tuple[str, ...]
    within: tuple[str, ...]


def detect(service: Service) -> Workload | None:
    """Caddy by its program; any other: None."""
    if "caddy" not in called(service):
        return None
    host = service.host
    main = _main(service)
    lines = tuple(_lines(host, main))
    run_as = container_user(service)
    folder = places.own_folder(main)
    named = tuple(_named(lines))
    command = derive(service)
    kept, environment = _kept(service, lines, run_as)
    made = described(
        service,
        Known(
            "caddy",
            "Caddy web server",
            ("web",),
            needs_init=False,
            folders=(folder,),
            command=_without_environment(command),
            storage=storage.joined(_storage(host, lines, run_as), kept, environment),
            named=(*config.mentioned(config.texts(host, (folder,))), *named),
            keys=named,
            health=_health(service, lines),
            decided={
                "ExecStart": ("carried", "command of the container, without --environ"),
                "ExecReload": ("lost", "a new configuration is a new container"),
            },
            unknowns=_unread(host, main),
            run_as=run_as,
        ),
    )
    return replace(made, sites=_sites(lines))


def _main(service: Service) -> str:
    argv = next((c.argv for c in commands(service, "ExecStart")), ())
    argv = argv or (service.main.argv if service.main else ())
    for at, word in enumerate(argv):
        value = word.partition("=")[2] if "=" in word else (argv[at + 1 : at + 2] or ("",))[0]
        if re.fullmatch(r"--?(config|conf|c)(=.*)?", word) and value.startswith("/"):
            return places.clean(value)
    return "/etc/caddy/Caddyfile"


def _without_environment(command: Command) -> Command:
    """``--environ`` prints every variable into the log."""
    if "--environ" not in command.argv:
        return command
    change = Adaptation(
        "other",
        "started without --environ",
        "it prints the whole environment into the log, and with it what is secret there",
    )
    argv = tuple(w for w in command.argv if w != "--environ")
    return Command(argv, (*command.adaptations, change), command.unknowns, command.decided)


_DEEPEST = 50
"""Blocks inside of each other; nobody writes more."""


def _lines(host: Host, main: str) -> Iterator[_Line]:
    yield from _walk(host, main, (), 0)


def _walk(host: Host, path: str, around: tuple[str, ...], depth: int) -> Iterator[_Line]:
    stack = [*around]
    for raw in included.text(host, path).split("\n"):
        words = [next(g for g in m.groups() if g is not None) for m in _TOKEN.finditer(raw)]
        for at, word in enumerate(words):
            if word.startswith("#"):
                words = words[:at]
                break
        if not words:
            continue
        if words == ["}"]:
            del stack[-1:]
            continue
        opens = words[-1] == "{"
        plain = tuple(words[:-1] if opens else words)
        if plain[:1] == ("import",) and len(plain) > 1 and "/" in plain[1] and depth < 8:
            pattern = posixpath.join(posixpath.dirname(path), plain[1])
            for file in included.matching(host, pattern):
                yield from _walk(host, file, tuple(stack[:_DEEPEST]), depth + 1)
            continue
        yield _Line(plain, tuple(stack[:_DEEPEST]))
        if opens:
            stack.append(plain[0] if plain else "")


def _addresses(lines: tuple[_Line, ...]) -> Iterator[re.Match[str]]:
    """Addresses of its sites: what stands before a block that is in no other."""
    for line in lines:
        if not line.within and line.words and not line.words[0].startswith("("):
            for word in line.words:
                if match := _ADDRESS.fullmatch(word.rstrip(",")):
                    yield match


def _sites(lines: tuple[_Line, ...]) -> tuple[str, ...]:
    names = {m[2] for m in _addresses(lines) if m[2]}
    return tuple(sorted(n for n in names if _HOST_NAME.fullmatch(n) and n != "localhost"))


def _named(lines: tuple[_Line, ...]) -> Iterator[str]:
    """Certificates and keys of ``tls CERTIFICATE KEY``, and of trust pools."""
    for line in lines:
        if line.words[:1] == ("tls",) or line.words[:1] == ("load",) or "pem_file" in line.words:
            yield from (places.clean(w) for w in line.words[1:] if w.startswith("/"))


def _storage(host: Host, lines: tuple[_Line, ...], run_as: Account | None) -> Storage:
    wanted: list[Wanted] = []
    links: list[tuple[str, str]] = []
    for line in lines:
        words = line.words
        path = places.clean(words[-1]) if words else ""
        if words[:1] == ("root",) and path and not places.shared_top(path):
            if places.role(path) not in ("image", "config"):
                info = places.info(host, path)
                writes = info and run_as and storage.may_write(
                    info.uid, info.gid, info.mode, run_as
                )  # fmt: skip
                why = "files that are served change one by one"
                wanted.append(Wanted(path, "content", "root of a site", "live", why, not writes))
        elif words[:2] == ("output", "file") and len(words) > 2:
            path = places.clean(words[2])
            if places.role(path) == "log":
                links.append((path, "/dev/stdout"))
            elif path and not places.shared_top(posixpath.dirname(path)):
                how = storage.consistency("logs")
                wanted.append(Wanted(posixpath.dirname(path), "logs", "log of a site", *how))
    return Storage(tuple(wanted), log_links=tuple(dict.fromkeys(links)))


def _kept(
    service: Service, lines: tuple[_Line, ...], run_as: Account | None
) -> tuple[Storage, Storage]:
    """Where it keeps certificates, keys and its account with the authority, and HOME, from which
    it derives that."""
    told = variables(service)
    home = told.get("HOME") or (run_as.home if run_as else "/root")
    named = [w.words[2] for w in lines if w.words[:2] == ("storage", "file_system")
             and len(w.words) > 2]  # fmt: skip
    data = told.get("XDG_DATA_HOME", "")
    path = places.clean(named[-1] if named else data or home)
    reason = "certificates that it gets by itself, with their keys and its account: secret"
    why = "keys and certificates belong together: only a stopped service is consistent"
    place = Storage()
    if path and not places.shared_top(path) and places.role(path) not in ("image", "config"):
        place = Storage((Wanted(path, "state", reason, "stop", why),))
    elif path:
        own = accounts.owned(run_as, "0700")
        place = Storage(directories=(Directory(f"{path}/.local/share/caddy", own, reason),))
    variable = () if "HOME" in told else (EnvVar("HOME", home, source="home of its user"),)
    return place, Storage(environment=variable)


def _health(service: Service, lines: tuple[_Line, ...]) -> Health | None:
    """A site that is served from files answers; one that is somebody else's only accepts."""
    behind = any(line.words[:1] and line.words[0] in _BEHIND for line in lines)
    off = any(line.words == ("auto_https", "off") for line in lines)
    heard = {x.port for x in service.listeners if x.protocol == "tcp"}
    for match in _addresses(lines):
        scheme, name, port = match[1], match[2], int(match[3] or 0)
        plain = scheme == "http" or port == 80 or off or (port and not name and not scheme)
        port = port or (80 if plain else 443)
        if heard and port not in heard:
            continue
        if plain and not behind:
            return health.http(port, name if _HOST_NAME.fullmatch(name) else "localhost")
        return health.tcp(port)
    return health.of_listeners(service.listeners)


def _unread(host: Host, main: str) -> tuple[str, ...]:
    if included.text(host, main):
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {main} says is not known: {reason}",)
