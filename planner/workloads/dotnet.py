"""Programs of one's own in .NET: ``dotnet App.dll``, and those that bring their runtime along."""

from __future__ import annotations

import posixpath
import re

from msgspec.structs import replace

from planner.model import Account, Adaptation, Application, Directory, Health, Host, Workload
from planner.service import accounts, environment, formats, health, included, jvm, pins, places
from planner.service import storage as keeping
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, commands, owner, setting

_URL = re.compile(r"https?://[^:/;]*:(\d{1,5})")
_LIBRARIES = re.compile(r".*/lib(icu\w+|ssl|crypto|gssapi_krb5|lttng-ust|stdc\+\+)\.so.*")
_KEYS = ".aspnet/DataProtection-Keys"


def detect(service: Service) -> Workload | None:
    """A program of .NET that no package owns; any other: None."""
    argv = _argv(service)
    program = places.clean(argv[0]) if argv else ""
    library = next((w for w in argv[1:4] if w.endswith(".dll")), "")
    shared = posixpath.basename(program) == "dotnet"
    workdir = places.clean(setting(service, "WorkingDirectory").lstrip("-")) or (
        places.clean(service.main.cwd) if service.main else ""
    )
    path = places.clean(posixpath.join(workdir or "/", library)) if shared else program
    if not path or (shared and not library) or owner(service.host, path):
        return None
    root = posixpath.dirname(path)
    found = _application(service.host, root)
    if not shared and found is None:
        return None
    host, run_as = service.host, container_user(service)
    settings = _settings(host, root)
    code = (root, *(jvm.own_runtime(service, program) if shared else ()))
    name = posixpath.splitext(posixpath.basename(path))[0]
    made = described(
        service,
        Known(
            "dotnet",
            f".NET application {name}" if re.fullmatch(r"[\w.-]+", name) else ".NET application",
            needs_init=False,
            packages=_packages(service, found, shared),
            storage=_storage(service, root, run_as),
            named=code,
            run_as=run_as,
            programs=code,
            adaptations=_adaptations(shared),
            unknowns=_unknowns(service, program, shared, code),
            version=found.version if found else "",
        ),
    )
    return replace(made, health=_health(service, settings) or made.health)


def _argv(service: Service) -> tuple[str, ...]:
    starts = commands(service, "ExecStart")
    if len(starts) == 1:
        return (starts[0].path, *starts[0].argv[1:])
    main = service.main
    return (main.exe or main.argv[0], *main.argv[1:]) if main and main.argv else ()


def _application(host: Host, root: str) -> Application | None:
    every = host.applications.value or ()
    return next((a for a in every if a.kind == "dotnet" and a.path == root), None)


def _settings(host: Host, root: str) -> dict[str, str]:
    """appsettings.json, then that of production, by dotted names in lower case."""
    found: dict[str, str] = {}
    for name in ("appsettings.json", "appsettings.Production.json"):
        told = formats.flat(included.text(host, f"{root}/{name}"))
        found |= {k.lower(): v for k, v in told.items()}
    return found


def _packages(service: Service, found: Application | None, shared: bool) -> list[tuple[str, str]]:
    """The runtime of the series that it asks for, and libraries that .NET loads by itself."""
    host = service.host
    series = ".".join((found.runtime if found else "").lstrip(">=v").split(".")[:2])
    wanted: list[tuple[str, str]] = []
    if shared:
        names = [p.name for p in pins.matching(host, r"(aspnetcore|dotnet)-runtime-\d+\.\d+")]
        fits = [n for n in names if series and n.endswith(f"-{series}")] or names
        wanted += [(name, "the runtime that it is built for") for name in fits]
    loaded = {
        owner(host, entry.path)
        for entry in host.mapped.value or ()
        if service.pids.intersection(entry.pids) and _LIBRARIES.fullmatch(entry.path)
    }
    wanted += [(n, "a library that .NET loads by itself") for n in sorted(loaded - {""})]
    return wanted


def _storage(service: Service, root: str, run_as: Account | None) -> Storage:
    """Keys that ASP.NET protects cookies with, and the folder of a program in a single file."""
    host = service.host
    wanted: list[Wanted] = []
    made: list[Directory] = []
    home = run_as.home if run_as else "/root"
    keys = places.clean(f"{home}/{_KEYS}")
    if keys and (places.info(host, keys) or keys in (host.sizes.value or {})):
        why = "keys of cookies and forms: without them everybody has to log in again"
        wanted.append(Wanted(keys, "state", why, *keeping.consistency("state")))
    unpack = places.clean(environment.told(service).get("DOTNET_BUNDLE_EXTRACT_BASE_DIR", ""))
    if unpack and places.role(unpack) != "temporary" and not places.below(root, unpack):
        reason = "DOTNET_BUNDLE_EXTRACT_BASE_DIR: where it unpacks itself"
        made.append(Directory(unpack, accounts.owned(run_as, "0700"), reason, True))
    return Storage(tuple(wanted), tuple(made))


def _adaptations(shared: bool) -> tuple[Adaptation, ...]:
    if shared:
        return ()
    return (
        Adaptation(
            "other",
            "its runtime is in its own folder, and comes with it",
            "it was published self-contained: fixes of .NET come with a new build of it alone",
        ),
    )


def _unknowns(
    service: Service, program: str, shared: bool, code: tuple[str, ...]
) -> tuple[str, ...]:
    real = service.main.exe if service.main else program
    if not shared or owner(service.host, program) or owner(service.host, real) or len(code) > 1:
        return ()
    return (f"No package owns the .NET at {real}: the image has none until its owner says which.",)


def _health(service: Service, settings: dict[str, str]) -> Health | None:
    told = environment.told(service)
    urls = [told.get("ASPNETCORE_URLS", ""), told.get("URLS", ""), settings.get("urls", "")]
    urls += [v for k, v in settings.items() if re.fullmatch(r"kestrel\.endpoints\..*\.url", k)]
    heard = {x.port for x in service.listeners if health.target(x).startswith("127.")}
    for text in urls:
        for match in _URL.finditer(text):
            if int(match[1]) in heard:
                secure = match[0].startswith("https")
                return health.tcp(int(match[1])) if secure else health.http(int(match[1]))
    return None
