"""What Apache needs around it: modules, content, logs, keys, folders that it writes."""

from __future__ import annotations

import posixpath
import re

from planner.model import Account, Directory, Host
from planner.service import accounts, phpruntime, pins, places, storage
from planner.service.apacheconf import Configuration
from planner.service.phpruntime import Php
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service

# fmt: off
_DEFAULTS = (
    "access_compat", "alias", "auth_basic", "authn_core", "authn_file", "authz_core", "authz_host",
    "authz_user", "autoindex", "deflate", "dir", "env", "filter", "mime", "mpm_event",
    "negotiation", "reqtimeout", "setenvif", "status",
)
_CONFIGURED = frozenset({
    "alias", "autoindex", "deflate", "dir", "mime", "mpm_event", "negotiation", "reqtimeout",
    "setenvif", "status",
})
# fmt: on
_CONF = (
    "charset",
    "localized-error-pages",
    "other-vhosts-access-log",
    "security",
    "serve-cgi-bin",
)  # fmt: skip
KEYS = (
    "sslcertificatefile", "sslcertificatekeyfile", "sslcertificatechainfile",
    "sslcacertificatefile", "sslcarevocationfile", "sslproxymachinecertificatefile",
    "sslproxycacertificatefile", "sslopensslconfcmd", "authuserfile", "authgroupfile",
    "authdigestfile", "ldaptrustedglobalcert", "secrulesincludeserver",
)  # fmt: skip
SECRETS = ("sslcertificatekeyfile", "authuserfile", "authdigestfile")
_LOGS = ("errorlog", "customlog", "transferlog", "globallog", "forensiclog", "scriptlog")
_WRITTEN = ("davlockdb", "cacheroot", "secdatadir", "secauditlogstoragedir", "sectmpdir",
            "secuploaddir", "fcgidipcdir", "dbdparams")  # fmt: skip


def enabled(host: Host, root: str, kind: str = "mods") -> frozenset[str]:
    """Names of what Debian's ``<kind>-enabled`` holds: modules, sites."""
    ending = "load" if kind == "mods" else "conf"
    place = re.compile(rf"{re.escape(root)}/{kind}-enabled/(.+)\.{ending}")
    found = (place.fullmatch(f.path) for f in host.config_files.value or () if f.state != "deleted")
    return frozenset(m[1] for m in found if m)


def removals(host: Host, root: str) -> tuple[str, ...]:
    """Links that Debian's package makes when it is installed and that this machine has no more:
    modules, parts of its configuration and a site that were switched off."""
    listed = host.config_files
    if root != "/etc/apache2" or listed.value is None or listed.partial:
        return ()
    there = {f.path for f in listed.value if f.state != "deleted"}
    if not any(path.startswith("/etc/apache2/mods-enabled/") for path in there):
        return ()
    made = [f"mods-enabled/{name}.load" for name in _DEFAULTS]
    made += [f"mods-enabled/{name}.conf" for name in _DEFAULTS if name in _CONFIGURED]
    made += [f"conf-enabled/{name}.conf" for name in _CONF] + ["sites-enabled/000-default.conf"]
    return tuple(p for name in made if (p := f"/etc/apache2/{name}") not in there)


def php_of(host: Host, root: str) -> Php | None:
    """PHP inside of its processes: mod_php."""
    for name in sorted(enabled(host, root)):
        if match := re.fullmatch(r"php(\d+\.\d+)", name):
            return Php(host, match[1], "apache2")
    return Php(host, "", "") if pins.installed(host, "php") and not php_fpm(host) else None


def php_fpm(host: Host) -> bool:
    """Whether Red Hat's PHP runs beside Apache: since 8 there is no mod_php any more."""
    return bool(pins.matching(host, r"php.*-fpm"))


def packages(host: Host, root: str, conf: Configuration) -> list[tuple[str, str]]:
    """Packages of modules that are switched on, and of applications whose files are served."""
    on = enabled(host, root)
    found = []
    for package in pins.matching(host, r"libapache2-mod-.+|mod_.+"):
        short = re.sub(r"^(libapache2-mod-|mod_)", "", package.name).replace("-", "_")
        debian = package.name.startswith("lib")
        if not debian or any(n in (short, short.partition("_")[0]) for n in on):
            found.append((package.name, "a module that its configuration loads"))
    for path in served(conf):
        match = re.match(r"/usr/share/([a-z0-9][a-z0-9+.-]+)(/|$)", path)
        if match and match[1] not in ("apache2", "httpd") and pins.installed(host, match[1]):
            found.append((match[1], f"its files in {path} are served"))
    return found


def served(conf: Configuration) -> tuple[str, ...]:
    """Document roots, and folders behind aliases."""
    roots = conf.paths("documentroot")
    aliases = conf.paths("alias", "scriptalias", "wsgiscriptalias", at=1)
    return tuple(dict.fromkeys((*roots, *aliases)))


def wsgi(conf: Configuration) -> tuple[str, ...]:
    """Folders of applications under mod_wsgi: around the script, python-home, python-path."""
    found = [posixpath.dirname(p) for p in conf.paths("wsgiscriptalias", at=1)]
    for directive in conf.each("wsgidaemonprocess", "wsgiscriptalias"):
        for word in directive.args:
            name, _, value = word.partition("=")
            if name in ("python-home", "python-path", "home"):
                found += [places.clean(p) for p in value.split(":")]
    found += [p for word in conf.paths("wsgipythonhome", "wsgipythonpath") for p in word.split(":")]
    return tuple(dict.fromkeys(p for p in found if p and not places.shared_top(p)))


def around(
    service: Service, conf: Configuration, run_as: Account | None, php: Php | None
) -> Storage:
    """Volumes, folders and links of its settings."""
    parts = [_content(service, conf, run_as, php), _logs(conf, run_as)]
    if php:
        told = {
            d.args[0]: d.args[1]
            for d in conf.each("php_value", "php_admin_value")
            if len(d.args) > 1
        }
        parts.append(phpruntime.storage(service, php.settings(told), run_as))
    made = []
    for folder in _runtime(conf):
        if places.role(folder) == "runtime" and folder != "/run":
            real = folder.replace("/var/lock", "/run/lock", 1)
            made.append(Directory(real, accounts.owned(run_as, "0755"), "PID file and locks"))
    for path in conf.paths(*_WRITTEN):
        if places.role(path) in ("cache", "data"):
            own = accounts.owned(run_as, "0755")
            made.append(Directory(path, own, "its configuration lets it write there"))
    links = [link for part in parts for link in part.log_links]
    made += storage.log_folders(links, run_as)
    return storage.joined(*parts, Storage(directories=tuple(made)))


def _runtime(conf: Configuration) -> tuple[str, ...]:
    """Folders of its PID file and its locks, which apachectl makes on Debian."""
    variables = (conf.known.get(f"APACHE_{name}_DIR", "") for name in ("RUN", "LOCK"))
    pid = conf.place(conf.value("pidfile"))
    found = (*map(places.clean, variables), posixpath.dirname(pid))
    return tuple(dict.fromkeys((*found, *conf.paths("defaultruntimedir"))))


def _content(
    service: Service, conf: Configuration, run_as: Account | None, php: Php | None
) -> Storage:
    wanted: list[Wanted] = []
    unknowns: list[str] = []
    code = wsgi(conf)
    for path in served(conf):
        if places.role(path) in ("image", "config") or path in code:
            continue
        if any(posixpath.dirname(path) == c for c in code):
            continue
        whole = phpruntime.root_of_application(service.host, path) if php else path
        if places.shared_top(whole):
            unknowns.append(
                f"It serves files from {path}, which holds other things too: what of it is "
                "content has to be said by its owner."
            )
        else:
            wanted.append(content(service.host, whole, run_as, bool(php)))
    return Storage(tuple(wanted), unknowns=tuple(unknowns))


def content(host: Host, path: str, run_as: Account | None, runs: bool) -> Wanted:
    """A folder that is served. ``runs``: programs in it run, and may write beside themselves
    wherever a mode lets them: uploads, caches, their own updates."""
    below = [i for p, i in (host.paths.value or {}).items() if places.below(p, path)]
    writes = run_as is None or any(
        storage.may_write(i.uid, i.gid, i.mode, run_as) for i in below if i.type == "dir"
    )
    why = "files that are served change one by one; a second pass brings what changed meanwhile"
    if places.info(host, path) is None and host.paths.value is not None:
        why += "; it was not seen on the machine"
    if runs:
        reason = "document root: code of an application with its settings and uploads"
        return Wanted(path, "content", reason, "live", why)
    return Wanted(path, "content", "document root or alias", "live", why, not writes)


def _logs(conf: Configuration, run_as: Account | None) -> Storage:
    links: list[tuple[str, str]] = []
    wanted: list[Wanted] = []
    unknowns: list[str] = []
    for directive in conf.each(*_LOGS):
        word = directive.args[0] if directive.args else ""
        if word.startswith("|"):
            into = re.findall(r"/var/log/[^\s'\"]+", word)
            for path in into:
                folder = posixpath.dirname(places.clean(path))
                reason = f"a program ({word[1:60].split()[0]}) writes the log there"
                wanted.append(Wanted(folder, "logs", reason, *storage.consistency("logs")))
            if not into:
                unknowns.append(
                    f"{directive.name} goes through a program ({word[1:]}): where that puts it is "
                    "not known."
                )
        elif word.startswith("syslog"):
            unknowns.append(
                f"{directive.name} goes to syslog, which a container has not: these lines are "
                "lost until its configuration names a file."
            )
        elif (path := conf.place(word)) and places.role(path) == "log":
            links.append(storage.log_link(path))
    return Storage(tuple(wanted), log_links=tuple(dict.fromkeys(links)), unknowns=tuple(unknowns))
