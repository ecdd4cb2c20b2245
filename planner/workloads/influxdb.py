"""InfluxDB 1 and 2: folders from its configuration, points counted by its own client."""

from __future__ import annotations

import posixpath
import re
import tomllib

from planner.model import Adaptation, Health, Host, Workload
from planner.service import config, environment, formats, health, pins, places
from planner.service.command import Command, derive
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, called, commands
from planner.shell import shell_word

_WHY = (
    "shards, index and write-ahead log change together, so it is stopped and its files are copied"
)
_FOLDERS = {
    "meta.dir": "names of databases and users",
    "data.dir": "shards",
    "data.wal-dir": "the write-ahead log",
    "hinted-handoff.dir": "writes that wait for other nodes",
    "bolt-path": "names of buckets and users",
    "sqlite-path": "notebooks and annotations",
    "engine-path": "shards and the write-ahead log",
}
_DEFAULTS = {"1": {}, "2": {"bolt-path": "/var/lib/influxdb/influxd.bolt",
                            "engine-path": "/var/lib/influxdb/engine"}}  # fmt: skip
_FILES = ("/etc/influxdb/influxdb.conf", "/etc/influxdb/config.toml", "/etc/influxdb/config.yml")


def detect(service: Service) -> Workload | None:
    """A server by its program or its script of start: any other, also telegraf: None."""
    names = called(service)
    if not names & {"influxd", "influxd-systemd-start.sh", "influxdb"}:
        return None
    host = service.host
    version = pins.version_of(service, pins.main_package(service))
    file = _file(service, version)
    settings = _settings(service, file)
    second = version.startswith("2.") or "bolt-path" in settings
    client = next((n for n in ("influxdb-client", "influxdb2-cli") if pins.installed(host, n)), "")
    port = _port(settings, second)
    open_http = settings.get("http.https-enabled", "false") != "true" and "tls-cert" not in settings
    counts = client == "influxdb-client" and not second and open_http and port > 0
    counts = counts and _no_login(settings)
    return described(
        service,
        Known(
            "influxdb",
            "InfluxDB time series database",
            ("database",),
            version,
            stop_signal="SIGTERM",
            needs_init=False,
            folders=("/etc/influxdb",),
            command=_command(service, file),
            storage=_storage(settings, second),
            packages=[(client, "its client, which counts its points")] if counts else [],
            # Every setting of a path was looked at, and the folder may hold another version's.
            named=config.mentioned(config.texts(host, ("/etc/influxdb", "/etc/default/influxdb"))),
            keys=[
                places.clean(v)
                for k in ("http.https-certificate", "http.https-private-key", "tls-cert", "tls-key")
                if (v := settings.get(k, ""))
            ],
            health=_health(service, port, open_http, second),
            decided={
                "ExecStart": ("replaced", "influxd itself, in the foreground"),
                "PIDFile": ("replaced", "the engine knows the process"),
            },
            unknowns=_unread(host, settings, file),
            run_as=container_user(service),
            census=_census(port) if counts else "",
        ),
    )


def _file(service: Service, version: str) -> str:
    """The file of configuration that its command names, else the packages' own."""
    words = [w for c in commands(service, "ExecStart") for w in c.argv]
    words = [*(service.main.argv if service.main else ()), *words]
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if match := re.fullmatch(r"--?config(?:=(.+))?", word):
            return places.clean(match[1] or following)
    known = service.host.files.value or {}
    told = environment.told(service).get("INFLUXD_CONFIG_PATH", "")
    order = _FILES[:1] if version.startswith("1.") else _FILES[1:]
    return next((p for p in (places.clean(told), *order) if p in known), "")


def _settings(service: Service, file: str) -> dict[str, str]:
    """Dotted names as the file has them; variables (INFLUXDB_DATA_DIR, INFLUXD_ENGINE_PATH) and
    options go before it."""
    text = (service.host.files.value or {}).get(file)
    found: dict[str, str] = {}
    if text is not None:
        found = formats.flat(text.text) if file.endswith((".yml", ".yaml")) else _toml(text.text)
    for name in _FOLDERS:
        one = "INFLUXDB_" + re.sub(r"[.-]", "_", name).upper()
        two = "INFLUXD_" + name.replace("-", "_").upper()
        for key in (one, two):
            if value := environment.told(service).get(key, ""):
                found[name] = value
    for word in service.main.argv if service.main else ():
        if match := re.fullmatch(r"--(bolt-path|engine-path|sqlite-path)=(.+)", word):
            found[match[1]] = match[2]
    return found


def _toml(text: str) -> dict[str, str]:
    """Tables as dotted names; empty where it is no TOML."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    found: dict[str, str] = {}
    for name, value in document.items():
        inner = value if isinstance(value, dict) else {"": value}
        for key, one in inner.items():
            plain = str(one).lower() if isinstance(one, bool) else str(one)
            found[f"{name}.{key}" if key else name] = plain
    return found


def _command(service: Service, file: str) -> Command:
    """Return influxd as it runs: the unit fills in variables, or starts a script that waits for its
    port with curl."""
    main = service.main
    argv = main.argv if main and posixpath.basename(main.exe) == "influxd" else ()
    script = any(n.endswith("-start.sh") for n in called(service))
    if not argv and not script:
        return derive(service)
    if any(MASK in word for word in argv):
        return Command((), (), ("An argument of its command is a secret and stayed there.",))
    path = argv[0] if argv and argv[0].startswith("/") else "/usr/bin/influxd"
    own = ("-config", file) if file and file.endswith(".conf") else ()
    if not script:
        return Command((path, *argv[1:]))
    change = Adaptation(
        "foreground",
        "influxd is started itself instead of its package's script",
        "the script leaves it behind and asks its port with curl",
    )
    return Command((path, *(argv[1:] or own)), (change,))


def _storage(settings: dict[str, str], second: bool) -> Storage:
    found = {**_DEFAULTS["2" if second else "1"], **settings} if settings else {}
    save = "influx backup" if second else "influxd backup -portable"
    wanted: list[Wanted] = []
    for name, what in _FOLDERS.items():
        path = places.clean(found.get(name, ""))
        folder = posixpath.dirname(path) if name in ("bolt-path", "sqlite-path") else path
        if folder and not places.shared_top(folder):
            reason = f"{name} of its configuration: {what}"
            wanted.append(
                Wanted(folder, "data", reason, "stop", _WHY, backup=f"{save}, while it runs")
            )
    unknowns = () if wanted else ("Which folders hold its data is not known.",)
    return Storage(tuple(wanted), unknowns=unknowns)


def _no_login(settings: dict[str, str]) -> bool:
    return settings.get("http.auth-enabled", "false") != "true"


def _port(settings: dict[str, str], second: bool) -> int:
    """Port of its HTTP interface; 0: it has none."""
    told = settings.get("http-bind-address" if second else "http.bind-address", ":8086")
    if settings.get("http.enabled") == "false":
        return 0
    match = re.fullmatch(r".*:(\d{1,5})", told)
    return int(match[1]) if match else 8086


def _health(service: Service, port: int, open_http: bool, second: bool) -> Health | None:
    """/ping and /health answer without a login."""
    if not port:
        return health.of_listeners(service.listeners)
    return (
        health.http(port, path="/health" if second else "/ping")
        if open_http
        else (health.tcp(port))
    )


def _census(port: int) -> str:
    """Points of every measurement of every database, but of its figures about itself."""
    ask = f"influx -host 127.0.0.1 -port {port} -format csv"
    count = shell_word("select count(*) from /.*/")
    return (
        f"{ask} -execute 'show databases' | sed -n 's/^databases,//p' | grep -vx _internal | "
        f'while read -r d; do echo "$d"; {ask} -database "$d" -execute {count} </dev/null || '
        "exit 1; done"
    )


def _unread(host: Host, settings: dict[str, str], file: str) -> tuple[str, ...]:
    if settings:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What its configuration {file} says is not known: {reason}".replace("  ", " "),)
