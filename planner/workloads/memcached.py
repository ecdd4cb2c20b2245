"""Memcached: its arguments from Debian's /etc/memcached.conf or from the process; it keeps
nothing."""

from __future__ import annotations

import posixpath
import re
import shlex

from msgspec.structs import replace

from planner.model import Account, Adaptation, Directory, Health, Workload
from planner.service import accounts, binding, config, health, places
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, called, commands, variables

_WRAPPERS = frozenset({"systemd-memcached-wrapper", "start-memcached"})
_VALUED = frozenset("asmpUlcPuftnRbDLMIoeYA")
"""Options with a value, from memcached's manual; ``-L``, ``-M`` and ``-A`` are flags."""
_FLAGS = frozenset("LMA")
_PLACED = frozenset(
    {"-d", "--daemon", "-u", "--user", "-P", "--pidfile", "-r", "--enable-coredumps"}
)
"""What the container does instead: foreground, user, process id, limits."""
_LONG = {"--port": "-p", "--listen": "-l", "--unix-socket": "-s", "--extended": "-o",
         "--auth-file": "-Y", "--user": "-u", "--pidfile": "-P", "--udp-port": "-U",
         "--memory-file": "-e", "--enable-sasl": "-S", "--enable-ssl": "-Z"}  # fmt: skip

Option = tuple[str, str]


def detect(service: Service) -> Workload | None:
    """Memcached by its program or Debian's wrapper of it: any other: None."""
    names = called(service)
    if "memcached" not in names and not names & _WRAPPERS:
        return None
    told = _told(service)
    run_as = _user(service, told)
    options = [(n, v) for n, v in told or () if n not in _PLACED]
    file = _file(service)
    made = described(
        service,
        Known(
            "memcached",
            "Memcached",
            ("cache",),
            command=_command(service, options, known=told is not None),
            needs_init=False,
            storage=_storage(options, run_as),
            named=config.mentioned(config.texts(service.host, (), ("/etc/memcached.conf", file))),
            keys=_keys(options),
            secrets=[places.clean(value) for name, value in options if name == "-Y"],
            health=_health(service, dict(options)),
            decided={
                "ExecStart": ("replaced", "memcached itself, with the arguments that it runs with"),
                "PIDFile": ("replaced", "the engine knows the process"),
            },
            adaptations=_adaptations(told, options, file),
            run_as=run_as,
        ),
    )
    # Only the wrapper reads its file; what else is of the package is for other instances.
    keys = _keys(options)
    return replace(
        made,
        copies=tuple(c for c in made.copies if c.path in keys or c.kind == "application"),
        secrets=tuple(s for s in made.secrets if s.path in keys or s.form == "env"),
        touch=tuple(t for t in made.touch if not t.path.endswith(".pid")),
        directories=tuple(d for d in made.directories if d.reason != "PIDFile= of its unit"),
    )


def _file(service: Service) -> str:
    """Debian's file of arguments, which its wrapper is given."""
    for command in commands(service, "ExecStart"):
        if posixpath.basename(command.path) in _WRAPPERS:
            return next((w for w in command.argv[1:] if w.startswith("/")), "/etc/memcached.conf")
    return ""


def _told(service: Service) -> list[Option] | None:
    """Options of the running process, else of the file or of the unit; None: not known."""
    main = service.main
    if main and len(main.argv) > 1 and posixpath.basename(main.exe) == "memcached":
        return _parsed(list(main.argv[1:]))
    if file := _file(service):
        text = (service.host.files.value or {}).get(file)
        if text is None:
            return None
        lines = (re.sub(r"(?<!\\)#.*", "", line).strip() for line in text.text.split("\n"))
        return _parsed([w for line in lines if line.startswith("-") for w in shlex.split(line)])
    starts = commands(service, "ExecStart")
    if not starts or starts[0].variables:
        return None
    return _parsed(list(starts[0].argv[1:]))


def _parsed(words: list[str]) -> list[Option]:
    """Words as options with their values, as getopt reads them."""
    found: list[Option] = []
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            name, sign, value = word.partition("=")
            name = _LONG.get(name, name)
            takes = name[1] in _VALUED - _FLAGS and not name.startswith("--")
            found.append((name, value if sign else words.pop(0) if takes and words else ""))
        elif len(word) > 1 and word.startswith("-"):
            takes = word[1] in _VALUED - _FLAGS
            if takes:
                found.append((word[:2], word[2:] or (words.pop(0) if words else "")))
            else:  # -vv: flags in one word
                found += [(f"-{letter}", "") for letter in word[1:]]
    return found


def _user(service: Service, told: list[Option] | None) -> Account | None:
    user = container_user(service)
    if user is not None and user.uid:
        return user
    name = dict(told or ()).get("-u", "") or variables(service).get("USER", "")
    return accounts.by_name(service.host, name or "memcache") or accounts.by_name(
        service.host, "memcached"
    )


def _command(service: Service, options: list[Option], known: bool) -> Command:
    main = service.main
    path = main.exe.removesuffix(" (deleted)") if main and known else ""
    if posixpath.basename(path) != "memcached":
        path = "/usr/bin/memcached"
    if not known:
        return Command((), (), ("Its arguments are not known: their file was not carried.",))
    argv = [path]
    for name, value in options:
        argv += [name, _anywhere(value)] if name == "-l" else [name, *([value] if value else [])]
    if any(MASK in word for word in argv):
        return Command((), (), ("An argument of its command is a secret and stayed there.",))
    return Command(tuple(argv))


def _anywhere(value: str) -> str:
    """Addresses to listen on: any instead of the machine's own, which are none of a container."""
    return "0.0.0.0" if binding.elsewhere(value.split(",")) else value  # noqa: S104


def _storage(options: list[Option], run_as: Account | None) -> Storage:
    wanted: list[Wanted] = []
    made: list[Directory] = []
    for name, value in options:
        for part in value.split(",") if name == "-o" else ():
            path = places.clean(part.partition("ext_path=")[2].partition(":")[0])
            if path:
                why = "it starts empty: what a cache held is asked for again"
                folder = posixpath.dirname(path)
                wanted.append(Wanted(folder, "cache", "ext_path of its options", "none", why))
        socket = places.clean(value) if name == "-s" else ""
        folder = posixpath.dirname(socket)
        if places.role(folder or "/") == "runtime" and folder != "/run":
            made.append(Directory(folder, accounts.owned(run_as, "0755"), "its socket"))
    return Storage(tuple(wanted), tuple(made))


def _keys(options: list[Option]) -> list[str]:
    """Files of passwords, certificates and keys."""
    found = [value for name, value in options if name == "-Y"]
    for name, value in options:
        if name == "-o":
            found += re.findall(r"ssl_(?:chain_cert|key|ca_cert)=([^,]+)", value)
        if name == "-S":
            found += ["/etc/sasl2/memcached.conf", "/etc/sasldb2"]
    return [places.clean(path) for path in found if path]


def _health(service: Service, options: dict[str, str]) -> Health | None:
    """``version`` of the text protocol, where nothing stands before it."""
    socket = places.clean(options.get("-s", ""))
    if socket:
        return Health(("test", "-S", socket), "has its socket")
    port = options.get("-p", "11211")
    if not re.fullmatch(r"\d{1,5}", port):
        return health.of_listeners(service.listeners)
    if {"-S", "-Y", "-Z"} & options.keys() or options.get("-B", "") == "binary":
        return health.tcp(int(port))
    script = (
        f"exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'version\\r\\nquit\\r\\n' >&3 && "
        "read -r -t 4 line <&3 && case $line in VERSION*) exit 0;; esac; exit 1"
    )
    return Health(("bash", "-c", script), f"answers version on port {port}")


def _adaptations(
    told: list[Option] | None, options: list[Option], file: str
) -> tuple[Adaptation, ...]:
    found: list[Adaptation] = []
    if file and told is not None:
        what = f"its arguments are those of {file}, without -d, -u and -P"
        why = "the wrapper that reads the file wants root; the container has its user already"
        found.append(Adaptation("foreground", what, why))
    for name, value in options:
        if name == "-l" and _anywhere(value) != value:
            what = f"listens on every address of the container instead of {value}"
            found.append(Adaptation("bind", what, "the machine's addresses are none of its own"))
    return tuple(found)
