"""nginx: its configuration says what it serves, where it logs and which keys it needs."""

from __future__ import annotations

import posixpath
import re

from msgspec.structs import replace

from planner.model import Account, Adaptation, Directory, Health, Host, Pin, Workload
from planner.service import accounts, config, health, pins, places, storage
from planner.service.describe import Kind, container_user, workload
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called
from planner.workloads.nginx.arguments import command, options
from planner.workloads.nginx.configuration import Directive, parse, values

_REACHED = frozenset({"", "*", "0.0.0.0", "::", "127.0.0.1", "localhost"})  # noqa: S104
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_DEFAULT_SITE = "/etc/nginx/sites-enabled/default"
_CACHES = (
    "client_body_temp_path",
    "proxy_temp_path",
    "fastcgi_temp_path",
    "uwsgi_temp_path",
    "scgi_temp_path",
    "proxy_cache_path",
    "fastcgi_cache_path",
)


def detect(service: Service) -> Workload | None:
    """Nginx by its program; any other: None."""
    if not called(service) & {"nginx", "openresty"}:
        return None
    host = service.host
    main, words = options(service)
    found = tuple(parse(host, main))
    package = _package(service)
    run_as = container_user(service) or _configured_user(host, found)
    carried = config.changed(
        host,
        (posixpath.dirname(main),),
        {package, "nginx-common"},
        run_as,
        skip=_module_links(host),
    )
    carried = config.merged(
        carried,
        config.referenced(
            host,
            values(
                found,
                (
                    "ssl_certificate",
                    "ssl_certificate_key",
                    "ssl_dhparam",
                    "ssl_trusted_certificate",
                    "ssl_client_certificate",
                    "auth_basic_user_file",
                    "ssl_password_file",
                ),
            ),
            run_as,
            {c.path for c in carried.copies},
        ),
    )
    kept = storage.joined(
        _storage(service, found, run_as),
        Storage(directories=config.key_folder(carried, run_as)),
    )
    made = workload(
        service,
        Kind(
            "nginx",
            "nginx web server",
            ("web",),
            pins.version_of(service, package),
            stop_signal="SIGQUIT",
        ),
        command=command(service, words),
        packages=_packages(host, package, found),
        carried=carried,
        kept=kept,
        files=config.texts(host, (posixpath.dirname(main),)),
        health=_health(service, found),
        decided={
            "ExecStartPre": ("replaced", "nginx checks its configuration itself when it starts"),
            "ExecStart": ("carried", "command of the container, with daemon off"),
            "KillMode": ("replaced", "SIGQUIT to the master, which ends its workers"),
        },
        adaptations=_pid_change(kept),
        unknowns=(*_unread(host, main, found), *pins.missing(service, package)),
        removals=_default_site(host),
        run_as=run_as,
    )
    return replace(made, sites=_sites(found))


def _sites(found: tuple[Directive, ...]) -> tuple[str, ...]:
    names = (n for d in found if d.name == "server_name" for n in d.args)
    return tuple(sorted({n for n in names if _HOST_NAME.fullmatch(n)}))


def _configured_user(host: Host, found: tuple[Directive, ...]) -> Account | None:
    for directive in found:
        if directive.name == "user" and not directive.within and directive.args:
            return accounts.by_name(host, directive.args[0])
    return None


def _unread(host: Host, main: str, found: tuple[Directive, ...]) -> tuple[str, ...]:
    if found:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {main} says is not known: {reason}",)


# --- what it needs around it ----------------------------------------------------------------------


def _package(service: Service) -> str:
    found = pins.main_package(service)
    if found in ("", "nginx-common", "nginx-core") and pins.installed(service.host, "nginx"):
        return "nginx"
    return found


def _packages(host: Host, package: str, found: tuple[Directive, ...]) -> tuple[Pin, ...]:
    loaded = {posixpath.basename(d.args[0]) for d in found if d.name == "load_module" and d.args}
    wanted = [(package, "the program")] if package else []
    for module in pins.matching(host, r"(lib)?nginx-mod-.*|nginx-module-.*"):
        short = re.sub(r"^(lib)?nginx-mod(ule)?-", "", module.name).replace("-", "_")
        plain = re.sub(r"^(http|stream|mail)_", "", short)
        if any(plain in name.replace("-", "_") for name in loaded) or _enabled(host, module.name):
            wanted.append((module.name, "a module that the configuration loads"))
    return pins.pins(host, wanted)


def _enabled(host: Host, module: str) -> bool:
    short = module.removeprefix("libnginx-mod-")
    return any(path.endswith(f"mod-{short}.conf") for path in _module_links(host))


def _module_links(host: Host) -> tuple[str, ...]:
    """Links that the packages of the modules make themselves."""
    return tuple(
        f.path
        for f in host.config_files.value or ()
        if f.path.startswith("/etc/nginx/modules-enabled/") and "/modules-available/" in f.link
    )


def _default_site(host: Host) -> tuple[str, ...]:
    """Debian's package makes this link when it is installed, so no package owns it: it has to go
    again where the machine has it no more.
    """
    listed = host.config_files
    if listed.value is None or not any(f.path.startswith("/etc/nginx/") for f in listed.value):
        return ()
    debian = host.os.value is not None and host.os.value.family == "debian"
    there = _DEFAULT_SITE in (host.paths.value or {}) or any(
        f.path == _DEFAULT_SITE and f.state != "deleted" for f in listed.value
    )
    return (_DEFAULT_SITE,) if debian and not there else ()


def _storage(service: Service, found: tuple[Directive, ...], run_as: Account | None) -> Storage:
    host = service.host
    wanted: list[Wanted] = []
    unknowns: list[str] = []
    for path in values(found, ("root", "alias")):
        if places.role(path) == "image" or places.role(path) == "config":
            continue
        if places.shared_top(path):
            unknowns.append(
                f"It serves files from {path}, which holds other things too: what of "
                "it is content has to be said by its owner."
            )
            continue
        wanted.append(_content(service, path, run_as))
    logs = [v for v in values(found, ("access_log", "error_log")) if places.role(v) == "log"] or [
        "/var/log/nginx/access.log"
    ]
    # The program opens this one before it reads its configuration.
    logs.append("/var/log/nginx/error.log")
    pid = next(iter(values((d for d in found if not d.within), ("pid",))), "/run/nginx.pid")
    touch, directories = storage.pid_file(places.clean(pid), run_as, "its PID file")
    caches = {v for v in values(found, _CACHES) if places.role(v) != "config"}
    debian = host.os.value is not None and host.os.value.family == "debian"
    state = ("body", "fastcgi", "proxy", "scgi", "uwsgi") if debian else ("",)
    caches |= {places.clean(f"/var/lib/nginx/{name}") for name in state}
    made = [
        Directory(c, accounts.owned(run_as, "0700"), "temporary files of requests")
        for c in sorted(caches)
    ]
    return Storage(
        tuple(wanted),
        (*directories, *made),
        touch,
        tuple(storage.log_link(path) for path in dict.fromkeys(logs)),
        unknowns=tuple(unknowns),
    )


def _content(service: Service, path: str, run_as: Account | None) -> Wanted:
    info = places.info(service.host, path)
    writes = (
        info is not None
        and run_as is not None
        and storage.may_write(info.uid, info.gid, info.mode, run_as)
    )
    why = "files that are served change one by one"
    if info is None and service.host.paths.value is not None:
        why += "; it was not seen on the machine"
    return Wanted(path, "content", "root or alias in the configuration", "live", why, not writes)


def _pid_change(kept: Storage) -> tuple[Adaptation, ...]:
    return tuple(
        Adaptation(
            "pid-file",
            f"{entry.path} exists and belongs to its user",
            "an unprivileged user may not make files in /run",
        )
        for entry in kept.touch
    )


def _health(service: Service, found: tuple[Directive, ...]) -> Health | None:
    """The first plain server: its port and name; with TLS only, whether it accepts."""
    secure: list[int] = []
    for listen in (d for d in found if d.name == "listen" and d.args):
        match = re.fullmatch(r"(?:(.*):)?(\d{1,5})", listen.args[0])
        address, port = (match[1] or "", int(match[2])) if match else (listen.args[0], 80)
        if address.startswith(("unix", "/")) or address.strip("[]") not in _REACHED:
            continue
        if not {"ssl", "quic", "proxy_protocol"} & set(listen.args[1:]) and "http" in listen.within:
            return health.http(port, _server_name(found, listen.server))
        secure.append(port)
    if secure:
        return health.tcp(secure[0])
    return health.of_listeners(service.listeners)


def _server_name(found: tuple[Directive, ...], server: int) -> str:
    for directive in found:
        if directive.name == "server_name" and directive.server == server:
            for name in directive.args:
                if _HOST_NAME.fullmatch(name):
                    return name
    return "localhost"
