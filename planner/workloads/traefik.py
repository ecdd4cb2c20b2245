"""Traefik: entry points, files of its providers, and where it keeps certificates that it gets by
itself (https://doc.traefik.io/traefik/)."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from planner import yamltext
from planner.errors import InputError
from planner.model import Account, Directory, Health, Host, Workload
from planner.service import accounts, config, health, included, places
from planner.service.command import derive
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage, consistency
from planner.service.view import Service, called, commands, setting

_DEFAULTS = tuple(f"/etc/traefik/traefik.{ending}" for ending in ("yml", "yaml", "toml"))
_STORE = re.compile(r"(certificatesresolvers\.[^.]+\.)?acme\.storage(file)?")
_LOG = re.compile(r"(log|accesslog|traefiklog)\.filepath")


def detect(service: Service) -> Workload | None:
    """Traefik by its program; any other: None."""
    if "traefik" not in called(service):
        return None
    host = service.host
    main = _main(service)
    settings = {**_file(host, main), **_options(service)}
    run_as = container_user(service)
    named = tuple(_named(settings))
    folders = {places.own_folder(p) if p.endswith((".yml", ".yaml", ".toml")) else p for p in
               (main, *named)}  # fmt: skip
    own = tuple(sorted(f for f in folders if f and not places.shared_top(f)))
    stored = _stores(service, settings)
    return described(
        service,
        Known(
            "traefik",
            "Traefik proxy",
            needs_init=False,
            folders=own,
            command=derive(service),
            storage=_storage(settings, stored, run_as),
            named=(*config.mentioned(config.texts(host, own, named)), *stored),
            keys=tuple(_keys(host, own)),
            health=_health(service, settings),
            unknowns=_unread(host, main, settings),
            run_as=run_as,
        ),
    )


def _main(service: Service) -> str:
    argv = next((c.argv for c in commands(service, "ExecStart")), ())
    argv = (*argv, *(service.main.argv if service.main else ()))
    for at, word in enumerate(argv):
        name, sign, value = word.partition("=")
        if name.lower().lstrip("-") in ("configfile", "c") and name.startswith("-"):
            value = value if sign else (argv[at + 1 : at + 2] or ("",))[0]
            if value.startswith("/"):
                return places.clean(value)
    known = {*(service.host.files.value or {}), *(service.host.paths.value or {})}
    return next((p for p in _DEFAULTS if p in known), "")


def _file(host: Host, path: str) -> dict[str, str]:
    """Settings of its file as dotted names in lower case, as its own options are written."""
    text = included.text(host, path)
    if path.endswith(".toml"):
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return {}
    else:
        try:
            document, _ = yamltext.read("configuration", text)
        except InputError:
            return {}
    found = dict(_flat(document, ""))
    return {name.lower(): value for name, value in found.items()}


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """A section without settings counts, too: ``ping: {}`` switches it on."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{name}.{number}")
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value or "")


def _options(service: Service) -> dict[str, str]:
    argv = next((c.argv for c in commands(service, "ExecStart")), ())
    found: dict[str, str] = {}
    for word in argv[1:]:
        name, sign, value = word.partition("=")
        if name.startswith("--"):
            found[name[2:].lower()] = value if sign else "true"
    return found


def _named(settings: dict[str, str]) -> Iterator[str]:
    """Files and folders of the file provider."""
    for name in ("providers.file.filename", "providers.file.directory", "file.filename"):
        if path := places.clean(settings.get(name, "")):
            yield path


def _stores(service: Service, settings: dict[str, str]) -> tuple[str, ...]:
    base = setting(service, "WorkingDirectory")
    base = base if base.startswith("/") else "/"
    found = (v for name, v in settings.items() if _STORE.fullmatch(name))
    return tuple(dict.fromkeys(p for v in found if (p := places.clean(posixpath.join(base, v)))))


def _storage(settings: dict[str, str], stores: tuple[str, ...], run_as: Account | None) -> Storage:
    """A file of certificates is replaced as a whole while it runs: its folder is the volume."""
    reason = "certificates that it gets by itself, with their keys and its account: secret"
    why = "it rewrites the file whenever it gets a certificate"
    wanted: list[Wanted] = []
    made: list[Directory] = []
    unknowns: list[str] = []
    for path in stores:
        folder = posixpath.dirname(path)
        if places.shared_top(folder):
            unknowns.append(
                f"It keeps keys and certificates in {path}, in a folder that holds other things, "
                "too: acme.storage has to name a folder of its own first."
            )
        else:
            wanted.append(Wanted(folder, "state", reason, "stop", why))
    links: list[tuple[str, str]] = []
    for name, value in settings.items():
        path = places.clean(value) if _LOG.fullmatch(name) else ""
        if path and places.role(path) == "log":
            links.append((path, "/dev/stdout"))
        elif path and not places.shared_top(posixpath.dirname(path)):
            how = consistency("logs")
            wanted.append(Wanted(posixpath.dirname(path), "logs", name, *how))
    plugins = any(name.startswith("experimental.plugins.") for name in settings)
    if plugins:
        owner = accounts.owned(run_as, "0755")
        made.append(Directory("/plugins-storage", owner, "plug-ins that it fetches at its start"))
    return Storage(tuple(wanted), tuple(made), log_links=tuple(links), unknowns=tuple(unknowns))


def _keys(host: Host, folders: tuple[str, ...]) -> Iterator[str]:
    """Certificates and keys that files of its providers name."""
    for file in config.texts(host, folders):
        for match in re.finditer(r"(?i)(?:cert|key|ca)file[\"']?\s*[:=]\s*[\"']?(/[^\s\"']+)",
                                 file.text):  # fmt: skip
            yield places.clean(match[1])


def _health(service: Service, settings: dict[str, str]) -> Health | None:
    """/ping where it is switched on; else whether an entry point accepts."""
    ports = {
        m[1]: int(m2[1])
        for name, value in settings.items()
        if (m := re.fullmatch(r"entrypoints\.([^.]+)\.address", name))
        and (m2 := re.fullmatch(r".*:(\d{1,5})(?:/tcp)?", value))
    }
    pings = any(name == "ping" or name.startswith("ping.") for name in settings)
    if pings and settings.get("ping.manualrouting") != "true":
        entry = settings.get("ping.entrypoint", "traefik").lower()
        return health.http(ports.get(entry, 8080), path="/ping")
    reached = [p for name, p in sorted(ports.items()) if name != "traefik"]
    return health.tcp(reached[0]) if reached else health.of_listeners(service.listeners)


def _unread(host: Host, main: str, settings: dict[str, str]) -> tuple[str, ...]:
    if settings:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {main or 'its configuration'} says is not known: {reason}",)
