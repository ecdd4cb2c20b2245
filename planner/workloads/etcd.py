"""etcd: its folder from the environment, the options or the file of configuration, its keys
counted by its own client."""

from __future__ import annotations

import posixpath
import re

from planner.model import Health, Host, Workload
from planner.service import config, environment, formats, health, pins, places, urls
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called, commands, setting
from planner.shell import shell_word

_KEYS = ("cert_file", "key_file", "trusted_ca_file", "peer_cert_file", "peer_key_file",
         "peer_trusted_ca_file")  # fmt: skip
_CLIENTS = ("etcd-client", "etcd")
_WHY = "its database and its log change together, so it is stopped and its files are copied"


def detect(service: Service) -> Workload | None:
    """A server by its program: any other, also its proxies: None."""
    if not called(service) & {"etcd", "etcd3"}:
        return None
    settings = _settings(service)
    client = _client(service)
    data = _data(service, settings)
    census = _census(settings) if client else ""
    return described(
        service,
        Known(
            "etcd",
            "etcd key-value store",
            ("database",),
            stop_signal="SIGTERM",
            needs_init=False,
            storage=_storage(settings, data),
            packages=[(client, "its client, which counts its keys")] if census else [],
            # Every setting of a path was looked at, and the file may be another instance's.
            named=config.mentioned(config.texts(service.host, ("/etc/etcd", "/etc/default/etcd"))),
            keys=[places.clean(settings[k]) for k in _KEYS if settings.get(k)],
            health=_health(service, settings),
            unknowns=_unread(service, settings),
            run_as=container_user(service),
            census=census,
        ),
    )


def _settings(service: Service) -> dict[str, str]:
    """Settings by name, lower case with ``_``: of the file of configuration, which counts alone,
    else of the variables and, before them, the options."""
    words = _words(service)
    options = dict(_options(words))
    files = service.host.files.value or {}
    if "config_file" in options:
        text = files.get(places.clean(options["config_file"]))
        if text is None:
            return options
        return {
            k.replace("-", "_").replace(".", "_"): v for k, v in formats.flat(text.text).items()
        }
    found = environment.told(service)
    named = {k[5:].lower(): v for k, v in found.items() if k.startswith("ETCD_")}
    return {**named, **options}


def _words(service: Service) -> list[str]:
    main = service.main
    if main and posixpath.basename(main.exe).startswith("etcd"):
        return list(main.argv[1:])
    starts = commands(service, "ExecStart")
    return list(starts[0].argv[1:]) if starts else []


def _options(words: list[str]) -> list[tuple[str, str]]:
    found = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if match := re.fullmatch(r"--?([a-z][a-z-]*)(?:=(.*))?", word, re.DOTALL):
            value = match[2]
            if value is None:
                value = rest.pop(0) if rest and not rest[0].startswith("-") else "true"
            found.append((match[1].replace("-", "_"), value))
    return found


def _data(service: Service, settings: dict[str, str]) -> str:
    """Its folder; what is not absolute, and ``<name>.etcd`` by default, is in the working one."""
    told = settings.get("data_dir", "")
    if not told and _unread(service, settings):
        return ""
    told = told or f"{settings.get('name', 'default')}.etcd"
    if told.startswith("/"):
        return places.clean(told)
    base = setting(service, "WorkingDirectory") or (service.main.cwd if service.main else "")
    return places.clean(posixpath.join(base, told)) if base.startswith("/") else ""


def _storage(settings: dict[str, str], data: str) -> Storage:
    if not data:
        return Storage(unknowns=("Where its data directory (data-dir) lies is not known.",))
    wanted = [
        Wanted(
            data,
            "data",
            "data-dir of its settings",
            "stop",
            _WHY,
            backup="etcdctl snapshot save, while it runs",
        )
    ]
    if wal := places.clean(settings.get("wal_dir", "")):
        why = "its log belongs to the data directory and moves with it"
        wanted.append(Wanted(wal, "data", "wal-dir of its settings", "stop", why))
    return Storage(tuple(wanted))


def _client(service: Service) -> str:
    """Package of etcdctl; empty: the machine has none, so the image need not have it."""
    own = pins.main_package(service)
    return next((n for n in _CLIENTS if n != own and pins.installed(service.host, n)), "")


def _url(settings: dict[str, str]) -> tuple[str, int] | None:
    """(scheme, port) at which the container itself reaches the interface for clients."""
    for url in settings.get("listen_client_urls", "http://localhost:2379").split(","):
        parts = urls.split(url)
        if parts.scheme in ("http", "https"):
            return parts.scheme, urls.port(parts) or 2379
    return None


def _health(service: Service, settings: dict[str, str]) -> Health | None:
    """/health says 503 where there is no leader; behind TLS, whether it accepts."""
    where = _url(settings)
    if where is None:
        return health.of_listeners(service.listeners)
    scheme, port = where
    return health.http(port, path="/health") if scheme == "http" else health.tcp(port)


def _census(settings: dict[str, str]) -> str:
    """Number of keys and the store's revision; none behind TLS, which asks for a certificate."""
    where = _url(settings)
    if where is None or where[0] != "http":
        return ""
    ask = f"etcdctl --endpoints=http://127.0.0.1:{where[1]} get '' --prefix"
    keep = shell_word('"(Revision|Count)"')
    return f"export ETCDCTL_API=3; {ask} --count-only -w fields | grep -E {keep} && {ask} | cksum"


def _unread(service: Service, settings: dict[str, str]) -> tuple[str, ...]:
    host: Host = service.host
    file = places.clean(settings.get("config_file", ""))
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    known = {*(host.files.value or {})}
    needed = (
        (file,)
        if file
        else tuple(
            path
            for path in environment.files(service)
            if host.files.unknown or path in _there(host)
        )
    )
    return tuple(
        f"What its configuration {path} says is not known: {reason}"
        for path in needed
        if path not in known
    )


def _there(host: Host) -> frozenset[str]:
    """Paths that are on the machine: an environment file may lack."""
    return frozenset({*(host.paths.value or {}), *(f.path for f in host.config_files.value or ())})
