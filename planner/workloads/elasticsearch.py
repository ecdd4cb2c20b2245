"""Elasticsearch and OpenSearch: folders, plug-ins and key store by elasticsearch.yml and the
unit."""

from __future__ import annotations

import posixpath
import re

from planner.model import Account, Adaptation, Directory, Health, Host, Workload
from planner.service import accounts, binding, config, formats, health, pins, places
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called, commands, owner, variables
from planner.shell import shell_word

_NAMES = {"elasticsearch": "Elasticsearch", "opensearch": "OpenSearch"}
_CLASSES = re.compile(r"org\.(elasticsearch|opensearch)\.(bootstrap|server|launcher)\.")
_WHY = "segments and the log of changes belong together, so it is stopped and its files are copied"
_SAVED = "snapshots into a repository (path.repo or an object store), while it runs"
_SECURITY = ("xpack.security.http.ssl.", "plugins.security.ssl.http.")
_PATH = re.compile(r"(?:^|\.)(?:keystore|truststore|certificate|certificate_authorities|key"
                   r"|keystore_filepath|truststore_filepath|pemcert_filepath|pemkey_filepath"
                   r"|pemtrustedcas_filepath)(?:[._]path|\.\d+)?$")  # fmt: skip


def detect(service: Service) -> Workload | None:
    """A node by the class that Java runs, or by the starter in its unit: any other: None."""
    name = _name(service)
    if not name:
        return None
    host = service.host
    folder = _folder(service, name)
    settings = _settings(host, folder, name)
    run_as = container_user(service) or accounts.by_name(host, name)
    package = pins.main_package(service)
    version = pins.version_of(service, package)
    port, tls = _http(settings)
    return described(
        service,
        Known(
            name,
            f"{_NAMES[name]} search engine",
            ("database", "search"),
            version,
            stop_signal="SIGTERM",
            needs_init=True,
            folders=(folder, f"/etc/default/{name}", f"/etc/sysconfig/{name}"),
            command=_command(service, name, settings),
            storage=_storage(service, settings, name, run_as),
            named=config.mentioned(config.texts(host, (folder, f"/etc/default/{name}"))),
            keys=_keys(settings, folder),
            health=health.tcp(port) if tls else _alive(port),
            decided={
                "ExecStart": (
                    "replaced",
                    "its own starter in the foreground: systemd-entrypoint and --quiet are for "
                    "systemd, and the key store's password would have to come from a secret",
                ),
                "PIDFile": ("replaced", "the engine knows the process"),
            },
            adaptations=_adaptations(service, settings),
            unknowns=(*_unread(host, settings, folder, name), *_plugins(service, name)),
            run_as=run_as,
            census=_census(port) if not tls and not _login(settings, version, name) else "",
        ),
    )


def _name(service: Service) -> str:
    words = {w for p in service.processes for w in p.argv}
    for word in words:
        if match := _CLASSES.match(word.partition("/")[2] or word) or _CLASSES.match(word):
            return match[1]
    names = called(service)
    paths = [c.path for c in commands(service, "ExecStart")]
    for name in _NAMES:
        if name in names or any(f"/{name}/bin/" in path for path in paths):
            return name
    return ""


def _folder(service: Service, name: str) -> str:
    """Folder of its configuration: of the variable in the unit, of the running process."""
    upper = "ES" if name == "elasticsearch" else "OPENSEARCH"
    told = places.clean(variables(service).get(f"{upper}_PATH_CONF", ""))
    words = [w for p in service.processes for w in p.argv]
    found = (re.match(r"-D(?:es|opensearch)\.path\.conf=(.+)", w) for w in words)
    return told or next((places.clean(m[1]) for m in found if m), f"/etc/{name}")


def _settings(host: Host, folder: str, name: str) -> dict[str, str]:
    text = (host.files.value or {}).get(f"{folder}/{name}.yml")
    return formats.flat(text.text) if text else {}


def _under(settings: dict[str, str], name: str) -> list[str]:
    """A setting that may be one value, a list in brackets or of lines, or parted by commas."""
    values = [v for k, v in sorted(settings.items()) if re.fullmatch(rf"{name}(\.\d+)?", k)]
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _storage(
    service: Service, settings: dict[str, str], name: str, run_as: Account | None
) -> Storage:
    wanted: list[Wanted] = []
    for value in _under(settings, r"path\.data") or ([f"/var/lib/{name}"] if settings else []):
        if path := places.clean(value):
            wanted.append(
                Wanted(path, "data", "path.data of its configuration", "stop", _WHY, backup=_SAVED)
            )
    for value in _under(settings, r"path\.repo"):
        if path := places.clean(value):
            why = "its files refer to each other: no snapshot may run while it is copied"
            wanted.append(Wanted(path, "data", "path.repo: repository of snapshots", "stop", why))
    for value in _under(settings, r"path\.logs") or [f"/var/log/{name}"]:
        if path := places.clean(value):
            why = "losing the last entries does no harm"
            reason = "path.logs: Java writes its own log of collections there"
            wanted.append(Wanted(path, "logs", reason, "live", why))
    pid = variables(service).get("PID_DIR", "")
    made = [Directory(p, accounts.owned(run_as, "0755"), "its PID file")
            for p in [places.clean(pid)] if p and p != "/run"]  # fmt: skip
    return Storage(tuple(wanted), tuple(made))


def _command(service: Service, name: str, settings: dict[str, str]) -> Command:
    starts = commands(service, "ExecStart")
    path = starts[0].path if starts else ""
    if posixpath.basename(path) not in (name, "systemd-entrypoint"):
        words = [w for p in service.processes for w in p.argv]
        homes = (re.match(r"-D(?:es|opensearch)\.path\.home=(.+)", w) for w in words)
        home = next((places.clean(m[1]) for m in homes if m), "")
        if not home:
            return Command((), (), ("Where it is installed (path.home) was not seen.",))
        path = f"{home}/bin/{name}"
    argv = [f"{posixpath.dirname(path)}/{name}"]
    if binding.elsewhere(_under(settings, r"network\.host")):
        argv.append("-Enetwork.host=0.0.0.0")
    change = Adaptation(
        "foreground",
        f"runs as {' '.join(argv)}, without PID file and with its log on standard output",
        "what its unit starts speaks to systemd",
    )
    return Command(tuple(argv), (change,))


def _adaptations(service: Service, settings: dict[str, str]) -> tuple[Adaptation, ...]:
    found: list[Adaptation] = []
    if binding.elsewhere(_under(settings, r"network\.host")):
        what = "network.host is given as 0.0.0.0 on the command line, before the file's address"
        found.append(Adaptation("bind", what, "the machine's addresses are none of the container"))
    if settings.get("bootstrap.memory_lock") == "true":
        what = "the engine lets it lock its memory (ulimit memlock)"
        found.append(Adaptation("other", what, "bootstrap.memory_lock: it does not start without"))
    what = "the target's kernel needs vm.max_map_count of 262144 or more"
    if settings.get("node.store.allow_mmap") != "false" and service.host:
        why = "it maps its indexes, and its checks refuse a lower value; a container cannot set it"
        found.append(Adaptation("other", what, why))
    return tuple(found)


def _http(settings: dict[str, str]) -> tuple[int, bool]:
    """(port, whether behind TLS) of its HTTP interface; of a range the first."""
    told = settings.get("http.port", "9200").partition("-")[0]
    tls = any(settings.get(f"{prefix}enabled") == "true" for prefix in _SECURITY)
    return (int(told) if re.fullmatch(r"\d{1,5}", told) else 9200), tls


def _alive(port: int) -> Health:
    """Any answer, also that it wants a login; the start of Java and of the indexes takes long."""
    found = health.http(port)
    return Health(found.command, found.what, 120)


def _login(settings: dict[str, str], version: str, name: str) -> bool:
    """Whether it asks who one is: the default since Elasticsearch 8 and in OpenSearch with its
    plug-in."""
    key = "xpack.security.enabled" if name == "elasticsearch" else "plugins.security.disabled"
    told = settings.get(key, "")
    if name == "opensearch":
        return told != "true"
    major = version.partition(".")[0]
    return told == "true" or (told != "false" and not (major.isdigit() and int(major) < 8))


def _census(port: int) -> str:
    """Documents of every index, with bash alone: its image need not have curl."""
    request = "GET /_cat/indices?h=index,docs.count&s=index HTTP/1.0\\r\\n\\r\\n"
    script = (
        f"exec 3<>/dev/tcp/127.0.0.1/{port} && printf {shell_word(request)} >&3 && "
        "sed '1,/^\\r*$/d' <&3"
    )
    return f"bash -c {shell_word(script)}"


def _keys(settings: dict[str, str], folder: str) -> list[str]:
    """Key stores and certificates; what is not absolute lies in the folder of configuration."""
    found = (v for k, v in settings.items() if _PATH.search(k) and "/" in f"/{v}")
    return [p for v in found if (p := places.clean(posixpath.join(folder, v)))]


def _plugins(service: Service, name: str) -> tuple[str, ...]:
    """A sentence for the plug-ins that no package brought: its own tool installed them."""
    host = service.host
    base = f"/usr/share/{name}/plugins"
    known = {p for p in host.paths.value or {} if posixpath.dirname(p) == base}
    loose = sorted(posixpath.basename(p) for p in known if not owner(host, p))
    if not loose:
        return ()
    tool = f"{name}-plugin install"
    return (f"Plug-ins that no package brought ({', '.join(loose)}): {tool} has to be added.",)


def _unread(host: Host, settings: dict[str, str], folder: str, name: str) -> tuple[str, ...]:
    if settings:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {folder}/{name}.yml says is not known: {reason}",)
