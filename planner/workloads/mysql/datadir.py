"""Folders of a MariaDB or MySQL server: what is data, what is a log, what is made anew."""

from __future__ import annotations

import posixpath

from planner.model import Account, Directory
from planner.service import accounts, places
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.workloads.mysql.options import on

_BESIDE = {
    "innodb_data_home_dir": "InnoDB's common tablespace",
    "innodb_log_group_home_dir": "InnoDB's redo log",
    "innodb_undo_directory": "InnoDB's undo log",
    "innodb_doublewrite_dir": "InnoDB's doublewrite buffer",
    "aria_log_dir_path": "Aria's log",
    "rocksdb_datadir": "MyRocks' data",
    "rocksdb_wal_dir": "MyRocks' log",
    "tokudb_data_dir": "TokuDB's data",
}
"""Settings of folders that belong to the data directory, wherever they lie."""
_LOG_FILES = {
    "log_bin": ("the binary log", "data"),
    "log_bin_basename": ("the binary log", "data"),
    "log_bin_index": ("the index of the binary log", "data"),
    "relay_log": ("the relay log", "data"),
    "slow_query_log_file": ("the log of slow queries", "logs"),
    "log_slow_query_file": ("the log of slow queries", "logs"),
    "general_log_file": ("the general log", "logs"),
    "server_audit_file_path": ("the log of the audit plug-in", "logs"),
}
_TEMPORARY = ("tmpdir", "innodb_tmpdir", "slave_load_tmpdir", "aria_tmpdir")
_WHY = (
    "pages, redo log and definitions of tables change together, so it is stopped and its files are "
    "copied"
)
_WITH = "belongs to the data directory and moves with it"


def default(program: str) -> str:
    """The data directory where nothing names one."""
    return "" if program.startswith(("/opt", "/usr/local", "/srv")) else "/var/lib/mysql"


def storage(values: dict[str, str], data: str, run_as: Account | None, dump: str) -> Storage:
    """Volumes of the data, of what lies beside it and of logs that need a file; folders of sockets.

    ``dump``: the program that saves it while it runs.
    """
    wanted: list[Wanted] = []
    unknowns: list[str] = []
    if data:
        wanted.append(
            Wanted(
                data,
                "data",
                "datadir of its configuration"
                if values.get("datadir")
                else "its default, which no setting changes",
                "stop",
                _WHY,
                backup=f"{dump} --single-transaction --all-databases in the container, or a copy "
                "of all its volumes with the container stopped",
            )
        )
    else:
        unknowns.append("Where its data directory (datadir) lies is not known.")
    for name, what in _BESIDE.items():
        if path := _path(values.get(name, ""), data):
            wanted.append(Wanted(path, "data", f"{name}: {what}", "stop", f"{what} {_WITH}"))
    wanted += _logs(values, data)
    if exchange := places.clean(values.get("secure_file_priv", "")):
        reason = "secure_file_priv: files that LOAD DATA reads and SELECT INTO OUTFILE writes"
        why = "files come and go one by one; those that are being written are the clients' affair"
        wanted.append(Wanted(exchange, "upload", reason, "live", why))
    for name in _TEMPORARY:
        for part in values.get(name, "").replace(";", ":").split(":"):
            path = places.clean(part)
            if path and places.role(path) not in ("temporary", "runtime"):
                reason, why = f"{name}: temporary tables", "what is in it lives while it runs"
                wanted.append(Wanted(path, "cache", reason, "none", why))
    return Storage(_main_first(wanted), _made(values, run_as), unknowns=tuple(unknowns))


def _main_first(wanted: list[Wanted]) -> tuple[Wanted, ...]:
    """Of several settings for one folder, data counts before logs."""
    order = {"data": 0, "upload": 1, "logs": 2, "cache": 3}
    return tuple(sorted(wanted, key=lambda w: order.get(w.kind, 9)))


def _logs(values: dict[str, str], data: str) -> list[Wanted]:
    """The server seeks in these files, which a pipe refuses (error 29, Illegal seek): none of them
    can go to the container's output."""
    found: list[Wanted] = []
    for name, (what, kind) in _LOG_FILES.items():
        value = values.get(name, "")
        if kind == "logs" and not _writes(name, values):
            continue
        folder = posixpath.dirname(_path(value, data)) if "/" in value else ""
        if not folder or places.shared_top(folder):
            continue
        if kind == "data":
            found.append(Wanted(folder, "data", f"{name}: {what}", "stop", f"{what} {_WITH}"))
        else:
            why = "losing the last entries does no harm"
            found.append(Wanted(folder, "logs", f"{name}: {what}", "live", why))
    return found


def _writes(name: str, values: dict[str, str]) -> bool:
    switches = {
        "slow_query_log_file": ("slow_query_log", "log_slow_query", "log_slow_queries"),
        "log_slow_query_file": ("slow_query_log", "log_slow_query"),
        "general_log_file": ("general_log",),
    }
    asked = switches.get(name, ())
    return not asked or any(on(values.get(switch, "")) for switch in asked)


def _path(value: str, data: str) -> str:
    """A path of the settings; what is relative lies in the data directory, which has it then."""
    if value.upper() in ("", "ON", "OFF", "1", "0") or not (value.startswith("/") or data):
        return ""
    return places.clean(posixpath.join(data or "/", value))


def _made(values: dict[str, str], run_as: Account | None) -> tuple[Directory, ...]:
    made = [Directory("/run/mysqld", accounts.owned(run_as, "0755"), "its socket and PID file")]
    for name in ("socket", "pid_file"):
        folder = posixpath.dirname(places.clean(values.get(name, "")))
        if places.role(folder or "/") == "runtime" and folder != "/run":
            reason = f"{name} in its configuration"
            made.append(Directory(folder, accounts.owned(run_as, "0755"), reason))
    return tuple({d.path: d for d in reversed(made)}.values())
