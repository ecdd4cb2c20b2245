"""Folders of a cluster: data, what of it lies elsewhere (write-ahead log, tablespaces), archive."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from planner.model import Account, Directory, Host
from planner.service import accounts, places, storage
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service
from planner.workloads.postgresql.cluster import Cluster

_COMMANDS = ("archive_command", "restore_command", "archive_cleanup_command",
             "recovery_end_command")  # fmt: skip
_ARCHIVE = re.compile(r"(?<![\w./-])(/[A-Za-z0-9_.@+/-]+)")
_WITH = "it belongs to the data directory and moves with it"


def sockets(cluster: Cluster) -> tuple[str, ...]:
    """Folders of its sockets."""
    told = cluster.settings.get("unix_socket_directories", "/var/run/postgresql")
    found = (places.clean(part.strip().strip('"')) for part in told.split(","))
    return tuple(p for p in found if p)


def found(
    service: Service, cluster: Cluster, run_as: Account | None, backup: Sequence[str]
) -> Storage:
    """Volumes and directories. ``backup``: command of a base backup, which goes to standard output
    only where nothing lies outside of the data directory."""
    host = service.host
    inside = (cluster.data,) if cluster.data else ()
    held = storage.of_open_files(service, packaged=True, covered=inside)
    linked, unknown = _linked(host, cluster.data)
    wanted: list[Wanted] = []
    outside = [
        *linked,
        *(
            Wanted(
                w.path,
                "data",
                f"{w.reason}: a tablespace or the write-ahead log outside of the data directory",
                "stop",
                _WITH,
            )
            for w in held.wanted
            if w.kind == "data" and not any(places.below(w.path, x.path) for x in linked)
            if not any(places.below(x.path, w.path) for x in linked)
        ),
    ]
    if cluster.data:
        live = () if outside else tuple(backup)
        reason = (
            "while it runs only its own base backup is consistent; at the cut-over it is stopped "
            "and its files are copied"
        )
        wanted.append(
            Wanted(
                cluster.data,
                "data",
                "data_directory of its configuration",
                "base-backup" if live else "stop",
                reason,
                live_copy=live,
                backup="pg_dumpall or pg_basebackup, while it runs",
            )
        )
    wanted += outside
    wanted += _archives(host, cluster)
    wanted += _logs(cluster)
    unknowns = unknown if cluster.data else ("Where its data directory lies is not known.",)
    return Storage(
        tuple(wanted), _made(host, cluster, run_as), unknowns=(*unknowns, *held.unknowns)
    )


def _linked(host: Host, data: str) -> tuple[list[Wanted], tuple[str, ...]]:
    """Volumes behind links in the data directory, and a sentence where nobody looked at them."""
    known = host.paths.value or {}
    wal = [p for p in (f"{data}/pg_wal", f"{data}/pg_xlog") if p in known]
    wanted: list[Wanted] = []
    for path in (*wal, *(p for p in sorted(known) if posixpath.dirname(p) == f"{data}/pg_tblspc")):
        target = known[path].link if known[path].type == "link" else ""
        aim = places.clean(posixpath.join(posixpath.dirname(path), target)) if target else ""
        if not aim or places.below(aim, data):
            continue
        what = "the write-ahead log" if path in wal else "a tablespace"
        wanted.append(Wanted(aim, "data", f"{what}: {path} leads there", "stop", _WITH))
    if wal or not data or data not in known:
        return wanted, ()
    return wanted, (f"Whether a tablespace or its log lies outside of {data} was not looked at.",)


def _archives(host: Host, cluster: Cluster) -> list[Wanted]:
    """Folders that archive_command and its like name, where they are folders of the machine."""
    named = [
        match[1]
        for name in _COMMANDS
        for match in _ARCHIVE.finditer(cluster.settings.get(name, ""))
    ]
    named.append(cluster.settings.get("basic_archive.archive_directory", ""))
    wanted: list[Wanted] = []
    for word in dict.fromkeys(named):
        path = places.clean(word)
        seen = places.info(host, path) if path else None
        if seen is None and path:
            path = posixpath.dirname(path)
            seen = places.info(host, path)
        if seen is None or seen.type != "dir" or places.shared_top(path):
            continue
        if places.role(path) in ("data", "home", "content", "application"):
            reason = "archive of the write-ahead log, which its archive_command fills"
            why = "a segment is complete once it lies there: the last ones are copied at the end"
            wanted.append(Wanted(path, "data", reason, "live", why))
    return wanted


_TOOLS = {
    "pgbackrest": "pgbackrest",
    "barman-wal-archive": "barman-cli",
    "barman-wal-restore": "barman-cli",
    "wal-g": "wal-g",
    "wal-e": "wal-e",
    "rsync": "rsync",
    "scp": "openssh-client",
    "lz4": "lz4",
    "zstd": "zstd",
}


def tools(cluster: Cluster) -> tuple[str, ...]:
    """Packages of what archive_command and its like run, beyond what every image has."""
    text = " ".join(cluster.settings.get(name, "") for name in _COMMANDS)
    words = {posixpath.basename(word) for word in re.split(r"[\s;|&()\"']+", text)}
    return tuple(dict.fromkeys(_TOOLS[word] for word in sorted(words) if word in _TOOLS))


def _logs(cluster: Cluster) -> list[Wanted]:
    logs = places.clean(cluster.settings.get("log_directory", ""))
    if cluster.settings.get("logging_collector") != "on" or places.role(logs or "/") != "log":
        return []
    why = "losing the last entries does no harm"
    return [Wanted(logs, "logs", "log_directory of its configuration", "live", why)]


def _made(host: Host, cluster: Cluster, run_as: Account | None) -> tuple[Directory, ...]:
    made = [
        Directory(p, accounts.owned(run_as, "2775"), "its socket and PID file")
        for p in sockets(cluster)
        if places.role(p) == "runtime" and p != "/run"
    ]
    if host.os.value and host.os.value.family == "debian":
        made.append(Directory("/run/postgresql", accounts.owned(run_as, "2775"), "its PID file"))
    return tuple(made)
