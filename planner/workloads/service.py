"""Any other service: what its unit, its package and its configuration say of it."""

from __future__ import annotations

import posixpath
import re

from planner.model import Copy, Health, Owner, Workload
from planner.service import config, health, pins, places, storage
from planner.service.command import derive
from planner.service.describe import Kind, container_user, workload
from planner.service.storage import Storage
from planner.service.view import Service, called, commands, owner, program, setting

_TRAITS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"apache2|httpd|lighttpd|caddy|tomcat\d*|jetty.*|php-?fpm.*|php\d\.\d-fpm|node|haproxy|varnishd?"
        r"|traefik|squid|thttpd|hiawatha|passenger.*|puma|unicorn",
        ("web",),
    ),
    (
        r"mysqld?|mariadbd?|mongod|mongodb|cassandra|influxd?|elasticsearch|opensearch|clickhouse.*"
        r"|couchdb|neo4j|oracle.*|db2.*|firebird.*|rethinkdb|cockroach|questdb|solr",
        ("database",),
    ),
    (r"memcached|hazelcast|dragonfly", ("cache", "stateless")),
    (
        r"rabbitmq(-server)?|mosquitto|activemq|artemis|kafka|nats(-server)?|emqx|qpidd|beanstalkd",
        ("broker",),
    ),
    (
        r"jenkins|gitlab-runner|buildkite-agent|teamcity.*|actions\.runner.*|buildbot.*|drone.*|nexus"
        r"|artifactory|docker-registry|gitea|act_runner|bamboo.*|go-agent|concourse.*",
        ("ci",),
    ),
)
_REAPS = frozenset(
    {
        "apache2",
        "httpd",
        "lighttpd",
        "haproxy",
        "mysqld",
        "mariadbd",
        "memcached",
        "dovecot",
        "master",
        "postfix",
        "php-fpm",
        "supervisord",
        "named",
        "vsftpd",
    }
)


def detect(service: Service) -> Workload:
    """The workload of a service that no other detector claimed."""
    names = called(service) | {service.name.partition("@")[0]}
    package = pins.main_package(service)
    run_as = container_user(service)
    command = derive(service)
    mine = {package} - {""} | {n for n in names if not _interpreter(n)}
    folders = config.own_folders(mine)
    words = [
        places.clean(w.rpartition("=")[2])
        for w in command.argv[1:]
        if w.rpartition("=")[2].startswith("/")
    ]
    files = config.texts(service.host, folders, words)
    roots = _roots(service)
    carried = config.merged(
        config.changed(
            service.host,
            [*folders, *(w for w in words if places.role(w) == "config")],
            {package} - {""},
            run_as,
            skip=_env_files(service),
        ),
        config.Carried(tuple(_application(service, root) for root in roots)),
    )
    carried = config.merged(
        carried,
        config.referenced(
            service.host,
            config.mentioned(files),
            run_as,
            {c.path for c in carried.copies} | {s.path for s in carried.secrets},
        ),
    )
    covered = [*(c.path for c in carried.copies), *(s.path for s in carried.secrets)]
    kept = storage.joined(
        storage.of_open_files(service, packaged=bool(package), application=roots),
        storage.of_mentions(service, config.mentioned(files), run_as, covered),
        storage.by_convention(service, mine),
        Storage(directories=config.key_folder(carried, run_as)),
    )
    traits = _traits(names)
    return workload(
        service,
        Kind(
            "service",
            _title(service, package),
            traits,
            pins.version_of(service, package),
            needs_init=not names & _REAPS,
        ),
        command=command,
        packages=pins.pins(service.host, [(package, "the program")] if package else []),
        carried=carried,
        kept=kept,
        files=files,
        health=_health(service, traits),
        unknowns=() if roots and not package else pins.missing(service, package),
        run_as=run_as,
    )


def _interpreter(name: str) -> bool:
    return bool(re.fullmatch(r"(ba|da)?sh|perl|ruby|node|java|php|python[\d.]*|env|nohup", name))


def _title(service: Service, package: str) -> str:
    told = ""
    for section, name, value in service.unit.directives if service.unit else ():
        told = value if (section, name) == ("Unit", "Description") and "%" not in value else told
    return told[:120] or package or service.name


def _traits(names: frozenset[str]) -> tuple[str, ...]:
    found = {
        t
        for pattern, traits in _TRAITS
        for t in traits
        if any(re.fullmatch(pattern, name) for name in names)
    }
    return tuple(sorted(found))


def _env_files(service: Service) -> tuple[str, ...]:
    return tuple(
        d[2].lstrip("-")
        for d in (service.unit.directives if service.unit else ())
        if d[1] == "EnvironmentFile"
    )


def _roots(service: Service) -> tuple[str, ...]:
    """Application folders outside of every package: of the program, its script and its working
    directory, below /opt, /srv, /usr/local, /home.
    """
    starts = commands(service, "ExecStart")
    words = starts[0].argv[:3] if starts else (service.main.argv[:3] if service.main else ())
    paths = [program(service), *words, setting(service, "WorkingDirectory").lstrip("-")]
    if service.main and not service.unit:
        paths.append(service.main.cwd)
    found: list[str] = []
    for path in (places.clean(p) for p in paths if p.startswith("/")):
        if places.role(path) not in ("application", "data", "content", "home"):
            continue
        if owner(service.host, path):
            continue
        info = places.info(service.host, path)
        folder = path if info and info.type == "dir" else posixpath.dirname(path)
        if path == places.clean(setting(service, "WorkingDirectory").lstrip("-")):
            folder = path
        # /opt/tool/bin/tool: the folder of the application is the one above bin.
        if posixpath.basename(folder) in ("bin", "sbin", "libexec"):
            above = posixpath.dirname(folder)
            folder = above if not places.shared_top(above) else path
        found.append(path if places.shared_top(folder) else folder)
    clean = [
        f
        for f in dict.fromkeys(found)
        if not places.shared_top(f) and not places.below(f, "/var/lib")
    ]
    return tuple(sorted(r for r in clean if not any(r != o and places.below(r, o) for o in clean)))


def _application(service: Service, root: str) -> Copy:
    info = places.info(service.host, root)
    where = Owner(info.uid, info.gid, info.mode) if info else Owner()
    return Copy(root, "application", "the program and its files, which no package owns", where)


def _health(service: Service, traits: tuple[str, ...]) -> Health | None:
    if "web" in traits:
        for listener in sorted(service.listeners, key=lambda entry: entry.port):
            address = health.target(listener)
            if (
                listener.protocol == "tcp"
                and listener.port % 1000 != 443
                and (address.startswith("127."))
            ):
                return health.http(listener.port, address=address)
    return health.of_listeners(service.listeners)
