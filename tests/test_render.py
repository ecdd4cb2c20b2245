"""Every file of a plan, read back in its own language: complete, and inert whatever facts say."""

from __future__ import annotations

import csv
import functools
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sample
import yaml
from msgspec import structs

from planner import store
from planner.errors import InputError
from planner.model import (
    Account,
    Copy,
    Coupling,
    Directory,
    EnvVar,
    HostPlan,
    Listener,
    Owner,
    Peer,
    Plan,
    Workload,
)
from planner.render import quoting, render
from planner.render.sandboxes import sandboxes
from planner.render.services import services

HOSTILE = [
    'x"; id #',
    "a\nRUN id\nUSER 0\n",
    "$(id)`id`${HOME} $HOME $$",
    "'\"\\",
    "end\\",
    "=cmd|' /C calc'!A0",
    "@SUM(1)|-1|+1",
    "| a | b |\n\n# heading",
    "<script>alert(1)</script> https://evil.example www.evil.example",
    "![i](http://evil) [x]: http://evil `` ` ```\n```",
    "\u2028\x85\x00\x7f\x1b[31m\r\t\uffff\U0001f600",
    ": {a: [b, *c, &d, !e]} - %f # g",
    "--flag",
    "{{ 7*7 }}{% raw %}{# x #}",
    "<<EOF",
    "*/?[a]",
]
# Fields whose values are the planner's own words or made safe by contract before they come here.
OURS = {
    "status", "origin", "outcome", "leaning", "state", "form", "consistency", "effect", "fate",
    "protocol", "phase", "restart", "slug", "family", "base", "tag", "targets",
}  # fmt: skip
INSTRUCTIONS = {
    "ARG", "FROM", "LABEL", "RUN", "COPY", "ENV", "USER", "WORKDIR", "EXPOSE", "STOPSIGNAL",
    "HEALTHCHECK", "CMD",
}  # fmt: skip


def rendered(plan: Plan) -> dict[str, str]:
    return {a.path: a.text for a in render(plan, store.templates())}


def poisoned(value: Any, text: str, name: str = "", parent: str = "") -> Any:
    """The same data with the text at the end of every string that a machine could have said."""
    if isinstance(value, msgspec.Struct):
        kind = type(value).__name__
        fields = {f: poisoned(getattr(value, f), text, f, kind) for f in value.__struct_fields__}
        return structs.replace(value, **fields)
    if isinstance(value, tuple):
        return tuple(poisoned(v, text, name, parent) for v in value)
    ours = name in OURS or (parent, name) in {
        ("Volume", "kind"), ("Copy", "kind"), ("Coupling", "kind"), ("Adaptation", "id"),
        ("Volume", "name"), ("Workload", "preparations"), ("Workload", "traits"),
        ("Step", "id"), ("Step", "commands"),
    }  # fmt: skip
    return value + text if isinstance(value, str) and value and not ours else value


@functools.cache
def hostile_plan(text: str) -> Plan:
    plan = structs.replace(sample.fleet(), hosts=())
    hosts = [poisoned(structs.replace(h, steps=()), text) for h in sample.fleet().hosts]
    made = (sample.host(h.name, *h.workloads, **_others(h)) for h in hosts)
    return structs.replace(poisoned(plan, text), hosts=tuple(made))


@functools.cache
def hostile_files(text: str) -> dict[str, str]:
    return rendered(hostile_plan(text))


def _others(host: HostPlan) -> dict[str, Any]:
    skip = {"name", "workloads", "steps"}
    return {f: getattr(host, f) for f in host.__struct_fields__ if f not in skip}


def lines(dockerfile: str) -> list[tuple[str, str]]:
    """(instruction, rest) as a builder reads them: comments out, continued lines joined."""
    kept = [x for x in dockerfile.split("\n") if not x.lstrip().startswith("#")]
    joined = re.sub(r"\\[ \t]*\n", "", "\n".join(kept))
    return [(x.split(" ", 1)[0], x.split(" ", 1)[1]) for x in joined.split("\n") if x.strip()]


def argument(dockerfile: str, name: str) -> str:
    (found,) = [rest for word, rest in lines(dockerfile) if word == name]
    return found


# --- what is written ------------------------------------------------------------------------


def test_each_scope_has_its_files() -> None:
    made = rendered(sample.fleet())
    moved = ["app/redis", "app/shop", "db/postgresql", "web/nginx"]
    assert [p for p in made if p.endswith("Dockerfile")] == [
        f"workloads/{m}/Dockerfile" for m in moved
    ]
    assert [p for p in made if p.endswith("compose.yaml")] == [
        f"hosts/{h}/compose.yaml" for h in ("app", "db", "web")
    ]
    assert [p for p in made if p.endswith("change.md")] == [
        f"hosts/{h}/change.md" for h in ("app", "db", "dead", "vault", "web")
    ]
    assert {"plan.json", "report.md", "report.csv"} <= made.keys()
    assert made["workloads/web/nginx/.dockerignore"] == "*\n!rootfs\n"


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert rendered(sample.fleet()) == rendered(sample.fleet())


def test_a_broken_template_is_named() -> None:
    with pytest.raises(InputError, match=r"templates/plan/x\.j2 line 1"):
        render(sample.fleet(), {"plan/x.j2": "{{ 1"})
    with pytest.raises(InputError, match=r"templates/plan/x\.j2: .*'nope' is undefined"):
        render(sample.fleet(), {"plan/x.j2": "{{ nope }}"})


def test_an_image_with_a_problem_is_not_written_but_said() -> None:
    item = sample.planned(sample.NGINX)
    assert item.image
    broken = structs.replace(item, image=structs.replace(item.image, problems=("no base",)))
    plan = structs.replace(sample.fleet(), hosts=(sample.host("web", broken),))
    made = rendered(plan)
    assert "workloads/web/nginx/Dockerfile" not in made
    assert "hosts/web/compose.yaml" not in made
    assert "no base" in made["workloads/web/nginx/CARRIED.md"]
    assert "no base" in made["hosts/web/change.md"]


# --- Dockerfile -----------------------------------------------------------------------------


def dockerfiles(plan: Plan) -> dict[str, str]:
    return {p: t for p, t in rendered(plan).items() if p.endswith("Dockerfile")}


@functools.cache
def clean_dockerfiles() -> dict[str, str]:
    return dockerfiles(sample.fleet())


@pytest.mark.parametrize("family", ["debian", "rhel", "alpine", "suse"])
def test_hadolint_has_nothing_to_say(family: str, tmp_path: Path) -> None:
    pins = {"rhel": "nginx-1.22.*", "suse": "nginx=1.22.1", "alpine": "nginx=~1.22"}
    files = []
    for w in (sample.NGINX, sample.SHOP, sample.REDIS, sample.POSTGRES):
        if family != "debian":
            pin = structs.replace(w.packages[0], pin=pins[family])
            w = structs.replace(w, packages=(pin,), preparations=())
        item = sample.planned(w)
        assert item.image
        item = structs.replace(item, image=structs.replace(item.image, family=family))
        plan = structs.replace(sample.fleet(), hosts=(sample.host(w.host, item),))
        for path, text in dockerfiles(plan).items():
            files.append(tmp_path / path.replace("/", "-"))
            files[-1].write_text(text)
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, "--no-color", *files], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("", 0)


@pytest.mark.parametrize("user", [None, Account("www-data", 33, 33)])
def test_root_and_unpinned_packages_are_excused_with_a_reason(
    user: Account | None, tmp_path: Path
) -> None:
    pins = (structs.replace(sample.NGINX.packages[0], pin="nginx"),)
    w = structs.replace(sample.NGINX, run_as=user, packages=pins, groups=())
    plan = structs.replace(sample.fleet(), hosts=(sample.host("web", sample.planned(w)),))
    (text,) = dockerfiles(plan).values()
    (tmp_path / "Dockerfile").write_text(text)
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, tmp_path / "Dockerfile"], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("", 0)
    for ignore in re.finditer(r"(.*)\n# hadolint ignore=DL3(008|002)", text):
        assert ignore[1].startswith("# ")
    assert argument(text, "USER") == ("33:33" if user else "0:0")


def test_copies_are_grouped_and_come_from_the_context() -> None:
    for text in dockerfiles(sample.fleet()).values():
        froms = [rest for word, rest in lines(text) if word == "FROM"]
        assert froms == ["${BASE}"]
        for rest in [r for word, r in lines(text) if word == "COPY"]:
            assert re.fullmatch(r"--chown=\d+:\d+ \[.*\]", rest)
            source, target = json.loads(rest.split(" ", 1)[1])
            assert source == "rootfs" + target
    nginx = rendered(sample.fleet())["workloads/web/nginx/Dockerfile"]
    assert [r for word, r in lines(nginx) if word == "COPY"] == [
        '--chown=0:0 ["rootfs/etc/nginx/", "/etc/nginx/"]',
        '--chown=33:33 ["rootfs/opt/site", "/opt/site"]',
    ]


def test_a_file_owned_otherwise_comes_after_its_folder() -> None:
    copies = (
        Copy("/etc/x/a", "config", "r"),
        Copy("/etc/x/b", "config", "r"),
        Copy("/etc/x/key", "config", "r", Owner(7, 8)),
        Copy("/etc/single.conf", "config", "r"),
    )
    text = one(structs.replace(sample.NGINX, copies=copies))
    assert [r for word, r in lines(text) if word == "COPY"] == [
        '--chown=0:0 ["rootfs/etc/single.conf", "/etc/single.conf"]',
        '--chown=0:0 ["rootfs/etc/x/", "/etc/x/"]',
        '--chown=7:8 ["rootfs/etc/x/key", "/etc/x/key"]',
    ]


def one(w: Workload) -> str:
    plan = structs.replace(sample.fleet(), hosts=(sample.host(w.host, sample.planned(w)),))
    (text,) = dockerfiles(plan).values()
    return text


def test_supplementary_groups_leave_the_group_to_the_image() -> None:
    made = rendered(sample.fleet())
    assert argument(made["workloads/web/nginx/Dockerfile"], "USER") == "33"
    assert argument(made["workloads/app/redis/Dockerfile"], "USER") == "102:105"
    assert "usermod -a -G ssl-cert www-data" in made["workloads/web/nginx/Dockerfile"]


def test_accounts_and_preparations_come_before_packages() -> None:
    text = rendered(sample.fleet())["workloads/db/postgresql/Dockerfile"]
    order = ["groupadd -o -r -g 111 postgres", "useradd -o -r -M -u 105 -g 111",
             "create_main_cluster = false", "apt-get update"]  # fmt: skip
    assert sorted(order, key=text.index) == order


def test_a_tmpfs_says_its_mode_in_the_image_and_in_compose() -> None:
    made = rendered(sample.fleet())
    assert "install -d -o 33 -g 33 -m 1777 /run/nginx;" in made["workloads/web/nginx/Dockerfile"]
    service = compose(made, "web")["services"]["nginx"]
    assert service["tmpfs"] == ["/run/nginx:mode=1777"]
    nested = (*sample.NGINX.directories, Directory("/run/nginx/sub", Owner(), "r"))
    host = sample.host("web", sample.planned(structs.replace(sample.NGINX, directories=nested)))
    assert services(host)[0].tmpfs == ()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_facts_add_no_instruction(text: str) -> None:
    clean = clean_dockerfiles()
    dirty = {p: t for p, t in hostile_files(text).items() if p.endswith("Dockerfile")}
    assert len(dirty) == len(clean)
    for w, dockerfile in zip(
        (sample.SHOP, sample.REDIS, sample.POSTGRES, sample.NGINX),
        sorted(dirty.values(), key=lambda t: [n in t for n in ("shop", "Redis", "Post", "nginx")],
               reverse=True),
        strict=True,
    ):  # fmt: skip
        words = [word for word, _ in lines(dockerfile)]
        before = [word for word, _ in lines(clean[f"workloads/{w.id}/Dockerfile"])]
        assert set(words) <= INSTRUCTIONS
        for name in INSTRUCTIONS - {"COPY", "ENV"}:
            assert words.count(name) == before.count(name), name
        assert words.count("COPY") <= before.count("COPY")
        assert json.loads(argument(dockerfile, "CMD")) == [c + text for c in w.command]
        assert argument(dockerfile, "USER") == argument(
            clean[f"workloads/{w.id}/Dockerfile"], "USER"
        )
        if w.health:
            probe = argument(dockerfile, "HEALTHCHECK").partition(" CMD ")[2]
            assert json.loads(probe) == [c + text for c in w.health.command]
        labels = re.findall(
            r'"((?:[^"\\]|\\.)*)"="((?:[^"\\]|\\.)*)"', argument(dockerfile, "LABEL")
        )
        plain = {k: re.sub(r"\\(.)", r"\1", v) for k, v in labels}
        assert plain["org.opencontainers.image.title"] == quoting.one_line_raw(w.title + text)
        assert not re.search(r"(?<!\\)(\\\\)*\$", argument(dockerfile, "LABEL"))
        install = next(r for word, r in lines(dockerfile) if "apt-get install" in r)
        if (w.packages[0].pin + text).isprintable():
            assert w.packages[0].pin + text in shlex.split(install)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_run_lines_are_shell_that_parses(text: str) -> None:
    for path, dockerfile in hostile_files(text).items():
        for word, rest in lines(dockerfile) if path.endswith("Dockerfile") else ():
            if word == "RUN":
                done = subprocess.run(["/bin/sh", "-n", "-c", rest], capture_output=True)
                assert done.returncode == 0, rest


def test_copy_leaves_out_what_no_line_can_name() -> None:
    for path in ("/opt/a*", "/opt/a\nb", "/opt/../x", "relative", "/opt/a\\b"):
        text = one(structs.replace(sample.NGINX, copies=(Copy(path, "application", "r"),)))
        assert "COPY" not in [word for word, _ in lines(text)]
        assert "# Not copied, since no COPY line can name it: " in text
    odd = "/opt/a b$X'\""
    text = one(structs.replace(sample.NGINX, copies=(Copy(odd, "application", "r"),)))
    _, target = json.loads(argument(text, "COPY").split(" ", 1)[1])
    assert re.sub(r"\\(.)", r"\1", target) == odd


def test_an_environment_keeps_its_values_and_has_no_secret() -> None:
    made = rendered(sample.fleet())
    text = made["workloads/app/shop/Dockerfile"]
    assert argument(text, "ENV").strip() == r'MODE="a \$b \"c\" \\d"'
    assert "TOKEN" not in text
    variables = (EnvVar("LINES", "a\nb $x"), EnvVar("BAD NAME", "x"))
    shop = sample.planned(structs.replace(sample.SHOP, environment=variables))
    plan = structs.replace(sample.fleet(), hosts=(sample.host("app", shop),))
    made = rendered(plan)
    assert "ENV" not in [w for w, _ in lines(made["workloads/app/shop/Dockerfile"])]
    assert compose(made, "app")["services"]["shop"]["environment"] == {"LINES": "a\nb $$x"}


# --- Compose --------------------------------------------------------------------------------


def compose(made: dict[str, str], host: str) -> dict[str, Any]:
    loaded = yaml.safe_load(made[f"hosts/{host}/compose.yaml"])
    assert isinstance(loaded, dict)
    return loaded


def test_a_sidecar_shares_the_network_of_what_others_reach() -> None:
    app = compose(rendered(sample.fleet()), "app")["services"]
    assert sorted(app) == ["redis", "shop", "shop-job-cleanup", "shop-network"]
    network, job = app["shop-network"], app["shop-job-cleanup"]
    for member in (app["redis"], app["shop"], job):
        assert member["network_mode"] == "service:shop-network"
        assert member["depends_on"] == ["shop-network"]
        assert not {"ports", "extra_hosts", "networks"} & set(member)
    assert network["ports"] == ["${PORT_8000:-8000}:8000/tcp"]
    assert network["extra_hosts"] == ["db.lab.internal:${HOST_DB_LAB_INTERNAL:-10.0.0.5}"]
    assert network["networks"]["default"]["aliases"] == ["redis", "shop"]
    # It is made of an image that is built anyway, does nothing, and ends at once.
    assert network["image"] == app["shop"]["image"]
    assert network["entrypoint"][0] == "sleep"
    assert (network["user"], network["read_only"], network["stop_signal"]) == (
        "65534:65534",
        True,
        "SIGKILL",
    )
    assert network["healthcheck"] == {"disable": True}
    assert job["profiles"] == ["jobs"]
    assert job["command"][-2:] == ["/opt/shop/venv/bin/python", "/opt/shop/cleanup.py"]


def test_a_network_of_one_service_is_its_own() -> None:
    """A job that speaks over loopback comes and goes: nobody is left without a network."""
    host = sample.host("app", sample.planned(sample.SHOP))
    assert sandboxes(host, services(host)) == {}


def test_a_network_takes_what_concerns_all_and_a_name_that_is_free() -> None:
    tie = Coupling("app/redis", "loopback", "127.0.0.1:6379")
    other = Coupling("app/shop-network", "loopback", "127.0.0.1:9000")
    shop = structs.replace(sample.SHOP, couplings=(tie, other))
    redis = structs.replace(sample.REDIS, sysctls=(("net.core.somaxconn", "512"),))
    named = structs.replace(
        sample.REDIS, id="app/shop-network", name="shop-network", volumes=(), listeners=()
    )
    items = [sample.planned(w) for w in (shop, redis, named)]
    assert items[0].image
    own = structs.replace(items[0].image, policy="official")
    items[0] = structs.replace(items[0], image=own)
    host = sample.host("app", *items)
    made = services(host)
    (held,) = sandboxes(host, made).values()
    assert (held.name, held.container) == ("shop-network-of", "app-shop-network-of")
    assert held.members[0] == "shop"
    assert set(held.members) == {"shop", "redis", "shop-network"}
    assert held.sysctls == (("net.core.somaxconn", "512"),)
    # An application's own image may declare volumes.
    assert held.image != own.tag
    assert held.image in {s.image for s in made}


def test_ports_of_both_families_are_one_and_loopback_none() -> None:
    listeners = (
        Listener("tcp", "::", 80), Listener("tcp", "*", 80), Listener("udp", "0.0.0.0", 80),
        Listener("tcp", "127.0.0.53", 53), Listener("tcp", "::1", 54),
    )  # fmt: skip
    host = sample.host("web", sample.planned(structs.replace(sample.NGINX, listeners=listeners)))
    assert [(p.number, p.protocol, p.variable) for p in services(host)[0].ports] == [
        (80, "tcp", "PORT_80"), (80, "udp", "PORT_80_UDP"),
    ]  # fmt: skip


def test_volumes_are_external_and_secrets_are_files() -> None:
    web = compose(rendered(sample.fleet()), "web")
    assert web["volumes"] == {"web-srv-www": {"external": True, "name": "web-srv-www"}}
    (mount,) = web["services"]["nginx"]["volumes"]
    assert mount == {
        "type": "volume", "source": "web-srv-www", "target": "/srv/www", "read_only": True,
    }  # fmt: skip
    (secret,) = web["services"]["nginx"]["secrets"]
    assert secret["target"] == "/etc/ssl/private/web.key"
    assert web["secrets"][secret["source"]] == {"file": "./secrets/etc/ssl/private/web.key"}


def test_data_that_is_not_moved_is_no_external_volume() -> None:
    (www,) = sample.NGINX.volumes
    nfs = structs.replace(www, name="nfs", path="/mnt", filesystem="nfs4 on /mnt",
                          consistency="none")  # fmt: skip
    cache = structs.replace(www, name="cache", path="/c", kind="cache", consistency="none")
    host = sample.host("web", sample.planned(structs.replace(sample.NGINX, volumes=(nfs, cache))))
    plan = structs.replace(sample.fleet(), hosts=(host,))
    web = compose(rendered(plan), "web")
    mounts = web["services"]["nginx"]["volumes"]
    assert [(m["type"], m["source"]) for m in mounts] == [("bind", "/mnt"), ("volume", "cache")]
    assert web["volumes"] == {"cache": {"name": "cache"}}
    assert not [c for s in host.steps for c in s.commands if "volume create" in c]


def test_secret_variables_come_from_a_file_inside() -> None:
    shop = compose(rendered(sample.fleet()), "app")["services"]["shop"]
    shell, dash_c, script, name, *command = shop["command"]
    assert (shell, dash_c, name) == ("sh", "-c", "sh")
    assert tuple(command) == sample.SHOP.command
    assert script == f'set -a && . {shop["secrets"][0]["target"]} && set +a && exec "$$@"'


def test_root_gets_back_only_what_a_daemon_needs() -> None:
    host = sample.host("web", sample.planned(structs.replace(sample.NGINX, run_as=None)))
    (service,) = services(host)
    assert service.user == "0:0"
    assert "NET_BIND_SERVICE" in service.capabilities
    assert "SYS_ADMIN" not in service.capabilities


def test_peers_on_the_same_machine_are_aliases_and_sockets_are_shared() -> None:
    near = Peer("10.0.0.4", 6379, ("cache.internal",), "app", "app/redis")
    tie = Coupling("app/redis", "socket", "/run/redis/redis.sock")
    shop = structs.replace(sample.SHOP, peers=(near,), couplings=(tie,), secrets=())
    redis = structs.replace(sample.REDIS, couplings=())
    host = sample.host("app", sample.planned(shop), sample.planned(redis))
    made = {s.name: s for s in services(host)}
    assert made["redis"].aliases == ("cache.internal",)
    assert made["shop"].extra_hosts == ()
    for name in ("shop", "redis"):
        assert made[name].network_of == ""
        assert ("app-run-redis", "/run/redis") in [(m.source, m.target) for m in made[name].mounts]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_facts_stay_in_their_scalars(text: str) -> None:
    plan, made = hostile_plan(text), hostile_files(text)
    for host in plan.hosts:
        path = f"hosts/{host.slug}/compose.yaml"
        if path not in made:
            continue
        loaded = compose(made, host.slug)
        assert set(loaded) <= {"services", "volumes", "secrets"}
        expected = services(host)
        held = [s.name for s in sandboxes(host, expected).values()]
        assert list(loaded["services"]) == held + [s.name for s in expected]
        for service in expected:
            entry = loaded["services"][service.name]
            assert entry["cap_drop"] == ["ALL"]
            assert not {"privileged", "network", "devices"} & set(entry)
            if service.command:
                assert tuple(entry["command"]) == tuple(
                    c.replace("$", "$$") for c in service.command
                )
            targets = [m["target"] for m in entry.get("volumes", [])]
            assert targets == [m.target.replace("$", "$$") for m in service.mounts]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_scalar_comes_back(text: str) -> None:
    assert yaml.safe_load(quoting.yaml_scalar(text)) == text
    assert yaml.safe_load(quoting.compose_scalar(text)) == text.replace("$", "$$")
    assert json.loads(quoting.exec_form([text])) == [text]


# --- Markdown and CSV -----------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_facts_add_no_markup(text: str) -> None:
    def shape(made: dict[str, str], end: str) -> list[list[str]]:
        shapes = []
        for path, content in sorted(made.items()):
            if path.endswith(end):
                blocks = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "CODE", content)
                heads = [x.split(" ", 1)[0] for x in blocks.splitlines() if re.match("#+ ", x)]
                rows = [
                    str(len(re.split(r"(?<!\\)\|", x)))
                    for x in blocks.splitlines() if x.startswith("|")
                ]  # fmt: skip
                shapes.append([*heads, *rows])
        return sorted(shapes)

    dirty, clean = hostile_files(text), rendered(sample.fleet())
    ends = ("report.md", "change.md", "volumes.md", "CARRIED.md")
    for end in ends:
        found, expected = shape(dirty, end), shape(clean, end)
        if end in ("report.md", "CARRIED.md"):
            assert found == expected
        assert len(found) == len(expected)
    for path, content in dirty.items():
        if path.endswith(".md"):
            outside = re.sub(r"(?s)\\.|(`+)(?!`).+?(?<!`)\1(?!`)", "", content)
            assert "<script" not in outside
            assert "https://" not in outside
            assert "](" not in outside


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula(text: str) -> None:
    plan = hostile_plan(text)
    read = list(csv.reader(io.StringIO(hostile_files(text)["report.csv"], newline="")))
    assert len({len(row) for row in read}) == 1
    assert len(read) == 1 + sum(max(1, len(h.workloads)) for h in plan.hosts)
    for row in read[1:]:
        assert not [cell for cell in row if cell[:1] in tuple("=+-@\t\r")]
    (cell,) = next(csv.reader(io.StringIO(quoting.csv_row([text]), newline="")))
    assert cell.isprintable() or not cell
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    assert cell in (shown, "'" + shown)


def test_a_machine_without_workloads_has_a_row() -> None:
    read = list(csv.DictReader(io.StringIO(rendered(sample.fleet())["report.csv"])))
    assert [row["machine"] for row in read] == ["app", "app", "db", "dead", "vault", "web"]
    (dead,) = [row for row in read if row["machine"] == "dead"]
    assert (dead["outcome"], dead["why"]) == ("", "timed out")


def test_the_report_answers_the_questions() -> None:
    report = rendered(sample.fleet())["report.md"]
    for heading in (
        "Verdicts", "Findings by risk", "What could not be seen", "Connections",
        "How do I back up a container?", "What is my patch strategy?",
        "Where does the application server run?", "Evidence",
    ):  # fmt: skip
        assert f"\n## {heading}\n" in report
    assert "`dead`: unreachable, timed out" in report
    assert report.index("Works in the kernel") < report.index("Listens on loopback only")
    assert "| `app/shop` | `db/postgresql (10.0.0.5:5432)` | both |  |" in report


def test_a_change_can_be_pasted() -> None:
    made = rendered(sample.fleet())
    change = made["hosts/web/change.md"]
    for heading in (
        "Scope", "Reason and risk", "Data to move", "Checks before", "Steps", "Checks after",
        "Backout", "Names and addresses", "What stays on the machine", "Approvals", "Evidence",
    ):  # fmt: skip
        assert f"\n## {heading}\n" in change
    (web,) = [h for h in sample.fleet().hosts if h.name == "web"]
    for step in web.steps:
        for command in step.commands:
            assert f"\n{command}\n" in change
    assert "no change proposed" in made["hosts/vault/change.md"].splitlines()[0]
    assert "Steps" not in made["hosts/vault/change.md"]
    assert "nobody could look" in made["hosts/dead/change.md"].splitlines()[0]
    assert "host agent `node-exporter`" in made["hosts/app/change.md"]


def test_volumes_say_what_backs_them_up_and_name_no_secret_value() -> None:
    volumes = rendered(sample.fleet())["hosts/db/volumes.md"]
    assert (
        "| `db-srv-pgdata-15-main` | `/srv/pgdata/15/main` | data | 43.9 MiB "
        "| not known: one look | 1900 |" in volumes
    )
    assert "a copy of the volume with the container stopped" in volumes


def test_names_of_the_hosts_file_never_share_a_variable_or_the_operators() -> None:
    entries = (("192.0.2.1", ("mail", "3par", "a-b", "a.b", "ssh")),)
    host = sample.host("app", sample.planned(sample.SHOP), host_entries=entries)
    (shop, *_) = services(host)
    variables = {name: variable for name, variable, _ in shop.extra_hosts}
    assert {n: variables[n] for n in entries[0][1]} == {
        "mail": "HOST_MAIL",
        "3par": "HOST_3PAR",
        "a-b": "HOST_A_B",
        "a.b": "HOST_A_B_2",
        "ssh": "HOST_SSH",
    }


def test_a_number_at_the_start_is_no_list() -> None:
    assert quoting.markdown("0.1.0") == "0.1.0"
    assert quoting.markdown("10.213.0.1 is down") == "10.213.0.1 is down"
    assert quoting.markdown("1. first") == "1\\. first"
