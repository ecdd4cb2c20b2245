"""Databases and stores: what their settings say of data, users and logs, in the forms that they are
written in.
"""

from __future__ import annotations

import os
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hostkit import deb, host, path, process, tcp, text, unit, unowned
from msgspec.structs import replace
from shells import SHELLS, Shell

from planner.model import Account, Group, Host, OpenFile, Workload
from planner.workloads import detect
from planner.workloads.memcached import _parsed
from planner.workloads.mysql.options import read

MYSQL = Account("mysql", 27, 27, "/nonexistent", "/bin/false")
POSTGRES = Account("postgres", 26, 26, "/var/lib/postgresql", "/bin/bash")
COLLECTOR = Path(__file__).parents[1] / "planner/gather/collector/60-paths.sh"


def one(machine: Host) -> Workload:
    (found,) = detect(machine).workloads
    return found


def volumes(workload: Workload) -> dict[str, str]:
    return {v.path: v.kind for v in workload.volumes}


# -- MariaDB and MySQL ---------------------------------------------------------------------------


def options(*argv: str, **files: str) -> dict[str, str]:
    carried = {p: f for n, t in files.items() for p, f in text(n, t).items()}
    return read(host(files=carried), argv).values


def test_option_files_are_read_as_the_server_reads_them() -> None:
    found = options(
        **{
            "/etc/my.cnf": "[client]\nport = 1\n[mysqld]\nport=3307 # own\nskip-networking\n"
            "loose-Innodb-Data-Home-Dir = '/srv/#1'\n!includedir /etc/my.cnf.d\n"
            "[mysqldump]\nport=2\n",
            "/etc/my.cnf.d/b.cnf": "[mariadb-10.11]\ntmpdir=/srv/b\n",
            "/etc/my.cnf.d/a.cnf": "[server]\ntmpdir=/srv/a\ndatadir=/srv/a\n",
            "/etc/my.cnf.d/c.cnf.off": "[mysqld]\ntmpdir=/srv/c\n",
        }
    )
    assert found == {
        "port": "3307",
        "skip_networking": "ON",
        "networking": "OFF",
        "innodb_data_home_dir": "/srv/#1",
        "tmpdir": "/srv/b",
        "datadir": "/srv/a",
    }


def test_after_an_include_the_group_goes_on() -> None:
    found = options(
        **{
            "/etc/my.cnf": "[mysqld]\n!include /etc/more.cnf\nport = 3308\n",
            "/etc/more.cnf": "[client]\nport = 1\n",
        }
    )
    assert found == {"port": "3308"}


def test_a_group_suffix_and_a_file_of_its_own() -> None:
    files = {"/etc/my.cnf": "[mysqld]\nport=1\n[mysqld.two]\nport=2\n[mysqld.three]\nport=3\n"}
    assert options("--defaults-group-suffix=.two", **files)["port"] == "2"
    own = {**files, "/etc/own.cnf": "[mysqld]\ndatadir=/srv/own\n"}
    found = options("--defaults-file=/etc/own.cnf", "--port=9", **own)
    assert (found["datadir"], found["port"]) == ("/srv/own", "9")


def mariadb(unit_text: str, *processes: Any, **facts: Any) -> Workload:
    return one(
        host(
            units=(unit("mariadb.service", unit_text),),
            processes=processes,
            accounts=(MYSQL,),
            user_groups=(Group("mysql", 27),),
            packages=(deb("mariadb-server-core", "1:10.11.6-0+deb12u1"),),
            owners={"/usr/sbin/mariadbd": "mariadb-server-core"},
            **facts,
        )
    )


UNIT = (
    "[Service]\nUser=mysql\nEnvironmentFile=-/run/mariadb-wsrep-new-cluster\n"
    'ExecStart=/bin/sh -c "set -f; exec /usr/sbin/mariadbd $MYSQLD_OPTS $VAR"\n'
)


@pytest.mark.parametrize("runs", [True, False])
def test_a_unit_that_starts_it_through_a_shell(runs: bool) -> None:
    """Debian 12 since 10.11.11: the server is in an argument of sh."""
    running = process(5, "/usr/sbin/mariadbd", uid=27, unit="mariadb.service")
    cnf = text("/etc/mysql/my.cnf", "[mysqld]\ndatadir=/srv/db\nlog_error=/var/log/mysql/e.log\n")
    found = mariadb(UNIT, *([running] if runs else []), files=cnf)
    assert found.kind == "mariadb"
    assert found.command == ("/usr/sbin/mariadbd", "--skip-log-error")
    assert volumes(found) == {"/srv/db": "data"}
    assert found.secrets == ()
    fates = {d.name: d.fate for d in found.directives}
    assert (fates["ExecStart"], fates["EnvironmentFile"]) == ("replaced", "replaced")


def test_a_log_that_it_seeks_in_is_no_link() -> None:
    running = process(5, "/usr/sbin/mariadbd", uid=27, unit="mariadb.service")
    cnf = "[mysqld]\nslow_query_log=1\nslow_query_log_file=/var/log/mysql/slow.log\n"
    opened = (OpenFile(5, "/var/log/mysql/slow.log"), OpenFile(5, "/var/lib/mysql/ibdata1"))
    found = mariadb(UNIT, running, files=text("/etc/my.cnf", cnf), open_files=opened)
    assert volumes(found) == {"/var/log/mysql": "logs", "/var/lib/mysql": "data"}
    assert found.log_links == ()


def test_logs_that_are_switched_off_need_nothing() -> None:
    cnf = "[mysqld]\nslow_query_log=0\nslow_query_log_file=/var/log/mysql/slow.log\n"
    assert volumes(mariadb(UNIT, files=text("/etc/my.cnf", cnf))) == {"/var/lib/mysql": "data"}


def test_an_option_file_that_was_not_carried_is_unknown() -> None:
    cnf = text("/etc/my.cnf", "[mysqld]\n!include /etc/mysql/secret.cnf\n")
    assert any("/etc/mysql/secret.cnf" in u for u in mariadb(UNIT, files=cnf).unknowns)
    unread = mariadb(UNIT)
    assert any("option files" in u for u in unread.unknowns)
    assert unread.volumes == ()


def test_its_count_of_rows_is_right_for_a_shell() -> None:
    census = mariadb(UNIT, files=text("/etc/my.cnf", "[mysqld]\nport=1\n")).census
    assert "password" not in census
    subprocess.run(["sh", "-n", "-c", census], check=True)


def test_of_red_hat_and_older_than_accounts_by_socket() -> None:
    server = "/usr/libexec/mysqld"
    start = f"[Service]\nUser=mysql\nExecStart={server} --basedir=/usr $MYSQLD_OPTS\n"
    found = one(
        host(
            units=(unit("mariadb.service", start),),
            processes=(process(5, server, "--basedir=/usr", uid=27, unit="mariadb.service"),),
            accounts=(MYSQL,),
            packages=(deb("mariadb-server", "3:10.3.39"),),
            owners={server: "mariadb-server"},
            files=text("/etc/my.cnf.d/server.cnf", "[mysqld]\nport=1\n")
            | text("/etc/my.cnf", "!includedir /etc/my.cnf.d\n"),
        )
    )
    assert (found.command, found.census) == ((server,), "")
    assert found.health is not None
    assert "--socket=/var/lib/mysql/mysql.sock" in found.health.command


# -- PostgreSQL ----------------------------------------------------------------------------------


def cluster(**facts: Any) -> Workload:
    conf = "data_directory = '/srv/pg'\n" + facts.pop("conf", "")
    program = "/usr/lib/postgresql/15/bin/postgres"
    file = "/etc/postgresql/15/main/postgresql.conf"
    return one(
        host(
            units=(unit("postgresql@15-main.service", "[Service]\nType=forking\n"),),
            processes=(
                process(5, program, "-D", "/srv/pg", "-c", f"config_file={file}", uid=26,
                        unit="postgresql@15-main.service"),
            ),
            accounts=(POSTGRES,),
            files=text(file, conf),
            packages=(deb("postgresql-15", "15.6-0+deb12u1"), *facts.pop("packages", ())),
            owners={program: "postgresql-15"},
            **facts,
        )
    )  # fmt: skip


def test_tablespaces_and_log_behind_links_are_volumes() -> None:
    seen = (
        path("/srv/pg")
        | path("/srv/pg/pg_wal", "link", link="/srv/wal/main")
        | path("/srv/pg/pg_tblspc/16401", "link", link="/srv/fast")
        | path("/srv/pg/pg_tblspc/16402", "link", link="/srv/pg/inside")
    )
    found = cluster(paths=seen)
    assert volumes(found) == dict.fromkeys(("/srv/fast", "/srv/pg", "/srv/wal/main"), "data")
    # The server's own backup in a tar on standard output holds the data directory alone.
    assert {v.consistency for v in found.volumes} == {"stop"}


def test_a_data_directory_by_itself_is_backed_up_while_it_runs() -> None:
    found = cluster(paths=path("/srv/pg") | path("/srv/pg/pg_wal"))
    assert [v.consistency for v in found.volumes] == ["base-backup"]
    assert not any("tablespace" in u for u in found.unknowns)


def test_a_data_directory_that_nobody_looked_into_is_said() -> None:
    assert any("tablespace" in u for u in cluster(paths=path("/srv/pg")).unknowns)


def test_what_the_archive_needs() -> None:
    conf = "archive_command = 'test ! -f /srv/old/%f && rsync -a %p backup:/x/%f && touch /tmp/a'\n"
    found = cluster(
        conf=conf, paths=path("/srv/old") | path("/srv/pg/pg_wal"), packages=(deb("rsync", "3"),)
    )
    assert volumes(found) == {"/srv/old": "data", "/srv/pg": "data"}
    assert "rsync" in {p.name for p in found.packages}
    assert any("rsync" in u for u in cluster(conf=conf).unknowns)


@pytest.mark.parametrize(
    ("told", "added"),
    [("'10.0.0.9'", True), ("'localhost'", False), ("'*'", False), ("'0.0.0.0'", False)],
)
def test_an_address_of_the_machine_is_none_of_the_container(told: str, added: bool) -> None:
    command = cluster(conf=f"listen_addresses = {told}\n").command
    assert (command[-2:] == ("-c", "listen_addresses=*")) == added


def test_extensions_of_other_publishers_are_packages() -> None:
    names = ("timescaledb-2-postgresql-15", "postgis34_15", "postgresql15-contrib", "pg_repack_14")
    found = cluster(packages=tuple(deb(name, "2.14.2") for name in names))
    assert {p.name for p in found.packages} & set(names) == set(names[:3])


@pytest.mark.parametrize("shell", SHELLS, ids=str)
def test_the_collector_looks_behind_links_of_a_cluster(shell: Shell, tmp_path: Path) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    for folder in (data / "global", data / "pg_tblspc", data / "pg_wal", other / "pg_tblspc"):
        folder.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    (data / "pg_tblspc/16401").symlink_to("/srv/fast disk")
    (other / "pg_tblspc/1").symlink_to("/srv/none")
    code = (
        "said() { printf '%s\\n' \"$1\"; }; local_only() { cat; }\n"
        f". {COLLECTOR}\nset +f\nprintf '%s\\n' {data} {other} | with_tablespaces"
    )
    done = subprocess.run([*shell.argv, "-c", code], capture_output=True, text=True, check=True)
    link = data / "pg_tblspc/16401"
    assert done.stdout.splitlines() == [
        str(data), str(other), str(data / "pg_wal"), str(link), os.readlink(link),
    ]  # fmt: skip


# -- Redis and its kin ---------------------------------------------------------------------------


def redis(conf: str, command: str = "/usr/bin/valkey-server", **facts: Any) -> Workload:
    file = "/etc/valkey/valkey.conf"
    started = f"[Service]\nUser=valkey\nExecStart={command} {file}\n"
    return one(
        host(
            units=(unit("valkey-server.service", started),),
            accounts=(Account("valkey", 102, 102),),
            files=text(file, conf) | facts.pop("files", {}),
            packages=(deb("valkey-server", "8.1.1"), deb("redis-server", "5:7.0.15")),
            owners={command: "valkey-server", **facts.pop("owners", {})},
            **facts,
        )
    )


def test_valkey_is_asked_by_its_own_client() -> None:
    found = redis("dir /srv/v\nport 6390\n")
    assert (found.title, found.packages[0].name) == ("Valkey key-value store", "valkey-server")
    assert found.health is not None
    assert "valkey-cli -p 6390 ping" in found.health.command[-1]
    assert found.census.startswith("told=$(valkey-cli -p 6390 info keyspace)")
    subprocess.run(["sh", "-n", "-c", found.census], check=True)


@pytest.mark.parametrize(
    "line", ["requirepass ***", "aclfile /etc/users", "user a on >x", "tls-port 1"]
)
def test_where_it_may_ask_for_a_password_nothing_is_counted(line: str) -> None:
    found = redis(f"dir /srv/v\n{line}\n")
    assert found.census == ""
    assert found.health is not None
    assert "-cli" not in found.health.command[-1]


def test_users_are_never_in_the_image() -> None:
    """Hashes and passwords of users have no name that could be masked."""
    listed = (unowned("/etc/valkey/valkey.conf"), unowned("/etc/valkey.acl"))
    found = redis(
        "dir /srv/v\naclfile /etc/valkey.acl\nuser shop on #5e88 ~*\n",
        files=text("/etc/valkey.acl", "user a on #5e88 ~*\n"),
        config_files=listed,
    )
    assert found.copies == ()
    assert {s.path for s in found.secrets} == {f.path for f in listed}


def test_includes_and_modules_count() -> None:
    conf = "port 1\ninclude /etc/valkey/more/*.conf\n"
    conf += "loadmodule /opt/m.so X\nloadmodule /usr/lib/n.so\n"
    found = redis(
        conf,
        files=text("/etc/valkey/more/a.conf", "dir /srv/a\nport 2\n"),
        paths=path("/opt/m.so", "file"),
        owners={"/usr/lib/n.so": "redis-server"},
    )
    assert volumes(found) == {"/srv/a": "data"}
    assert [c.path for c in found.copies] == ["/opt/m.so"]
    assert {p.name for p in found.packages} == {"valkey-server", "redis-server"}
    assert any("/opt/gone.so" in u for u in redis("loadmodule /opt/gone.so\n").unknowns)


# -- Memcached, etcd, InfluxDB -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("-m 64 -p11311 -vv", [("-m", "64"), ("-p", "11311"), ("-v", ""), ("-v", "")]),
        ("--port=11311 --listen 10.0.0.1 -L", [("-p", "11311"), ("-l", "10.0.0.1"), ("-L", "")]),
        ("-dk -u memcache", [("-d", ""), ("-k", ""), ("-u", "memcache")]),
    ],
)
def test_arguments_as_getopt_reads_them(words: str, expected: list[tuple[str, str]]) -> None:
    assert _parsed(words.split()) == expected


def test_the_file_of_a_wrapper_that_does_not_run_is_the_command() -> None:
    wrapper = "/usr/share/memcached/scripts/systemd-memcached-wrapper"
    start = f"[Service]\nExecStart={wrapper} /etc/memcached.conf\n"
    lines = "# -m 1\n-d\n-m 48\n-l 127.0.0.1\nlogfile /var/log/m.log\n-u memcache\n-P /run/m.pid\n"
    machine = host(
        units=(unit("memcached.service", start, active="inactive", sub="dead"),),
        files=text("/etc/memcached.conf", lines),
        accounts=(Account("memcache", 103, 103),),
    )
    found = one(machine)
    assert found.command == ("/usr/bin/memcached", "-m", "48", "-l", "127.0.0.1")
    assert (found.run_as and found.run_as.name, found.copies, found.touch) == ("memcache", (), ())
    unread = replace(machine, files=host(unknown={"files": "not allowed"}).files)
    assert (one(unread).command, "arguments are not known" in " ".join(one(unread).unknowns)) == (
        (),
        True,
    )


def etcd(**files: str) -> Workload:
    start = (
        "[Service]\nUser=etcd\nEnvironment=ETCD_DATA_DIR=/var/lib/etcd/default\n"
        "EnvironmentFile=-/etc/default/%p\nExecStart=/usr/bin/etcd $DAEMON_ARGS\n"
    )
    return one(
        host(
            units=(unit("etcd.service", start),),
            processes=(process(5, "/usr/bin/etcd", uid=9, unit="etcd.service"),),
            listeners=(tcp(2379, 5),),
            accounts=(Account("etcd", 9, 9),),
            files={p: f for n, t in files.items() for p, f in text(n, t).items()},
            packages=(deb("etcd-server", "3.5.16"), deb("etcd-client", "3.5.16")),
            owners={"/usr/bin/etcd": "etcd-server"},
            paths=path("/srv/kv"),
        )
    )


def test_an_environment_file_goes_before_the_unit() -> None:
    env = 'ETCD_DATA_DIR="/srv/kv"\nETCD_LISTEN_CLIENT_URLS="http://0.0.0.0:2479"\n'
    found = etcd(**{"/etc/default/etcd": env})
    assert volumes(found) == {"/srv/kv": "data"}
    assert "http://127.0.0.1:2479" in found.census
    assert [(s.path, s.form) for s in found.secrets] == [("/etc/default/etcd", "env")]
    assert volumes(etcd()) == {"/var/lib/etcd/default": "data"}


def test_behind_tls_no_client_is_needed() -> None:
    found = etcd(**{"/etc/default/etcd": "ETCD_LISTEN_CLIENT_URLS=https://0.0.0.0:2379\n"})
    assert found.census == ""
    assert found.health is not None
    assert "health" not in found.health.command[-1]


@pytest.mark.parametrize(
    "name", ["influxdb", "etcd", "memcached", "mariadb", "mongod", "pgbouncer"]
)
def test_a_unit_of_which_nothing_was_seen_is_unknown(name: str) -> None:
    programs = {"influxdb": "influxd", "mariadb": "mariadbd"}
    start = f"[Service]\nExecStart=/usr/bin/{programs.get(name, name)}\n"
    hidden = {"files": "not allowed", "processes": "not allowed", "paths": "not allowed"}
    found = one(host(units=(unit(f"{name}.service", start),), unknown=hidden))
    assert found.unknowns
    empty = one(host(units=(unit(f"{name}.service", ""),), unknown=hidden))
    assert empty.unknowns
    assert empty.command == ()


# -- Elasticsearch and MongoDB, of which no package is in the laboratory --------------------------


class _Indices(BaseHTTPRequestHandler):
    """An answer as that of /_cat/indices."""

    def do_GET(self) -> None:
        body = b"items 400\norders 900\n" if "docs.count" in self.path else b"{}"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing is said."""


def elasticsearch(port: int, *argv: str) -> Workload:
    java = "/usr/share/elasticsearch/jdk/bin/java"
    start = (
        "[Service]\nUser=elasticsearch\nEnvironment=ES_PATH_CONF=/etc/es\n"
        "ExecStart=/usr/share/elasticsearch/bin/systemd-entrypoint --quiet\n"
    )
    return one(
        host(
            units=(unit("elasticsearch.service", start),),
            processes=(process(5, java, *argv, uid=9, unit="elasticsearch.service"),),
            accounts=(Account("elasticsearch", 9, 9),),
            files=text("/etc/es/elasticsearch.yml", f"http.port: {port}\npath.data: /srv/es\n"),
            packages=(deb("elasticsearch", "7.17.18"),),
            owners={java: "elasticsearch"},
        )
    )


@pytest.mark.parametrize(
    "argv",
    [
        ("-Xms1g", "org.elasticsearch.bootstrap.Elasticsearch"),
        ("-m", "org.elasticsearch.server/org.elasticsearch.bootstrap.Elasticsearch"),
    ],
)
def test_documents_are_counted_with_bash_alone(argv: tuple[str, ...]) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Indices) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        found = elasticsearch(server.server_port, *argv)
        counted = subprocess.run(["sh", "-c", found.census], capture_output=True, text=True)
        assert found.health is not None
        alive = subprocess.run(found.health.command)
        server.shutdown()
    assert counted.stdout == "items 400\norders 900\n"
    assert alive.returncode == 0
    assert subprocess.run(found.health.command, capture_output=True).returncode != 0
    assert found.command == ("/usr/share/elasticsearch/bin/elasticsearch",)
    assert volumes(found) == {"/srv/es": "data", "/var/log/elasticsearch": "logs"}


def mongod(conf: str, command: str = "/usr/bin/mongod --config /etc/mongod.conf") -> Workload:
    start = f"[Service]\nUser=mongodb\nType=forking\nExecStart={command}\n"
    return one(
        host(
            units=(unit("mongod.service", start),),
            accounts=(Account("mongodb", 9, 9),),
            files=text("/etc/mongod.conf", conf),
            packages=(deb("mongodb-org-server", "7.0.14"), deb("mongodb-mongosh", "2.3.1")),
            owners={"/usr/bin/mongod": "mongodb-org-server"},
        )
    )


def test_a_file_that_forks_is_changed_on_the_way(tmp_path: Path) -> None:
    conf = "processManagement:\n   fork: true  # Debian\nsystemLog:\n  path: /var/log/m/m.log\n"
    found = mongod(conf)
    assert found.log_links == (("/var/log/m/m.log", "/dev/stdout"),)
    assert found.command[:2] == ("/bin/sh", "-c")
    file, copy = tmp_path / "mongod.conf", tmp_path / "copy"
    file.write_text(conf)
    script = found.command[2].replace("/etc/mongod.conf", str(file))
    script = script.replace("/tmp/mongod.conf", str(copy)).replace("exec ", "echo ")
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    # It renames a log that is there unless it appends, and there is the link.
    assert done.stdout == f"/usr/bin/mongod --config {copy} --logappend\n"
    assert copy.read_text() == conf.replace("true  # Debian", "false")


def test_a_log_of_the_command_goes_to_the_output_and_a_login_is_not_known() -> None:
    command = "/usr/bin/mongod --fork --logpath /var/log/m.log --logappend --dbpath /srv/m --auth"
    found = mongod("", command)
    assert found.command == ("/usr/bin/mongod", "--dbpath", "/srv/m", "--auth")
    assert (volumes(found), found.census) == ({"/srv/m": "data"}, "")
    open_one = mongod("storage: {dbPath: /srv/m}\n").census
    subprocess.run(["sh", "-n", "-c", open_one], check=True)


def test_users_of_a_pooler_are_a_secret() -> None:
    start = "[Service]\nUser=postgres\nExecStart=/usr/sbin/pgbouncer /etc/pgbouncer/pgbouncer.ini\n"
    ini = "[databases]\nx = host=db\n[pgbouncer]\nauth_file = /etc/pgbouncer/users.txt\n"
    found = one(
        host(
            units=(unit("pgbouncer.service", start),),
            accounts=(POSTGRES,),
            files=text("/etc/pgbouncer/pgbouncer.ini", ini)
            | text("/etc/pgbouncer/users.txt", '"shop" "word"\n'),
            config_files=tuple(
                unowned(f"/etc/pgbouncer/{name}") for name in ("users.txt", "pgbouncer.ini")
            ),
            packages=(deb("pgbouncer", "1.18.0"),),
            owners={"/usr/sbin/pgbouncer": "pgbouncer"},
        )
    )
    assert [s.path for s in found.secrets] == ["/etc/pgbouncer/users.txt"]
    assert [c.path for c in found.copies] == ["/etc/pgbouncer/pgbouncer.ini"]
