"""Registry of container images (Distribution, Debian's docker-registry): its root, its logins."""

from __future__ import annotations

import posixpath
import re

from planner.model import Health, Workload
from planner.service import environment, formats, health, optioned, pins, places
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called, program, why_unknown
from planner.shell import shell_word

_NAMES = frozenset({"docker-registry", "docker-distribution", "distribution-registry", "registry"})
_FILES = (
    "/etc/docker/registry/config.yml",
    "/etc/distribution/config.yml",
    "/etc/docker-distribution/registry/config.yml",
)
_WHY = (
    "blobs are named for their content and links are written last, so that it is copied while it "
    "runs, and what was pushed meanwhile by a last pass; from then on likewise, or while "
    "storage.maintenance.readonly is set"
)
_TAGS = "./*/_manifests/tags/*/current/link"
_DEFAULTS = {
    "docker-registry": "/var/lib/docker-registry",
    "docker-distribution": "/var/lib/registry",
}
"""As the packages of Debian and of Enterprise Linux configure it."""
_ELSEWHERE = ("s3", "azure", "gcs", "swift", "oss", "inmemory")


def detect(service: Service) -> Workload | None:
    """A registry by its program; ``registry`` alone only where it is told to serve: else None."""
    names = called(service)
    if not names & _NAMES or posixpath.basename(program(service)).startswith("harbor"):
        return None
    words = optioned.argv(service)
    if not names & (_NAMES - {"registry"}) and words[1:2] != ("serve",):
        return None
    file = _file(service, words)
    settings = _settings(service, file)
    root = _root(settings) or _shipped(service, file, settings)
    given = [
        places.clean(v)
        for k in ("auth.htpasswd.path", "http.tls.certificate", "http.tls.key",
                  "auth.token.rootcertbundle", "proxy.passwordfile")
        if (v := settings.get(k, ""))
    ]  # fmt: skip
    given += [places.clean(v) for k, v in settings.items() if k.startswith("http.tls.clientcas.")]
    made = described(
        service,
        Known(
            "registry",
            "Registry of container images",
            stop_signal="SIGTERM",
            needs_init=False,
            folders=_folders(file),
            command=optioned.command(service, words),
            packages=(optioned.TRUSTED,) if "proxy.remoteurl" in settings else (),
            storage=_storage(settings, root),
            named=[root, *given] if root else given,
            keys=given,
            health=_health(service, settings),
            unknowns=_unread(service, file, settings),
            run_as=container_user(service),
            census=_census(root),
        ),
    )
    return optioned.settled(service, made)


def _file(service: Service, words: tuple[str, ...]) -> str:
    """Its file of configuration: the last word of its command, a variable, else the package's."""
    last = next((w for w in reversed(words[1:]) if w.endswith((".yml", ".yaml"))), "")
    told = last or environment.told(service).get("REGISTRY_CONFIGURATION_PATH", "")
    known = service.host.files.value or {}
    return places.clean(told) or next((f for f in _FILES if f in known), "")


def _folders(file: str) -> tuple[str, ...]:
    folder = places.own_folder(file)
    return (folder,) if folder != file and places.role(folder) == "config" else ()


def _settings(service: Service, file: str) -> dict[str, str]:
    """Dotted names of the file; REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY and the like go first."""
    text = (service.host.files.value or {}).get(file)
    found = formats.flat(text.text) if text else {}
    for name, value in environment.told(service).items():
        if match := re.fullmatch(r"REGISTRY_((?:STORAGE|HTTP|AUTH|PROXY)_\w+)", name):
            found[match[1].lower().replace("_", ".")] = value
    return found


def _root(settings: dict[str, str]) -> str:
    """The folder of images; empty: they lie elsewhere, or it is not known where."""
    if _elsewhere(settings):
        return ""
    told = settings.get("storage.filesystem.rootdirectory", "")
    if not told and any(k.startswith("storage.filesystem") for k in settings):
        told = "/var/lib/registry"
    return places.clean(told)


def _shipped(service: Service, file: str, settings: dict[str, str]) -> str:
    """The package's own folder where its file of configuration is as it came, so that its text was
    not carried; empty: it is not known to be so."""
    listed = service.host.config_files
    if settings or listed.value is None or listed.partial:
        return ""
    changed = any(f.path == file for f in listed.value)
    return "" if changed else _DEFAULTS.get(pins.main_package(service), "")


def _elsewhere(settings: dict[str, str]) -> str:
    return next((s for s in _ELSEWHERE if any(k.startswith(f"storage.{s}") for k in settings)), "")


def _storage(settings: dict[str, str], root: str) -> Storage:
    if root:
        reason = "storage.filesystem.rootdirectory of its configuration: images"
        return Storage((Wanted(root, "data", reason, "live", _WHY),))
    if _elsewhere(settings):
        return Storage()
    return Storage(unknowns=("Where it keeps its images is not known.",))


def _health(service: Service, settings: dict[str, str]) -> Health | None:
    """/v2/ asks for a login where there is one, which is an answer; 503 is broken storage."""
    if settings.get("http.net") == "unix":
        return None
    told = settings.get("http.addr", "")
    port = optioned.port(told, 5000)
    if not told and service.listeners:
        return health.of_listeners(service.listeners)
    if "http.tls.certificate" in settings or any(k.startswith("http.tls.") for k in settings):
        return health.tcp(port)
    prefix = re.sub(r"[^A-Za-z0-9/_.-]", "", settings.get("http.prefix", "/")).rstrip("/")
    return health.http(port, path=f"{prefix}/v2/")


def _census(root: str) -> str:
    """Each tag with the digest that it names, and how many blobs there are."""
    if not root:
        return ""
    store = shell_word(f"{root}/docker/registry/v2")
    return (
        f"cd {store}/repositories && find . -path {shell_word(_TAGS)} | LC_ALL=C sort | "
        'while read -r f; do echo "$f $(cat "$f")"; done && '
        "echo blobs $(find ../blobs -name data | wc -l)"
    )


def _unread(service: Service, file: str, settings: dict[str, str]) -> tuple[str, ...]:
    host = service.host
    if settings:
        return ()
    listed = host.config_files
    if file and listed.value is not None and all(f.path != file for f in listed.value):
        # As its package ships it: images are in the package's own folder.
        return why_unknown(listed, f"Whether {file} differs from the package's")
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What its configuration {file} says is not known: {reason}".replace("  ", " "),)
