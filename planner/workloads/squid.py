"""Squid: its cache, access lists, users and helpers, and how it runs without root
(http://www.squid-cache.org/Doc/config/)."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from planner.model import Account, Adaptation, Directory, Health, Host, Workload
from planner.service import accounts, config, health, included, pins, places
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage, log_folders, log_link
from planner.service.view import MASK, Service, called, commands, owner

_MAIN = "/etc/squid/squid.conf"
_COPY = "/run/squid/config"
_HELPERS = frozenset({
    "auth_param", "external_acl_type", "url_rewrite_program", "redirect_program",
    "store_id_program", "sslcrtd_program", "icap_service", "tls_outgoing_options",
})  # fmt: skip
_PORTS = ("http_port", "https_port")
_KEY = re.compile(r"(?:tls-)?(?:cert|key|cafile|clientca|dhparams|crlfile)=(/\S+)")


def detect(service: Service) -> Workload | None:
    """Squid by its program; any other: None."""
    if not called(service) & {"squid", "squid3", "squid-openssl"}:
        return None
    host = service.host
    main = _main(service)
    files: list[str] = []
    lines = list(_directives(host, main, files))
    run_as = container_user(service) or _user(host, lines)
    folder = places.own_folder(main)
    named = tuple(_named(host, lines))
    made = described(
        service,
        Known(
            "squid",
            "Squid web proxy",
            stop_signal="SIGTERM",
            needs_init=True,
            folders=(folder,),
            command=_command(service, main, files, lines),
            packages=_helpers(service),
            storage=_storage(lines, run_as),
            named=(*config.mentioned(config.texts(host, (folder,))), *named),
            keys=named,
            secrets=tuple(_users(lines)),
            health=_health(service, lines),
            decided={
                "PIDFile": ("replaced", "no PID file: the engine watches the process"),
                "ExecStart": ("carried", "command of the container, one process (-N)"),
                "ExecStartPre": (
                    "replaced",
                    "the container's command makes the folders of its "
                    "cache before the program starts",
                ),
                "KillMode": ("replaced", "SIGTERM to the process, which ends its helpers"),
                "ExecReload": ("lost", "a new configuration is a new container"),
            },
            adaptations=(
                Adaptation(
                    "logs",
                    "its access log goes to the container's output (stdio:/dev/stdout)",
                    "the engine collects and rotates what a container writes there",
                ),
                Adaptation(
                    "pid-file",
                    "it writes no PID file",
                    "an unprivileged user may not make files in /run, and the engine watches the "
                    "process",
                ),
            ),
            unknowns=_unread(host, main, lines),
            run_as=run_as,
        ),
    )
    # The others of UDP are where it waits for answers from name servers.
    asked = {w[1] for w in lines if w[0] in ("icp_port", "htcp_port", "snmp_port") and len(w) > 1}
    heard = (x for x in made.listeners if x.protocol != "udp" or str(x.port) in asked)
    return replace(made, listeners=tuple(heard))


def _main(service: Service) -> str:
    for argv in (*(c.argv for c in commands(service, "ExecStart")),
                 service.main.argv if service.main else ()):  # fmt: skip
        for at, word in enumerate(argv):
            path = argv[at + 1] if word == "-f" and at + 1 < len(argv) else ""
            path = path or (word[2:] if word.startswith("-f/") else "")
            if path.startswith("/"):
                return places.clean(path)
    return _MAIN


def _directives(host: Host, path: str, files: list[str]) -> Iterator[tuple[str, ...]]:
    """Directives of a file and of what it includes; Debian's own is larger than what a look
    carries, and includes conf.d somewhere in it."""
    real = included.real_path(host, path)
    text = (host.files.value or {}).get(real)
    if text is None or real in files or len(files) > 200:
        return
    files.append(real)
    seen = False
    for line in text.text.split("\n"):
        words = tuple(re.sub(r"\s#.*", "", line).split())
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "include" and len(words) > 1:
            for pattern in words[1:]:
                for file in included.matching(host, pattern.strip('"')):
                    seen = True
                    yield from _directives(host, file, files)
        else:
            yield words
    if text.truncated and not seen:
        for file in included.matching(host, f"{posixpath.dirname(path)}/conf.d/*.conf"):
            yield from _directives(host, file, files)


def _user(host: Host, lines: Iterable[tuple[str, ...]]) -> Account | None:
    names = [w[1] for w in lines if w[0] == "cache_effective_user" and len(w) > 1]
    for name in (*names[-1:], "proxy", "squid"):
        if found := accounts.by_name(host, name):
            return found
    return None


def _named(host: Host, lines: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Files that its settings read: of users, of access lists (in quotes), certificates."""
    for words in lines:
        text = " ".join(words)
        if words[0] == "acl" or words[0] in _HELPERS:
            for path in re.findall(r"(?<!\S)\"?(/[^\s\"]+)\"?", text):
                clean = places.clean(path)
                if clean and places.role(clean) != "image":
                    yield clean
        if words[0] in _PORTS or words[0] in _HELPERS or words[0] == "cache_peer":
            yield from (places.clean(p) for p in _KEY.findall(text))


def _users(lines: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Files of users and their passwords, and certificates with keys."""
    for words in lines:
        if words[:1] == ("auth_param",) and "program" in words:
            found = (places.clean(w) for w in words[words.index("program") + 2 :])
            yield from (p for p in found if places.role(p) == "config")
        if words[0] in _PORTS:
            yield from (places.clean(p) for p in _KEY.findall(" ".join(words)))


def _helpers(service: Service) -> list[tuple[str, str]]:
    """Packages of the programs that it has started."""
    host = service.host
    found = {owner(host, p.exe) for p in service.processes[1:] if p.exe}
    return [(n, "a helper that it has started") for n in sorted(found) if pins.installed(host, n)]


def _command(
    service: Service, main: str, files: list[str], lines: list[tuple[str, ...]]
) -> Command:
    """One process, from a copy of its configuration that logs to the container's output."""
    starts = commands(service, "ExecStart")
    program = next((c.path for c in starts if posixpath.basename(c.path).startswith("squid")), "")
    program = program or "/usr/sbin/squid"
    argv = service.main.argv if service.main else ()
    if any(MASK in word for word in argv):
        return Command((), (), ("An argument of its command is a secret.",))
    if not re.fullmatch(r"[A-Za-z0-9/._-]+", main):
        return Command((), (), (f"The name of {main} is none that a line of sh can hold.",))
    folder, name = posixpath.split(main)
    own = places.own_folder(main) == folder
    inside = [f for f in files if (places.below(f, folder) if own else f == main)]
    outside = [f for f in files if f not in inside]
    listed = " ".join(shlex.quote(_COPY + f.removeprefix(folder)) for f in inside) or (
        f"{_COPY}/{name}"
    )
    edits = (
        r"s!^([[:space:]]*access_log[[:space:]]+)((daemon|stdio|udp|tcp|syslog):[^[:space:]]*"
        r"|/[^[:space:]]*)!\1stdio:/dev/stdout!",
        *((rf"s!^([[:space:]]*include[[:space:]]+\"?){re.escape(folder)}/!\1{_COPY}/!",) * own),
        r"s!^[[:space:]]*pid_filename[[:space:]]!#&!",
    )
    logs = any(w[0] == "access_log" for w in lines)
    added = ["pid_filename none", *([] if logs else ["access_log stdio:/dev/stdout squid"])]
    sed = " ".join(f"-e {shlex.quote(e)}" for e in edits)
    run = [program, "-N", "-f", f"{_COPY}/{name}"]
    steps = [
        f"rm -rf {_COPY}",
        f"cp -RL {shlex.quote(folder)} {_COPY}"
        if own
        else f"mkdir {_COPY} && cp -L {main} {_COPY}/",
        f"sed -i -E {sed} {listed}",
        f"printf '%s\\n' {' '.join(map(shlex.quote, added))} >> {_COPY}/{name}",
        shlex.join([*run, "-z"]),
        "exec " + shlex.join([*run, "-YC"]),
    ]
    change = Adaptation(
        "foreground",
        "started with -N, from a copy of its configuration",
        "a container lives as long as its main process stays in the foreground",
    )
    unknowns = tuple(f"{f} is read as it is: its logs are not changed." for f in outside)
    return Command(("/bin/sh", "-c", " && ".join(steps)), (change,), unknowns)


def _storage(lines: list[tuple[str, ...]], run_as: Account | None) -> Storage:
    """Caches start empty: the program makes its folders in them (-z)."""
    owned = accounts.owned(run_as, "0750")
    made = [
        Directory("/run/squid", accounts.owned(run_as, "0755"), "the copy of its configuration"),
        Directory("/var/spool/squid", owned, "its working directory"),
    ]
    wanted: list[Wanted] = []
    links = [log_link("/var/log/squid/cache.log")]
    for words in lines:
        path = next((p for w in words[1:3] if (p := places.clean(w))), "")
        if words[0] == "cache_dir" and path:
            why = "a cache: it starts empty and fills again"
            made.append(Directory(path, owned, "its cache"))
            wanted.append(Wanted(path, "cache", "cache_dir in its configuration", "none", why))
        elif words[0] == "coredump_dir" and places.role(path) in ("data", "cache"):
            made.append(Directory(path, owned, "coredump_dir in its configuration"))
        elif words[0] in ("cache_log", "cache_store_log") and places.role(path) == "log":
            links.append((path, "/dev/stderr"))
    found = tuple(dict.fromkeys((path, "/dev/stderr") for path, _ in links))
    made += log_folders(found, run_as)
    return Storage(tuple(wanted), tuple(made), log_links=found)


def _health(service: Service, lines: Iterable[tuple[str, ...]]) -> Health | None:
    """Whether it accepts on its first port: what it answers is somebody else's."""
    for words in lines:
        match = re.fullmatch(r"(?:(.*):)?(\d{1,5})", words[1]) if len(words) > 1 else None
        if words[0] in _PORTS and match and (match[1] or "") in ("", "0.0.0.0", "127.0.0.1"):  # noqa: S104
            return health.tcp(int(match[2]))
    return health.of_listeners(service.listeners)


def _unread(host: Host, main: str, lines: list[tuple[str, ...]]) -> tuple[str, ...]:
    if lines:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {main} says is not known: {reason}",)
