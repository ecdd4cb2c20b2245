"""Apache Tomcat: Debian's, Red Hat's, or a CATALINA_BASE of one's own; each base is a workload."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from planner.model import Account, Adaptation, Directory, EnvVar, Health, Host, Workload
from planner.service import accounts, config, environment, health, included, jvm, pins, places
from planner.service import storage as keeping
from planner.service.command import Command, derive
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.jvm import Jvm
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called, commands

_MAIN = "org.apache.catalina.startup.Bootstrap"
_SCRIPTS = frozenset({"catalina.sh", "startup.sh", "tomcat-start.sh", "daemon.sh"})
_TAG = re.compile(r"<([A-Z][A-Za-z]*)\b([^<>]*?)/?>", re.DOTALL)
_ATTRIBUTE = re.compile(r"([A-Za-z_:][\w:.-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_KEYS = ("certificateKeystoreFile", "keystoreFile", "truststoreFile", "certificateFile",
         "certificateKeyFile", "certificateChainFile", "caCertificateFile", "SSLCertificateFile",
         "SSLCertificateKeyFile")  # fmt: skip
_OWN_OPTIONS = re.compile(
    r"-D(java\.util\.logging\.(config\.file|manager)|catalina\.(base|home)|java\.io\.tmpdir"
    r"|jdk\.tls\.ephemeralDHKeySize|java\.protocol\.handler\.pkgs|ignore\.endorsed\.dirs"
    r"|java\.endorsed\.dirs|org\.apache\.catalina\.security\.SecurityListener\.UMASK)=.*"
    r"|--add-opens=?.*|java\.base/.*|java\.rmi/.*"
)
"""What catalina.sh itself puts before its class."""

_STANDARD = ("bin", "conf", "lib", "logs", "temp", "webapps", "work", "endorsed")


@dataclass(frozen=True)
class _Tag:
    name: str
    attributes: dict[str, str]


@dataclass(frozen=True)
class _Place:
    """``conf``: without links; ``settings``: tags of server.xml and of every context."""

    home: str
    base: str
    conf: str
    settings: tuple[_Tag, ...]

    def each(self, *names: str) -> Iterator[_Tag]:
        return (tag for tag in self.settings if tag.name in names)


def detect(service: Service) -> Workload | None:
    """Tomcat by its main class or its own start scripts; any other: None."""
    found = jvm.of(service)
    if not (found and found.main == _MAIN) and not _scripts(service):
        return None
    host, run_as = service.host, container_user(service)
    place = _place(service, found)
    if place is None:
        return None
    own = not _packaged(place.base)
    code = (place.base,) if own else tuple(_bases(host, place))
    code = (*code, *_contexts(host, place), *(jvm.own_runtime(service, found.program) if found
                                              else ()))  # fmt: skip
    if not _packaged(place.home):
        code = (*code, place.home)
    command, variables = _command(service, place, found)
    kept = keeping.joined(
        _storage(service, place, found, run_as),
        jvm.written(service, found, run_as) if found else Storage(),
        Storage(environment=variables),
    )
    files = config.texts(host, (place.conf,))
    return described(
        service,
        Known(
            "tomcat",
            f"Apache Tomcat with {place.base}",
            ("app-server", "web"),
            needs_init=False,
            folders=(place.conf,),
            command=command,
            packages=_packages(host, place),
            storage=kept,
            named=(place.base, place.home, *config.mentioned(files)),
            keys=(*_paths(place, *_KEYS), *(jvm.keys(found) if found else ())),
            health=_health(service, place),
            decided={
                "ExecStartPre": (
                    "replaced",
                    "what Tomcat's own scripts prepare, its start script prepares again; the "
                    "policy of the security manager is read only with -security",
                ),
                "PIDFile": ("replaced", "the engine knows the process"),
                "ExecStop": ("replaced", "SIGTERM, at which Java runs its shutdown hooks"),
                "SuccessExitStatus": ("replaced", "143 is how Java ends after SIGTERM"),
            },
            unknowns=_unread(host, place),
            removals=_removals(place, code),
            run_as=run_as,
            version=_version(host, place),
            programs=code,
            sites=tuple(sorted(_sites(place))),
            speaks=tuple(sorted(_speaks(place).items())),
        ),
    )


def _scripts(service: Service) -> bool:
    words = {posixpath.basename(w) for c in commands(service, "ExecStart") for w in c.argv}
    return "tomcat-start.sh" in words or (bool(words & _SCRIPTS) and _looks_like(service))


def _looks_like(service: Service) -> bool:
    told = environment.told(service)
    text = " ".join(w for c in commands(service, "ExecStart") for w in c.argv).lower()
    named = any("tomcat" in name.lower() or "catalina" in name.lower() for name in called(service))
    return named or "tomcat" in text or "CATALINA_BASE" in told or "CATALINA_HOME" in told


def _packaged(path: str) -> bool:
    return path.startswith(("/usr/share/", "/var/lib/tomcat", "/usr/lib/"))


def _place(service: Service, found: Jvm | None) -> _Place | None:
    told = environment.told(service)
    scripts = [
        w
        for c in commands(service, "ExecStart")
        for w in (c.path, *c.argv[1:])
        if posixpath.basename(w) in _SCRIPTS - {"tomcat-start.sh"}
    ]
    by_script = posixpath.dirname(posixpath.dirname(scripts[0])) if scripts else ""
    home = (found.folder("catalina.home") if found else "") or places.clean(
        told.get("CATALINA_HOME", "") or by_script
    )
    base = (found.folder("catalina.base") if found else "") or places.clean(
        told.get("CATALINA_BASE", "") or home
    )
    if not base or base == "/":
        return None
    host = service.host
    conf = places.follow(host, f"{base}/conf").path
    etc = f"/etc/{posixpath.basename(base)}"
    if (
        _packaged(base)
        and places.below(conf, base)
        and any(places.below(p, etc) for p in host.files.value or {})
    ):
        conf = etc
    properties = {**(found.properties if found else {}), "catalina.base": base,
                  "catalina.home": home}  # fmt: skip
    settings: list[_Tag] = []
    contexts = included.matching(host, f"{conf}/Catalina/*/*.xml")
    for path in (f"{conf}/server.xml", f"{conf}/context.xml", *contexts):
        settings += _tags(included.text(host, path), properties)
    return _Place(home or base, base, conf, tuple(settings))


def _tags(text: str, properties: dict[str, str]) -> Iterator[_Tag]:
    """Elements without their order: the text is a machine's, so no parser that follows entities."""
    for match in _TAG.finditer(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)):
        values = {m[1]: m[2] or m[3] or "" for m in _ATTRIBUTE.finditer(match[2])}
        yield _Tag(match[1], {
            name: re.sub(r"\$\{([\w.]+)\}", lambda m: properties.get(m[1], m[0]), value)
            for name, value in values.items()
        })  # fmt: skip


def _paths(place: _Place, *names: str) -> list[str]:
    every = (tag.attributes.get(name, "") for tag in place.settings for name in names)
    return [_absolute(place, value) for value in every if value and "$" not in value]


def _absolute(place: _Place, value: str) -> str:
    return places.clean(posixpath.join(place.base, value.removeprefix("file:")))


def _bases(host: Host, place: _Place) -> Iterator[str]:
    """Folders of web applications, without links."""
    named = [tag.attributes.get("appBase", "webapps") for tag in place.each("Host")]
    for value in dict.fromkeys(named or ["webapps"]):
        yield places.follow(host, _absolute(place, value)).path


def _contexts(host: Host, place: _Place) -> list[str]:
    """Applications that lie elsewhere (docBase); folders without code are content."""
    return [p for p in _documents(host, place) if _is_code(host, p)]


def _documents(host: Host, place: _Place) -> list[str]:
    around = list(_bases(host, place))
    named = [
        places.clean(tag.attributes.get(name, ""))
        for tag in place.each("Context", "PreResources", "PostResources", "JarResources")
        for name in ("docBase", "base")
    ]
    return [p for p in dict.fromkeys(named) if p and not any(places.below(p, a) for a in around)]


def _is_code(host: Host, path: str) -> bool:
    known = {a.path for a in host.applications.value or () if a.kind == "java"}
    return (
        path.endswith((".war", ".jar"))
        or path in known
        or f"{path}/WEB-INF" in (host.paths.value or {})
    )


def _storage(service: Service, place: _Place, found: Jvm | None, run_as: Account | None) -> Storage:
    host = service.host
    logs = places.follow(host, f"{place.base}/logs").path
    work = places.follow(host, f"{place.base}/work").path
    if _packaged(place.base):
        name = posixpath.basename(place.base)
        logs = f"/var/log/{name}" if places.below(logs, place.base) else logs
        work = f"/var/cache/{name}" if places.below(work, place.base) else work
    why = "compiled pages, and sessions over a restart"
    wanted = [
        Wanted(logs, "logs", "logs of Tomcat and of its sites", *keeping.consistency("logs")),
        Wanted(work, "cache", why, "live", "Tomcat makes it again"),
    ]
    for tag in place.each("Valve"):
        path = _absolute(place, tag.attributes.get("directory", "logs"))
        path = places.follow(host, path).path
        if "AccessLog" in tag.attributes.get("className", "") and not _packaged(path):
            wanted.append(Wanted(path, "logs", "an access log", *keeping.consistency("logs")))
    for path in _documents(host, place):
        if not _is_code(host, path) and places.role(path) not in ("image", "config"):
            reason = "a context of Tomcat serves it"
            wanted.append(keeping.folder_volume(service, path, run_as, reason))
    if not _packaged(place.base):
        why = "a folder in the base that is none of Tomcat's own"
        kept = keeping.consistency("data")
        wanted += [Wanted(p, "data", why, *kept) for p in _data(host, place, found)]
    owner = accounts.owned(run_as, "0750")
    made = [Directory(f"{place.base}/temp", owner, "temporary files of Tomcat", True)]
    return Storage(tuple(wanted), tuple(made) if not _packaged(place.base) else ())


def _data(host: Host, place: _Place, found: Jvm | None) -> Iterator[str]:
    """Folders below the base that an option names or that were measured, without those that every
    base has and those of applications."""
    own = {f"{place.base}/{name}" for name in _STANDARD} | set(_bases(host, place))
    named = [places.clean(v) for v in (found.properties if found else {}).values()]
    sizes, paths = host.sizes.value or {}, host.paths.value or {}
    measured = [p for p, size in sizes.items() if size.files]
    for path in sorted({*named, *measured}):
        inside = places.below(path, place.base) and path != place.base
        seen = paths[path].type if path in paths else ""
        file = seen == "file" or (not seen and "." in posixpath.basename(path))
        if inside and not file and not any(places.below(path, o) for o in own):
            yield path


def _command(
    service: Service, place: _Place, found: Jvm | None
) -> tuple[Command, tuple[EnvVar, ...]]:
    """``catalina.sh run``, which becomes Java and takes its signals; a start script that does so
    by itself stays."""
    words = [w for c in commands(service, "ExecStart") for w in (c.path, *c.argv[1:])]
    names = {posixpath.basename(w) for w in words}
    made: dict[str, str] = {}
    if (
        service.unit
        and service.unit.directives
        and ("tomcat-start.sh" in names or ("catalina.sh" in names and "run" in words))
    ):
        return derive(service), ()
    told = environment.told(service)
    if "CATALINA_BASE" not in told and place.base != place.home:
        made["CATALINA_BASE"] = place.base
    if found and "JAVA_HOME" not in told and "JRE_HOME" not in told:
        runtime = jvm.own_runtime(service, found.program)
        made |= {"JRE_HOME": runtime[0]} if runtime else {}
    if found and not (service.unit and service.unit.directives):
        options = [o for o in found.options if not _OWN_OPTIONS.fullmatch(o)]
        if any("***" in o or re.search(r"\s", o) for o in options):
            problem = (
                "An option of its Java is a secret, or holds blanks: it has to be set by hand."
            )
            return Command((), (), (problem,)), ()
        made |= {"CATALINA_OPTS": " ".join(options)} if options else {}
    argv = (f"{place.home}/bin/catalina.sh", "run")
    shown = Adaptation(
        "foreground",
        f"runs as {argv[0]} run",
        "a container lives as long as its main process stays in the foreground; the script "
        "becomes Java, which takes the signals",
    )
    source = "of the running process"
    return Command(argv, (shown,)), tuple(EnvVar(n, v, source=source) for n, v in made.items())


def _packages(host: Host, place: _Place) -> list[tuple[str, str]]:
    name = posixpath.basename(place.base) if _packaged(place.base) else ""
    home = posixpath.basename(place.home) if _packaged(place.home) else ""
    found = [(name, "the program")] if name and pins.installed(host, name) else []
    if home and not found:
        # The scripts and classes of Debian's Tomcat, without its service.
        wanted = f"{home}-common" if pins.installed(host, f"{home}-common") else home
        found.append((wanted, "the Tomcat that it runs on"))
    return found


def _version(host: Host, place: _Place) -> str:
    for name, _ in _packages(host, place):
        if package := pins.installed(host, name):
            return pins.upstream(package.version)
    return jvm.version([place.home])


def _health(service: Service, place: _Place) -> Health | None:
    heard = {entry.port for entry in service.listeners}
    for tag in place.each("Connector"):
        port, told = tag.attributes.get("port", ""), tag.attributes
        if not re.fullmatch(r"[1-9]\d{0,4}", port) or (heard and int(port) not in heard):
            continue
        if "AJP" in told.get("protocol", "").upper() or told.get("address", "") not in (
            "", "0.0.0.0", "127.0.0.1", "::", "localhost",  # noqa: S104
        ):  # fmt: skip
            continue
        secure = told.get("SSLEnabled", "").lower() == "true"
        made = health.tcp(int(port)) if secure else health.http(int(port))
        return replace(made, start_period=60)
    spoken = _speaks(place)
    return health.of_listeners([x for x in service.listeners if spoken.get(x.port) != "none"])


def _speaks(place: _Place) -> dict[int, str]:
    """By port; where it waits for the word to stop, and AJP, nobody is to speak. Defaults where
    server.xml was not read."""
    if not place.settings:
        return {8005: "none", 8009: "none"}
    found = [(t.attributes.get("port", "8005"), "none") for t in place.each("Server")]
    for tag in place.each("Connector"):
        secure = tag.attributes.get("SSLEnabled", "").lower() == "true"
        ajp = "AJP" in tag.attributes.get("protocol", "").upper()
        found.append((tag.attributes.get("port", ""), "none" if ajp else "http" + "s" * secure))
    return {int(port): said for port, said in found if re.fullmatch(r"[1-9]\d{0,4}", port)}


def _sites(place: _Place) -> Iterator[str]:
    for tag in place.each("Host"):
        name = tag.attributes.get("name", "")
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z][A-Za-z0-9-]*", name):
            yield name


def _unread(host: Host, place: _Place) -> tuple[str, ...]:
    path = f"{place.conf}/server.xml"
    if included.text(host, path):
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {path} says is not known: {reason}",)


def _removals(place: _Place, code: Sequence[str]) -> tuple[str, ...]:
    """The page that the package brings: the machine's own folder is copied over it."""
    return (f"{place.base}/webapps/ROOT",) if f"{place.base}/webapps" in code else ()
