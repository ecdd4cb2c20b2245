"""A small fleet as a plan, made by hand: what renders and changes is tested without detectors."""

from __future__ import annotations

from msgspec import structs

from planner import change
from planner.model import (
    Account,
    Adaptation,
    Agent,
    Copy,
    Coupling,
    CronJob,
    Directive,
    Directory,
    EnvVar,
    Evidence,
    Finding,
    Group,
    Health,
    HostPlan,
    Image,
    Job,
    Listener,
    Login,
    Owner,
    Peer,
    Pin,
    Plan,
    Secret,
    Unseen,
    Verdict,
    Volume,
    Workload,
    WorkloadPlan,
)

BOOKWORM = "docker.io/library/debian:bookworm-slim"
NOTE = Finding(
    rule="small-service",
    title="Small service",
    axis="fit",
    effect="affinity",
    message="one small service",
    remediation="",
    guidance=("C1",),
    evidence=(Evidence("processes", "processes", "nginx: master"),),
)
ADAPT = structs.replace(
    NOTE,
    rule="loopback",
    title="Listens on loopback only",
    effect="adapt",
    message="127.0.0.1:6379",
    remediation="share the network",
    guidance=("O5",),
)
BLOCK = structs.replace(
    NOTE,
    rule="kernel-service",
    title="Works in the kernel",
    effect="block",
    message="openvpn drives tun",
    remediation="keep the machine",
    guidance=("V5",),
)

NGINX = Workload(
    id="web/nginx", host="web", name="nginx", kind="nginx", title="nginx web server",
    state="running", traits=("web",), unit="nginx.service", enabled="enabled",
    groups=(Group("www-data", 33), Group("ssl-cert", 115)), version="1.22.1",
    packages=(Pin("nginx", "1.22.1-9+deb12u3", "nginx=1.22.*", "owns /usr/sbin/nginx", "Debian"),),
    listeners=(Listener("tcp", "0.0.0.0", 80), Listener("tcp", "::", 80)),
    command=("nginx", "-g", "daemon off;"), run_as=Account("www-data", 33, 33),
    copies=(
        Copy("/etc/nginx/nginx.conf", "config", "changed conffile"),
        Copy("/etc/nginx/sites-enabled/site", "config", "read by nginx.conf"),
        Copy("/opt/site", "application", "root of a virtual host", Owner(33, 33)),
    ),
    secrets=(Secret("/etc/ssl/private/web.key", "private key", owner=Owner(33, 33, "0400")),),
    volumes=(Volume("web-srv-www", "/srv/www", "content", "root of a virtual host",
                    owner=Owner(33, 33, "0755"), size=20_000, files=2, filesystem="ext4 on /",
                    modified="2026-01-01T00:00:00Z", consistency="live", read_only=True),),
    directories=(Directory("/run/nginx", Owner(33, 33, "0755"), "pid file", tmpfs=True),
                 Directory("/var/lib/nginx", Owner(33, 33, "0700"), "temporary bodies")),
    touch=(Directory("/run/nginx.pid", Owner(33, 33, "0644"), "pid file"),),
    log_links=(("/var/log/nginx/access.log", "/dev/stdout"),
               ("/var/log/nginx/error.log", "/dev/stderr")),
    removals=("/etc/nginx/sites-enabled/default",), stop_signal="SIGQUIT", restart="always",
    sysctls=(("net.ipv4.ip_unprivileged_port_start", "0"),),
    health=Health(("curl", "-fsS", "http://127.0.0.1:80/"), "answers on port 80", 5),
    directives=(Directive("Type", "forking", "replaced", "daemon off"),),
    adaptations=(Adaptation("foreground", "daemon off", "PID 1 must stay"),),
)  # fmt: skip
SHOP = Workload(
    id="app/shop", host="app", name="shop", kind="python", title="shop", state="running",
    traits=("web", "stateless"), unit="shop.service", enabled="enabled", version="",
    packages=(Pin("python3", "3.13.5-1", "python3=3.13.*", "interpreter"),),
    listeners=(Listener("tcp", "0.0.0.0", 8000),),
    peers=(Peer("10.0.0.5", 5432, ("db.lab.internal",), "db", "db/postgresql"),),
    couplings=(Coupling("app/redis", "loopback", "127.0.0.1:6379"),),
    command=("/opt/shop/venv/bin/python", "/opt/shop/shop.py"), workdir="/opt/shop",
    run_as=Account("shop", 995, 994, "/var/lib/shop"), groups=(Group("shop", 994),),
    environment=(EnvVar("MODE", "a $b \"c\" \\d"), EnvVar("TOKEN", secret=True, source="unit")),
    copies=(Copy("/opt/shop", "application", "the program", exclude=("/opt/shop/key",)),),
    secrets=(Secret("/etc/shop/shop.env", "EnvironmentFile=", form="env"),),
    volumes=(Volume("app-var-lib-shop", "/var/lib/shop", "data", "StateDirectory=",
                    owner=Owner(995, 994, "0750"), consistency="stop"),),
    jobs=(Job("cleanup", "17 3 * * *", ("/opt/shop/venv/bin/python", "/opt/shop/cleanup.py"),
              "shop", "/etc/cron.d/shop", "UTC"),),
    health=Health(("/opt/shop/venv/bin/python", "-c", "print('it''s')"), "runs"),
    restart="on-failure", needs_init=True,
)  # fmt: skip
REDIS = Workload(
    id="app/redis", host="app", name="redis", kind="redis", title="Redis", state="running",
    unit="redis-server.service", enabled="enabled", version="8.0.2",
    packages=(Pin("redis-server", "5:8.0.2-3", "redis-server=5:8.0.2*", "owns the program"),),
    listeners=(Listener("tcp", "127.0.0.1", 6379), Listener("tcp", "::1", 6379)),
    couplings=(Coupling("app/shop", "loopback", "127.0.0.1:6379"),),
    command=("redis-server", "/etc/redis/redis.conf", "--daemonize", "no"),
    run_as=Account("redis", 102, 105, "/var/lib/redis"), groups=(Group("redis", 105),),
    copies=(Copy("/etc/redis/redis.conf", "config", "changed conffile", Owner(102, 105, "0640")),),
    volumes=(Volume("app-var-lib-redis", "/var/lib/redis", "data", "dir in redis.conf",
                    owner=Owner(102, 105, "0750"), size=180, files=1, consistency="stop"),),
)  # fmt: skip
POSTGRES = Workload(
    id="db/postgresql", host="db", name="postgresql", kind="postgresql", title="PostgreSQL 15",
    state="running", traits=("database",), unit="postgresql@15-main.service",
    enabled="enabled-runtime", version="15.14",
    packages=(Pin("postgresql-15", "15.14-0+deb12u1", "postgresql-15=15.*", "owns the program"),),
    listeners=(Listener("tcp", "0.0.0.0", 5432), Listener("tcp", "::", 5432)),
    command=("/usr/lib/postgresql/15/bin/postgres", "-D", "/srv/pgdata/15/main"),
    run_as=Account("postgres", 105, 111, "/var/lib/postgresql"),
    groups=(Group("postgres", 111), Group("ssl-cert", 110)),
    preparations=("no-postgresql-cluster",), stop_signal="SIGINT",
    copies=(Copy("/etc/postgresql/15/main", "config", "configuration", Owner(105, 111)),),
    volumes=(Volume("db-srv-pgdata-15-main", "/srv/pgdata/15/main", "data", "data_directory",
                    owner=Owner(105, 111, "0700"), size=46_000_000, files=1900,
                    consistency="stop", consistency_reason="a live copy is torn"),),
    health=Health(("pg_isready", "-q"), "accepts connections"),
)  # fmt: skip
OPENVPN = Workload(
    id="vault/openvpn", host="vault", name="openvpn", kind="openvpn", title="OpenVPN gateway",
    state="running", traits=("kernel-service",), unit="openvpn-server@gateway.service",
)  # fmt: skip


def planned(workload: Workload, outcome: str = "container", *findings: Finding) -> WorkloadPlan:
    moves = outcome.startswith("container")
    user = workload.run_as
    image = Image(
        base=BOOKWORM, base_reason="same release as the machine", family="debian",
        tag=f"planner/{workload.host}-{workload.name}:{workload.version or 'latest'}",
        accounts=(user,) if user and user.uid > 99 else (),
        groups=tuple(g for g in workload.groups if g.gid > 99),
    ) if moves else None  # fmt: skip
    return WorkloadPlan(workload, Verdict(outcome, why="because", findings=findings), image)


def host(name: str, *items: WorkloadPlan, **fields: object) -> HostPlan:
    made = HostPlan(
        name=name, slug=name, status="seen", origin="captured", taken_at="2026-01-31T12:00:00Z",
        outcome="move", why="everything moves", address="10.0.0.4", os="Debian 12",
        login=Login("ops", 0, 0, True), arch="x86_64", virtualization="kvm", cpus=2,
        memory=2_000_000_000, disk_used=3_000_000_000, names=(name,), addresses=("10.0.0.4/24",),
        timezone="UTC", workloads=items, snapshot_sha256="0" * 64,
    )  # fmt: skip
    made = structs.replace(made, **fields)
    return structs.replace(made, steps=change.steps(made))


def fleet() -> Plan:
    return Plan(
        schema=1, planner="0.1.0", as_of="2026-01-31T12:00:00Z", lifecycle_as_of="2026-01-01",
        rules_sha256="1" * 64,
        hosts=(
            host("app", planned(SHOP, "container-with-changes", ADAPT), planned(REDIS),
                 agents=(Agent("node-exporter", "node-exporter.service", "monitoring"),),
                 leftover_jobs=(CronJob("/etc/cron.d/x", "root", "@daily", "true"),)),
            host("db", planned(POSTGRES)),
            host("dead", status="unreachable", outcome=None, why="", reason="timed out",
                 addresses=(), os=""),
            host("vault", planned(OPENVPN, "stay-vm", BLOCK), outcome="stay",
                 unseen=(Unseen("sizes", "sizes", "time limit"),)),
            host("web", planned(NGINX, "container", NOTE), login=Login("root", 0, 0, True)),
        ),
    )  # fmt: skip
