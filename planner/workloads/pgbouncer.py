"""PgBouncer: its list of users is a secret, its log goes to the output, it keeps nothing."""

from __future__ import annotations

import posixpath
import re

from planner.model import Account, Directory, Health, Host, Workload
from planner.service import accounts, formats, health, places
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.storage import Storage
from planner.service.view import Service, called, commands

_DEFAULT = "/etc/pgbouncer/pgbouncer.ini"
_KEYS = ("auth_file", "auth_hba_file", "auth_ident_file", "client_tls_key_file",
         "client_tls_cert_file", "client_tls_ca_file", "server_tls_key_file",
         "server_tls_cert_file", "server_tls_ca_file")  # fmt: skip


def detect(service: Service) -> Workload | None:
    """A pooler by its program: any other: None."""
    if "pgbouncer" not in called(service):
        return None
    host = service.host
    file, flags, path = _arguments(service)
    settings = _settings(host, file, 0)
    run_as = container_user(service) or accounts.by_name(host, settings.get("user", "postgres"))
    logs = places.clean(settings.get("logfile", ""))
    kept = Storage(
        directories=_folders(settings, run_as),
        log_links=((logs, "/dev/stdout"),) if places.role(logs or "/") == "log" else (),
    )
    return described(
        service,
        Known(
            "pgbouncer",
            "PgBouncer connection pooler",
            ("proxy",),
            needs_init=False,
            folders=(places.own_folder(file),) if places.below(file, "/etc") else (),
            command=_command(path, flags, file, bool(kept.log_links)),
            storage=kept,
            named=[places.clean(v) for v in settings.values() if v.startswith("/")],
            keys=[places.clean(v) for k in _KEYS if (v := settings.get(k, ""))],
            secrets=[places.clean(v) for v in [settings.get("auth_file", "")] if v],
            health=_health(service, settings),
            decided={"PIDFile": ("replaced", "the engine knows the process")},
            unknowns=_unread(host, file, settings),
            run_as=run_as,
        ),
    )


def _arguments(service: Service) -> tuple[str, tuple[str, ...], str]:
    """(file, flags, program) of the process, else of the unit."""
    main, starts = service.main, commands(service, "ExecStart")
    exe = main.exe.removesuffix(" (deleted)") if main else ""
    argv = starts[0].argv if starts and posixpath.basename(starts[0].path) == "pgbouncer" else ()
    path = starts[0].path if argv else exe
    words = list(main.argv[1:] if main and posixpath.basename(exe) == "pgbouncer" else argv[1:])
    file, flags = "", []
    while words:
        word = words.pop(0)
        if word in ("-u", "--user") and words:
            words.pop(0)
        elif not word.startswith("-"):
            file = word
        elif word not in ("-d", "--daemon", "-q", "--quiet", "-R", "--reboot"):
            flags.append(word)
    return places.clean(file) or _DEFAULT, tuple(flags), path


def _settings(host: Host, file: str, depth: int) -> dict[str, str]:
    """The section [pgbouncer], also of files that it includes."""
    text = (host.files.value or {}).get(file)
    if text is None or depth > 5:
        return {}
    found: dict[str, str] = {}
    for match in re.finditer(r"^%include\s+(\S+)", text.text, re.MULTILINE):
        aim = places.clean(posixpath.join(posixpath.dirname(file), match[1]))
        found |= _settings(host, aim, depth + 1)
    return found | formats.sections(text.text).get("pgbouncer", {})


def _folders(settings: dict[str, str], run_as: Account | None) -> tuple[Directory, ...]:
    told = {
        "unix_socket_dir": places.clean(settings.get("unix_socket_dir", "")),
        "pidfile": posixpath.dirname(places.clean(settings.get("pidfile", ""))),
    }
    return tuple(
        Directory(path, accounts.owned(run_as, "0755"), f"{name} in its configuration")
        for name, path in told.items()
        if path and path != "/run" and places.role(path) == "runtime"
    )


def _command(path: str, flags: tuple[str, ...], file: str, logs: bool) -> Command:
    """With ``-q`` where the log file leads to the output, so that no line comes twice."""
    if posixpath.basename(path) != "pgbouncer":
        return Command((), (), ("Where the program lies was not seen.",))
    return Command((path, *flags, *(("-q",) if logs else ()), file))


def _health(service: Service, settings: dict[str, str]) -> Health | None:
    """Its answer (S or N) to SSLRequest, which comes before any login."""
    port = settings.get("listen_port", "6432")
    if "listen_addr" not in settings or not re.fullmatch(r"\d{1,5}", port):
        return health.of_listeners(service.listeners)
    script = (
        f"exec 3<>/dev/tcp/127.0.0.1/{port} && printf '\\0\\0\\0\\010\\004\\322\\026\\057' >&3 && "
        "read -r -n 1 -t 4 answer <&3 && case $answer in S|N) exit 0;; esac; exit 1"
    )
    return Health(("bash", "-c", script), f"answers PostgreSQL's protocol on port {port}")


def _unread(host: Host, file: str, settings: dict[str, str]) -> tuple[str, ...]:
    if settings:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What its configuration {file} says is not known: {reason}",)
