"""PostgreSQL: a workload for each cluster, with the data where postgresql.conf says."""

from __future__ import annotations

import posixpath
import re

from msgspec.structs import replace

from planner.model import Account, Adaptation, Health, Host, Pin, Workload
from planner.service import accounts, binding, config, pins, places, storage
from planner.service.command import Command
from planner.service.describe import Kind, container_user, workload
from planner.service.storage import Storage
from planner.service.view import Service, called, stem
from planner.shell import shell_word
from planner.workloads.postgresql import folders, locale
from planner.workloads.postgresql.access import admissions
from planner.workloads.postgresql.cluster import Cluster, find

_UNIT = re.compile(r"postgresql@(\d+(?:\.\d+)?)-(.+)", re.DOTALL)
_RHEL_UNIT = re.compile(r"postgresql(?:-(\d+(?:\.\d+)?))?")
_SNAKE_OIL = "/etc/ssl/private/ssl-cert-snakeoil.key"


def detect(service: Service) -> Workload | None:
    """A cluster by its unit or by the program postgres; any other: None."""
    instance = _UNIT.fullmatch(stem(service.unit.name)) if service.unit else None
    if not instance and not called(service) & {"postgres", "postmaster", "edb-postgres"}:
        return None
    host = service.host
    cluster = find(service, instance)
    run_as = container_user(service) or accounts.by_name(host, "postgres")
    package = _package(service, cluster)
    folder = posixpath.dirname(cluster.config)
    mine = (folder,) if cluster.config and folder != cluster.data else ()
    # What pg_ctlcluster alone reads.
    skip = [f"{folder}/{name}" for name in ("environment", "pg_ctl.conf", "start.conf")]
    owners = {package, *_called_so(cluster)} - {""}
    changed = config.changed(host, mine, owners, run_as, skip=skip)
    keys = config.referenced(
        host,
        [
            places.clean(v)
            for k in ("ssl_cert_file", "ssl_key_file", "ssl_ca_file", "ssl_crl_file")
            if (v := cluster.settings.get(k, ""))
        ],
        run_as,
        {c.path for c in changed.copies},
    )
    carried = config.merged(changed, keys)
    if run_as:  # it refuses a key that others may read, or that is not its own
        carried = config.owned_secrets(carried, accounts.owned(run_as, "0600"))
    debian = host.os.value is not None and host.os.value.family == "debian"
    found = workload(
        service,
        Kind(
            "postgresql",
            f"PostgreSQL cluster {_title(service, cluster, instance)}",
            ("database",),
            pins.version_of(service, package) or cluster.version,
            stop_signal="SIGINT",
        ),
        command=_command(cluster),
        packages=_packages(host, package, cluster),
        carried=carried,
        kept=storage.joined(
            folders.found(service, cluster, run_as, _base_backup(cluster, run_as)),
            Storage(directories=config.key_folder(carried, run_as)),
        ),
        files=[f for f in config.texts(host, mine) if not f.path.endswith("/pg_hba.conf")],
        health=_health(cluster),
        decided={
            "ExecStart": (
                "replaced",
                "postgres itself, in the foreground: pg_ctlcluster stays with the machine",
            ),
            "ExecStop": ("replaced", "SIGINT, which is its fast shutdown (-m fast)"),
            "ExecStartPre": ("replaced", "postgres checks its data directory itself"),
        },
        unknowns=(
            *_unread(host, cluster),
            *_environment(host, folder),
            *_untold(host, cluster),
            *locale.unknowns(cluster.settings),
            *pins.missing(service, package),
        ),
        preparations=("no-postgresql-cluster",) if debian else (),
        removals=(_SNAKE_OIL,) if debian else (),
        run_as=run_as,
    )
    return replace(
        found,
        admissions=admissions(host, f"{folder}/pg_hba.conf"),
        locales=locale.made(host, cluster.settings),
        census=_census(cluster),
    )


def _extensions(version: str) -> str:
    """Names of packages of extensions: Debian's and Ubuntu's, Timescale's, PGDG's for Red Hat."""
    at = re.escape(version)
    flat = re.escape(version.replace(".", ""))
    return (
        rf"postgresql-{at}-[a-z0-9.+-]+|postgresql-pl[a-z0-9]+-{at}|"
        rf"postgresql{flat}-(contrib|pl[a-z]+|llvmjit)|postgresql-(contrib|pl[a-z]+)|"
        rf"[a-z0-9.-]+-postgresql-{at}(-[a-z0-9.+-]+)?|[a-z][a-z0-9_]+_{flat}(-[a-z]+)?"
    )


def _title(service: Service, cluster: Cluster, instance: re.Match[str] | None) -> str:
    return f"{instance[1]}/{instance[2]}" if instance else cluster.version or service.name


def _command(cluster: Cluster) -> Command:
    if not cluster.program or not cluster.data:
        what = "the data directory" if cluster.program else "the program"
        return Command((), (), (f"Its command is not known, since {what} was not seen.",))
    own = (
        ()
        if posixpath.dirname(cluster.config) == cluster.data
        else ("-c", f"config_file={cluster.config}")
    )
    changes = [
        Adaptation(
            "foreground",
            "postgres is started itself, in the foreground",
            "pg_ctlcluster and pg_ctl leave the foreground",
        )
    ]
    told = cluster.settings.get("listen_addresses", "")
    if binding.elsewhere(told.split(",")):
        own = (*own, "-c", "listen_addresses=*")
        what = f"listens on every address of the container instead of {told}"
        changes.append(Adaptation("bind", what, "the machine's addresses are none of its own"))
    return Command((cluster.program, "-D", cluster.data, *own), tuple(changes))


def _package(service: Service, cluster: Cluster) -> str:
    """Package of the program itself, else the one that is called so: a package of that name may
    only choose between versions (``postgresql-server`` of SUSE).
    """
    candidates = (
        pins.owner_of_process(service),
        *_called_so(cluster),
    )
    found = next((n for n in candidates if pins.installed(service.host, n)), "")
    return found or pins.main_package(service)


def _called_so(cluster: Cluster) -> tuple[str, ...]:
    return (
        f"postgresql-{cluster.version}",
        f"postgresql{cluster.version}-server",
        "postgresql-server",
    )


def _packages(host: Host, package: str, cluster: Cluster) -> tuple[Pin, ...]:
    wanted = [(package, "the program")] if package else []
    wanted += [(n, "the program") for n in _called_so(cluster)[:2]]
    wanted += [("postgresql-server", "chooses the version on the machine")]
    if cluster.version:
        for extension in pins.matching(host, _extensions(cluster.version)):
            if not re.search(r"-(doc|docs|dbgsym|dbg|client|devel|debuginfo)$", extension.name):
                wanted.append((extension.name, "an extension that is installed on the machine"))
    wanted += [(name, "its archive_command runs it") for name in folders.tools(cluster)]
    found = pins.pins(host, wanted)
    return (*found, *locale.packages(host, cluster.settings))


def _bin(cluster: Cluster, name: str) -> str:
    return posixpath.join(posixpath.dirname(cluster.program), name) if cluster.program else name


def _port(cluster: Cluster) -> str:
    port = cluster.settings.get("port", "5432")
    return port if re.fullmatch(r"\d{1,5}", port) else "5432"


def _base_backup(cluster: Cluster, run_as: Account | None) -> tuple[str, ...]:
    """A tar of one tablespace on standard output; pg_basebackup refuses more than one there."""
    name = run_as.name if run_as else "postgres"
    where = next(iter(folders.sockets(cluster)), "/run/postgresql")
    return (
        "runuser",
        "-u",
        name,
        "--",
        _bin(cluster, "pg_basebackup"),
        "-h",
        where,
        "-p",
        _port(cluster),
        "-D",
        "-",
        "-Ft",
        "-X",
        "fetch",
        "-c",
        "fast",
    )


def _census(cluster: Cluster) -> str:
    """Rows of every table of every database, counted exactly by the server itself."""
    where = next(iter(folders.sockets(cluster)), "/run/postgresql")
    words = (_bin(cluster, "psql"), "-X", "-At", "-h", where, "-p", _port(cluster), "-d")
    psql = " ".join(shell_word(word) for word in words)
    databases = (
        "select datname from pg_database where datallowconn and not datistemplate order by 1"
    )
    rows = (
        "select current_database(), table_schema, table_name, (xpath('/row/c/text()', "
        "query_to_xml(format('select count(*) as c from %I.%I', table_schema, table_name), "
        "false, true, '')))[1]::text from information_schema.tables where table_type = "
        "'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1, 2, 3"
    )
    return (
        f"{psql} postgres -c {shell_word(databases)} | "
        f'while read -r d; do {psql} "$d" -c {shell_word(rows)} </dev/null || exit 1; done'
    )


def _health(cluster: Cluster) -> Health:
    where = next(iter(folders.sockets(cluster)), "/run/postgresql")
    return Health(
        (_bin(cluster, "pg_isready"), "-q", "-h", where, "-p", _port(cluster)),
        "accepts connections (pg_isready)",
        60,
    )


def _unread(host: Host, cluster: Cluster) -> tuple[str, ...]:
    if cluster.settings:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {cluster.config or 'postgresql.conf'} says is not known: {reason}",)


def _untold(host: Host, cluster: Cluster) -> tuple[str, ...]:
    """Programs of archive_command that no package of the machine is known to bring."""
    return tuple(
        f"Where {name} comes from, which its archive_command runs, is not known."
        for name in folders.tools(cluster)
        if not pins.installed(host, name)
    )


def _environment(host: Host, folder: str) -> tuple[str, ...]:
    file = (host.files.value or {}).get(f"{folder}/environment")
    if file is None or not re.search(r"^\s*[A-Za-z_]\w*\s*=", file.text, re.MULTILINE):
        return ()
    return (f"{file.path} sets variables for the server: they are not carried.",)
