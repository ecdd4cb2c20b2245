"""Grafana: settings from its file, variables and options; its database, its plug-ins."""

from __future__ import annotations

import posixpath
import re

from planner.model import Adaptation, Health, Workload
from planner.service import environment, formats, health, optioned, pins, places
from planner.service.command import Command, derive
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, called, variables, why_unknown
from planner.shell import shell_word

_NAMES = frozenset({"grafana", "grafana-server"})
_HOME = "/usr/share/grafana"
_FILE = "/etc/grafana/grafana.ini"
_PACKAGED = {
    "data": "/var/lib/grafana",
    "logs": "/var/log/grafana",
    "plugins": "/var/lib/grafana/plugins",
    "provisioning": "/etc/grafana/provisioning",
}
"""As the makers' packages start it, by /etc/default/grafana-server."""
_KEYS = ("server.cert_file", "server.cert_key", "database.ca_cert_path", "database.client_key_path",
         "database.client_cert_path", "auth.ldap.config_file", "auth.jwt.key_file")  # fmt: skip
_COUNTS = (("sqlite3", "it counts what its database holds"),)
_WHY = (
    "its database is one file with a journal, so it is stopped and copied with its plug-ins; from "
    "then on saved by sqlite3's .backup, or likewise"
)
_ELSEWHERE = (
    "its database is on a server of its own; here lie plug-ins and files in passing, copied once "
    "it is stopped"
)


def detect(service: Service) -> Workload | None:
    """The server by its program: any other, also its agents: None."""
    if not called(service) & _NAMES:
        return None
    words = optioned.argv(service)
    flags = optioned.flags(words)
    home = places.clean(flags.get("homepath", "")) or _HOME
    file = places.clean(flags.get("config", "")) or _FILE
    settings = _settings(service, file, words)
    paths = {name: _path(settings.get(f"paths.{name}", ""), home) for name in _PACKAGED}
    data = paths["data"] or (_PACKAGED["data"] if pins.main_package(service) else "")
    provisioning = paths["provisioning"]
    logs = paths["logs"]
    local = settings.get("database.type", "sqlite3") == "sqlite3" and not settings.get(
        "database.url"
    )
    counts = local and pins.installed(service.host, "sqlite3") is not None
    return described(
        service,
        Known(
            "grafana",
            "Grafana",
            stop_signal="SIGTERM",
            needs_init=False,
            folders=tuple(
                f
                for f in ("/etc/grafana", provisioning, file)
                if places.role(f) == "config" and not places.shared_top(f)
            ),
            command=_command(service, words),
            storage=_storage(settings, data, paths["plugins"], home, local=local),
            named=[p for p in (data, logs, home, paths["plugins"]) if p],
            keys=[p for k in _KEYS if (p := places.clean(settings.get(k, "")))],
            health=_health(settings),
            decided={
                "PIDFile": ("replaced", "the engine knows the process"),
                "Restart": ("carried", "restart policy of the container"),
            },
            unknowns=_unread(service, file, settings),
            run_as=container_user(service),
            packages=(optioned.TRUSTED, *(_COUNTS if counts else ())),
            census=_census(settings, data) if counts else "",
        ),
    )


def _settings(service: Service, file: str, words: tuple[str, ...]) -> dict[str, str]:
    """``section.key`` of the file; before it GF_<SECTION>_<KEY>; before all ``cfg:`` options."""
    text = (service.host.files.value or {}).get(file)
    found: dict[str, str] = {}
    for section, inner in formats.sections(text.text if text else "").items():
        found |= {f"{section}.{key}" if section else key: value for key, value in inner.items()}
    told = {**environment.told(service), **variables(service)}
    known = {_variable(name): name for name in (*found, *_KEYS, *(f"paths.{n}" for n in _PACKAGED))}
    for name, value in told.items():
        if match := re.fullmatch(r"GF_([A-Z]+)_(\w+)", name):
            found[known.get(name, f"{match[1].lower()}.{match[2].lower()}")] = value
    for word in words:
        if match := re.fullmatch(r"cfg:(?:default\.)?([a-z_.]+)=(.*)", word):
            found[match[1]] = match[2]
    return found


def _variable(name: str) -> str:
    return "GF_" + re.sub(r"[.-]", "_", name).upper()


def _path(value: str, home: str) -> str:
    if not value or MASK in value or "$" in value:
        return ""
    return places.clean(value if value.startswith("/") else posixpath.join(home, value))


def _command(service: Service, words: tuple[str, ...]) -> Command:
    """Without --pidfile, whose folder only the machine makes, and with logs to standard output."""
    if not words:
        return derive(service)
    kept = tuple(w for w in words if not w.startswith("--pidfile"))
    change = Adaptation(
        "logs",
        "log.mode is console",
        "what it writes to standard output is the engine's to collect and to rotate",
    )
    return Command((*kept, "cfg:log.mode=console"), (change,))


def _storage(
    settings: dict[str, str], data: str, plugins: str, home: str, *, local: bool
) -> Storage:
    if not data or places.below(data, home):
        return Storage(unknowns=("Where it keeps its database and its plug-ins is not known.",))
    why = _WHY if local else _ELSEWHERE
    what = "database, plug-ins" if local else "plug-ins"
    wanted = [Wanted(data, "data", f"paths.data of its settings: {what}", "stop", why)]
    if plugins and not places.below(plugins, data) and places.role(plugins) != "image":
        told = "plug-ins only change when somebody installs one"
        wanted.append(Wanted(plugins, "data", "paths.plugins of its settings", "live", told))
    path = settings.get("database.path", "")
    folder = posixpath.dirname(places.clean(path)) if path.startswith("/") and local else ""
    if folder and not places.below(folder, data) and not places.shared_top(folder):
        wanted.append(Wanted(folder, "data", "database.path of its settings", "stop", _WHY))
    return Storage(tuple(wanted))


def _health(settings: dict[str, str]) -> Health:
    """/api/health asks its database, and for no login."""
    port = optioned.port(f":{settings.get('server.http_port', '3000')}", 3000)
    if settings.get("server.protocol", "http") != "http":
        return health.tcp(port)
    prefix = ""
    if settings.get("server.serve_from_sub_path") == "true":
        prefix = re.sub(
            r"^https?://[^/]+|[^A-Za-z0-9/_.-]", "", settings.get("server.root_url", "")
        )
    return health.http(port, path=f"{prefix.rstrip('/')}/api/health")


def _census(settings: dict[str, str], data: str) -> str:
    """Dashboards, users, sources and alerts."""
    if not data:
        return ""
    file = places.clean(posixpath.join(data, settings.get("database.path", "grafana.db")))
    tables = ("dashboard", '"user"', "data_source", "alert_rule")
    ask = "select '{}', count(*) from {}"
    counts = " union all ".join(ask.format(t.strip('"'), t) for t in tables)
    return f"sqlite3 -readonly {shell_word(file)} {shell_word(counts)}"


def _unread(service: Service, file: str, settings: dict[str, str]) -> tuple[str, ...]:
    host = service.host
    if settings or file in (host.files.value or {}):
        return ()
    listed = host.config_files
    if listed.value is not None and all(f.path != file for f in listed.value):
        return why_unknown(listed, f"Whether {file} differs from the package's")
    return (f"What its configuration {file} says is not known: its text was not carried.",)
