"""Detectors on machines like the laboratory's, on hostile names and on facts that are unknown."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from hostkit import EMPTY, deb, host, path, process, tcp, text, unit, unowned
from msgspec.structs import replace

from planner.model import (
    OS,
    ConfigFile,
    Connection,
    CronJob,
    DirSize,
    Fact,
    Host,
    Listener,
    Login,
    MappedFile,
    Mount,
    OpenFile,
    Python,
    TextFile,
    Unit,
    Workload,
)
from planner.service import network, programs
from planner.workloads import Detected, detect

NGINX_UNIT = """
[Unit]
After=network-online.target
[Service]
Type=forking
PIDFile=/run/nginx.pid
ExecStartPre=/usr/sbin/nginx -t -q -g 'daemon on; master_process on;'
ExecStart=/usr/sbin/nginx -g 'daemon on; master_process on;'
ExecStop=-/sbin/start-stop-daemon --quiet --stop --retry QUIT/5 --pidfile /run/nginx.pid
KillMode=mixed
"""
NGINX_CONF = """
user www-data;
pid /run/nginx.pid;
include /etc/nginx/modules-enabled/*.conf;
http {
    access_log /var/log/nginx/access.log;
    include /etc/nginx/sites-enabled/*;
}
"""
SITE = """
server {
    listen 80; listen 443 ssl;
    server_name www.example.org;
    root "/srv/www/a b";   # a folder with a blank
    ssl_certificate /etc/ssl/certs/www.pem;
    ssl_certificate_key /etc/ssl/private/www.key;
    access_log /var/log/nginx/www.access.log timed;
}
"""
SHOP_UNIT = """
[Unit]
After=redis-server.service
[Service]
User=shop
EnvironmentFile=/etc/shop/shop.env
Environment=PYTHONUNBUFFERED=1
WorkingDirectory=/opt/shop
RuntimeDirectory=shop
StateDirectory=shop
ExecStartPre=/opt/shop/venv/bin/python /opt/shop/prepare.py
ExecStart=/opt/shop/venv/bin/gunicorn --bind 0.0.0.0:8000 --pid /run/shop/shop.pid shop:application
Restart=on-failure
FrobnicateLevel=11
"""
REDIS_UNIT = """
[Service]
Type=notify
ExecStart=/usr/bin/redis-server /etc/redis/redis.conf --supervised systemd --daemonize no
User=redis
RuntimeDirectory=redis
RuntimeDirectoryMode=2755
Restart=always
UMask=007
"""
POSTGRES_UNIT = """
[Service]
Type=forking
ExecStart=-/usr/bin/pg_ctlcluster --skip-systemctl-redirect %i start
PIDFile=/run/postgresql/%i.pid
OOMScoreAdjust=-900
"""


def one(found: Detected, name: str) -> Workload:
    return next(w for w in found.workloads if w.name == name)


def nginx_host(**more: Any) -> Host:
    facts: dict[str, Any] = {
        "units": (unit("nginx.service", NGINX_UNIT, main_pid=10),),
        "processes": (
            process(
                10,
                "nginx: master process /usr/sbin/nginx -g daemon on; master_process on;",
                exe="/usr/sbin/nginx",
                comm="nginx",
                unit="nginx.service",
                rss=1000,
            ),
            process(
                11,
                "nginx: worker process",
                uid=33,
                exe="/usr/sbin/nginx",
                comm="nginx",
                ppid=10,
                unit="nginx.service",
                rss=500,
            ),
        ),
        "listeners": (tcp(80, 10, 11), tcp(443, 10, 11)),
        "owners": {"/usr/sbin/nginx": "nginx"},
        "packages": (
            deb("nginx", "1.22.1-9+deb12u3"),
            deb("nginx-common", "1.22.1-9+deb12u3"),
            deb("libnginx-mod-stream", "1.22.1-9+deb12u3"),
        ),
        "files": {
            **text("/etc/nginx/nginx.conf", NGINX_CONF),
            **text("/etc/nginx/sites-available/www", SITE),
        },
        "config_files": (
            unowned("/etc/nginx/sites-available/www"),
            unowned("/etc/nginx/sites-enabled/www", link="../sites-available/www", mode="0777"),
            ConfigFile("/etc/nginx/conf.d/gone.conf", "deleted", "nginx-common"),
            unowned("/etc/unrelated.conf"),
        ),
        "paths": {
            **path("/srv/www/a b"),
            **path("/etc/ssl/private/www.key", "file", mode="0600"),
            **path("/etc/ssl/certs/www.pem", "file", mode="0644"),
        },
    }
    return host(**{**facts, **more})


def test_nginx_runs_as_its_worker_in_the_foreground() -> None:
    w = one(detect(nginx_host()), "nginx")
    assert (w.id, w.kind, w.state, w.version) == ("h1/nginx", "nginx", "running", "1.22.1")
    assert w.command == ("/usr/sbin/nginx", "-g", "daemon off; master_process on;")
    assert w.run_as is not None
    assert w.run_as.uid == 33
    assert w.stop_signal == "SIGQUIT"
    assert w.sysctls == (("net.ipv4.ip_unprivileged_port_start", "0"),)
    assert {"port", "user", "logs", "foreground", "pid-file"} == {a.id for a in w.adaptations}
    assert [(t.path, t.owner.uid) for t in w.touch] == [("/run/nginx.pid", 33)]
    assert w.resources == {"memory": 1500}


def test_nginx_takes_what_differs_and_nothing_else() -> None:
    w = one(detect(nginx_host()), "nginx")
    assert [p.pin for p in w.packages] == ["nginx=1.22.*"]
    assert w.packages[0].version == "1.22.1-9+deb12u3"
    assert [c.path for c in w.copies] == [
        "/etc/nginx/sites-available/www",
        "/etc/nginx/sites-enabled/www",
        "/etc/ssl/certs/www.pem",
    ]
    assert [(s.path, s.owner.uid, s.owner.mode) for s in w.secrets] == [
        ("/etc/ssl/private/www.key", 33, "0400")
    ]
    assert w.removals == ("/etc/nginx/conf.d/gone.conf", "/etc/nginx/sites-enabled/default")
    assert [(v.path, v.kind, v.read_only, v.consistency) for v in w.volumes] == [
        ("/srv/www/a b", "content", True, "live")
    ]
    assert dict(w.log_links)["/var/log/nginx/www.access.log"] == "/dev/stdout"
    assert dict(w.log_links)["/var/log/nginx/error.log"] == "/dev/stderr"
    assert w.health is not None
    assert "/dev/tcp/127.0.0.1/80" in w.health.command[2]
    assert "Host: www.example.org" in w.health.command[2]


def test_nginx_modules_are_pinned_only_when_they_are_loaded() -> None:
    link = unowned(
        "/etc/nginx/modules-enabled/50-mod-stream.conf",
        link="/usr/share/nginx/modules-available/mod-stream.conf",
    )
    w = one(detect(nginx_host(config_files=(link,))), "nginx")
    assert [p.name for p in w.packages] == ["nginx", "libnginx-mod-stream"]
    assert link.path not in {c.path for c in w.copies}


def test_nginx_with_masked_configuration_streams_it() -> None:
    files = {
        **text("/etc/nginx/nginx.conf", NGINX_CONF),
        **text("/etc/nginx/sites-available/www", "proxy_set_header X ***;", masked=1),
    }
    w = one(detect(nginx_host(files=files)), "nginx")
    assert "/etc/nginx/sites-available/www" in {s.path for s in w.secrets}
    assert "/etc/nginx/sites-available/www" not in {c.path for c in w.copies}


def test_a_default_site_that_is_still_there_is_kept() -> None:
    kept = unowned("/etc/nginx/sites-enabled/default", link="../sites-available/default")
    w = one(detect(nginx_host(config_files=(kept,))), "nginx")
    assert w.removals == ()
    assert kept.path in {c.path for c in w.copies}


def test_the_server_of_tls_alone_is_asked_whether_it_accepts() -> None:
    files = {**text("/etc/nginx/nginx.conf", "http { server { listen 8443 ssl; } }")}
    w = one(detect(nginx_host(files=files)), "nginx")
    assert w.health is not None
    assert w.health.command == ("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8443")


def app_host(**more: Any) -> Host:
    facts: dict[str, Any] = {
        "units": (
            unit("shop.service", SHOP_UNIT, main_pid=88, path="/etc/systemd/system/shop.service"),
            unit("redis-server.service", REDIS_UNIT, main_pid=61),
            unit("cron.service", "[Service]\nExecStart=/usr/sbin/cron -f\n"),
            unit("prometheus-node-exporter.service", "[Service]\nExecStart=/usr/bin/x\n"),
        ),
        "processes": (
            process(
                88,
                "/opt/shop/venv/bin/python3",
                "/opt/shop/venv/bin/gunicorn",
                "--bind",
                "0.0.0.0:8000",
                uid=995,
                unit="shop.service",
                exe="/usr/bin/python3.11",
            ),
            process(
                95,
                "/opt/shop/venv/bin/python3",
                "/opt/shop/venv/bin/gunicorn",
                uid=995,
                unit="shop.service",
                ppid=88,
                exe="/usr/bin/python3.11",
            ),
            process(
                61,
                "/usr/bin/redis-server 127.0.0.1:6379",
                uid=100,
                exe="/usr/bin/redis-check-rdb",
                unit="redis-server.service",
            ),
        ),
        "listeners": (tcp(8000, 88, 95), tcp(6379, 61, address="127.0.0.1")),
        "owners": {
            "/usr/bin/python3.11": "python3.11-minimal",
            "/usr/bin/redis-check-rdb": "redis-tools",
            "/opt/shop": "",
        },
        "packages": (
            deb("python3", "3.11.2-1+b1"),
            deb("redis-server", "5:7.0.15-1~deb12u3"),
            deb("redis-tools", "5:7.0.15-1~deb12u3"),
        ),
        "files": {
            **text(
                "/etc/shop/shop.env",
                "DB_HOST=db.example.org\nDB_PASSWORD=***\nREDIS_URL=redis://127.0.0.1:6379/0\n",
                masked=1,
            ),
            **text(
                "/etc/redis/redis.conf",
                "dir /var/lib/redis\npidfile /run/redis/redis-server.pid\nport 6379\n"
                "bind 127.0.0.1\n",
            ),
        },
        "config_files": (unowned("/etc/shop/shop.env", mode="0640"),),
        "paths": {
            **path("/opt/shop"),
            **path("/var/lib/shop", uid=995),
            **path("/var/lib/redis", uid=100, mode="0750"),
            **path("/etc/shop/shop.env", "file"),
        },
        "sizes": {"/var/lib/redis": DirSize("/var/lib/redis", 8192, 1)},
        "virtualenvs": (Python("/opt/shop/venv", "3.11.2", "/usr/bin", ("gunicorn==23.0.0",)),),
        "host_entries": (("10.0.0.12", ("db.example.org", "db")),),
        "addresses": ("10.0.0.13/24",),
        "connections": (
            Connection("10.0.0.13", 41000, "10.0.0.12", 5432, (95,)),
            Connection("10.0.0.13", 8000, "10.0.0.99", 51000, (95,)),
            Connection("127.0.0.1", 42000, "127.0.0.1", 6379, (95,)),
        ),
        "cron": (
            CronJob("/etc/cron.d/shop", "shop", "*/10 * * * *", "/opt/shop/cleanup.py"),
            CronJob("/etc/cron.daily/apt-compat", "root", "@daily", "/etc/cron.daily/apt-compat"),
        ),
    }
    return host(**{**facts, **more})


def test_python_application_with_its_environment_and_job() -> None:
    found = detect(app_host())
    w = one(found, "shop")
    assert (w.kind, w.version, w.restart) == ("python", "", "on-failure")
    assert w.command == (
        "/bin/sh",
        "-c",
        "/opt/shop/venv/bin/python /opt/shop/prepare.py && exec /opt/shop/venv/bin/gunicorn "
        "--bind 0.0.0.0:8000 --pid /run/shop/shop.pid shop:application",
    )
    assert [(c.path, c.kind) for c in w.copies] == [("/opt/shop", "application")]
    assert [(s.path, s.form) for s in w.secrets] == [("/etc/shop/shop.env", "env")]
    assert {e.name: e.value for e in w.environment} == {
        "PYTHONUNBUFFERED": "1",
        "RUNTIME_DIRECTORY": "/run/shop",
        "STATE_DIRECTORY": "/var/lib/shop",
    }
    assert [(v.path, v.kind, v.owner.uid) for v in w.volumes] == [("/var/lib/shop", "state", 995)]
    assert [(d.path, d.owner.uid, d.tmpfs) for d in w.directories] == [("/run/shop", 995, False)]
    assert [p.pin for p in w.packages] == ["python3=3.11.*"]
    assert [(j.name, j.schedule, j.user) for j in w.jobs] == [
        ("cleanup.py", "*/10 * * * *", "shop")
    ]
    assert found.leftover_jobs == ()


def test_every_directive_of_the_unit_has_a_fate() -> None:
    w = one(detect(app_host()), "shop")
    fates = {d.name: d.fate for d in w.directives}
    assert fates["ExecStartPre"] == "carried"
    assert fates["RuntimeDirectory"] == "carried"
    assert fates["After"] == "replaced"
    assert fates["FrobnicateLevel"] == "lost"
    assert len(w.directives) == sum(1 for line in SHOP_UNIT.splitlines() if "=" in line)
    assert all(d.how for d in w.directives)


def test_peers_and_couplings() -> None:
    found = detect(app_host())
    shop, redis = one(found, "shop"), one(found, "redis-server")
    assert [(p.address, p.port, p.names, p.seen) for p in shop.peers] == [
        ("10.0.0.12", 5432, ("db.example.org", "db"), True)
    ]
    ties = {(c.workload, c.kind, c.detail) for c in redis.couplings}
    assert ties == {
        ("h1/shop", "loopback", "127.0.0.1:6379"),
        ("h1/shop", "unit", "redis-server.service"),
    }
    assert ("h1/redis-server", "loopback", "127.0.0.1:6379") in {
        (c.workload, c.kind, c.detail) for c in shop.couplings
    }
    assert "shares the network namespace of shop" in next(
        a.what for a in redis.adaptations if a.id == "loopback"
    )


def test_a_peer_named_in_configuration_counts_without_a_connection() -> None:
    shop = one(detect(app_host(connections=())), "shop")
    assert [(p.address, p.port, p.seen) for p in shop.peers] == [("10.0.0.12", 0, False)]
    assert [c.detail for c in shop.couplings if c.kind == "loopback"] == ["127.0.0.1:6379"]


def test_redis_without_supervision_and_with_its_directory() -> None:
    w = one(detect(app_host()), "redis-server")
    assert w.command == (
        "/usr/bin/redis-server",
        "/etc/redis/redis.conf",
        "--daemonize",
        "no",
        "--supervised",
        "no",
        "--logfile",
        "",
    )
    assert [p.pin for p in w.packages] == ["redis-server=5:7.0.*"]
    assert w.version == "7.0.15"
    assert [(v.path, v.consistency) for v in w.volumes] == [("/var/lib/redis", "stop")]
    assert [(d.path, d.owner.mode) for d in w.directories] == [("/run/redis", "2755")]
    assert w.health is not None
    assert "redis-cli -p 6379 ping" in w.health.command[2]
    assert {d.name: d.fate for d in w.directives}["UMask"] == "lost"


def test_a_redis_that_asks_for_a_password_streams_its_configuration() -> None:
    files = text("/etc/redis/redis.conf", "dir /var/lib/redis\nrequirepass ***\n", masked=1)
    changed = ConfigFile("/etc/redis/redis.conf", "changed", "redis-server", "0640", 100, 102)
    w = one(detect(app_host(files=files, config_files=(changed,))), "redis-server")
    assert [(s.path, s.form) for s in w.secrets] == [("/etc/redis/redis.conf", "file")]
    assert w.copies == ()
    assert w.health is not None
    assert w.health.command[2] == "exec 3<>/dev/tcp/127.0.0.1/6379"


def postgres_host(**more: Any) -> Host:
    conf = """
data_directory = '/srv/pgdata/15/main'  # another place
port = 5433
unix_socket_directories = '/var/run/postgresql'
ssl_cert_file = '/etc/ssl/certs/ssl-cert-snakeoil.pem'
ssl_key_file = '/etc/ssl/private/ssl-cert-snakeoil.key'
lc_messages = 'en_US.UTF-8'
include_dir = 'conf.d'
"""
    binary = "/usr/lib/postgresql/15/bin/postgres"
    folder = "/etc/postgresql/15/main"
    facts: dict[str, Any] = {
        "units": (
            unit(
                "postgresql.service", "[Service]\nType=oneshot\nExecStart=/bin/true\n", sub="exited"
            ),
            unit("postgresql@15-main.service", POSTGRES_UNIT, main_pid=47),
        ),
        "processes": (
            process(
                47,
                binary,
                "-D",
                "/srv/pgdata/15/main",
                "-c",
                f"config_file={folder}/postgresql.conf",
                uid=102,
                unit="postgresql@15-main.service",
            ),
            process(
                48,
                "postgres: 15/main: checkpointer ",
                uid=102,
                ppid=47,
                unit="postgresql@15-main.service",
                exe=binary,
            ),
        ),
        "listeners": (tcp(5433, 47),),
        "owners": {binary: "postgresql-15"},
        "packages": (
            deb("postgresql-15", "15.18-0+deb12u1"),
            deb("postgresql-15-postgis-3", "3.3.2+dfsg-1+b1"),
            deb("postgresql-15-postgis-3-doc", "3.3.2"),
            deb("postgresql-13", "13.9-1"),
            deb("locales-all", "2.36-9+deb12u7"),
        ),
        "files": {
            **text(f"{folder}/postgresql.conf", conf),
            **text(f"{folder}/conf.d/lab.conf", "listen_addresses = '*'\n"),
            **text(f"{folder}/pg_hba.conf", "host all all 10.0.0.13/32 md5\n"),
        },
        "config_files": tuple(
            unowned(f"{folder}/{name}", uid=102, gid=104)
            for name in ("conf.d/lab.conf", "pg_ctl.conf", "pg_hba.conf", "postgresql.conf")
        ),
        "paths": {
            **path("/srv/pgdata/15/main", uid=102, mode="0700"),
            **path("/etc/ssl/private/ssl-cert-snakeoil.key", "file", mode="0640"),
            **path("/etc/ssl/certs/ssl-cert-snakeoil.pem", "file"),
        },
        "open_files": (OpenFile(47, "/srv/pgdata/15/main/pg_wal/000000010000000000000001"),),
    }
    return host(**{**facts, **more})


def test_postgresql_is_a_workload_for_each_cluster() -> None:
    found = detect(postgres_host())
    assert [w.name for w in found.workloads] == ["postgresql@15-main"]
    w = found.workloads[0]
    assert w.command == (
        "/usr/lib/postgresql/15/bin/postgres",
        "-D",
        "/srv/pgdata/15/main",
        "-c",
        "config_file=/etc/postgresql/15/main/postgresql.conf",
    )
    assert (w.stop_signal, w.version) == ("SIGINT", "15.18")
    assert [p.pin for p in w.packages] == [
        "postgresql-15=15.*",
        "postgresql-15-postgis-3=3.3.*",
        "locales=2.*",
    ]
    assert w.locales == ("en_US.UTF-8",)
    assert w.preparations == ("no-postgresql-cluster",)
    assert w.removals == ("/etc/ssl/private/ssl-cert-snakeoil.key",)
    assert [(s.path, s.owner.uid, s.owner.mode) for s in w.secrets] == [
        ("/etc/ssl/private/ssl-cert-snakeoil.key", 102, "0600")
    ]
    assert [(v.path, v.consistency, v.owner.mode) for v in w.volumes] == [
        ("/srv/pgdata/15/main", "base-backup", "0700")
    ]
    assert w.volumes[0].live_copy[4] == "/usr/lib/postgresql/15/bin/pg_basebackup"
    assert "/etc/postgresql/15/main/pg_ctl.conf" not in {c.path for c in w.copies}
    assert "/etc/ssl/certs/ssl-cert-snakeoil.pem" in {c.path for c in w.copies}
    assert {d.path: d.owner.mode for d in w.directories}["/run/postgresql"] == "2775"
    assert w.health is not None
    assert w.health.command[-4:] == ("-h", "/run/postgresql", "-p", "5433")
    assert w.peers == ()


def test_a_tablespace_outside_forbids_the_live_base_backup() -> None:
    opened = (OpenFile(47, "/srv/fast/PG_15_2022/1/2"),)
    w = detect(postgres_host(open_files=opened)).workloads[0]
    assert [(v.path, v.consistency, v.live_copy) for v in w.volumes] == [
        ("/srv/fast", "stop", ()),
        ("/srv/pgdata/15/main", "stop", ()),
    ]


def test_a_stopped_cluster_is_still_known_from_its_configuration() -> None:
    stopped = unit("postgresql@15-main.service", POSTGRES_UNIT, active="failed", sub="failed")
    found = detect(postgres_host(units=(stopped,), processes=(), listeners=(), open_files=()))
    w = one(found, "postgresql@15-main")
    assert w.state == "failed"
    assert w.command[:3] == ("/usr/lib/postgresql/15/bin/postgres", "-D", "/srv/pgdata/15/main")
    assert w.run_as is not None
    assert w.run_as.uid == 102


LIGHTTPD = """
server.document-root = "/var/www/html"
server.errorlog = "/var/log/lighttpd/error.log"
server.pid-file = "/run/lighttpd.pid"
server.port = 80
# server.tag = "/srv/commented"
"""


def test_another_service_without_root_is_told_with_what_lacks() -> None:
    reason = "not root: which process a socket belongs to is not known"
    lighttpd = "/usr/sbin/lighttpd"
    h = host(
        units=(
            unit(
                "lighttpd.service",
                "[Service]\nType=simple\nPIDFile=/run/lighttpd.pid\n"
                f"ExecStart={lighttpd} -D -f /etc/lighttpd/lighttpd.conf\n",
                main_pid=43,
            ),
            unit("ssh.service", "[Service]\nExecStart=/usr/sbin/sshd -D\n"),
        ),
        processes=(
            process(
                43,
                lighttpd,
                "-D",
                "-f",
                "/etc/lighttpd/lighttpd.conf",
                uid=33,
                unit="lighttpd.service",
                exe="",
            ),
        ),
        listeners=Fact("listeners", (tcp(80), tcp(22), tcp(9999)), partial=reason),
        owners={lighttpd: "lighttpd"},
        packages=(deb("lighttpd", "1.4.69-1"),),
        files=text("/etc/lighttpd/lighttpd.conf", LIGHTTPD),
        paths=path("/var/www/html"),
        cron=(CronJob("/etc/cron.daily/lighttpd", "root", "@daily", "/etc/cron.daily/lighttpd"),),
    )
    found = detect(h)
    assert [w.name for w in found.workloads] == ["lighttpd", "listener-tcp-9999"]
    w, stray = found.workloads
    assert w.command == (lighttpd, "-D", "-f", "/etc/lighttpd/lighttpd.conf")
    assert [x.port for x in w.listeners] == [80]
    assert any(reason in u for u in w.unknowns)
    assert any("port 80" in u for u in w.unknowns)
    assert [(v.path, v.read_only) for v in w.volumes] == [("/var/www/html", True)]
    assert w.log_links == (("/var/log/lighttpd/error.log", "/dev/stderr"),)
    assert [j.source for j in w.jobs] == ["/etc/cron.daily/lighttpd"]
    assert stray.command == ()
    assert reason in stray.unknowns[0]


@pytest.mark.parametrize(
    ("start", "kind", "expected"),
    [
        (
            "/usr/sbin/haproxy -Ws -f /etc/haproxy/haproxy.cfg",
            "notify",
            ("/usr/sbin/haproxy", "-db", "-f", "/etc/haproxy/haproxy.cfg"),
        ),
        ("/usr/sbin/apachectl start", "forking", ("/usr/sbin/apachectl", "-DFOREGROUND")),
        ("/usr/bin/memcached -d -m 64", "forking", ("/usr/bin/memcached", "-m", "64")),
        (
            "/usr/sbin/vsftpd /etc/vsftpd.conf",
            "simple",
            ("/usr/sbin/vsftpd", "/etc/vsftpd.conf", "-obackground=NO"),
        ),
        ("/opt/own/daemon --config x", "forking", ()),
        ("/opt/own/daemon --token ***", "simple", ()),
        ("/usr/bin/tool %% %i", "simple", ("/usr/bin/tool", "%", "")),
        ("@/usr/bin/tool name -x", "simple", ("/usr/bin/tool", "-x")),
    ],
)
def test_commands_stay_in_the_foreground_or_are_not_known(
    start: str, kind: str, expected: tuple[str, ...]
) -> None:
    h = host(units=(unit("thing.service", f"[Service]\nType={kind}\nExecStart={start}\n"),))
    w = one(detect(h), "thing")
    assert w.command == expected
    assert bool(w.command) or any("its owner has to say" in u or "secret" in u for u in w.unknowns)


def test_variables_of_the_environment_file_are_filled_in_by_sh() -> None:
    text_of = (
        "[Service]\nUser=shop\nEnvironment=A=1\nEnvironmentFile=-/etc/default/thing\n"
        "UMask=0027\nExecStart=/usr/bin/thing --a ${A} --b=${B} $OPTS 'c d'\n"
    )
    h = host(units=(unit("thing.service", text_of),), paths=path("/etc/default/thing", "file"))
    w = one(detect(h), "thing")
    assert w.command[:2] == ("/bin/sh", "-c")
    assert w.command[2] == (
        "set -f && umask 0027 && exec /usr/bin/thing --a 1 --b=\"${B-}\" ${OPTS-} 'c d'"
    )
    assert [s.path for s in w.secrets] == ["/etc/default/thing"]
    out = subprocess.run(
        ["/bin/sh", "-c", w.command[2].replace("exec /usr/bin/thing", "printf '<%s>'")],
        env={"B": "x $(id) y", "OPTS": "-p * -q"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stdout == "<--a><1><--b=x $(id) y><-p><*><-q><c d>"


def test_an_optional_environment_file_that_is_not_there_is_no_secret() -> None:
    body = "[Service]\nEnvironmentFile=-/etc/default/none\nExecStart=/usr/bin/thing\n"
    w = one(detect(host(units=(unit("thing.service", body),))), "thing")
    assert w.secrets == ()


def test_secret_environment_of_the_unit_keeps_its_name_only() -> None:
    body = "[Service]\nEnvironment=DB_PASSWORD=*** MODE=live\nExecStart=/usr/bin/thing\n"
    w = one(detect(host(units=(unit("thing.service", body),))), "thing")
    assert [(e.name, e.value, e.secret) for e in w.environment] == [
        ("DB_PASSWORD", "", True),
        ("MODE", "live", False),
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("openvpn-server@gateway.service", "openvpn"),
        ("wg-quick@wg0.service", "wireguard"),
        ("strongswan.service", "strongswan"),
        ("libvirtd.service", "libvirtd"),
        ("docker.service", "dockerd"),
        ("containerd.service", "containerd"),
        ("kubelet.service", "kubelet"),
        ("nfs-server.service", "nfs-server"),
        ("nftables.service", "firewall"),
        ("firewalld.service", "firewall"),
        ("samba-ad-dc.service", "directory"),
        ("keepalived.service", "cluster"),
        ("corosync.service", "cluster"),
    ],
)
def test_services_of_the_kernel_are_named(name: str, kind: str) -> None:
    exited = name.startswith(("wg-", "nfs", "nftables"))
    made = unit(name, "[Service]\nExecStart=/usr/sbin/x\n", sub="exited" if exited else "running")
    forwards = text("/etc/sysctl.d/10-router.conf", "net.ipv4.ip_forward = 1\n")
    w = detect(host(units=(made,), files=forwards)).workloads[0]
    assert (w.kind, w.traits[0], w.command) == (kind, "kernel-service", ())


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({}, "agent"),
        (text("/etc/nftables.conf", "chain forward { type filter hook forward; }"), "agent"),
        (text("/etc/nftables.conf", "# oif eth0 masquerade\n"), "agent"),
        (text("/etc/nftables.conf", "ip saddr 10.0.0.0/8 oif eth0 masquerade\n"), "firewall"),
        (
            text("/etc/iptables/rules.v4", "*nat\n-A POSTROUTING -o eth0 -j MASQUERADE\n"),
            "firewall",
        ),
        (
            text(
                "/etc/iptables/rules.v4",
                "*nat\n-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\n",
            ),
            "agent",
        ),
        (
            text("/etc/sysconfig/iptables", "-A POSTROUTING -o eth0 -j SNAT --to 1.2.3.4"),
            "firewall",
        ),
        (text("/etc/sysctl.conf", "net.ipv4.ip_forward=0\n#net.ipv4.ip_forward=1\n"), "agent"),
        (text("/etc/sysctl.conf", "net.ipv6.conf.all.forwarding=1\n"), "firewall"),
        (text("/etc/ufw/sysctl.conf", "net/ipv4/ip_forward=1\n"), "firewall"),
        (text("/etc/systemd/network/lan.network", "[Network]\nIPForward=yes\n"), "firewall"),
        (text("/etc/firewalld/zones/public.xml", "<zone><forward/></zone>"), "agent"),
        (text("/etc/firewalld/zones/public.xml", "<zone><masquerade/></zone>"), "firewall"),
    ],
)
def test_a_packet_filter_is_a_workload_only_where_it_forwards(files: Any, kind: str) -> None:
    for name in ("nftables.service", "firewalld.service"):
        body = "[Service]\nType=oneshot\nExecStart=/usr/sbin/nft -f x\n"
        made = unit(name, body, sub="exited" if name.startswith("nft") else "running")
        found = detect(host(units=(made,), files=files))
        if name.startswith("firewalld"):
            made = unit(name, "[Service]\nExecStart=/usr/sbin/firewalld --nofork\n")
            found = detect(host(units=(made,), files=files))
        kinds = [w.kind for w in found.workloads] + ["agent" for _ in found.agents]
        assert kinds == [kind]


def test_a_packet_filter_whose_settings_were_not_read_is_taken_for_a_gateway() -> None:
    made = unit("firewalld.service", "[Service]\nExecStart=/usr/sbin/firewalld\n")
    hidden = detect(host(units=(made,), unknown={"files": "not looked"}))
    assert [w.kind for w in hidden.workloads] == ["firewall"]
    listed = (ConfigFile("/etc/sysctl.conf", "changed", "procps", "0644", size=120),)
    unread = detect(host(units=(made,), config_files=listed))
    assert [w.kind for w in unread.workloads] == ["firewall"]


def test_containers_of_podman_make_a_container_host() -> None:
    h = host(
        processes=(
            process(80, "/usr/bin/conmon", unit="libpod-conmon-ab12.scope"),
            process(81, "/usr/sbin/nginx", ppid=80, unit="libpod-ab12.scope"),
        ),
        listeners=(tcp(8080, 81),),
    )
    found = detect(h)
    assert [(w.name, w.kind, w.traits) for w in found.workloads] == [
        ("podman", "podman", ("kernel-service", "container-host"))
    ]
    assert [x.port for x in found.workloads[0].listeners] == [8080]


@pytest.mark.parametrize(
    ("group", "container", "names"),
    [
        ("/machine.slice/machine-web.scope", "none", []),
        ("/machine.slice/systemd-nspawn@web.service/payload/system.slice/x.service", "none", []),
        ("/lxc.payload.web/system.slice/x.service", "none", []),
        ("/lxc/web/system.slice/x.service", "none", []),
        ("/lxc/web/system.slice/x.service", "lxc", ["app"]),
        ("/user.slice/user-1000.slice", "none", ["app"]),
    ],
)
def test_what_runs_in_a_guest_is_no_workload_of_its_host(
    group: str, container: str, names: list[str]
) -> None:
    inside = process(50, "/opt/app/app", cgroup=group)
    found = detect(host(processes=(inside,), listeners=(tcp(8080, 50),), container=container))
    assert [w.name for w in found.workloads if w.pids] == names


def test_preparations_that_only_the_machine_can_run_are_lost() -> None:
    body = (
        "[Service]\nUser=shop\n"
        "ExecStartPre=+/usr/bin/install -m 755 -o shop -g root -d /var/run/thing\n"
        "{}ExecStart=/usr/bin/thing\n"
    )
    made = one(detect(host(units=(unit("thing.service", body.format("")),))), "thing")
    assert made.command == ("/usr/bin/thing",)
    assert [d.path for d in made.directories] == ["/run/thing"]
    assert {d.name: d.fate for d in made.directives}["ExecStartPre"] == "replaced"
    extra = 'ExecStartPre=/bin/sh -c "systemctl unset-environment X"\n'
    lost = one(detect(host(units=(unit("thing.service", body.format(extra)),))), "thing")
    assert lost.command == ("/usr/bin/thing",)
    assert {d.name: d.fate for d in lost.directives}["ExecStartPre"] == "lost"


def test_plumbing_is_silent_and_agents_are_listed() -> None:
    silent = ("ssh", "dbus", "cron", "systemd-journald", "getty@tty1", "polkit", "user@1000")
    agents = (
        "prometheus-node-exporter",
        "zabbix-agent",
        "qemu-guest-agent",
        "chrony",
        "rsyslog",
        "unattended-upgrades",
        "telegraf",
        "snapd",
    )
    silent += ("networkd-dispatcher", "rhsmcertd", "gssproxy", "nfsdcld", "nvidia-persistenced")
    silent += ("messagebus", "netfs", "udev-post", "nfs-mountd", "rpc-statd", "haldaemon", "abrtd")
    body = "[Service]\nExecStart=/usr/bin/x\n"
    found = detect(host(units=tuple(unit(f"{n}.service", body) for n in (*silent, *agents))))
    assert found.workloads == ()
    assert [a.name for a in found.agents] == sorted(agents)


def listening(name: str, *entries: Listener, program: str = "", **more: Any) -> Detected:
    """A machine on which the unit ``name`` runs and listens as said."""
    exe = program or f"/usr/sbin/{name}"
    made = unit(f"{name}.service", f"[Service]\nExecStart={exe}\n", main_pid=5)
    running = process(5, exe, unit=f"{name}.service")
    held = tuple(replace(entry, pids=(5,)) for entry in entries)
    return detect(host(units=(made,), processes=(running,), listeners=held, **more))


def udp(port: int, address: str = "0.0.0.0") -> Listener:
    return Listener("udp", address, port)


@pytest.mark.parametrize(
    ("name", "program", "entry"),
    [
        ("rsyslog", "/usr/sbin/rsyslogd", udp(514)),
        ("rsyslog", "/usr/sbin/rsyslogd", tcp(514, address="10.0.0.5")),
        ("icinga2", "", tcp(5665, address="::")),
        ("clamav-daemon", "/usr/sbin/clamd", tcp(3310)),
        ("chrony", "/usr/sbin/chronyd", udp(123)),
        ("cups", "/usr/sbin/cupsd", tcp(631)),
        ("vector", "/opt/vector/tiles", tcp(8080, address="*")),
        ("systemd-journal-remote", "/lib/systemd/systemd-journal-remote", tcp(19532)),
        ("systemd-resolved", "/lib/systemd/systemd-resolved", udp(53, "10.0.0.5")),
        ("snmptrapd", "", udp(162)),
        ("zabbix-agent", "/usr/sbin/zabbix_agentd", tcp(10051)),
    ],
)
def test_what_serves_others_is_a_workload_whatever_its_name(
    name: str, program: str, entry: Listener
) -> None:
    found = listening(name, entry, program=program)
    assert [(w.name, w.kind) for w in found.workloads] == [(name, "service")]
    assert [(x.protocol, x.port) for x in found.workloads[0].listeners] == [
        (entry.protocol, entry.port)
    ]
    assert found.agents == ()


@pytest.mark.parametrize(
    ("name", "program", "entries"),
    [
        ("node_exporter", "/usr/local/bin/node_exporter", (tcp(9100, address="*"),)),
        ("zabbix-agent", "/usr/sbin/zabbix_agentd", (tcp(10050),)),
        ("nagios-nrpe-server", "/usr/sbin/nrpe", (tcp(5666),)),
        ("snmpd", "", (udp(161), udp(40123), tcp(199, address="127.0.0.1"))),
        ("telegraf", "/usr/bin/telegraf", (tcp(9273, address="::"),)),
        ("chrony", "/usr/sbin/chronyd", (udp(323, "127.0.0.1"), udp(323, "::1"))),
        ("ntp", "/usr/sbin/ntpd", (udp(123), udp(123, "10.0.0.5"))),
        ("rsyslog", "/usr/sbin/rsyslogd", (udp(51234),)),
        ("clamav-daemon", "/usr/sbin/clamd", (tcp(3310, address="127.0.0.1"),)),
    ],
)
def test_an_agent_that_is_asked_about_its_machine_stays_an_agent(
    name: str, program: str, entries: tuple[Listener, ...]
) -> None:
    found = listening(name, *entries, program=program)
    assert (found.workloads, [a.name for a in found.agents]) == ((), [name])


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("ssh", (tcp(22), tcp(2222, address="::"))),
        ("dhclient", (udp(68), udp(1711))),
        ("systemd-networkd", (udp(68, "10.0.0.5"), udp(546, "fe80::1%eth0"))),
        ("avahi-daemon", (udp(5353), udp(40001))),
        ("rpcbind", (tcp(111), udp(111), udp(823))),
        ("systemd-resolved", (udp(53, "127.0.0.53%lo"), tcp(5355))),
        ("cups", (tcp(631, address="127.0.0.1"), tcp(631, address="::1"))),
    ],
)
def test_plumbing_that_listens_for_its_machine_is_silent(
    name: str, entries: tuple[Listener, ...]
) -> None:
    assert listening(name, *entries) == Detected()


def test_a_time_server_is_told_from_its_clients_by_whom_it_lets_in() -> None:
    def names(**more: Any) -> list[str]:
        found = listening("ntpd", udp(123), **more)
        return [w.name for w in found.workloads]

    closed = "restrict default kod nomodify\n#restrict 10.0.0.0 mask 255.0.0.0\n"
    opened = "restrict 10.0.0.0 mask 255.0.0.0 nomodify\n"
    assert names(files=text("/etc/ntp.conf", closed)) == []
    assert names(files=text("/etc/ntp.conf", opened)) == ["ntpd"]
    assert names(files=Fact("files", unknown="no room left")) == ["ntpd"]


def test_a_mail_server_for_its_own_machine_is_an_agent() -> None:
    body = "[Service]\nExecStart=/usr/lib/postfix/sbin/master\n"
    local = host(
        units=(unit("postfix@-.service", body, main_pid=5),),
        processes=(process(5, "/usr/lib/postfix/sbin/master", unit="postfix@-.service"),),
        listeners=(tcp(25, 5, address="127.0.0.1"),),
    )
    assert [a.purpose for a in detect(local).agents] == ["local mail of the host"]
    public = host(units=local.units.value, processes=local.processes.value, listeners=(tcp(25, 5),))
    assert [w.kind for w in detect(public).workloads] == ["postfix"]


def test_enabled_but_stopped_or_failed_is_listed_with_its_state() -> None:
    body = "[Service]\nExecStart=/usr/bin/x\n"
    h = host(
        units=(
            unit("a.service", body, active="inactive", sub="dead"),
            unit("b.service", body, active="failed", sub="failed", enabled="disabled"),
            unit("c.service", body, active="inactive", sub="dead", enabled="disabled"),
            unit("d.service", body, load="masked", active="inactive", enabled="masked"),
        )
    )
    assert [(w.name, w.state) for w in detect(h).workloads] == [("a", "stopped"), ("b", "failed")]


def test_a_process_outside_of_units_that_listens_is_listed_once() -> None:
    h = host(
        processes=(
            process(50, "sshd: me", comm="sshd", exe="/usr/sbin/sshd", unit="session-3.scope"),
            process(51, "-bash", ppid=50, comm="bash", exe="/bin/bash", unit="session-3.scope"),
            process(
                60, "/home/me/server", "--port", "9000", ppid=51, uid=995, unit="session-3.scope"
            ),
            process(61, "/home/me/server", "--child", ppid=60, uid=995, unit="session-3.scope"),
        ),
        listeners=(tcp(9000, 60, 61),),
        owners={"/home/me/server": ""},
    )
    found = detect(h)
    assert [(w.name, w.pids) for w in found.workloads] == [("server", (60, 61))]
    w = found.workloads[0]
    assert w.command == ("/home/me/server", "--port", "9000")
    assert any("No unit starts it" in u for u in w.unknowns)
    assert [(c.path, c.kind) for c in w.copies] == [("/home/me", "application")]


def test_without_systemd_the_children_of_init_are_services() -> None:
    h = host(
        init="sysvinit",
        unknown={"units": "systemctl is not there"},
        processes=(
            process(70, "/usr/sbin/mydaemon", "-x"),
            process(71, "/usr/sbin/nginx", exe="/usr/sbin/nginx"),
            process(72, "/sbin/getty", "38400"),
        ),
        listeners=(tcp(80, 71),),
    )
    found = detect(h)
    assert [(w.name, w.kind) for w in found.workloads] == [
        ("mydaemon", "service"),
        ("nginx", "nginx"),
    ]


def test_a_socket_that_systemd_holds_belongs_to_the_service_it_starts() -> None:
    h = host(
        units=(
            unit(
                "idle.service",
                "[Service]\nExecStart=/usr/bin/idle\n",
                active="inactive",
                sub="dead",
            ),
            unit(
                "idle.socket",
                "[Socket]\nListenStream=8081\n",
                properties={"Triggers": "idle.service"},
            ),
        ),
        processes=(process(1, "/sbin/init", ppid=0),),
        listeners=(tcp(8081, 1),),
    )
    found = detect(h)
    assert [(w.name, w.state, [x.port for x in w.listeners]) for w in found.workloads] == [
        ("idle", "stopped", [8081])
    ]


def test_jobs_and_timers_that_belong_to_no_service() -> None:
    h = host(
        cron=(
            CronJob(
                "/etc/crontab", "root", "17 * * * *", "cd / && run-parts --report /etc/cron.hourly"
            ),
            CronJob("/etc/cron.d/report", "root", "0 6 1 * *", "/opt/report/run.sh >/dev/null"),
            CronJob("/etc/cron.d/certbot", "root", "0 */12 * * *", "certbot -q renew"),
        ),
        units=(
            unit("apt-daily.timer", "[Timer]\nOnCalendar=daily\n"),
            unit("export.timer", "[Timer]\nOnCalendar=Mon 04:00\n"),
            unit(
                "export.service",
                "[Service]\nType=oneshot\nUser=shop\nExecStart=/usr/local/bin/export --all\n",
                active="inactive",
                sub="dead",
            ),
        ),
    )
    found = detect(h)
    assert [(w.name, w.kind, w.traits, w.jobs[0].schedule) for w in found.workloads] == [
        ("job-export", "job", ("batch",), "Mon 04:00"),
        ("job-run.sh", "job", ("batch",), "0 6 1 * *"),
    ]
    assert found.workloads[0].run_as is not None
    assert [c.path for c in found.workloads[1].copies] == ["/opt/report"]
    assert [j.source for j in found.leftover_jobs] == ["/etc/cron.d/certbot"]


HOSTILE = "/srv/a b'\"\n$(touch pwned)`id`;"


def test_hostile_names_stay_data() -> None:
    name = "evil\\x20$(reboot).service"
    body = f"[Service]\nUser=shop\nExecStart=/usr/bin/thing\nWorkingDirectory={HOSTILE}\n"
    h = host(
        units=(unit(name, body, main_pid=9),),
        processes=(process(9, "/usr/bin/thing", HOSTILE, uid=995, unit=name, cwd=HOSTILE),),
        open_files=(OpenFile(9, f"{HOSTILE}/data/file"),),
        listeners=(tcp(80, 9),),
        paths=path(HOSTILE),
    )
    w = detect(h).workloads[0]
    assert all(c.isalnum() or c in "@_.:-" for c in w.name)
    assert w.name.startswith("evil-x20-reboot")
    for volume in w.volumes:
        assert volume.path.startswith(HOSTILE)
        assert all(c.isalnum() or c in "_.-" for c in volume.name)


def test_two_names_that_clean_to_the_same_stay_apart() -> None:
    body = "[Service]\nExecStart=/usr/bin/thing\n"
    found = detect(
        host(
            units=(unit("a b.service", body), unit("a-b.service", body), unit("a$b.service", body))
        )
    )
    assert len({w.id for w in found.workloads}) == 3


def test_volume_names_are_unique_on_the_machine() -> None:
    body = "[Service]\nExecStart=/usr/bin/{0}\nStateDirectory={0} y/{0}\n"
    found = detect(
        host(units=(unit("a.service", body.format("a-x")), unit("a-x.service", body.format("x"))))
    )
    names = [v.name for w in found.workloads for v in w.volumes]
    assert len(names) == len(set(names)) == 4


@pytest.mark.parametrize(
    "fact",
    [
        "processes",
        "listeners",
        "packages",
        "owners",
        "config_files",
        "files",
        "paths",
        "sizes",
        "open_files",
        "connections",
        "accounts",
        "virtualenvs",
        "units",
        "cron",
        "timezone",
        "os",
    ],
)
@pytest.mark.parametrize("make", [nginx_host, app_host, postgres_host])
def test_hiding_a_fact_invents_nothing(make: Any, fact: str) -> None:
    whole = make()
    fields = {
        f: getattr(whole, f)
        for f in EMPTY
        | {
            "units": 0,
            "processes": 0,
            "listeners": 0,
            "packages": 0,
            "config_files": 0,
            "open_files": 0,
            "connections": 0,
            "virtualenvs": 0,
            "cron": 0,
            "host_entries": 0,
            "addresses": 0,
        }
    }
    fields.pop(fact)
    hidden = host(unknown={fact: "could not look"}, **fields)
    before = {w.name: w for w in detect(whole).workloads}
    for w in detect(hidden).workloads:
        known = before.get(w.name)
        if known is None:
            assert w.unknowns
            continue
        assert {c.path for c in w.copies} <= {c.path for c in known.copies} | {
            s.path for s in known.secrets
        } or fact in ("files", "paths", "virtualenvs")
        assert {p.name for p in w.packages} <= {p.name for p in known.packages}


def test_what_cannot_be_seen_is_said() -> None:
    w = detect(nginx_host(files=Fact("files", unknown="no room left"))).workloads[0]
    assert any("no room left" in u for u in w.unknowns)
    w = detect(nginx_host(config_files=Fact("config-files", unknown="dpkg hangs"))).workloads[0]
    assert any("dpkg hangs" in u for u in w.unknowns)
    assert w.removals == ()


def test_a_machine_that_was_not_seen_has_nothing() -> None:
    assert detect(replace(nginx_host(), status="unreachable")) == Detected()


def test_the_same_facts_in_another_order_give_the_same_workloads() -> None:
    one_way = app_host()
    other = app_host(
        units=tuple(reversed(one_way.units.value or ())),
        processes=tuple(reversed(one_way.processes.value or ())),
        listeners=tuple(reversed(one_way.listeners.value or ())),
        connections=tuple(reversed(one_way.connections.value or ())),
    )
    assert detect(one_way) == detect(other)


def test_udp_and_ipv6_listeners_are_kept() -> None:
    body = "[Service]\nExecStart=/usr/sbin/named -f -u bind\n"
    h = host(
        units=(unit("named.service", body, main_pid=7),),
        processes=(process(7, "/usr/sbin/named", "-f", "-u", "bind", unit="named.service"),),
        listeners=(Listener("udp", "::", 53, (7,)), Listener("tcp", "::1", 953, (7,))),
    )
    w = one(detect(h), "named")
    assert [(x.protocol, x.port) for x in w.listeners] == [("udp", 53), ("tcp", 953)]
    assert w.command == ("/usr/sbin/named", "-g", "-u", "bind")


def test_who_asks_a_server_on_loopback_is_found_without_a_connection() -> None:
    """A client that connects for each request was not connected at the look."""
    texts: dict[str, tuple[TextFile, ...]] = {}

    def made(name: str, *listeners: Listener) -> Workload:
        unit_name = f"{name}.service"
        return Workload(
            f"h1/{name}",
            "h1",
            name,
            "service",
            name,
            "running",
            unit=unit_name,
            listeners=listeners,
        )

    redis = made("redis-server", Listener("tcp", "127.0.0.1", 6379))
    shop = made("shop", Listener("tcp", "0.0.0.0", 8000))
    other = made("other", Listener("tcp", "0.0.0.0", 9000))

    def tied(units: dict[str, frozenset[str]]) -> set[tuple[str, str]]:
        ends = network.couplings(host(), (redis, shop, other), texts, units)
        return {(c.workload, c.kind) for w in ends if w.id == redis.id for c in w.couplings}

    asked = {shop.id: frozenset({"redis-server.service"})}
    assert tied(asked) == {(shop.id, "loopback"), (shop.id, "unit")}
    assert tied({}) == {(shop.id, "loopback"), (other.id, "loopback")}


def test_a_python_program_of_the_system_is_not_taken_for_an_application() -> None:
    script = "/usr/share/unattended-upgrades/unattended-upgrade-shutdown"
    body = f"[Service]\nExecStart={script} --wait-for-signal\n"
    found = detect(
        host(
            units=(unit("unattended-upgrades.service", body, main_pid=9),),
            processes=(
                process(
                    9,
                    "/usr/bin/python3",
                    script,
                    exe="/usr/bin/python3.10",
                    unit="unattended-upgrades.service",
                ),
            ),
        )
    )
    assert (found.workloads, [a.name for a in found.agents]) == ((), ["unattended-upgrades"])


def test_a_unit_of_ones_own_under_a_name_of_the_system_is_a_workload() -> None:
    made = unit(
        "network.service",
        "[Service]\nExecStart=/opt/network/run\n",
        path="/etc/systemd/system/network.service",
    )
    assert [w.name for w in detect(host(units=(made,))).workloads] == ["network"]


def mosquitto_host(name: str, mode: str = "0644", **more: Any) -> Host:
    return host(
        units=(unit("mosquitto.service", "[Service]\nExecStart=/usr/sbin/mosquitto\n"),),
        config_files=(unowned(f"/etc/mosquitto/{name}", mode=mode, size=10),),
        **more,
    )


@pytest.mark.parametrize(
    "name", ["passwd", "users.htpasswd", "bridge.users", "client-secret.conf", "credentials.txt",
             "shadow", "core.KEY", "site.env", "pwfile"],
)  # fmt: skip
def test_a_name_that_promises_passwords_is_a_secret_and_no_copy(name: str) -> None:
    w = one(detect(mosquitto_host(name)), "mosquitto")
    assert [s.path for s in w.secrets] == [f"/etc/mosquitto/{name}"]
    assert w.copies == ()
    seen = text(f"/etc/mosquitto/{name}", "nothing to see\n")
    assert one(detect(mosquitto_host(name, files=seen)), "mosquitto").copies == ()


def test_an_ordinary_name_is_a_copy() -> None:
    w = one(detect(mosquitto_host("bridge.conf")), "mosquitto")
    assert ([c.path for c in w.copies], w.secrets) == (["/etc/mosquitto/bridge.conf"], ())


def nfs_host(**more: Any) -> Host:
    body = "[Service]\nType=oneshot\nExecStart=/usr/sbin/rpc.nfsd\n"
    exports = '# all\n/srv/export/media  10.0.0.13(rw,sync)\n"/srv/export/old stuff" *(ro)\n'
    facts: dict[str, Any] = {
        "units": (
            unit("nfs-server.service", body, sub="exited"),
            unit("nfs-mountd.service", "[Service]\nExecStart=/usr/sbin/rpc.mountd\n", main_pid=9),
        ),
        "processes": (process(9, "/usr/sbin/rpc.mountd", unit="nfs-mountd.service"),),
        "listeners": (
            Listener("tcp", "0.0.0.0", 2049),
            Listener("tcp", "0.0.0.0", 42855),
            Listener("udp", "::", 51185),
            tcp(20048, 9),
        ),
        "files": text("/etc/exports", exports),
        "host_entries": (("10.0.0.13", ("web.internal",)),),
        "connections": (Connection("10.0.0.35", 2049, "10.0.0.13", 804),),
        "addresses": ("10.0.0.35/24",),
        "paths": {**path("/srv/export/media"), **path("/srv/export/old stuff")},
        "login": Login("ansible", uid=0, root=True),
    }
    return host(**{**facts, **more})


def test_what_the_kernel_listens_on_belongs_to_the_nfs_server() -> None:
    found = detect(nfs_host())
    assert [w.name for w in found.workloads] == ["nfs-server"]
    w = found.workloads[0]
    assert [(x.protocol, x.port) for x in w.listeners] == [
        ("tcp", 2049),
        ("tcp", 42855),
        ("udp", 51185),
    ]
    assert [u for u in w.unknowns if "42855" in u and "51185" in u]
    assert w.peers == ()
    assert [v.path for v in w.volumes] == ["/srv/export/media", "/srv/export/old stuff"]


def test_listeners_of_others_stay_apart_where_the_look_was_not_root() -> None:
    partial = Fact("listeners", (Listener("tcp", "0.0.0.0", 42855),), partial="not root")
    found = detect(nfs_host(listeners=partial, login=Login("ansible", 1000)))
    assert [w.name for w in found.workloads] == ["listener-tcp-42855", "nfs-server"]


def test_an_nfs_client_has_listeners_of_the_kernel_too() -> None:
    facts = {
        "listeners": (Listener("tcp", "0.0.0.0", 39001),),
        "login": Login("ansible", uid=0, root=True),
    }
    mounts = (Mount("/srv/media", "files:/srv/export", "nfs4"),)
    assert detect(host(mounts=mounts, **facts)).workloads == ()
    assert [w.name for w in detect(host(**facts)).workloads] == ["listener-tcp-39001"]


def test_a_client_that_an_access_list_names_is_no_peer() -> None:
    files = text("/etc/thing/access.conf", "allow web.internal\nupstream db.internal\n")
    h = host(
        units=(unit("thing.service", "[Service]\nExecStart=/usr/bin/thing\n", main_pid=5),),
        processes=(process(5, "/usr/bin/thing", unit="thing.service"),),
        listeners=(tcp(80, 5),),
        files=files,
        host_entries=(("10.0.0.1", ("web.internal",)), ("10.0.0.2", ("db.internal",))),
        connections=(Connection("10.0.0.9", 80, "10.0.0.1", 50000, (5,)),),
    )
    assert [p.address for p in one(detect(h), "thing").peers] == ["10.0.0.2"]


FRONT_UNIT = """
[Unit]
RequiresMountsFor=/srv/media
[Service]
User=shop
WorkingDirectory=/srv/front/current
Environment=CACHE=/var/cache/front
ExecStart=/usr/bin/node server.js
"""


def front_host(**more: Any) -> Host:
    release = "/srv/front/releases/7"
    facts: dict[str, Any] = {
        "units": (unit("front.service", FRONT_UNIT, main_pid=5),),
        "processes": (
            process(5, "/usr/bin/node", "server.js", uid=995, unit="front.service", cwd=release),
        ),
        "owners": {"/usr/bin/node": "nodejs"},
        "packages": (deb("nodejs", "20.1-1"),),
        "paths": {
            **path("/srv/front"),
            **path("/srv/front/current", "link", link="releases/7"),
            **path(release),
            **path(f"{release}/.env", "file", mode="0640"),
            **path(f"{release}/public"),
            **path("/var/cache/front", uid=995),
        },
        "sizes": {"/srv/front": DirSize("/srv/front", 400_000, 900)},
        "mounts": (
            Mount("/", "/dev/vda1", "ext4"),
            Mount("/srv/media", "files:/srv/export", "nfs4", ("rw", "addr=10.0.0.35")),
        ),
    }
    return host(**{**facts, **more})


def test_an_application_is_copied_where_its_current_link_leads() -> None:
    w = one(detect(front_host()), "front")
    assert [(c.path, c.kind, c.exclude) for c in w.copies] == [
        ("/srv/front/releases/7", "application", ("/srv/front/releases/7/.env",))
    ]
    assert w.links == (("/srv/front/current", "releases/7"),)
    assert [s.path for s in w.secrets] == ["/srv/front/releases/7/.env"]
    assert [v.path for v in w.volumes] == ["/srv/media"]
    assert [d.path for d in w.directories] == ["/var/cache/front"]
    assert w.workdir == "/srv/front/current"


def test_links_that_lead_in_circles_end() -> None:
    circle = {
        **path("/srv/front/current", "link", link="next"),
        **path("/srv/front/next", "link", link="current"),
    }
    assert one(detect(front_host(paths=circle)), "front").workdir == "/srv/front/current"


def test_the_server_of_a_network_mount_is_a_peer() -> None:
    w = one(detect(front_host()), "front")
    assert [(p.address, p.port, p.names) for p in w.peers] == [("10.0.0.35", 2049, ("files",))]


def test_static_files_of_another_application_tie_both() -> None:
    site = "http { server { listen 80; root /srv/front/current/public; } }"
    web = unit("nginx.service", "[Service]\nExecStart=/usr/sbin/nginx\n")
    units = (*(front_host().units.value or ()), web)
    found = detect(front_host(units=units, files=text("/etc/nginx/nginx.conf", site)))
    ties = {(c.workload, c.kind, c.detail) for c in one(found, "nginx").couplings}
    assert ties == {("h1/front", "file", "/srv/front/current/public")}


def tomcat_host(**more: Any) -> Host:
    """A machine without systemd: scripts, and processes that say nothing of them."""
    home = "/opt/apache-tomcat-6.0.53"
    erp = (
        "# start /opt/other/bin/prog\nexport JAVA_HOME=/opt/jdk6 ERP=/opt/erp\n"
        f"su erp -c {home}/bin/startup.sh; su erp -c '$ERP/bin/spool -d'\n"
    )
    lic = "LM=/opt/erp/license\n$LM/lmgrd -c $LM/erp.lic\n"
    facts: dict[str, Any] = {
        "init": "upstart",
        "units": Fact(
            "sysv",
            tuple(
                Unit(
                    f"{name}.service",
                    enabled="enabled",
                    properties={"SourcePath": f"/etc/init.d/{name}"},
                )
                for name in ("erp", "erplicense", "httpd", "messagebus", "quiet", "postfix")
            ),
            partial="which of them run is not told",
        ),
        "processes": (
            process(1, "/sbin/init", ppid=0),
            process(10, "/opt/erp/license/lmgrd", "-c", "/opt/erp/license/erp.lic", uid=995),
            process(11, "keyd", "-c", "/opt/erp/license/erp.lic", ppid=10, uid=995),
            process(
                20,
                "/opt/jdk6/bin/java",
                f"-Dcatalina.base={home}",
                "org.apache.catalina.startup.Bootstrap",
                uid=995,
                cwd=home,
            ),
            process(30, "/opt/erp/bin/spool", "-d", uid=995, cwd="/opt/erp"),
            process(40, "/usr/sbin/httpd"),
            process(50, "/usr/libexec/postfix/master"),
            process(60, "/sbin/mingetty", "/dev/tty1"),
            process(70, "/sbin/udevd", "-d"),
        ),
        "owners": {"/usr/libexec/postfix/master": "postfix", "/usr/sbin/httpd": "httpd"},
        "files": {**text("/etc/init.d/erp", erp), **text("/etc/init.d/erplicense", lic)},
        "paths": {**path(f"{home}/logs", uid=995), **path("/opt/erp/log", uid=995)},
        "open_files": (
            OpenFile(20, f"{home}/logs/catalina.out"),
            OpenFile(20, "/opt/erp/data/index/segments.gen"),
        ),
    }
    return host(**{**facts, **more})


def test_init_scripts_are_tied_to_what_they_start() -> None:
    found = detect(tomcat_host())
    assert {w.name: w.pids for w in found.workloads} == {
        "erp": (20, 30),
        "erplicense": (10, 11),
        "httpd": (40,),
        "quiet": (),
    }
    assert [a.name for a in found.agents] == ["postfix"]
    assert any("java, spool" in u for u in one(found, "erp").unknowns)


def test_an_init_script_of_which_nothing_was_seen_is_not_called_stopped() -> None:
    quiet = one(detect(tomcat_host()), "quiet")
    assert quiet.state == "unknown"
    assert any("Whether it runs is not known" in u for u in quiet.unknowns)


def test_a_process_that_two_scripts_could_have_started_is_neithers() -> None:
    same = "/opt/erp/bin/spool -d\n"
    files = {**text("/etc/init.d/erp", same), **text("/etc/init.d/erplicense", same)}
    found = detect(tomcat_host(files=files))
    assert one(found, "spool").pids == (30,)


def test_logs_in_an_application_are_logs_and_data_lies_beside_the_program() -> None:
    w = one(detect(tomcat_host()), "erp")
    assert [(v.path, v.kind) for v in w.volumes] == [
        ("/opt/apache-tomcat-6.0.53/logs", "logs"),
        ("/opt/apache-tomcat-6.0.53/work", "cache"),
        ("/opt/erp/data", "data"),
    ]
    assert [c.path for c in w.copies] == ["/opt/apache-tomcat-6.0.53", "/opt/erp", "/opt/jdk6"]


def test_openrc_says_by_cgroup_which_script_a_process_is_of() -> None:
    script = Unit("broker.service", enabled="enabled", properties={"SourcePath": "/etc/init.d/b"})
    h = host(
        init="openrc",
        units=Fact("sysv", (script,), partial="which of them run is not told"),
        processes=(
            process(5, "/usr/sbin/mosquitto", "-c", "/etc/m.conf", unit="broker.service"),
            process(6, "/sbin/syslogd", "-n", exe="/bin/busybox", unit="syslog.service"),
            process(7, "/sbin/getty", "38400", "tty1", exe="/bin/busybox"),
        ),
    )
    found = detect(h)
    assert [(w.name, w.state, w.pids) for w in found.workloads] == [("broker", "running", (5,))]
    assert found.workloads[0].command == ("/usr/sbin/mosquitto", "-c", "/etc/m.conf")
    assert [a.name for a in found.agents] == ["syslog"]


def dovecot_host(**more: Any) -> Host:
    body = "[Service]\nExecStart=/usr/sbin/dovecot -F\n"
    facts: dict[str, Any] = {
        "units": (unit("dovecot.service", body, main_pid=5),),
        "processes": (
            process(5, "/usr/sbin/dovecot", "-F", unit="dovecot.service"),
            process(6, "dovecot/anvil", uid=97, ppid=5, unit="dovecot.service"),
            process(7, "dovecot/imap-login", uid=98, ppid=5, unit="dovecot.service"),
        ),
        "owners": {"/usr/sbin/dovecot": "dovecot-core"},
        "packages": tuple(
            deb(name, "1:2.3.19-1", source="dovecot", manual=manual)
            for name, manual in (
                ("dovecot-core", True),
                ("dovecot-imapd", True),
                ("dovecot-dev", True),
                ("dovecot-ldap", False),
            )
        ),
    }
    return host(**{**facts, **more})


def test_a_server_of_several_users_starts_as_root() -> None:
    w = one(detect(dovecot_host()), "dovecot")
    assert w.run_as is None
    assert "several users" in next(a.why for a in w.adaptations if a.id == "user")


def test_parts_of_the_program_that_somebody_asked_for_are_in_the_image() -> None:
    w = one(detect(dovecot_host()), "dovecot")
    assert [p.name for p in w.packages] == ["dovecot-core", "dovecot-imapd"]


def test_what_runs_a_packaged_script_is_in_the_image() -> None:
    body = "[Service]\nExecStart=/usr/bin/jenkins\n"
    java = "/usr/lib/jvm/java-17/bin/java"
    h = host(
        units=(unit("jenkins.service", body, main_pid=5),),
        processes=(process(5, java, "-jar", "/usr/share/jenkins.war", unit="jenkins.service"),),
        owners={"/usr/bin/jenkins": "jenkins", java: "openjdk-17-jre-headless"},
        packages=(deb("jenkins", "2.462.3"), deb("openjdk-17-jre-headless", "17.0.13+11-1")),
    )
    assert [p.name for p in one(detect(h), "jenkins").packages] == [
        "jenkins",
        "openjdk-17-jre-headless",
    ]


@pytest.mark.parametrize(
    "command",
    [
        "/usr/bin/doveadm expunge -A mailbox Trash savedbefore 30d",
        "/usr/bin/flock -n /run/lock/x nice -n 10 doveadm purge -A",
        "sudo -u root /usr/lib/dovecot/own-tool --all",
    ],
)
def test_a_job_that_runs_a_program_of_the_workload_is_its_own(command: str) -> None:
    cron = (CronJob("/etc/cron.d/vmail-expunge", "root", "30 4 * * *", command),)
    owners = {"/usr/sbin/dovecot": "dovecot-core", "/usr/lib/dovecot/own-tool": "dovecot-imapd"}
    found = detect(dovecot_host(cron=cron, owners=owners))
    assert found.leftover_jobs == ()
    assert [j.schedule for j in one(found, "dovecot").jobs] == ["30 4 * * *"]


def test_a_job_about_data_is_no_program_of_its_own() -> None:
    command = "/usr/bin/rsync -aHAX --delete /srv/export/ backup@203.0.113.40:/backup/"
    cron = (CronJob("/etc/cron.d/copy", "root", "15 1 * * *", command),)
    assert [j.command for j in detect(host(cron=cron)).leftover_jobs] == [command]
    assert [j.name for j in one(detect(nfs_host(cron=cron)), "nfs-server").jobs] == ["rsync"]


def test_the_upkeep_of_freebsd_is_nobodys() -> None:
    lines = ("/usr/libexec/save-entropy", "newsyslog", "periodic daily", "adjkerntz -a")
    cron = tuple(CronJob("/etc/crontab", "operator", "* * * * *", line) for line in lines)
    assert detect(host(cron=cron)) == Detected()


def test_volumes_carry_the_name_of_their_machine() -> None:
    for name in ("db-1", "db-2"):
        w = detect(replace(postgres_host(), name=name)).workloads[0]
        assert w.volumes[0].name == f"{name}-postgresql-15-main-srv-pgdata-15-main"[:63]


@pytest.mark.parametrize(
    ("told", "made", "asked"),
    [
        ("C", (), False),
        ("C.UTF-8", (), False),
        ("de_CH.utf8", ("de_CH.UTF-8",), False),
        ("de_DE.ISO8859-15@euro", ("de_DE.ISO-8859-15@euro",), False),
        ("en_US", (), True),
        ("en_US.UTF-8; rm -rf /", (), True),
    ],
)
def test_locales_are_made_by_a_strict_pattern(
    told: str, made: tuple[str, ...], asked: bool
) -> None:
    conf = f"data_directory = '/srv/pgdata/15/main'\nlc_messages = '{told}'\n"
    w = detect(
        postgres_host(files=text("/etc/postgresql/15/main/postgresql.conf", conf))
    ).workloads[0]
    assert w.locales == made
    assert any("locale" in u for u in w.unknowns) is asked
    assert ("locales" in {p.name for p in w.packages}) is bool(made)


def test_resources_are_what_the_processes_took() -> None:
    running = tuple(
        process(pid, "app", unit="app.service", exe="/usr/bin/app", rss=100, peak=300, cpu=cpu,
                started=started)
        for pid, cpu, started in (
            (10, 50.0, "2025-12-31T23:58:20Z"), (11, 10.0, "2025-12-31T23:59:00Z")
        )
    )  # fmt: skip
    app = unit("app.service", "[Service]\nExecStart=/usr/bin/app\n", main_pid=10)
    (found,) = detect(host(units=(app,), processes=running)).workloads
    assert found.resources == {"memory": 200, "memory_peak": 600, "cpu_milli": 600}
    (found,) = detect(host(units=(app,), processes=running, unknown={"clock": "x"})).workloads
    assert found.resources == {"memory": 200, "memory_peak": 600}


@pytest.mark.parametrize("started", ["/usr/sbin/rabbitmq-server", "/usr/bin/node"])
def test_a_runtime_stands_for_the_program_only_where_no_package_ships_the_unit(
    started: str,
) -> None:
    run, path_of = "/usr/lib/erlang/bin/beam.smp", "/lib/systemd/system/broker.service"
    body = f"[Service]\nExecStart={started} /usr/share/broker/main\n"
    facts: dict[str, Any] = {
        "units": (unit("broker.service", body, path=path_of, main_pid=5),),
        "processes": (process(5, run, "-W", unit="broker.service"),),
        "packages": (deb("broker", "3.8.2-1"), deb("erlang-base", "1:22.2.7-1")),
    }
    owners = {run: "erlang-base", "/usr/bin/node": "nodejs", path_of: "broker"}
    w = one(detect(host(**facts, owners=owners)), "broker")
    assert [(p.name, p.reason) for p in w.packages] == [
        ("broker", "the program"),
        ("erlang-base", "runs the program"),
    ]
    assert w.version == "3.8.2"
    w = one(detect(host(**facts, owners={**owners, path_of: ""})), "broker")
    assert [p.name for p in w.packages] == ["erlang-base"]
    assert w.version == ""


def test_an_application_under_java_has_the_version_of_its_own_folder() -> None:
    java = "/usr/lib/jvm/java-8/bin/java"
    home = "/opt/apache-tomcat-7.0.109"
    h = host(
        units=(unit("web.service", "[Service]\nExecStart=/opt/tomcat/bin/run\n", main_pid=5),),
        processes=(process(5, java, "-cp", f"{home}/bin/bootstrap.jar", unit="web.service"),),
        owners={java: "openjdk-8", "/opt/tomcat/bin/run": ""},
        packages=(deb("openjdk-8", "8u412-1"),),
        paths={**path("/opt/tomcat", "link", link="apache-tomcat-7.0.109"), **path(home)},
    )
    w = one(detect(h), "web")
    assert w.version == "7.0.109"
    assert [p.name for p in w.packages] == ["openjdk-8"]


@pytest.mark.parametrize(
    ("names", "version"),
    [
        (["/opt/pricing-2.7.5.jar"], "2.7.5"),
        (["/opt/jdk-17.0.2", "/opt/app-v1.4"], "1.4"),
        (["/srv/shop", "/opt/tool-3"], ""),
        (["/opt/a-1.0", "/opt/b-2.0"], ""),
        (["/srv/releases-10.0.0.1.5"], ""),
    ],
)
def test_the_version_in_a_path_is_told_or_not(names: list[str], version: str) -> None:
    assert programs.version_in(names) == version


def test_modules_that_the_program_has_loaded_are_in_the_image() -> None:
    php, gd = "/usr/lib64/httpd/modules/libphp5.so", "/usr/lib64/php/modules/gd.so"
    others = {
        "/usr/lib64/libapr-1.so": "apr",
        "/usr/lib64/mysql/libmysqlclient.so.16.0.0": "mysql-libs",
        "/lib64/security/pam_unix.so": "pam",
        "/usr/lib64/httpd/modules/mod_own.so": "",
    }
    h = host(
        units=(unit("httpd.service", "[Service]\nExecStart=/usr/sbin/httpd\n", main_pid=5),),
        processes=(
            process(5, "/usr/sbin/httpd", unit="httpd.service"),
            process(6, "/usr/bin/helper", ppid=5, unit="httpd.service"),
        ),
        owners={"/usr/sbin/httpd": "httpd", php: "php", gd: "php-gd", "/usr/x/m/h.so": "h"}
        | others,
        packages=tuple(deb(n, "1.2.3-1") for n in ("httpd", "php", "php-gd", "apr", "pam", "h")),
        mapped=(
            *(MappedFile(p, (5,)) for p in (php, gd, *others)),
            MappedFile("/usr/x/m/h.so", (6,)),
        ),
        config_files=(
            ConfigFile("/etc/php.ini", "changed", "php"),
            ConfigFile("/etc/pam.conf", "changed", "pam"),
        ),
    )
    w = one(detect(h), "httpd")
    assert [p.name for p in w.packages] == ["httpd", "php", "php-gd"]
    assert [c.path for c in w.copies] == ["/etc/php.ini"]


def test_postgresql_is_of_the_package_that_owns_what_runs() -> None:
    program = "/usr/lib/postgresql14/bin/postgres"
    h = host(
        units=(
            unit("postgresql.service", "[Service]\nType=forking\nExecStart=/x start\n", main_pid=5),
        ),
        processes=(
            process(5, program, "-D", "/var/lib/pgsql/data", uid=102, unit="postgresql.service"),
        ),
        owners={program: "postgresql14-server"},
        packages=(deb("postgresql-server", "14-1"), deb("postgresql14-server", "14.12-1")),
    )
    w = one(detect(h), "postgresql")
    assert w.version == "14.12"
    assert [p.name for p in w.packages] == ["postgresql14-server", "postgresql-server"]
    assert w.title == "PostgreSQL cluster 14"


def sysv_unit(name: str, folder: str = "/etc/init.d", **fields: Any) -> Unit:
    told = {"SourcePath": f"{folder}/{name}", **fields.pop("properties", {})}
    return Unit(f"{name}.service", enabled="enabled", properties=told, **fields)


def safe_host(*more: Any) -> Host:
    script = sysv_unit("mysqld", active="active", sub="running", main_pid=11)
    return host(
        init="sysvinit",
        units=Fact("sysv", (script,), partial="which of them run is not told"),
        processes=(
            process(10, "/bin/sh", "/usr/bin/mysqld_safe", exe="/bin/bash", comm="mysqld_safe"),
            process(11, "/usr/libexec/mysqld", uid=995, ppid=10, unit="mysqld.service"),
            *more,
        ),
        owners={"/bin/bash": "bash", "/usr/libexec/mysqld": "mysql-server"},
        packages=(deb("bash", "4.1-1"), deb("mysql-server", "5.1.73-1")),
    )


def test_the_shell_that_waits_for_a_daemon_is_no_service_of_its_own() -> None:
    found = detect(safe_host())
    assert [(w.name, w.pids, w.exe) for w in found.workloads] == [
        ("mysqld", (10, 11), "/usr/libexec/mysqld")
    ]
    assert found.workloads[0].version == "5.1.73"


def test_a_shell_that_starts_something_else_too_is_seen() -> None:
    found = detect(safe_host(process(12, "/srv/own/worker", ppid=10, uid=995)))
    bash = one(found, "bash")
    assert bash.pids == (10, 12)
    assert any("/bin/bash of bash only starts it" in u for u in bash.unknowns)


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (("nginx:", "master", "process"), "nginx"),
        (("frontd: listening on 80",), "frontd"),
        (("/opt/my:tool/bin/tool:1",), "tool:1"),
    ],
)
def test_a_program_without_its_file_is_called_by_its_title(
    argv: tuple[str, ...], name: str
) -> None:
    h = host(
        init="other",
        unknown={"units": "no init is asked"},
        processes=(process(70, *argv, exe="", ppid=1),),
    )
    assert [w.name for w in detect(h).workloads] == [name]


def watched_host(*argv: str, **more: Any) -> Host:
    watcher = process(
        20, "supervise-daemon", "kiosk", *argv, exe="/sbin/supervise-daemon", unit="kiosk.service"
    )
    child = process(
        21, "/usr/bin/node", "server.js", uid=995, ppid=20, unit="kiosk.service", cwd="/srv/kiosk"
    )
    script = (
        'export NODE_ENV=production\nexport TOKEN=***\nexport DIR="$HOME/x"\n#export NOT=there\n'
    )
    facts: dict[str, Any] = {
        "init": "openrc",
        "units": Fact(
            "sysv",
            (sysv_unit("kiosk", active="active", sub="started"),),
            partial="scripts",
        ),
        "processes": (watcher, child),
        "owners": {"/sbin/supervise-daemon": "openrc", "/usr/bin/node": "nodejs"},
        "packages": (deb("openrc", "0.52.1-r2"), deb("nodejs", "20.11.1-r0")),
        "init_texts": text("/etc/init.d/kiosk", script),
        "paths": path("/srv/kiosk", uid=995),
    }
    return host(**{**facts, **more})


def test_what_supervise_daemon_started_is_the_program() -> None:
    w = one(
        detect(watched_host("--start", "--user", "kiosk", "/usr/bin/node", "--", "main.js")),
        "kiosk",
    )
    assert w.command == ("/usr/bin/node", "main.js")
    assert (w.exe, w.run_as and w.run_as.name, w.workdir) == (
        "/usr/bin/node",
        "shop",
        "/srv/kiosk",
    )
    assert [p.name for p in w.packages] == ["nodejs"]
    assert [c.path for c in w.copies] == ["/srv/kiosk"]
    assert [(e.name, e.value, e.secret) for e in w.environment] == [
        ("NODE_ENV", "production", False),
        ("TOKEN", "", True),
    ]
    assert any("sets DIR to is not known" in u for u in w.unknowns)
    assert any("value of TOKEN" in u for u in w.unknowns)


def test_a_program_that_supervise_daemon_lost_has_no_command_of_its_watcher() -> None:
    h = watched_host("--start", "/usr/bin/node", "--", "main.js")
    lost = one(detect(replace(h, processes=Fact("p", (h.processes.value or ())[:1]))), "kiosk")
    assert lost.command == ("/usr/bin/node", "main.js")
    assert lost.packages == ()
    for told in ((), ("node", "--", "main.js")):
        h = watched_host("--start", *told)
        assert one(detect(h), "kiosk").command == ("/usr/bin/node", "server.js")
        h = replace(h, processes=Fact("p", (h.processes.value or ())[:1]))
        assert one(detect(h), "kiosk").command == ()


@pytest.mark.parametrize(
    ("job", "stays"),
    [
        ("respawn\nenv HOME=/etc/own\nexec /usr/sbin/ownd\n", True),
        ("exec /usr/sbin/ownd\n", True),
        ("respawn\nexpect fork\nexec /usr/sbin/ownd\n", False),
        ("respawn\nexpect daemon\nexec /usr/sbin/ownd -d\n", False),
        ("respawn\nscript\n  exec /usr/sbin/ownd\nend script\n", False),
        ("pre-start exec /bin/true\n# exec /usr/sbin/ownd\n", False),
    ],
)
def test_a_job_of_upstart_with_exec_alone_stays_in_the_foreground(job: str, stays: bool) -> None:
    script = Unit(
        "ownd.service",
        active="active",
        sub="running",
        enabled="enabled",
        main_pid=30,
        properties={"SourcePath": "/etc/init/ownd.conf", "Init": "upstart"},
    )
    h = host(
        init="upstart",
        units=Fact("sysv", (script,), partial="which of them run is not told"),
        processes=(process(30, "/usr/sbin/ownd", uid=995, unit="ownd.service"),),
        init_texts=text("/etc/init/ownd.conf", job),
    )
    w = one(detect(h), "ownd")
    assert w.command == (("/usr/sbin/ownd",) if stays else ())
    assert any("leaves the foreground" in u for u in w.unknowns) is not stays


@pytest.mark.parametrize(
    "name",
    [
        "upstart-udev-bridge",
        "upstart-socket-bridge",
        "network-interface@eth0",
        "network-interface-security@networking",
        "ondemand",
        "rc.local",
        "devd",
        "pflog",
        "rctl",
        "zfs",
    ],
)
def test_plumbing_of_upstart_and_freebsd_is_silent(name: str) -> None:
    units = Fact("sysv", (sysv_unit(name, active="active"),), partial="which of them run")
    assert detect(host(init="other", units=units)) == Detected()
    mine = host(init="other", units=units, config_files=(unowned(f"/etc/init.d/{name}"),))
    assert [w.unit for w in detect(mine).workloads] == [f"{name}.service"]


def test_the_agent_of_amazon_ecs_belongs_to_the_host() -> None:
    amazon = unit("ecs.service", "[Service]\nExecStart=/usr/libexec/amazon-ecs-init start\n")
    assert [a.unit for a in detect(host(units=(amazon,))).agents] == ["ecs.service"]
    own = unit("ecs.service", "[Service]\nExecStart=/opt/ecs/bin/ecs\n")
    found = detect(host(units=(own,)))
    assert ([w.name for w in found.workloads], found.agents) == (["ecs"], ())


@pytest.mark.parametrize(
    ("rc", "pf", "gateway"),
    [
        ("pf_enable=YES\n", "pass all\n", False),
        ('gateway_enable="YES"\n', "pass all\n", True),
        ("pf_enable=YES\n", "nat on em0 from 10.0.0.0/8 to any -> (em0)\n", True),
        ("pf_enable=YES\n", "match out on em0 inet nat-to (em0)\n", True),
        ("", "pass all\n", True),
        ("pf_enable=YES\n", "", True),
    ],
)
def test_the_packet_filter_of_freebsd(rc: str, pf: str, gateway: bool) -> None:
    h = host(
        init="other",
        os=OS("freebsd", "13.2", "", "FreeBSD 13.2", "bsd", "freebsd"),
        units=Fact("sysv", (sysv_unit("pf", "/etc/rc.d"),), partial="which of them run"),
        init_texts=text("/etc/rc.conf", rc) if rc else {},
        files=text("/etc/pf.conf", pf) if pf else {},
    )
    found = detect(h)
    assert [w.kind for w in found.workloads] == (["firewall"] if gateway else [])
    assert [a.name for a in found.agents] == ([] if gateway else ["pf"])


RSYNC = "DAEMON=/usr/bin/rsync\nRSYNC_ENABLE=false\n. /etc/default/rsync\n"


@pytest.mark.parametrize(
    ("more", "listed"),
    [
        ({}, False),
        ({"files": text("/etc/default/rsync", "RSYNC_ENABLE=false\n")}, False),
        ({"files": text("/etc/default/rsync", "RSYNC_ENABLE=true\n")}, True),
        ({"init_texts": text("/etc/init.d/rsync", "RSYNC_ENABLE=true\n")}, True),
        ({"init_texts": {}}, True),
        ({"config_files": (ConfigFile("/etc/default/rsync", "changed", "rsync"),)}, True),
        ({"unknown": {"files": "not root"}}, True),
        ({"unknown": {"processes": "no /proc"}}, True),
        ({"processes": (process(9, "/usr/bin/rsync", "--daemon"),)}, True),
    ],
)
def test_rsync_that_its_settings_switch_off_is_no_workload(
    more: dict[str, Any], listed: bool
) -> None:
    facts: dict[str, Any] = {
        "init": "sysvinit",
        "units": Fact("sysv", (sysv_unit("rsync"),), partial="which of them run is not told"),
        "init_texts": text("/etc/init.d/rsync", RSYNC),
    }
    found = detect(host(**{**facts, **more}))
    assert [w.name for w in found.workloads] == (["rsync"] if listed else [])


@pytest.mark.parametrize(
    ("words", "volumes"),
    [
        ("--data-dir=/srv/meter/db", ["/srv/meter/db"]),
        ("--data-dir /srv/meter/db", ["/srv/meter/db"]),
        ("-datadir /tank/chain --port 80", ["/tank/chain"]),
        ("--storage.tsdb.path=/tank/tsdb/", ["/tank/tsdb"]),
        ("-Epath.data=/tank/index", ["/tank/index"]),
        ("-Dapp.upload.dir=/tank/in -jar x.jar", ["/tank/in"]),
        ("--data /data", ["/data"]),
        ("--db-path=/srv/meter/main.db", ["/srv/meter"]),
        ("--data-dir=kept", ["/opt/meter/kept"]),
        ("--data-dir=elsewhere", []),
        ("--data-dir=/usr/share/meter", []),
        ("--data-dir=/var/lib", []),
        ("--data-dir=/tmp/x", []),
        ("--metadata=/srv/meter/db --datacenter /srv/x --data=", []),
        ("--data https://example.org/", []),
        ("--storage memory", []),
    ],
)
def test_a_folder_that_an_option_names_as_data_is_a_volume(words: str, volumes: list[str]) -> None:
    made = unit(
        "meter.service",
        f"[Service]\nUser=shop\nWorkingDirectory=/opt/meter\nExecStart=/usr/bin/meter {words}\n",
    )
    w = detect(host(units=(made,), paths=path("/opt/meter/kept", "dir"))).workloads[0]
    assert [v.path for v in w.volumes if v.reason.startswith("its option")] == volumes


def test_a_variable_named_after_data_is_as_good_as_an_option() -> None:
    made = unit("x.service", "[Service]\nEnvironment=X_DATA_DIR=/tank/x\nExecStart=/usr/bin/x\n")
    (volume,) = detect(host(units=(made,))).workloads[0].volumes
    assert (volume.path, volume.reason) == ("/tank/x", "its option X_DATA_DIR names it")
