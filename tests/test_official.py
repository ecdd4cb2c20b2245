"""The applications' own images: the table, and what becomes of a workload built from one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from conftest import AS_ROOT
from hostkit import host
from msgspec.structs import replace

from planner import imaging
from planner.images import official, references
from planner.images.choice import Choice
from planner.imaging.official import Mapped, mapped
from planner.model import (
    OS,
    Account,
    ConfigFile,
    Copy,
    Coupling,
    Directory,
    Group,
    Health,
    Host,
    Job,
    Listener,
    Owner,
    Pin,
    Secret,
    TextFile,
    Verdict,
    Volume,
    Workload,
    WorkloadPlan,
)
from planner.session.framing import decode
from planner.verify.asked import facts_script

TABLE = official.table()
CONF = "/etc/postgresql/15/main/postgresql.conf"
HBA = "/etc/postgresql/15/main/pg_hba.conf"
DATA = "/var/lib/postgresql/15/main"
POSTGRES = Workload(
    "h1/db",
    "h1",
    "db",
    "postgresql",
    "PostgreSQL",
    "running",
    version="15.6",
    command=("/usr/lib/postgresql/15/bin/postgres", "-D", DATA, "-c", f"config_file={CONF}"),
    packages=(Pin("postgresql-15", "15.6-0+deb12u1", "postgresql-15=15.*", "the program"),),
    run_as=Account("postgres", 102, 104, "/var/lib/postgresql"),
    groups=(Group("postgres", 104), Group("ssl-cert", 107)),
    workdir=DATA,
    copies=(
        Copy(HBA, "config", "changed", Owner(102, 104, "0640")),
        Copy("/etc/postgresql/15/other/postgresql.conf", "config", "changed"),
    ),
    secrets=(Secret("/etc/ssl/private/db.key", "a key", "file", Owner(102, 104, "0600")),),
    volumes=(
        Volume("h1-db", DATA, "data", "data_directory of it", owner=Owner(102, 104, "0700")),
        Volume("h1-in", f"{DATA}/import", "data", "mounted below", consistency="none"),
        Volume("h1-fast", "/srv/fast", "data", "a tablespace"),
    ),
    directories=(Directory("/run/postgresql", Owner(102, 104, "2775"), "its socket"),),
    health=Health(("/usr/lib/postgresql/15/bin/pg_isready", "-q"), "accepts connections"),
    listeners=(Listener("tcp", "0.0.0.0", 5432),),
)
TEXTS = {
    CONF: TextFile(CONF, f"data_directory = '{DATA}'\nhba_file = '{HBA}'\n"),
    HBA: TextFile(HBA, "local all all peer\n", "0640", 102, 104),
}


def machine(texts: dict[str, TextFile] | None = None, **known: Any) -> Host:
    return host(files=TEXTS if texts is None else texts, **known)


def made(w: Workload, h: Host | None = None) -> Workload:
    found = mapped(h or machine(), w)
    assert isinstance(found, Mapped), found
    return found.workload


def refused(w: Workload, h: Host | None = None, others: tuple[Workload, ...] = ()) -> str:
    found = mapped(h or machine(), w, [planned(o) for o in others])
    assert isinstance(found, str), "it was mapped"
    return found


def planned(w: Workload) -> WorkloadPlan:
    return WorkloadPlan(w, Verdict("container"))


# --- The table


@pytest.mark.parametrize("entry", TABLE.images, ids=lambda e: e.image.rpartition("/")[2])
def test_every_image_of_the_table_can_be_named_and_mapped(entry: official.Official) -> None:
    known = {s for by in (entry.tags, entry.kept) for of in by.values() for s in of}
    assert known
    for series in known:
        assert series.count(".") == entry.parts - 1
        tag = official.tag(entry, f"{series}.0" if entry.parts < 3 else series, "bookworm")
        assert tag is not None
        reference = references.parse(tag.image)
        assert reference is not None
        assert str(reference) == tag.image
        assert not references.refused(reference)
    for variant, of in entry.kept.items():
        assert not {*of} & {*entry.tags.get(variant, ())}, "rebuilt or not, but not both"
    patterns = (*entry.trees, *entry.has, *entry.leaves, *entry.drops, entry.packages)
    for pattern in (*patterns, entry.program, *(r.text or r.file for r in entry.refuse)):
        re.compile(pattern)
    assert all(re.fullmatch(entry.program, p) for p in list(entry.programs)[:1])
    for path in (*entry.programs.values(), *entry.data.values(), *entry.makes):
        assert path.startswith("/")
    assert bool(entry.data) == bool(entry.data_option)
    assert entry.source.startswith("https://")
    assert entry.entrypoint
    assert entry.kind not in TABLE.without


def test_a_table_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(
            {"as_of": "", "lists": "", "images": [], "without": {}, "x": 1}, type(TABLE)
        )


@pytest.mark.parametrize(
    ("kind", "program", "version", "release", "tag"),
    [
        ("postgresql", "postgres", "15.6", "bookworm", "postgres:15-bookworm"),
        ("postgresql", "postgres", "15.6", "trixie", "postgres:15-trixie"),
        ("postgresql", "postgres", "13.9", "bullseye", "postgres:13-bullseye"),
        ("postgresql", "postgres", "15.6", "jammy", "postgres:15-trixie"),
        ("postgresql", "postgres", "9.6.2", "stretch", ""),
        ("haproxy", "haproxy", "2.6.12", "bookworm", "haproxy:2.6-trixie"),
        ("redis", "redis-server", "5:7.0.15", "bookworm", "redis:7.0-bookworm"),
        ("redis", "redis-server", "8.0.2", "trixie", ""),
        ("mariadb", "mariadbd", "10.11.6", "bookworm", "mariadb:10.11-jammy"),
        ("prometheus", "prometheus", "2.42.0+ds", "bookworm", "prom/prometheus:v2.42.0"),
        ("prometheus", "prometheus", "2.42.7", "bookworm", ""),
        ("nginx", "nginx", "", "bookworm", ""),
        ("nginx", "nginx", "1", "bookworm", ""),
    ],
)
def test_a_tag_is_one_that_exists(
    kind: str, program: str, version: str, release: str, tag: str
) -> None:
    entry = official.find(kind, program)
    assert entry is not None
    found = official.tag(entry, version, release)
    assert (found.image if found else "").removeprefix("docker.io/library/").removeprefix(
        "docker.io/"
    ) == tag


def test_another_program_of_a_kind_is_another_image() -> None:
    images = [official.find("redis", p) for p in ("redis-server", "valkey-server", "keydb-server")]
    assert [i.image if i else "" for i in images] == [
        "docker.io/library/redis",
        "docker.io/valkey/valkey",
        "",
    ]


# --- What becomes of a workload


def test_data_owners_program_and_configuration_are_those_of_the_image() -> None:
    w = made(POSTGRES)
    target = "/var/lib/postgresql/data"
    assert w.command == (
        "/usr/lib/postgresql/15/bin/postgres",
        "-D",
        target,
        "-c",
        f"config_file={CONF}",
        "-c",
        f"data_directory={target}",
    )
    assert w.workdir == target
    assert [(v.path, v.target) for v in w.volumes] == [
        (DATA, target),
        (f"{DATA}/import", f"{target}/import"),
        ("/srv/fast", ""),
    ]
    assert [v.uids for v in w.volumes] == [((102, 999),), (), ((102, 999),)]
    assert [v.gids for v in w.volumes] == [((104, 999),), (), ((104, 999),)]
    assert w.volumes[0].owner == Owner(102, 104, "0700"), "the machine's"
    assert w.run_as == Account("postgres", 999, 999, "/var/lib/postgresql")
    assert w.groups == (Group("ssl-cert", 107),), "the image has the primary group"
    assert [(c.path, c.owner) for c in w.copies] == [
        ("/etc/postgresql/15/main", Owner(999, 999)),
    ]
    assert w.removals == ("/etc/postgresql/15/main",)
    assert w.secrets[0].owner == Owner(999, 999, "0600")
    assert w.directories[0].owner == Owner(999, 999, "2775")
    assert (w.packages, w.preparations) == ((), ())


def test_postgresql_18_has_its_data_elsewhere_in_the_image() -> None:
    text = TEXTS[CONF].text.replace("15", "18")
    conf = CONF.replace("15", "18")
    command = (POSTGRES.command[0].replace("15", "18"), "-c", f"config_file={conf}")
    data = replace(POSTGRES.volumes[0], path=DATA.replace("15", "18"))
    w = replace(POSTGRES, version="18.1", command=command, volumes=(data,), copies=(), packages=())
    found = made(w, machine({conf: TextFile(conf, text)}))
    assert found.volumes[0].target == "/var/lib/postgresql/18/docker"
    assert found.command[-1] == "data_directory=/var/lib/postgresql/18/docker"
    assert any("declares /var/lib/postgresql as a volume" in a.what for a in found.adaptations)


def test_every_difference_is_said() -> None:
    said = {a.what: a.why for a in made(POSTGRES).adaptations}
    assert "built from docker.io/library/postgres:15-bookworm, the application's own image" in said
    assert f"{DATA} is /var/lib/postgresql/data in the container" in said
    assert "runs as postgres (999:999) instead of postgres (102:104)" in said
    assert "all of /etc/postgresql/15/main is copied, not only what was changed" in said
    assert any("PGDATA" in what for what in said)
    assert not any("REINDEX" in why for why in said.values())
    other = machine(os=OS("ubuntu", "22.04", "jammy", "Ubuntu 22.04", "debian"))
    assert any("REINDEX" in a.why for a in made(POSTGRES, other).adaptations)


def test_no_secret_comes_along_with_its_folder() -> None:
    folder = "/etc/postgresql/15/main"
    masked = f"{folder}/pg_ident.conf"
    closed = f"{folder}/passwords"
    texts = {**TEXTS, masked: TextFile(masked, "x ***\n", masked=1)}
    h = machine(texts, config_files=(ConfigFile(closed, "unowned", mode="0600", uid=102),))
    w = replace(POSTGRES, secrets=(Secret(f"{folder}/server.key", "a key"),))
    (copy,) = made(w, h).copies
    assert copy.exclude == (closed, masked, f"{folder}/server.key")


def test_what_no_shell_has_is_asked_otherwise() -> None:
    conf = "/etc/caddy/Caddyfile"
    w = replace(
        POSTGRES,
        kind="caddy",
        version="2.6.2",
        command=("/usr/bin/caddy", "run", "--config", conf),
        packages=(Pin("caddy", "2.6.2", "caddy=2.6.*", "the program"),),
        copies=(),
        volumes=(Volume("h1-c", "/var/lib/caddy", "state", "certificates"),),
        workdir="",
        health=Health(("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5432"), "answers"),
    )
    found = made(w, machine({conf: TextFile(conf, "example.org\n")}))
    assert found.health == Health(
        ("nc", "-z", "127.0.0.1", "5432"), "accepts connections on port 5432"
    )
    assert found.run_as == POSTGRES.run_as, "the image has no account of its own"
    assert found.volumes[0].uids == ()
    assert {v.name: v.value for v in found.environment} == {
        "XDG_CONFIG_HOME": "/var/lib/postgresql/.config",
        "XDG_DATA_HOME": "/var/lib/postgresql/.local/share",
    }


def test_only_the_program_of_a_script_is_replaced() -> None:
    script = "cp -R /etc/haproxy /run/haproxy && exec /usr/sbin/haproxy -db -f /etc/haproxy/x.cfg"
    conf = "/etc/haproxy/x.cfg"
    w = replace(
        POSTGRES,
        kind="haproxy",
        version="2.6.12",
        command=("/bin/sh", "-c", script),
        packages=(),
        copies=(),
        volumes=(),
        workdir="",
    )
    found = made(w, machine({conf: TextFile(conf, "global\n")}))
    assert found.command[2] == script.replace("/usr/sbin/haproxy", "/usr/local/sbin/haproxy")


def test_a_script_tells_where_the_data_is() -> None:
    conf = "/etc/mongod.conf"
    script = f"sed s/x/y/ {conf} >/tmp/c && exec /usr/bin/mongod --config /tmp/c"
    w = replace(
        POSTGRES,
        kind="mongodb",
        version="7.0.14",
        command=("/bin/sh", "-c", script),
        packages=(),
        copies=(),
        volumes=(Volume("h1-m", "/srv/mongo", "data", "storage.dbPath of its settings"),),
        workdir="",
    )
    found = made(w, machine({conf: TextFile(conf, "storage:\n  dbPath: /srv/mongo\n", uid=102)}))
    assert found.command[2] == f"{script} --dbpath /data/db"
    assert [(c.path, c.owner) for c in found.copies] == [(conf, Owner(999, 999))]


# --- Where the faithful image is the right one


def with_text(line: str) -> Host:
    return machine({**TEXTS, CONF: TextFile(CONF, f"{TEXTS[CONF].text}{line}\n")})


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        ({"kind": "python"}, "", "the application is the machine's own"),
        ({"kind": "pgbouncer"}, "", "no image of the application is known"),
        ({"kind": "etcd"}, "", "no shell"),
        ({"version": ""}, "", "no tag for a version that is not known"),
        ({"version": "9.6"}, "", "no tag for 9"),
        ({"command": ("/usr/bin/pg_ctlcluster", "15")}, "", "starts no program"),
        ({"command": ()}, "", "starts no program"),
        ({"command": ("/bin/sh", "-c", "/usr/bin/numa postgres")}, "", "starts no program"),
        (
            {"packages": (Pin("postgresql-15-pgvector", "1", "", "an extension"),)},
            "",
            "nothing of the package postgresql-15-pgvector (an extension)",
        ),
        ({"jobs": (Job("dump", "@daily", ("x",), "postgres", "cron"),)}, "", "its job dump"),
        ({"run_as": None}, "", "runs as root"),
        (
            {"couplings": (Coupling("h1/app", "socket", "/run/postgresql/.s.PGSQL.5432"),)},
            "",
            "it shares /run/postgresql/.s.PGSQL.5432 with h1/app",
        ),
        ({}, "shared_preload_libraries = 'timescaledb'", "it loads a library"),
        ({}, "shared_preload_libraries = 'pg_stat_statements, pgaudit'", "it loads a library"),
        ({}, "dynamic_library_path = '/opt/pg/lib'", "names /opt/pg/lib"),
        ({}, f"log_directory = '{DATA}/log'", f"names {DATA}/log in its data"),
        (
            {"command": (POSTGRES.command[0], "-c", "config_file=/etc/postgresql/15/x/y.conf")},
            "",
            "was not seen",
        ),
    ],
)
def test_it_stays_faithful_with_the_reason(change: dict[str, Any], line: str, reason: str) -> None:
    assert reason in refused(replace(POSTGRES, **change), with_text(line))


@pytest.mark.parametrize(
    "line",
    [
        "shared_preload_libraries = 'pg_stat_statements'",
        "shared_preload_libraries = 'pg_stat_statements, auto_explain' # both its own",
        "shared_preload_libraries = ''",
        "#shared_preload_libraries = 'timescaledb'",
        "# see /opt/pg/README",
        "log_directory = '/var/log/postgresql'",
        "unix_socket_directories = '/run/postgresql'",
    ],
)
def test_what_the_image_has_is_no_reason(line: str) -> None:
    made(POSTGRES, with_text(line))


def test_configuration_that_was_cut_or_not_carried_is_a_reason() -> None:
    cut = {**TEXTS, CONF: TextFile(CONF, TEXTS[CONF].text, truncated=True)}
    assert "in part" in refused(POSTGRES, machine(cut))
    assert "was not seen" in refused(POSTGRES, machine({}))


def test_files_that_two_use_keep_their_owners() -> None:
    other = replace(POSTGRES, id="h1/app", volumes=POSTGRES.volumes[2:])
    assert "h1/app uses h1-fast too" in refused(POSTGRES, machine(), (POSTGRES, other))
    alone = mapped(machine(), POSTGRES, [planned(POSTGRES)])
    assert isinstance(alone, Mapped)


def test_a_module_of_the_distribution_keeps_nginx_faithful() -> None:
    conf = "/etc/nginx/nginx.conf"
    w = replace(
        POSTGRES,
        kind="nginx",
        version="1.28.0",
        command=("/usr/sbin/nginx", "-g", "daemon off;"),
        packages=(Pin("nginx", "1.28.0-1", "nginx=1.28.*", "the program"),),
        copies=(),
        volumes=(),
        workdir="",
    )
    module = "/etc/nginx/modules-enabled/50-mod-stream.conf"
    plain = machine({conf: TextFile(conf, "user www-data;\n")})
    assert made(w, plain).removals == ("/etc/nginx",)
    with_module = machine(
        {conf: TextFile(conf, "user www-data;\n")},
        config_files=(ConfigFile(module, "unowned", link="/usr/share/nginx/x.conf"),),
    )
    assert "module of the distribution" in refused(w, with_module)
    for line, reason in (
        ("load_module modules/x.so;", "it loads a module"),
        ("root html;", "a path that is relative"),
        ("access_log logs/x.log;", "a path that is relative"),
        ("root /usr/share/nginx/old;", "names /usr/share/nginx/old"),
    ):
        assert reason in refused(w, machine({conf: TextFile(conf, f"http {{\n{line}\n}}\n")}))
    for line in ("access_log off;", "error_log syslog:server=x;", "root /usr/share/nginx/html;"):
        made(w, machine({conf: TextFile(conf, f"http {{\n{line}\n}}\n")}))


# --- The image


def test_the_policy_decides_and_the_reason_says_why_not() -> None:
    item = planned(POSTGRES)
    own = imaging.imaged(machine(), item, Choice(policy="official")).image
    assert own is not None
    assert (own.base, own.policy) == ("docker.io/library/postgres:15-bookworm", "official")
    assert own.accounts == ()
    faithful = imaging.imaged(machine(), item, Choice()).image
    assert faithful is not None
    assert (faithful.base, faithful.policy) == (
        "docker.io/library/debian:bookworm-slim",
        "faithful",
    )
    late = planned(replace(POSTGRES, version="99"))
    kept = imaging.imaged(machine(), late, Choice(policy="official"))
    assert kept.workload == late.workload
    assert kept.image is not None
    assert kept.image.policy == "faithful"
    assert "not the application's own image: docker.io/library/postgres" in kept.image.base_reason


def test_own_images_come_through_the_mirror_with_their_digest_or_not_at_all() -> None:
    digest = f"sha256:{'a' * 64}"
    name = "docker.io/library/postgres:15-bookworm"
    choice = Choice(
        policy="official", mirrors={"docker.io": "r.example/hub"}, digests={name: digest}
    )
    image = imaging.imaged(machine(), planned(POSTGRES), choice).image
    assert image is not None
    assert image.base == f"r.example/hub/library/postgres:15-bookworm@{digest}"
    choice = Choice(policy="official", allow=("docker.io/library/debian*",))
    image = imaging.imaged(machine(), planned(POSTGRES), choice).image
    assert image is not None
    assert "not among the base images that are allowed" in image.problems[0]


@AS_ROOT
def test_verify_compares_owners_in_the_numbers_of_the_image(tmp_path: Path) -> None:
    for name, uid, gid in (("mine", 61102, 61104), ("theirs", 61102, 0), ("root", 0, 0)):
        (tmp_path / name).write_text(name)
        os.chown(tmp_path / name, uid, gid)
    before = said(tmp_path, "61102=61999", "61104=61998")
    assert "61999:61998" in before["owners"].split()
    assert said(tmp_path)["owners"] != before["owners"]
    os.chown(tmp_path / "mine", 61999, 61998)
    assert said(tmp_path) != before, "one is still the old owner's"
    os.chown(tmp_path / "theirs", 61999, 0)
    assert said(tmp_path) == before


def said(folder: Path, *numbers: str) -> dict[str, str]:
    """What look.sh says of a folder: on the machine with the numbers, of a volume without."""
    kinds = ("owners", "files")
    lines = ["\t".join((kind, "0", str(folder), *numbers)) for kind in kinds]
    text = facts_script(lines, "n" * 32)
    done = subprocess.run(["sh", "-s"], input=text.encode(), capture_output=True, check=True)
    sections = decode(done.stdout, "n" * 32).sections
    return {kind: sections[f"{kind}-0"].text for kind in kinds}


def test_hadolint_has_nothing_to_say_of_them() -> None:
    """The only check of these Dockerfiles here: their images are in registries alone."""
    files = sorted((Path(__file__).parent / "kinds").glob("*/*.official.Dockerfile"))
    assert len(files) >= 8
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, "--no-color", *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    for file in files:
        text = file.read_text(encoding="utf-8")
        base = re.search(r"^ARG BASE=(\".*\")$", text, re.MULTILINE)
        assert base
        assert f'"org.opencontainers.image.base.name"={base[1]}' in text
        assert "ENTRYPOINT []" in text
        assert not re.search(r"^RUN .*(apt-get|apk|dnf)", text, re.MULTILINE)
