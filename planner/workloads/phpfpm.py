"""PHP-FPM: its pools, the code that web servers of the machine hand to them, what they write."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable

from planner.model import Account, Adaptation, Application, Directory, Health, Host, Workload
from planner.service import accounts, config, formats, health, included, phpruntime, places, storage
from planner.service.apacheconf import Configuration, parse
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.phpruntime import Php
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called, commands

_NAME = re.compile(r"php-?(\d\.?\d)?-?fpm(\d\.\d)?|php-fpm")
_MASTER = re.compile(r"php-fpm: master process \((/[^)]+)\)")
_TCP = re.compile(r"(?:(.*):)?(\d{1,5})")
_APACHE = (("/etc/apache2/apache2.conf", "/etc/apache2"), ("/etc/httpd/conf/httpd.conf",
           "/etc/httpd"))  # fmt: skip
_UPSTREAM = re.compile(r"^\s*upstream\s+([^\s{]+)\s*\{([^}]*)\}", re.MULTILINE)
_PASS = re.compile(r"\bfastcgi_pass\s+([^;\s]+)\s*;")
_ROOT = re.compile(r"^\s*root\s+([^;\s]+)\s*;", re.MULTILINE)
_VARIABLES = {"APACHE_LOG_DIR": "/var/log/apache2", "APACHE_RUN_DIR": "/run/apache2"}


def detect(service: Service) -> Workload | None:
    """PHP-FPM by its program; any other: None."""
    if not any(_NAME.fullmatch(name) for name in called(service)):
        return None
    host = service.host
    main = _main(service)
    php = _php(host, main)
    pools = _pools(host, main)
    run_as = container_user(service) or _one_user(host, pools)
    handed = run_as is not None and _others_socket(host, pools, run_as)
    sections = formats.sections(included.text(host, main)).get("global", {})
    folders = (places.own_folder(main), "/etc/php-fpm.d", *php.folders)
    roots = tuple(dict.fromkeys(_code(host, pools)))
    return described(
        service,
        Known(
            "php-fpm",
            f"PHP-FPM {php.version}".strip(),
            ("web",),
            stop_signal="SIGQUIT",
            needs_init=False,
            folders=folders,
            command=_command(service, main, handed),
            packages=phpruntime.packages(service, php),
            storage=storage.joined(
                _storage(host, pools, sections, roots, run_as),
                *(
                    phpruntime.storage(service, php.settings(phpruntime.of_pool(p.details)), run_as)
                    for p in pools
                ),
            ),
            named=_named(host, php, pools),
            health=_health(pools),
            decided={"ExecStartPost": ("lost", "a link to a socket is not made: name the socket")},
            adaptations=_adaptations(handed, run_as),
            unknowns=_unknowns(host, main, pools, roots),
            removals=(*_default_pool(host, php), *phpruntime.disabled(host, php)),
            run_as=run_as,
        ),
    )


def _main(service: Service) -> str:
    """Its configuration file: from the unit, the title of the master, or where it is by custom."""
    argv = next((c.argv for c in commands(service, "ExecStart")), ())
    words = list(argv[1:])
    for at, word in enumerate(words):
        if word in ("--fpm-config", "-y") and at + 1 < len(words):
            return places.clean(words[at + 1])
        if word.startswith("--fpm-config="):
            return places.clean(word.partition("=")[2])
    title = service.main.argv[0] if service.main and service.main.argv else ""
    if match := _MASTER.match(title):
        return places.clean(match[1])
    version = re.search(r"\d\.\d", " ".join(sorted(called(service))))
    return f"/etc/php/{version[0]}/fpm/php-fpm.conf" if version else "/etc/php-fpm.conf"


def _php(host: Host, main: str) -> Php:
    match = re.match(r"/etc/php/(\d+\.\d+)/", main)
    return Php(host, match[1] if match else "", "fpm")


def _pools(host: Host, main: str) -> tuple[Application, ...]:
    """Pools in the files that the configuration includes."""
    text = included.text(host, main)
    patterns = re.findall(r"^\s*include\s*=\s*(\S+)", text, re.MULTILINE)
    debian = posixpath.dirname(main) + "/pool.d/*.conf"
    files = {
        included.real_path(host, f)
        for p in (patterns or [debian if main.startswith("/etc/php/") else "/etc/php-fpm.d/*.conf"])
        for f in included.matching(host, posixpath.join(posixpath.dirname(main), p))
    }
    every = host.applications.value or ()
    return tuple(a for a in every if a.kind == "php-pool" and a.path in files)


def _one_user(host: Host, pools: Iterable[Application]) -> Account | None:
    names = {p.details.get("user", "") for p in pools}
    return accounts.by_name(host, names.pop()) if len(names) == 1 else None


def _others_socket(host: Host, pools: Iterable[Application], run_as: Account) -> bool:
    """Whether a socket is to belong to another user, which only root can give it."""
    owners = {p.details.get("listen.owner", "") for p in pools if "/" in p.start} - {""}
    found = (accounts.by_name(host, name) for name in owners)
    return any(account is None or account.uid != run_as.uid for account in found)


def _program(service: Service, main: str) -> str:
    for path in (*(c.path for c in commands(service, "ExecStart")),
                 service.main.exe if service.main else ""):  # fmt: skip
        if path.startswith("/") and "php-fpm" in posixpath.basename(path):
            return path
    match = re.match(r"/etc/php/(\d+\.\d+)/", main)
    return f"/usr/sbin/php-fpm{match[1]}" if match else "/usr/sbin/php-fpm"


def _command(service: Service, main: str, handed: bool) -> Command:
    program = _program(service, main)
    change = Adaptation(
        "foreground",
        "started with --nodaemonize and --force-stderr",
        "a container lives as long as its main process stays in the foreground; its own messages "
        "go to the container's output",
    )
    flags = ("--nodaemonize", "--force-stderr", "--fpm-config")
    if not handed:
        return Command((program, *flags, main), (change,))
    if not re.fullmatch(r"[A-Za-z0-9/._-]+", main):
        return Command((), (), (f"The name of {main} is none that a line of sh can hold.",))
    folder, name = posixpath.split(main)
    script = (
        f"rm -rf /tmp/fpm && cp -R {folder} /tmp/fpm && "
        "sed -i -E -e 's/^[[:space:]]*listen[.](owner|group|mode|acl)/;&/' "
        "-e 's/^\\[.*\\]/&\\nlisten.mode = 0666/' /tmp/fpm/pool.d/*.conf && "
        f"sed -i 's#{folder}/pool.d#/tmp/fpm/pool.d#' /tmp/fpm/{name} && "
        f"exec {shlex.join((program, *flags))} /tmp/fpm/{name}"
    )
    return Command(("/bin/sh", "-c", script), (change,))


def _adaptations(handed: bool, run_as: Account | None) -> tuple[Adaptation, ...]:
    if not handed or run_as is None:
        return ()
    what = "its sockets have mode 0666 and belong to its own user"
    why = (
        f"{run_as.name} can not give them to the web server's user; only the containers that share "
        "their folder reach them"
    )
    return (Adaptation("other", what, why),)


def _code(host: Host, pools: tuple[Application, ...]) -> Iterable[str]:
    """Document roots of the sites that hand requests to a pool, with the application around."""
    for pool in pools:
        listen = pool.start.rpartition("@")[2]
        for root in (*_of_apache(host, listen), *_of_nginx(host, listen)):
            whole = phpruntime.root_of_application(host, root)
            if not places.shared_top(whole) and places.role(whole) not in ("image", "config"):
                yield whole
        for name in ("chdir", "doc_root", "chroot"):
            path = places.clean(pool.details.get(name, ""))
            if path and not places.shared_top(path) and places.role(path) in (
                "data", "content", "application", "home"
            ):  # fmt: skip
                yield path


def _of_apache(host: Host, listen: str) -> Iterable[str]:
    for main, root in _APACHE:
        conf = parse(host, main, root, _VARIABLES)
        sites = {d.site for d in conf.directives if any(listen in a for a in d.args)}
        sites |= {s for s in _all_sites(conf) if 0 in sites}
        for site in sites:
            mine = [d.args[0] for d in conf.each("documentroot") if d.site == site and d.args]
            yield from filter(None, map(conf.place, mine))


def _all_sites(conf: Configuration) -> Iterable[int]:
    return (d.site for d in conf.each("documentroot"))


def _of_nginx(host: Host, listen: str) -> Iterable[str]:
    """Roots in the files that name the pool, itself or as an upstream: a file of a site is one
    site. Where such a file says none (``default.d/php.conf``), any site may include it."""
    if not listen:
        return
    texts = config.texts(host, ("/etc/nginx",))
    names = {listen} | {m[1] for t in texts for m in _UPSTREAM.finditer(t.text) if listen in m[2]}
    passes = [
        t for t in texts if any(listen in m[1] or m[1] in names for m in _PASS.finditer(t.text))
    ]
    every = passes if all(_ROOT.search(t.text) for t in passes) else texts
    for text in every:
        for match in _ROOT.finditer(text.text):
            if path := places.clean(match[1].strip("\"'")):
                yield path


def _storage(
    host: Host,
    pools: tuple[Application, ...],
    sections: dict[str, str],
    roots: tuple[str, ...],
    run_as: Account | None,
) -> Storage:
    why = "files change one by one; a second pass brings what changed meanwhile"
    reason = "code that a site hands to its pools, with its settings and uploads"
    wanted = [Wanted(path, "content", reason, "live", why) for path in roots]
    made: list[Directory] = []
    links = []
    touch: tuple[Directory, ...] = ()
    for pool in pools:
        if pool.start.startswith("/"):
            folder = posixpath.dirname(places.clean(pool.start))
            if places.role(folder) == "runtime" and folder != "/run":
                own = accounts.owned(run_as, "0755")
                made.append(Directory(folder, own, f"socket of its pool {pool.name}"))
        for name in ("access.log", "slowlog", "php_admin_value[error_log]"):
            path = places.clean(pool.details.get(name, "").replace("$pool", pool.name))
            if path and places.role(path) == "log":
                links.append((path, "/dev/stdout" if name == "access.log" else "/dev/stderr"))
        wanted += _kept(host, pool, roots, run_as)
    log = places.clean(sections.get("error_log", ""))
    if log and places.role(log) == "log":
        links.append((log, "/dev/stderr"))
    pid = places.clean(sections.get("pid", ""))
    if pid:
        touch, more = storage.pid_file(pid, run_as, "its PID file")
        made += more
    made += storage.log_folders(links, run_as)
    return Storage(tuple(wanted), tuple(made), touch, tuple(dict.fromkeys(links)))


def _kept(
    host: Host, pool: Application, roots: tuple[str, ...], run_as: Account | None
) -> Iterable[Wanted]:
    """Folders that a pool names in its environment or in open_basedir and that its user writes."""
    settings = phpruntime.of_pool(pool.details)
    named = [p for p in settings.get("open_basedir", "").split(":") if p]
    named += [v.strip("\"'") for k, v in pool.details.items() if k.startswith("env[")]
    for path in dict.fromkeys(places.clean(n) for n in named):
        info = places.info(host, path)
        if not path or info is None or info.type != "dir" or places.shared_top(path):
            continue
        if places.role(path) in ("data", "content", "home", "application") and not any(
            places.below(path, r) or places.below(r, path) for r in roots
        ):
            writes = run_as is None or storage.may_write(info.uid, info.gid, info.mode, run_as)
            how = storage.consistency("data")
            if writes:
                yield Wanted(path, "data", f"its pool {pool.name} names it", *how)
            else:
                why = "the program itself only reads it"
                yield Wanted(path, "content", f"its pool {pool.name} names it", "live", why, True)


def _named(host: Host, php: Php, pools: tuple[Application, ...]) -> tuple[str, ...]:
    """Paths of its settings: what is a volume of them is decided here, not by mere mention."""
    return config.mentioned(config.texts(host, php.folders, [p.path for p in pools]))


def _health(pools: tuple[Application, ...]) -> Health | None:
    """Whether the first pool takes a connection. bash opens no socket of a file: there, PHP itself
    looks into the table of those that listen."""
    for pool in pools:
        if pool.start.startswith("/"):
            path = places.clean(pool.start)
            line = f" 00010000 0001 01 .* {path}$"  # a socket that listens
            script = f"grep -q {shlex.quote(line)} /proc/net/unix"
            return Health(("/bin/sh", "-c", script), f"listens on the socket {path}")
        if (match := _TCP.fullmatch(pool.start)) and match[1] in (None, "127.0.0.1", "0.0.0.0"):  # noqa: S104
            return health.tcp(int(match[2]))
    return None


def _default_pool(host: Host, php: Php) -> tuple[str, ...]:
    """Debian's www.conf, where the machine has it no more: dpkg would bring it back."""
    listed = host.config_files
    path = f"/etc/php/{php.version}/fpm/pool.d/www.conf"
    files = host.files.value
    if not php.version or listed.value is None or files is None or host.files.partial:
        return ()
    renamed = not any(f.path == path for f in listed.value) and path not in files
    return (path,) if renamed and included.matching(host, f"{path.rpartition('/')[0]}/*") else ()


def _unknowns(
    host: Host, main: str, pools: tuple[Application, ...], roots: tuple[str, ...]
) -> tuple[str, ...]:
    if not pools:
        reason = host.files.unknown or host.files.partial or "their text was not carried"
        return (f"Which pools {main} has is not known: {reason}",)
    if not roots:
        return ("Which code its pools run is not known: no site of this machine names them.",)
    return ()
