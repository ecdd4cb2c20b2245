"""PHP inside of a server (mod_php, php-fpm): extensions, settings, and where it keeps things."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from planner.model import Account, Directory, Host
from planner.service import accounts, included, pins, places
from planner.service.formats import pairs as _pairs
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, owner

_SAPIS = r"cli|fpm|cgi|phpdbg|dev|embed|common|litespeed"
_SETTING = re.compile(r"php(?:_admin)?_(?:value|flag)\[([\w.]+)\]")
_EXTENSION = re.compile(r"/usr/lib(64)?/php/(\d+|modules)/[^/]+\.so")
_PUBLIC = frozenset({"public", "web", "webroot", "pub", "htdocs"})
_TOPS = frozenset({"/srv/www", "/var/www/vhosts", "/srv/http"})
_FOLDERS = ("upload_tmp_dir", "sys_temp_dir", "soap.wsdl_cache_dir", "opcache.file_cache")


@dataclass(frozen=True)
class Php:
    """One version of PHP as one server has it. ``sapi``: Debian's name of it (``apache2``,
    ``fpm``); ``version``: ``8.2``, empty on Red Hat, which has one."""

    host: Host
    version: str
    sapi: str

    @property
    def folders(self) -> tuple[str, ...]:
        """Where its settings lie."""
        if not self.version:
            return ("/etc/php.ini", "/etc/php.d")
        base = f"/etc/php/{self.version}"
        return (f"{base}/{self.sapi}", f"{base}/mods-available")

    def settings(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """php.ini, then its additional files, then what the server itself says (*more*)."""
        main = self.folders[0]
        debian = bool(self.version)
        scan = f"{main}/conf.d/*.ini" if debian else "/etc/php.d/*.ini"
        files = (f"{main}/php.ini" if debian else main, *included.matching(self.host, scan))
        found: dict[str, str] = {}
        for path in files:
            found |= _pairs(included.text(self.host, path))
        return {**found, **(more or {})}


def of_pool(settings: Mapping[str, str]) -> dict[str, str]:
    """``php_admin_value[session.save_path]`` of a pool -> ``session.save_path``."""
    return {m[1]: v.strip("\"'") for k, v in settings.items() if (m := _SETTING.fullmatch(k))}


def packages(service: Service, php: Php) -> list[tuple[str, str]]:
    """Extensions: those whose code is loaded; of one that did not run, every one installed."""
    host = php.host
    named = rf"php{re.escape(php.version)}-(?!({_SAPIS})$).+" if php.version else r"php-.+"
    every = [p.name for p in pins.matching(host, named)]
    if not php.version:
        every = [n for n in every if not re.fullmatch(rf"php-({_SAPIS})", n)]
    loaded = {
        owner(host, entry.path)
        for entry in host.mapped.value or ()
        if service.pids.intersection(entry.pids) and _EXTENSION.fullmatch(entry.path)
    }
    if service.processes and not host.mapped.unknown and loaded and "" not in loaded:
        every = [n for n in every if n in loaded]
    return [(n, "an extension that its PHP has loaded") for n in every]


def disabled(host: Host, php: Php) -> tuple[str, ...]:
    """Links that Debian's packages make when they are installed and that this machine has no
    more: an extension that was switched off for this server."""
    listed = host.config_files
    if not php.version or listed.value is None or listed.partial:
        return ()
    base = f"/etc/php/{php.version}"
    links = {f.path for f in listed.value if f.link and f.path.startswith(f"{base}/")}
    on = {p.rpartition("-")[2] for p in links if p.startswith(f"{base}/{php.sapi}/conf.d/")}
    elsewhere = (p for p in links if "/conf.d/" in p and p.rpartition("-")[2] not in on)
    names = {posixpath.basename(p) for p in elsewhere}
    return tuple(f"{base}/{php.sapi}/conf.d/{name}" for name in sorted(names))


def storage(service: Service, settings: Mapping[str, str], run_as: Account | None) -> Storage:
    """Sessions, uploads on their way, caches of code, its log."""
    host = service.host
    wanted: list[Wanted] = []
    made: list[Directory] = []
    links: list[tuple[str, str]] = []
    if settings.get("session.save_handler", "files") == "files":
        path = places.clean(settings.get("session.save_path", "").rpartition(";")[2])
        if not path and _filled(host, "/var/lib/php/sessions"):
            path = "/var/lib/php/sessions"
        if path and places.role(path) not in ("temporary", "runtime", "image"):
            why = "sessions of its users: losing the last of them asks to log in again"
            wanted.append(Wanted(path, "state", "session.save_path of PHP", "live", why))
    for name in _FOLDERS:
        path = places.clean(settings.get(name, ""))
        if path and places.role(path) not in ("temporary", "image"):
            made.append(Directory(path, accounts.owned(run_as, "0700"), f"{name} of PHP", True))
    log = places.clean(settings.get("error_log", ""))
    if log and places.role(log) == "log":
        links.append((log, "/dev/stderr"))
    return Storage(tuple(wanted), tuple(made), log_links=tuple(links))


def _filled(host: Host, path: str) -> bool:
    size = (host.sizes.value or {}).get(path)
    return bool(size and size.files)


def root_of_application(host: Host, folder: str) -> str:
    """The folder of the application around a document root (``/srv/shop`` of
    ``/srv/shop/public``): where its composer.lock or WordPress' own files lie, or the one around a
    folder with a name that says that only a part of it is served; else itself."""
    around = [
        a.path
        for a in host.applications.value or ()
        if a.kind == "php" and places.below(folder, a.path) and not places.shared_top(a.path)
    ]
    parent, name = posixpath.split(folder)
    if name in _PUBLIC and not places.shared_top(parent) and parent not in _TOPS:
        around.append(parent)
    return min(around, key=len) if around else folder
