"""MariaDB and MySQL: data, logs, socket and plug-ins as the option files say, counted through the
socket."""

from __future__ import annotations

import posixpath
import re

from msgspec.structs import replace

from planner.model import Adaptation, Host, Workload
from planner.service import accounts, config, pins, places
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.directives import Fate
from planner.service.general import Known, described
from planner.service.view import MASK, Service, called, commands
from planner.workloads.mysql import asking, datadir
from planner.workloads.mysql.options import Options, read

_SERVERS = frozenset({"mysqld", "mariadbd", "mysqld-debug"})
_STARTERS = frozenset({"mysqld_safe", "mariadbd-safe"})
_INSTALLED = ("/usr/sbin/mariadbd", "/usr/libexec/mariadbd", "/usr/sbin/mysqld",
              "/usr/libexec/mysqld")  # fmt: skip
_DROPPED = re.compile(
    r"--(user|daemonize|pid-file|log-error|wsrep[-_](new[-_]cluster|start[-_]position)|basedir)(=.*)?"
)
"""Arguments of mysqld_safe and of systemd's unit that say nothing in a container."""
_PLUGINS = (
    r"(mariadb|mysql)-(plugin|backup|connectors)-?\S*|percona-xtrabackup\S*"
    r"|mariadb-\w+-engine|mariadb-(pam|gssapi-server|backup|server-utils|server-galera)"
)
# fmt: off
_KEYS = (
    "ssl_ca", "ssl_cert", "ssl_key", "ssl_crl", "file_key_management_filename",
    "file_key_management_filekey", "init_file", "sha256_password_private_key_path",
)
# fmt: on
_DEBIAN_CNF = "/etc/mysql/debian.cnf"


def detect(service: Service) -> Workload | None:
    """A server by its program or what keeps it running; any other, also a router: None."""
    names = called(service)
    if not names & (_SERVERS | _STARTERS) and not _unit_of_package(service):
        return None
    host = service.host
    program, argv = _started(service)
    options = read(host, argv)
    run_as = container_user(service) or accounts.by_name(host, options.values.get("user", "mysql"))
    if run_as and run_as.uid == 0:
        run_as = accounts.by_name(host, options.values.get("user", "mysql"))
    package = pins.owner_of_process(service) or pins.main_package(service)
    maria = "mariadb" in f"{program} {package} {service.name}".lower()
    version = pins.version_of(service, package)
    socket = asking.socket(options, program)
    told = places.clean(options.values.get("datadir", ""))
    # Where nobody could read its settings, the default is no more than a guess.
    data = told or (datadir.default(program) if options.files else "")
    kept = datadir.storage(options.values, data, run_as, "mariadb-dump" if maria else "mysqldump")
    made = described(
        service,
        Known(
            "mariadb" if maria else "mysql",
            f"{'MariaDB' if maria else 'MySQL'} server",
            ("database",),
            version,
            stop_signal="SIGTERM",
            folders=_folders(options),
            command=_command(program, argv, options, maria),
            packages=[
                (p.name, "a plug-in or tool of the server that is installed")
                for p in pins.matching(host, _PLUGINS)
                if maria == ("mysql" not in p.name and "percona" not in p.name)
            ],
            storage=kept,
            # Every setting of a path was looked at, and files of other instances lie beside.
            named=config.mentioned(config.texts(host, _folders(options))),
            keys=[places.clean(v) for k in _KEYS if (v := options.values.get(k, ""))],
            secrets=[
                places.clean(v)
                for k, v in options.values.items()
                if k.startswith("file_key_management_file") and v.startswith("/")
            ],
            health=asking.health(socket, maria, version),
            decided={
                "ExecStart": ("replaced", "the server itself, in the foreground"),
                "ExecStartPre": ("replaced", "folders of the image; the data comes in a volume"),
                "ExecStartPost": (
                    "lost",
                    "checks and upgrades of tables by the distribution: after an image with a "
                    "newer series run mariadb-upgrade (mysql_upgrade) in the container",
                ),
                "UMask": ("replaced", "it makes its files with 0660 and folders with 0700 itself"),
                **_environment(service),
            },
            adaptations=_adaptations(service),
            unknowns=_unread(host, options),
            run_as=run_as,
            census=asking.census(socket) if maria and not asking.older(version) else "",
        ),
    )
    debian = _debian(host)
    return replace(
        made,
        copies=tuple(c for c in made.copies if c.path not in (_DEBIAN_CNF, *_alternatives(host))),
        secrets=tuple(s for s in made.secrets if s.path not in (_DEBIAN_CNF, *_galera(made))),
        preparations=("no-mysql-data",) if debian and maria else (),
        removals=(*made.removals, *(("/var/lib/mysql",) if debian else ())),
    )


def _unit_of_package(service: Service) -> bool:
    """A unit that starts the server through a shell, and does not run at the look."""
    return bool(commands(service, "ExecStart")) and _in_shell(service) != ""


def _in_shell(service: Service) -> str:
    """The server that a line of ``sh`` in the unit starts; empty: none."""
    pattern = r"(?<![\w.-])(/[\w./-]+/(?:mariadbd|mysqld))(?![\w.-])"
    words = (w for c in commands(service, "ExecStart") for w in c.argv[1:])
    return next((m[1] for w in words if (m := re.search(pattern, w))), "")


def _started(service: Service) -> tuple[str, tuple[str, ...]]:
    """(program, arguments): of the server that runs, also below mysqld_safe; else of the unit."""
    for process in service.processes:
        exe = process.exe.removesuffix(" (deleted)")
        if posixpath.basename(exe) in _SERVERS or process.comm in _SERVERS:
            first = process.argv[0] if process.argv else ""
            path = first if first.startswith("/") else exe
            return path, tuple(process.argv[1:])
    for command in commands(service, "ExecStart"):
        if posixpath.basename(command.path) in _SERVERS:
            return command.path, tuple(w for w in command.argv[1:] if not w.startswith("$"))
    if path := _in_shell(service):
        return path, ()
    owners = service.host.owners.value or {}
    path = next((p for p in _INSTALLED if p in owners), "")
    words = [w for c in commands(service, "ExecStart") for w in c.argv[1:]]
    return path, tuple(w for w in words if w.startswith("--"))


def _command(program: str, argv: tuple[str, ...], options: Options, maria: bool) -> Command:
    if not program:
        return Command((), (), ("Its command is not known, since the server was not seen.",))
    if any(MASK in word for word in argv):
        return Command((), (), ("An argument of its command is a secret and stayed there.",))
    kept = [word for word in argv if not _DROPPED.fullmatch(word)]
    changes: list[Adaptation] = []
    told = options.values.get("log_error", "")
    if told and told not in ("OFF", "stderr"):
        # Without the setting it writes to standard error.
        kept.append("--skip-log-error" if maria else "--log-error=stderr")
        what = "its log of errors goes to the container's output instead of a file"
        changes.append(Adaptation("logs", what, "the engine keeps it, and no volume fills"))
    return Command((program, *kept), tuple(changes))


def _folders(options: Options) -> tuple[str, ...]:
    if "defaults_file" in options.values:
        return options.files
    return ("/etc/mysql", "/etc/my.cnf", "/etc/my.cnf.d", *options.files)


def _adaptations(service: Service) -> tuple[Adaptation, ...]:
    found: list[Adaptation] = []
    if called(service) & _STARTERS:
        what = "the server is started itself instead of mysqld_safe"
        why = "the engine starts it again, and only it takes the signal to stop"
        found.append(Adaptation("foreground", what, why))
    if _DEBIAN_CNF in {f.path for f in service.host.config_files.value or ()}:
        what = f"{_DEBIAN_CNF} stays on the machine"
        why = "it holds the login of the distribution's own scripts, which the container has not"
        found.append(Adaptation("secret-file", what, why))
    return tuple(found)


def _environment(service: Service) -> dict[str, Fate]:
    """What the unit reads for the start of a Galera cluster says nothing here."""
    files = (
        [d[2] for d in service.unit.directives if d[1] == "EnvironmentFile"]
        if (service.unit)
        else []
    )
    if not files or not all("wsrep-new-cluster" in f for f in files):
        return {}
    return {"EnvironmentFile": ("replaced", "it is there only while a Galera cluster first starts")}


def _alternatives(host: Host) -> tuple[str, ...]:
    """Links that update-alternatives makes in the image as well."""
    every = host.config_files.value or ()
    return tuple(f.path for f in every if f.link and f.link.startswith("/etc/alternatives/"))


def _galera(made: Workload) -> tuple[str, ...]:
    """The EnvironmentFile= that only a first node of Galera has, while it starts."""
    return tuple(s.path for s in made.secrets if "wsrep-new-cluster" in s.path)


def _unread(host: Host, options: Options) -> tuple[str, ...]:
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    if not options.files:
        return (f"What its option files (my.cnf) say is not known: {reason}",)
    return tuple(f"What {path} says is not known: {reason}" for path in options.unread)


def _debian(host: Host) -> bool:
    return host.os.value is not None and host.os.value.family == "debian"
