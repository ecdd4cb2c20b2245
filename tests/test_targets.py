"""What is written for each target: complete, valid by the target's own schema, inert.

Compose by the Compose specification, Kubernetes by its own schemas and by the Pod Security
Standards, ECS by botocore's model of the service. Quadlet's generator and Docker's own reader of
stacks run in the laboratory: ``python -m tests.lab targets``.
"""

from __future__ import annotations

import functools
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import botocore.validate
import kubernetes_validate
import pytest
import sample
import yaml
from compose_spec import PyCompose
from conftest import Golden
from msgspec import structs
from ours import RULES
from test_render import HOSTILE, hostile_plan
from typer.testing import CliRunner

from planner import settings, sizing, store
from planner.cli import app as cli
from planner.errors import InputError
from planner.facts.execline import words
from planner.model import (
    Admission,
    Client,
    Coupling,
    Directive,
    Directory,
    Evidence,
    Job,
    Listener,
    Output,
    Owner,
    Plan,
    Secret,
    Volume,
    Workload,
)
from planner.plan import make_plan
from planner.render import calendar, quoting, render
from planner.render.ecs_size import FARGATE
from planner.render.kubernetes import SAFE_SYSCTLS
from planner.render.pods import can_mount, label, pods
from planner.render.writes import writes
from planner.sizing import GIB, MIB

EVERY: tuple[Output, ...] = ("compose", "ecs", "kubernetes", "quadlet", "swarm")
EXPECTED = Path(__file__).parent / "fleet"


def files(plan: Plan, targets: tuple[Output, ...] = EVERY) -> dict[str, str]:
    wanted = structs.replace(plan, targets=targets)
    return {a.path: a.text for a in render(wanted, store.templates())}


def one(*found: Workload, **fields: Any) -> Plan:
    """A plan of one machine, on which these move together; tags as the planner makes them."""
    ids = [w.id for w in found]
    items = [
        structs.replace(sample.planned(w), together=tuple(i for i in ids if i != w.id))
        for w in found
    ]
    items = [
        structs.replace(
            i, image=structs.replace(i.image, tag=f"planner/{store.slug(i.image.tag)}:1")
        )
        for i in items
        if i.image
    ]
    return structs.replace(sample.fleet(), hosts=(sample.host(found[0].host, *items, **fields),))


# --- machines ---------------------------------------------------------------------------------

STRICT = (
    Directive("ProtectSystem", "strict", "replaced", ""),
    Directive("ReadWritePaths", "/var/lib/shop /var/cache/shop", "replaced", ""),
)
SHOP = structs.replace(
    sample.SHOP,
    resources={"memory": 100 * MIB, "memory_peak": 200 * MIB, "cpu_milli": 123},
    directives=(
        *STRICT,
        Directive("LimitNOFILE", "4096:65536", "replaced", ""),
        Directive("TasksMax", "200", "replaced", ""),
        Directive("CPUQuota", "150%", "replaced", ""),
    ),
    sites=("shop.example.com",),
    listeners=(*sample.SHOP.listeners, Listener("tcp", "0.0.0.0", 8443)),
    clients=(Client("web/nginx", "nginx", ("web",)), Client("vault/openvpn", "openvpn")),
    jobs=(
        *sample.SHOP.jobs,
        Job("sweep", "*:0/15", ("/bin/true",), "root", "sweep.timer", "Europe/Berlin"),
        Job("odd", "OnBootSec=5min; OnUnitActiveSec=1h", ("/bin/true",), "shop", "odd.timer"),
        Job("boot", "@reboot", ("/bin/true",), "nobody", "/etc/cron.d/boot"),
    ),
)
REDIS = structs.replace(
    sample.REDIS,
    couplings=(*sample.REDIS.couplings, Coupling("app/shop", "socket", "/run/redis/redis.sock")),
)
SHOP = structs.replace(
    SHOP,
    couplings=(*SHOP.couplings, Coupling("app/redis", "socket", "/run/redis/redis.sock")),
)
ROOT = structs.replace(
    sample.NGINX,
    run_as=None,
    listeners=(Listener("tcp", "0.0.0.0", 80), Listener("udp", "0.0.0.0", 443)),
    volumes=(
        structs.replace(
            sample.NGINX.volumes[0], name="nfs", path="/mnt", filesystem="nfs4 on /mnt",
            consistency="none",
        ),
        structs.replace(
            sample.NGINX.volumes[0], name="cache", path="/var/cache/nginx", kind="cache",
            consistency="none", read_only=False,
        ),
    ),
)  # fmt: skip
ONLY = structs.replace(
    SHOP, kind="job", state="stopped", listeners=(), couplings=(), health=None, sites=()
)
EDGE = structs.replace(
    sample.NGINX, volumes=(), secrets=(), siblings=("edge-2/nginx", "edge-3/nginx")
)


def edge() -> Plan:
    evidence = (Evidence("signals.edge", "inventory", "group edge"),)
    found = structs.replace(sample.NOTE, rule="edge-group", evidence=evidence)
    item = sample.planned(EDGE, "container", found)
    return structs.replace(sample.fleet(), hosts=(sample.host("edge", item),))


@functools.cache
def demo() -> Plan:
    fleet = store.read_snapshots([store.demo_folder()])
    return make_plan(fleet, RULES, as_of=None, version="0")


MADE = {
    "sample": sample.fleet,
    "together": lambda: one(SHOP, REDIS),
    "root": lambda: one(ROOT),
    "edge": edge,
    "unmeasured": lambda: one(sample.POSTGRES, memory=-1, cpus=-1, disk_used=-1),
    "odd names": lambda: one(
        structs.replace(SHOP, id="app/9.Odd_name", name="9.Odd_name", couplings=())
    ),
    "only jobs": lambda: one(ONLY),
    "beyond": lambda: one(structs.replace(ROOT, capabilities=("SYS_ADMIN",))),
    "demo": demo,
}


@functools.cache
def clean(name: str) -> dict[str, str]:
    return files(MADE[name]())


@pytest.fixture(params=MADE)
def made(request: pytest.FixtureRequest) -> dict[str, str]:
    return clean(request.param)


def documents(made: dict[str, str], folder: str = "/kubernetes/") -> Iterator[tuple[str, Any]]:
    for path, text in made.items():
        if folder in path:
            for found in yaml.safe_load_all(text):
                assert found is not None, path
                yield path, found


def objects(made: dict[str, str], kind: str) -> list[Any]:
    return [d for _, d in documents(made) if d["kind"] == kind]


# --- which files ------------------------------------------------------------------------------


def test_only_what_is_asked_for_is_written() -> None:
    def kinds(*targets: Output) -> set[str]:
        names = {p.split("/")[2] for p in files(sample.fleet(), targets) if p.startswith("hosts/")}
        return names - {"change.md", "volumes.md", "volumes.json", "jobs.cron", "targets.md"}

    assert kinds("compose") == {"compose.yaml"}
    assert kinds("compose", "swarm") == {"compose.yaml", "stack.yaml"}
    assert kinds("compose", "kubernetes") == {"compose.yaml", "kubernetes"}
    assert kinds("compose", "quadlet") == {"compose.yaml", "quadlet"}
    assert kinds("compose", "ecs") == {"compose.yaml", "ecs"}


def test_a_machine_that_stays_has_none() -> None:
    assert not [p for p in files(sample.fleet()) if re.match("hosts/(vault|dead)/(?!change)", p)]


def test_the_settings_choose() -> None:
    def asked(text: str) -> tuple[Output, ...]:
        return settings.parse("planner.yml", text).targets

    assert asked("{}") == ("compose",)
    assert asked("target: {orchestrator: podman}") == ("compose", "quadlet")
    assert asked("target: {orchestrator: kubernetes}\ntargets: [ecs]") == ("compose", "ecs")
    assert asked("target: {orchestrator: swarm}\ntargets: []") == ("compose",)
    with pytest.raises(InputError, match=r"planner\.yml:1: .*targets.*compose, swarm, kubernetes"):
        asked("targets: [helm]")


def test_the_command_line_chooses(tmp_path: Path) -> None:
    run = CliRunner()
    done = run.invoke(cli, ["demo", "-o", str(tmp_path / "p"), "--target", "ecs,swarm",
                            "--target", "quadlet"])  # fmt: skip
    assert done.exit_code == 0, done.output
    plan = json.loads((tmp_path / "p/plan.json").read_text())
    assert plan["targets"] == ["compose", "ecs", "quadlet", "swarm"]
    done = run.invoke(cli, ["demo", "-o", str(tmp_path / "q"), "--target", "helm"])
    assert isinstance(done.exception, InputError)
    assert str(done.exception).startswith("--target helm: there are compose, swarm, kubernetes")


@pytest.mark.parametrize("name", ["app", "db"])
def test_files_of_the_demo(name: str, golden: Golden) -> None:
    mine = {
        path: text for path, text in files(demo()).items()
        if re.match(rf"hosts/{name}/(kubernetes/|quadlet/|ecs/|stack|targets)", path)
    }  # fmt: skip
    assert mine
    folder = EXPECTED / name / "targets"
    for path, text in mine.items():
        golden(folder / path, text)
    there = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert there == set(mine)


# --- Kubernetes -------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.31", "1.37"])
def test_objects_are_valid(made: dict[str, str], version: str) -> None:
    for path, found in documents(made):
        if found["kind"] != "Kustomization":
            kubernetes_validate.validate(found, version, strict=True)
        assert "status" not in found, path


def test_a_kustomization_lists_every_file(made: dict[str, str]) -> None:
    for path, found in documents(made):
        if found["kind"] == "Kustomization":
            folder = path.removesuffix("kustomization.yaml")
            there = {p.removeprefix(folder) for p in made if p.startswith(folder)}
            apart = {"kustomization.yaml", "secrets.yaml", "load.yaml"}
            assert set(found["resources"]) == there - apart
            names = [
                (d["kind"], d["metadata"]["name"])
                for p, d in documents(made, folder) if d["kind"] != "Kustomization"
            ]  # fmt: skip
            assert len(names) == len(set(names))
            assert all(i["newName"].startswith("registry.invalid/") for i in found["images"])


def pod_specs(made: dict[str, str], folder: str = "/kubernetes/") -> Iterator[tuple[str, Any]]:
    for _, found in documents(made, folder):
        name = f"{found['kind']}/{found.get('metadata', {}).get('name')}"
        if found["kind"] in ("Deployment", "StatefulSet", "DaemonSet"):
            yield name, found["spec"]["template"]["spec"]
        elif found["kind"] == "CronJob":
            yield name, found["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def test_what_pods_name_is_there(made: dict[str, str]) -> None:
    for folder in {p.rpartition("/")[0] + "/" for p in made if "/kubernetes/" in p}:
        here = [d for _, d in documents(made, folder)]
        names = {(d["kind"], d["metadata"]["name"]) for d in here if "metadata" in d}
        text = made.get(folder + "storage.yaml", "")
        for _, spec in pod_specs(made, folder):
            volumes = {v["name"]: v for v in spec.get("volumes", [])}
            for v in volumes.values():
                if "persistentVolumeClaim" in v:
                    claim = v["persistentVolumeClaim"]["claimName"]
                    absent = f"# Not written: the claim {claim} " in text
                    assert ("PersistentVolumeClaim", claim) in names or absent
                if "secret" in v:
                    assert ("Secret", v["secret"]["secretName"]) in names
            for container in spec["containers"]:
                mounts = container.get("volumeMounts", [])
                assert {m["name"] for m in mounts} <= set(volumes)
                assert len({m["mountPath"] for m in mounts}) == len(mounts)
                for source in container.get("envFrom", []):
                    assert ("ConfigMap", source["configMapRef"]["name"]) in names
        for service in (d for d in here if d["kind"] == "Service"):
            labels = [d["spec"]["template"]["metadata"]["labels"] for d in here
                      if d["kind"] in ("Deployment", "StatefulSet", "DaemonSet")]  # fmt: skip
            selector = service["spec"]["selector"].items()
            assert len([x for x in labels if selector <= x.items()]) == 1


def restricted(spec: Any) -> list[str]:
    """Controls of the restricted Pod Security Standard, and of the baseline that it contains,
    that a pod violates."""
    found = []
    pod = spec.get("securityContext", {})
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        found += [name] if spec.get(name) else []
    if pod.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        found.append("seccomp of the pod")
    found += [
        f"sysctl {s['name']}" for s in pod.get("sysctls", []) if s["name"] not in SAFE_SYSCTLS
    ]
    allowed = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
               "projected", "secret"}  # fmt: skip
    for volume in spec.get("volumes", []):
        found += [f"volume {k}" for k in volume if k not in allowed | {"name"}]
    containers = [*spec["containers"], *spec.get("initContainers", [])]
    for c in containers:
        own = c.get("securityContext", {})
        if own.get("allowPrivilegeEscalation") is not False:
            found.append("allowPrivilegeEscalation")
        if own.get("privileged") or own.get("procMount", "Default") != "Default":
            found.append("privileged")
        if own.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
            found.append("runAsNonRoot")
        if own.get("runAsUser", pod.get("runAsUser")) == 0:
            found.append("runAsUser")
        capabilities = own.get("capabilities", {})
        if "ALL" not in capabilities.get("drop", []):
            found.append("capabilities")
        found += [f"adds {x}" for x in capabilities.get("add", []) if x != "NET_BIND_SERVICE"]
        found += ["hostPort"] if any("hostPort" in p for p in c.get("ports", [])) else []
    return found


BASELINE = {"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
            "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"}  # fmt: skip


def test_the_namespace_enforces_the_strictest_standard_that_holds(made: dict[str, str]) -> None:
    for path, found in documents(made):
        if found["kind"] == "Namespace":
            folder = path.rpartition("/")[0] + "/"
            wrong = [v for _, spec in pod_specs(made, folder) for v in restricted(spec)]
            label = found["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
            more = {w.removeprefix("adds ") for w in wrong} - BASELINE
            more -= {"runAsNonRoot", "runAsUser"}
            assert more <= {"SYS_ADMIN"}
            strictest = "privileged" if more else "baseline" if wrong else "restricted"
            assert label == strictest, wrong
            assert made[path].count("# Not restricted because of ") >= bool(wrong)


def test_root_is_said_with_its_reason() -> None:
    made = files(one(ROOT))
    (spec,) = [s for _, s in pod_specs(made)]
    (container,) = spec["containers"]
    assert container["securityContext"]["runAsUser"] == 0
    assert "NET_BIND_SERVICE" in container["securityContext"]["capabilities"]["add"]
    assert "SYS_ADMIN" not in container["securityContext"]["capabilities"]["add"]
    assert "    # Not restricted: it runs as 0:0 on the machine\n" in made[
        "hosts/web/kubernetes/workloads.yaml"
    ].replace("            ", "    ")


@pytest.mark.parametrize(
    ("plan", "kinds"),
    [
        (lambda: one(SHOP, REDIS), {"shop": "StatefulSet"}),
        (lambda: one(sample.POSTGRES), {"postgresql": "StatefulSet"}),
        (lambda: one(sample.NGINX), {"nginx": "Deployment"}),
        (lambda: one(EDGE), {"nginx": "Deployment"}),
        (edge, {"nginx": "DaemonSet"}),
    ],
)
def test_what_manages_a_pod(plan: Any, kinds: dict[str, str]) -> None:
    found = documents(files(plan()))
    wanted = ("Deployment", "StatefulSet", "DaemonSet")
    assert {d["metadata"]["name"]: d["kind"] for _, d in found if d["kind"] in wanted} == kinds


def test_what_is_nothing_but_its_jobs_never_stands_by() -> None:
    made = files(one(ONLY))
    kinds = [d["kind"] for _, d in documents(made)]
    assert not SETS & set(kinds)
    assert "Service" not in kinds
    assert kinds.count("CronJob") == 4
    assert {"PersistentVolumeClaim", "Pod", "NetworkPolicy"} <= set(kinds)
    assert len(definitions(made)) == 4
    assert "hosts/app/quadlet/app-shop.build" in made
    assert "hosts/app/quadlet/app-shop.container" not in made
    stack = yaml.safe_load(made["hosts/app/stack.yaml"])["services"]
    assert {s["deploy"]["replicas"] for s in stack.values()} == {0}


def test_what_moves_together_is_one_pod() -> None:
    made = files(one(SHOP, REDIS))
    (shop,) = objects(made, "StatefulSet")
    spec = shop["spec"]["template"]["spec"]
    assert [c["name"] for c in spec["containers"]] == ["shop", "redis"]
    sockets = [
        {m["name"] for m in c["volumeMounts"] if m["mountPath"] == "/run/redis"}
        for c in spec["containers"]
    ]
    assert sockets[0] == sockets[1] != set()
    assert spec["shareProcessNamespace"] is True
    assert spec["enableServiceLinks"] is False
    assert spec["containers"][0]["args"][-2:] == list(SHOP.command)
    (service,) = objects(made, "Service")
    assert [p["port"] for p in service["spec"]["ports"]] == [8000, 8443]


def test_the_root_file_system_is_read_only_where_the_writes_are_known() -> None:
    (spec,) = [s for n, s in pod_specs(files(one(SHOP, REDIS))) if n == "StatefulSet/shop"]
    shop, redis = spec["containers"]
    assert shop["securityContext"]["readOnlyRootFilesystem"] is True
    paths = {m["mountPath"] for m in shop["volumeMounts"]}
    assert {"/tmp", "/var/tmp", "/var/cache/shop", "/var/lib/shop"} <= paths
    assert redis["securityContext"]["readOnlyRootFilesystem"] is False


def test_a_root_file_system_with_writable_configuration_is_not_read_only() -> None:
    keeps = Directive("ReadWritePaths", "-/etc/shop", "replaced", "")
    w = structs.replace(SHOP, directives=(*STRICT, keeps), secrets=())
    assert writes(w).reason.endswith("write to /etc/shop, which is in the image")
    assert writes(structs.replace(w, directives=(keeps,))).read_only is False
    closed = Directive("ReadOnlyDirectories", "/", "replaced", "")
    run = Directory("/run/shop", Owner(995, 994), "RuntimeDirectory=")
    w = structs.replace(w, directives=(closed,), directories=(run,))
    assert writes(w).scratch == ("/run/shop", "/tmp", "/var/tmp")


def of_app(made: dict[str, str]) -> dict[str, Any]:
    """Its network policies by name."""
    found = documents(made, "hosts/app/kubernetes/")
    return {d["metadata"]["name"]: d["spec"] for _, d in found if d["kind"] == "NetworkPolicy"}


def test_connections_that_were_seen_are_let_through() -> None:
    fleet = sample.fleet()
    hosts = tuple(one(SHOP, REDIS).hosts[0] if h.name == "app" else h for h in fleet.hosts)
    made = files(structs.replace(fleet, hosts=hosts))
    policies = of_app(made)
    assert policies["default"]["podSelector"] == {}
    assert policies["default"]["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in policies["default"]
    ((to_pod, to_machine),) = [policies["of-shop"]["egress"]]
    assert to_pod["to"] == [{
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "db"}},
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "postgresql"}},
    }]  # fmt: skip
    assert to_machine["to"] == [{"ipBlock": {"cidr": "10.0.0.5/32"}}]
    assert to_pod["ports"] == [{"port": 5432, "protocol": "TCP"}]
    assert "from" not in policies["of-shop"]["ingress"][0]
    quiet = structs.replace(SHOP, traits=())
    others = tuple(h for h in fleet.hosts if h.name != "app")
    hosts = (*one(quiet, REDIS).hosts, *others)
    policy = of_app(files(structs.replace(fleet, hosts=hosts)))["of-shop"]
    froms = [rule["from"] for rule in policy["ingress"]]
    assert {"ipBlock": {"cidr": "10.0.0.4/32"}} in froms[0]
    assert any("podSelector" in f[0] for f in froms)
    alone = files(one(quiet))["hosts/app/kubernetes/network.yaml"]
    assert "# No client is known: nobody reaches it until you add one.\n" in alone
    assert "ingress" not in of_app(files(one(quiet)))["of-shop"]


def test_whom_an_access_list_names_is_let_through() -> None:
    lines = tuple(
        Admission("/etc/pg_hba.conf", "host a b ", address, " md5")
        for address in ("10.0.0.77/32", "10.0.0.99/32", "odd")
    )
    lists = structs.replace(sample.POSTGRES, admissions=lines, clients=(), peers=())
    quiet = structs.replace(SHOP, peers=(), clients=())
    db = structs.replace(one(lists).hosts[0], addresses=("10.0.0.5/24",))
    app = structs.replace(one(quiet).hosts[0], addresses=("127.0.0.1/8", "10.0.0.77/24"))
    made = files(structs.replace(sample.fleet(), hosts=(app, db)))
    found = {d["metadata"]["name"]: d["spec"] for _, d in documents(made, "hosts/db/kubernetes/")
             if d["kind"] == "NetworkPolicy"}  # fmt: skip
    space = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "app"}}}
    port = [{"port": 5432, "protocol": "TCP"}]
    assert found["of-postgresql"]["ingress"] == [
        {"from": [space], "ports": port},
        {"from": [{"ipBlock": {"cidr": "10.0.0.77/32"}}], "ports": port},
        {"from": [{"ipBlock": {"cidr": "10.0.0.99/32"}}], "ports": port},
    ]
    to_pod, to_machine = of_app(made)["of-shop"]["egress"]
    assert to_pod["to"][0]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "postgresql"}
    assert to_machine["to"] == [{"ipBlock": {"cidr": "10.0.0.5/32"}}]
    assert to_pod["ports"] == to_machine["ports"] == port
    assert "egress" not in found["of-postgresql"]
    for path in ("hosts/app/kubernetes/network.yaml", "hosts/db/kubernetes/network.yaml"):
        assert "No client is known" not in made[path]
    elsewhere = structs.replace(app, addresses=("10.0.0.78/24",))
    made = files(structs.replace(sample.fleet(), hosts=(elsewhere, db)))
    assert "egress" not in of_app(made)["of-shop"]


def test_claims_are_as_large_as_what_was_measured() -> None:
    found = objects(files(one(ROOT)), "PersistentVolumeClaim")
    claims = {d["metadata"]["name"]: d["spec"] for d in found}
    assert claims["nfs"]["accessModes"] == ["ReadWriteMany"]
    assert claims["nfs"]["storageClassName"] == ""
    assert "cache" not in claims
    unknown = files(one(structs.replace(SHOP, secrets=()), disk_used=-1))
    text = unknown["hosts/app/kubernetes/storage.yaml"]
    assert "# Not written: the claim app-var-lib-shop " in text
    assert "storage.yaml" not in unknown["hosts/app/kubernetes/kustomization.yaml"]


def test_jobs_have_their_schedules() -> None:
    crons = {d["metadata"]["name"]: d["spec"] for d in objects(files(one(SHOP, REDIS)), "CronJob")}
    by = {name.removeprefix("shop-job-"): spec for name, spec in crons.items()}
    assert (by["cleanup"]["schedule"], by["cleanup"]["timeZone"]) == ("17 3 * * *", "UTC")
    assert by["cleanup"]["concurrencyPolicy"] == "Allow"
    assert by["sweep"]["schedule"] == "0,15,30,45 * * * *"
    assert by["sweep"]["timeZone"] == "Europe/Berlin"
    assert by["sweep"]["concurrencyPolicy"] == "Forbid"
    assert "suspend" not in by["sweep"]
    for name in ("odd", "boot"):
        assert by[name]["suspend"] is True
        assert "timeZone" not in by[name]
    pod = by["sweep"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["containers"][0]["securityContext"]["runAsUser"] == 0
    assert pod["restartPolicy"] == "Never"


def test_probes_ask_what_the_image_has() -> None:
    (spec,) = [s for n, s in pod_specs(files(one(SHOP, REDIS))) if n.startswith("StatefulSet")]
    shop, redis = spec["containers"]
    assert SHOP.health
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert shop[probe]["exec"]["command"] == list(SHOP.health.command)
        assert probe not in redis


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({}, 300),
        ({"traits": ("web", "database")}, 1800),
        ({"traits": ("broker",)}, 1800),
        ({"traits": ("search",)}, 1800),
        ({"traits": ("ci",)}, 1800),
        ({"argv": ("/usr/bin/java", "-jar", "x.jar")}, 1800),
        ({"directives": (Directive("TimeoutStartSec", "10min", "lost", ""),)}, 600),
        ({"directives": (Directive("TimeoutStartSec", "90", "lost", ""),)}, 300),
        ({"directives": (Directive("TimeoutStartSec", "soon", "lost", ""),)}, 300),
        ({"directives": (Directive("TimeoutSec", "infinity", "lost", ""),)}, 31536000),
        ({"directives": (Directive("TimeoutStartSec", "0", "lost", ""),)}, 31536000),
        ({"directives": (Directive("TimeoutStartSec", "1h", "lost", ""),
                         Directive("TimeoutStartSec", "20min", "lost", ""))}, 1200),
    ],
)  # fmt: skip
def test_a_slow_start_is_waited_for(fields: dict[str, Any], seconds: int) -> None:
    w = structs.replace(SHOP, **{"traits": (), "directives": (), **fields})
    made = files(one(w))
    (spec,) = [s for n, s in pod_specs(made) if n.split("/")[0] in SETS]
    probe = spec["containers"][0]["startupProbe"]
    assert probe["failureThreshold"] * probe["periodSeconds"] == seconds
    stack = yaml.safe_load(made["hosts/app/stack.yaml"])["services"]
    assert stack["shop"]["healthcheck"]["start_period"] == f"{seconds}s"
    task = definitions(made)["hosts/app/ecs/app-shop.json"]["containerDefinitions"][0]
    assert task["healthCheck"]["startPeriod"] == 300
    assert (f"{seconds} s to start" in made["hosts/app/targets.md"]) is (seconds > 300)


def test_an_ingress_names_the_sites() -> None:
    made = files(one(SHOP, REDIS))
    (ingress,) = objects(made, "Ingress")
    assert [r["host"] for r in ingress["spec"]["rules"]] == ["shop.example.com"]
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": "shop", "port": {"number": 8000}}
    (tls,) = ingress["spec"]["tls"]
    secrets = {s["metadata"]["name"]: s for s in objects(made, "Secret")}
    assert secrets[tls["secretName"]]["type"] == "kubernetes.io/tls"
    assert not [s for s in secrets.values() if "data" in s or "stringData" in s]


def test_resources_are_what_was_measured() -> None:
    (spec,) = [s for n, s in pod_specs(files(one(SHOP, REDIS))) if n.startswith("StatefulSet")]
    shop, redis = spec["containers"]
    assert shop["resources"] == {
        "requests": {"memory": "100Mi", "cpu": "130m"},
        "limits": {"memory": "364Mi", "cpu": "1500m"},
    }
    assert "resources" not in redis


# --- Compose and Swarm ------------------------------------------------------------------------


def test_compose_files_are_valid(made: dict[str, str]) -> None:
    for path, text in made.items():
        if path.endswith("compose.yaml"):
            PyCompose.from_yaml(_filled(text))


def test_compose_has_the_limits() -> None:
    shop = yaml.safe_load(files(one(SHOP, REDIS))["hosts/app/compose.yaml"])["services"]["shop"]
    assert (shop["mem_reservation"], shop["mem_limit"]) == (100 * MIB, 364 * MIB)
    assert (shop["cpus"], shop["pids_limit"]) == (1.5, 200)
    assert shop["ulimits"] == {"nofile": {"soft": "${NOFILE:-4096}", "hard": "${NOFILE:-65536}"}}
    assert shop["read_only"] is True
    assert {"/tmp:mode=1777", "/var/cache/shop:mode=1777"} <= set(shop["tmpfs"])
    bare = yaml.safe_load(files(one(sample.NGINX))["hosts/web/compose.yaml"])["services"]["nginx"]
    assert not {"mem_limit", "mem_reservation", "cpus", "pids_limit", "ulimits", "read_only"} & set(
        bare
    )


def _filled(text: str) -> str:
    """With every variable in place of its name, as Compose fills them in."""
    return re.sub(r"\$\{\w+:[-?]([^}]*)\}", lambda m: m[1].split(" ")[0] or "x", text)


REFUSED = {
    "build", "cgroup_parent", "cgroupns_mode", "container_name", "devices", "domainname",
    "expose", "external_links", "extends", "ipc", "links", "mac_address", "mem_limit",
    "mem_reservation", "memswap_limit", "cpus", "cpu_quota", "cpu_shares", "cpuset",
    "network_mode", "pid", "pids_limit", "privileged", "profiles", "restart", "security_opt",
    "shm_size", "userns_mode", "volumes_from",
}  # fmt: skip
"""Keys of a service that `docker stack deploy` ignores or refuses."""


def test_stacks_are_valid_and_hold_nothing_that_a_swarm_refuses(made: dict[str, str]) -> None:
    for path, text in made.items():
        if path.endswith("stack.yaml"):
            PyCompose.from_yaml(_filled(text))
            stack = yaml.safe_load(text)
            names = list(stack["services"])
            namespace = label(path.split("/")[1])
            updated = re.findall(r"--replicas 1 (\S+)", text)
            assert set(updated) <= {f"{namespace}_{n}" for n in names}
            for name in names:
                assert re.fullmatch("[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?", name)
                assert len(f"{namespace}_{name}") <= 63
            for service in stack["services"].values():
                assert not REFUSED & set(service)
                assert isinstance(service.get("depends_on", []), list)
                assert service["image"].startswith("${REGISTRY:?")
            assert all(
                s == {"external": True, "name": n} for n, s in stack.get("secrets", {}).items()
            )


def test_a_service_of_a_stack_has_a_name_that_fits() -> None:
    odd = Job("clean.py", "17 3 * * *", ("/bin/true",), "shop", "/etc/cron.d/x")
    dots = files(one(structs.replace(SHOP, jobs=(odd,))))["hosts/app/stack.yaml"]
    assert label("shop-job-clean.py") in yaml.safe_load(dots)["services"]
    assert f"--replicas 1 app_{label('shop-job-clean.py')}\n" in dots
    far = structs.replace(one(SHOP).hosts[0], slug="a" * 52)
    text = files(structs.replace(sample.fleet(), hosts=(far,)))[f"hosts/{far.slug}/stack.yaml"]
    names = list(yaml.safe_load(text)["services"])
    assert len(set(names)) == 1 + len(SHOP.jobs)
    assert all(len(n) <= 10 for n in names)
    assert "shop" in names


def test_a_stack_says_what_it_cannot_do() -> None:
    made = files(one(SHOP, REDIS))
    stack = yaml.safe_load(made["hosts/app/stack.yaml"])["services"]
    assert stack["shop-job-cleanup"]["deploy"]["replicas"] == 0
    assert stack["shop"]["deploy"]["resources"]["limits"] == {
        "memory": str(364 * MIB), "cpus": "1.5", "pids": 200,
    }  # fmt: skip
    assert "ports" not in stack["redis"]
    for text in (made["hosts/app/stack.yaml"], made["hosts/app/targets.md"]):
        assert "speak over loopback, and services of a Swarm cannot" in text
        assert "nothing in a Swarm schedules it" in text
        assert "security_opt" in text


# --- ECS --------------------------------------------------------------------------------------


@functools.cache
def shape() -> Any:
    model = botocore.session.get_session().get_service_model("ecs")
    return model.operation_model("RegisterTaskDefinition").input_shape


def definitions(made: dict[str, str]) -> dict[str, Any]:
    return {p: json.loads(t) for p, t in made.items() if "/ecs/" in p}


QUOTE, APOSTROPHE = "'", "'\\''"


@pytest.mark.parametrize("shell", [["dash"], ["bash", "--posix"]])
def test_an_environment_file_is_read_and_never_run(shell: list[str], tmp_path: Path) -> None:
    """By way of what the steps of a change make of it, and of a hand that knows no quotes."""
    values = {
        "A": "$(touch x)`touch y`;touch z",
        "B": """it's "two" '' words '\\\\'' \\n""",
        "line": "  spaces  ",
        "EQUAL": "a=b=c",
        "planner": "'",
        "EMPTY": "",
    }
    written = "".join(f"{n}='{v.replace(QUOTE, APOSTROPHE)}'\n" for n, v in values.items())
    written += "PLAIN=$HOME and\n$(touch x)=1\n2X=1\nA B=1\ntouch x\n\nLAST='END'\n"
    values |= {"PLAIN": "$HOME and", "LAST": "END"}
    task = definitions(files(one(SHOP, REDIS)))["hosts/app/ecs/app-shop.json"]
    named = {c["name"]: c for c in task["containerDefinitions"]}
    script = named["shop"]["command"][2]
    done = subprocess.run(
        [*shell, "-c", script, "sh", "env", "-0"],
        env={"PLANNER_ENV_1": written, "PATH": "/usr/bin:/bin"},
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = dict(line.split("=", 1) for line in done.stdout.split("\0") if line)
    assert {n: found.get(n) for n in values} == values
    assert set(found) - set(values) <= {"PATH", "PWD", "OLDPWD", "SHLVL", "_"}
    assert list(tmp_path.iterdir()) == []
    assert done.stderr == ""


def test_task_definitions_are_valid(made: dict[str, str]) -> None:
    for path, found in definitions(made).items():
        report = botocore.validate.ParamValidator().validate(found, shape())
        assert not report.has_errors(), (path, report.generate_report())
        assert re.fullmatch("[A-Za-z0-9_-]{1,255}", found["family"])
        names = {c["name"] for c in found["containerDefinitions"]}
        volumes = {v["name"] for v in found.get("volumes", [])}
        fargate = found["requiresCompatibilities"] == ["FARGATE"]
        if fargate:
            assert int(found["memory"]) in dict(FARGATE)[int(found["cpu"])]
        assert any(c["essential"] for c in found["containerDefinitions"])
        for c in found["containerDefinitions"]:
            assert {d["containerName"] for d in c.get("dependsOn", [])} <= names
            mounts = c.get("mountPoints", [])
            assert {m["sourceVolume"] for m in mounts} <= volumes
            assert len({m["containerPath"] for m in mounts}) == len(mounts)
            assert "extraHosts" not in c
            if fargate:
                assert {u["name"] for u in c.get("ulimits", [])} <= {"nofile"}
                assert not c.get("linuxParameters", {}).get("capabilities", {}).get("add")
                assert "dockerSecurityOptions" not in c
        for volume in found.get("volumes", []):
            assert not (fargate and "sourcePath" in volume.get("host", {}))
            assert re.fullmatch("[A-Za-z0-9_-]{1,255}", volume["name"])


def test_fargate_where_it_fits() -> None:
    def task(plan: Plan, name: str) -> Any:
        return next(d for p, d in definitions(files(plan)).items() if p.endswith(name))

    def launch(plan: Plan, name: str) -> tuple[str, str, str]:
        found = task(plan, name)
        return (*found["requiresCompatibilities"], found["cpu"], found["memory"])

    alone = structs.replace(SHOP, couplings=(), secrets=())
    large = {"memory": 200 * GIB, "cpus": 48}
    assert launch(one(alone), "app-shop.json") == ("FARGATE", "2048", "4096")
    assert launch(one(alone, **large), "app-shop.json") == ("FARGATE", "2048", "4096")
    unlimited = Directive("MemoryMax", "200G", "replaced", "")
    huge = structs.replace(alone, directives=(unlimited,))
    assert launch(one(huge, **large), "app-shop.json")[::2] == ("EC2", "204800")
    assert launch(one(ROOT), "web-nginx.json")[0] == "EC2"
    assert task(one(ROOT), "web-nginx.json")["containerDefinitions"][0]["linuxParameters"][
        "capabilities"
    ]["drop"] == ["AUDIT_WRITE", "FSETID", "MKNOD", "NET_RAW", "SETFCAP", "SETPCAP", "SYS_CHROOT"]
    assert task(one(alone, arch="aarch64"), "app-shop.json")["runtimePlatform"] == {
        "cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX",
    }  # fmt: skip


def test_a_task_is_no_machine() -> None:
    w = structs.replace(SHOP, directives=(), couplings=(), secrets=())
    held = {"memory": 300 * MIB, "cpu_milli": 100}

    def told(resources: dict[str, int], memory: int = 64 * GIB) -> tuple[str, str, str]:
        made = files(one(structs.replace(w, resources=resources), memory=memory, cpus=32))
        task = definitions(made)["hosts/app/ecs/app-shop.json"]
        return task["cpu"], task["memory"], made["hosts/app/targets.md"]

    cpu, memory, page = told(held)
    assert (cpu, memory) == ("512", "1024")
    assert "shop gets 3 times the 300 MiB that it held, at least 512 MiB; processor: " in page
    assert "shop gets 4 times its average, at least 256 units" in page
    assert "512 MiB; memory: shop-job-sweep gets 512 MiB: not measured" in page
    assert "had" not in page.partition("- Task `app-shop-job-sweep`")[2].partition("Folders")[0]
    cpu, memory, page = told(held, memory=GIB)
    assert "cut to 768 MiB: the machine had 1024 MiB" in page
    cpu, memory, page = told({})
    assert (cpu, memory) == ("8192", "16384")
    assert "a quarter of what the machine had, at least 512 MiB: not measured" in page
    peak = {"memory": 100 * MIB, "memory_peak": 700 * MIB}
    assert "shop-job-sweep gets that of shop, whose job it is: 1114 MiB" in told(peak)[2]


def test_what_has_no_size_is_no_task() -> None:
    made = files(one(sample.POSTGRES, memory=-1))
    assert definitions(made) == {}
    assert "No task `db-postgresql`: no size can be said" in made["hosts/db/targets.md"]
    made = files(one(sample.NGINX, arch="i686"))
    assert definitions(made) == {}
    assert "ECS has no processors of i686" in made["hosts/web/targets.md"]


def test_secrets_come_from_the_account() -> None:
    found = definitions(files(one(SHOP, REDIS)))["hosts/app/ecs/app-shop.json"]
    shop, redis, prepare = found["containerDefinitions"]
    (secret,) = shop["secrets"]
    assert secret["valueFrom"].startswith("arn:aws:secretsmanager:${PLANNER_REGION}:")
    assert shop["command"][:2] == ["sh", "-c"]
    assert shop["command"][2].endswith('exec "$@"')
    assert tuple(shop["command"][4:]) == SHOP.command
    assert "command" not in redis
    assert shop["readonlyRootFilesystem"] is True
    assert "chmod 1777" in prepare["command"][2]
    web = definitions(files(one(sample.NGINX)))["hosts/web/ecs/web-nginx.json"]
    (nginx, prepare) = web["containerDefinitions"]
    assert nginx["mountPoints"][-1]["containerPath"] == "/etc/ssl/private"
    assert "chown 33:33" in prepare["command"][2]
    lies = structs.replace(sample.NGINX, secrets=(Secret("/etc/nginx/key", "r"),))
    assert (
        "the secret /etc/nginx/key of nginx is in no folder of its own"
        in files(one(lies))["hosts/web/targets.md"]
    )


# --- Quadlet ----------------------------------------------------------------------------------


def units(made: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Settings of each unit by path, as systemd's reader splits lines."""
    found = {}
    for path, text in made.items():
        if "/quadlet/" in path:
            lines = [x for x in text.split("\n") if x.strip() and x[0] not in "#;"]
            assert not [x for x in lines if x.endswith("\\")], path
            assert all(re.fullmatch(r"\[\w+\]|\w+=.*", x) for x in lines), path
            found[path] = [(x.partition("=")[0], x.partition("=")[2]) for x in lines if x[0] != "["]
    return found


def test_units_name_files_that_are_there(made: dict[str, str]) -> None:
    found = units(made)
    for path, unit in found.items():
        folder = path.rpartition("/")[0]
        for key, value in unit:
            if key == "Volume" and not value.startswith("/"):
                assert f"{folder}/{value.split(':')[0]}" in found
            if key in ("Network", "Pod") and not value.startswith("container:"):
                assert f"{folder}/{value}" in found
            if key == "Unit":
                assert f"{folder}/{value.removesuffix('.service')}.container" in found
        names = [v for p, u in found.items() if p.startswith(folder) for k, v in u
                 if k in ("ContainerName", "PodName")]  # fmt: skip
        assert len(names) == len(set(names))


def test_a_pod_holds_the_network() -> None:
    found = units(files(one(SHOP, REDIS)))
    pod = found["hosts/app/quadlet/app-shop.pod"]
    assert [v for k, v in pod if k == "PublishPort"] == ["8000:8000/tcp", "8443:8443/tcp"]
    for name in ("app-shop", "app-redis"):
        unit = found[f"hosts/app/quadlet/{name}.container"]
        assert ("Pod", "app-shop.pod") in unit
        assert not {"PublishPort", "AddHost", "Network", "WantedBy"} & {k for k, _ in unit}
    alone = found = units(files(one(sample.NGINX)))["hosts/web/quadlet/web-nginx.container"]
    assert ("PublishPort", "80:80/tcp") in alone
    assert ("WantedBy", "multi-user.target default.target") in alone


def test_timers_keep_the_schedule() -> None:
    found = units(files(one(SHOP, REDIS)))
    timers = {
        path.split("shop-job-")[1]: [x for x in unit if x[0].startswith("On")]
        for path, unit in found.items() if path.endswith(".timer")
    }  # fmt: skip
    assert timers == {
        "cleanup.timer": [("OnCalendar", "*-*-* 03:17:00 UTC")],
        "sweep.timer": [("OnCalendar", "*-*-* *:00,15,30,45:00 Europe/Berlin")],
        "odd.timer": [("OnBootSec", "5min"), ("OnUnitActiveSec", "1h")],
        "boot.timer": [("OnBootSec", "0")],
    }


def test_secrets_keep_their_owners() -> None:
    key = Secret("/etc/ssl/private/web.key", "key", owner=Owner(0, 115, "0640"))
    made = files(one(structs.replace(sample.NGINX, secrets=(key,))))
    unit = units(made)["hosts/web/quadlet/web-nginx.container"]
    assert [v.split(",", 1)[1] for k, v in unit if k == "Secret"] == [
        "type=mount,target=/etc/ssl/private/web.key,uid=0,gid=115,mode=0640"
    ]
    (secret,) = yaml.safe_load(made["hosts/web/stack.yaml"])["services"]["nginx"]["secrets"]
    assert (secret["uid"], secret["gid"], secret["mode"]) == ("0", "115", 0o640)
    shop = units(files(one(SHOP, REDIS)))["hosts/app/quadlet/app-shop.container"]
    assert next(v for k, v in shop if k == "Secret").endswith(",uid=995,gid=994,mode=0400")


def test_a_container_of_quadlet_has_the_limits() -> None:
    unit = units(files(one(SHOP, REDIS)))["hosts/app/quadlet/app-shop.container"]
    for wanted in (
        ("PodmanArgs", f"--memory={364 * MIB}"), ("PodmanArgs", "--cpus=1.5"),
        ("PidsLimit", "200"), ("Ulimit", "nofile=4096:65536"), ("ReadOnly", "true"),
        ("NoNewPrivileges", "true"), ("DropCapability", "all"), ("User", "995"), ("Group", "994"),
    ):  # fmt: skip
        assert wanted in unit


# --- hostile facts ----------------------------------------------------------------------------


@functools.cache
def hostile(text: str) -> tuple[Plan, dict[str, str]]:
    plan = structs.replace(hostile_plan(text), targets=EVERY)
    return plan, files(plan)


SETS = {"Deployment", "StatefulSet", "DaemonSet"}
KINDS = SETS | {
    "ConfigMap", "CronJob", "Ingress", "Kustomization", "Namespace", "NetworkPolicy",
    "PersistentVolumeClaim", "Pod", "Secret", "Service",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_facts_stay_in_their_scalars(text: str) -> None:
    plan, made = hostile(text)
    found = [pod for host in plan.hosts for pod in pods(host)]
    kinds = [d["kind"] for _, d in documents(made)]
    assert set(kinds) <= KINDS
    assert len([k for k in kinds if k in SETS]) == len(found)
    assert kinds.count("CronJob") == sum(len(pod.jobs) for pod in found)
    for _, found in documents(made):
        if found["kind"] != "Kustomization":
            kubernetes_validate.validate(found, "1.31", strict=True)
    wanted = commands(plan)
    args = [c["args"] for _, s in pod_specs(made) for c in s["containers"] if "args" in c]
    assert sorted(args) == sorted([w.replace("$", "$$") for w in c] for c in wanted)
    stack = [s["command"] for _, d in documents(made, "stack.yaml")
             for s in d["services"].values() if "command" in s]  # fmt: skip
    assert sorted(stack) == sorted(args)


def commands(plan: Plan) -> list[list[str]]:
    """What runs in each container that does not run its image's own command."""
    return [
        list(m.service.command)
        for host in plan.hosts
        for pod in pods(host)
        for m in (*pod.members, *pod.jobs)
        if m.service.command
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_facts_add_no_line_to_a_unit(text: str) -> None:
    plan, made = hostile(text)
    dirty = units(made)
    members = [m for host in plan.hosts for pod in pods(host) for m in (*pod.members, *pod.jobs)]
    assert len([p for p in dirty if p.endswith(".container")]) == len(members)
    usual = {k for name in MADE for u in units(clean(name)).values() for k, _ in u}
    assert {k for u in dirty.values() for k, _ in u} <= usual
    found = [v for u in dirty.values() for k, v in u if k == "Exec"]
    read = [[w.replace("%%", "%").replace("$$", "$") for w in words(v)] for v in found]
    wanted = [[quoting.unit_clean(w) for w in c] for c in commands(plan)]
    assert sorted(read) == sorted(wanted)
    for value in (v for u in dirty.values() for _, v in u):
        assert "%" not in value.replace("%%", "")
    for key, value in (x for u in dirty.values() for x in u):
        if key in ("Exec", "HealthCmd", "Environment", "Volume", "Secret", "Tmpfs", "AddHost"):
            assert "$" not in value.replace("$$", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_facts_are_data_in_a_task(text: str) -> None:
    _, made = hostile(text)
    for found in definitions(made).values():
        report = botocore.validate.ParamValidator().validate(found, shape())
        assert not report.has_errors()
        assert re.fullmatch("[A-Za-z0-9_-]+", found["family"])
        for container in found["containerDefinitions"]:
            if container["name"] == "prepare":
                assert re.fullmatch(r"[^`;|<&]*(&& [^`;|<&]*)*", container["command"][2])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_facts_add_no_markup_and_no_command(text: str) -> None:
    _, made = hostile(text)
    for path, page in made.items():
        if path.endswith("targets.md"):
            outside = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", page)
            outside = re.sub(r"(?s)\\.|(`+)(?!`).+?(?<!`)\1(?!`)", "", outside)
            assert "<script" not in outside
            assert "https://" not in outside
            assert "](" not in outside
            for block in re.findall(r"(?ms)^(`{3,})sh\n(.*?)^\1$", page):
                known = ("$ENGINE ", "aws ", "docker ", "envsubst ", "export ", "install ",
                         "kubectl ", "podman ", "sed ", "systemctl ", "$COMPOSE ",
                         '( sent="$(')  # fmt: skip
                for line in block[1].splitlines():
                    assert line.startswith(known)
                    done = subprocess.run(["/bin/sh", "-n", "-c", line], capture_output=True)
                    assert done.returncode == 0, line
                    shlex.split(line)


def test_each_command_names_what_is_there() -> None:
    made = files(one(SHOP, REDIS))
    page = made["hosts/app/targets.md"]
    named = set(re.findall(r"hosts/app/(?:\w+/)?[\w.-]+\.(?:yaml|json)", page))
    assert named <= set(made)
    assert "hosts/app/stack.yaml" in named
    assert {f"hosts/app/kubernetes/{n}.yaml" for n in ("load", "storage", "namespace")} <= named
    assert len([n for n in named if "/ecs/" in n]) == 5
    secrets = {d["metadata"]["name"] for d in objects(made, "Secret") if d["type"] == "Opaque"}
    assert secrets == set(re.findall("secret generic (\\S+)", page))
    (pod,) = objects(made, "Pod")
    claims = {v["persistentVolumeClaim"]["claimName"] for v in pod["spec"]["volumes"]}
    for said in ("-C /load/(\\S+)/data", "cd /load/(\\S+)/data && printf"):
        assert claims == set(re.findall(said, page))
    assert page.count('test "$sent" = "$came"') == len(claims)
    assert pod["spec"]["containers"][0]["securityContext"]["runAsUser"] == 0


@pytest.mark.parametrize(
    ("family", "keeps"), [("debian", True), ("rhel", True), ("alpine", False), ("busybox", False)]
)
def test_a_volume_is_loaded_by_the_tar_that_the_image_has(family: str, keeps: bool) -> None:
    plan = one(sample.POSTGRES)
    (item,) = plan.hosts[0].workloads
    assert item.image
    image = structs.replace(item.image, family=family)
    host = structs.replace(plan.hosts[0], workloads=(structs.replace(item, image=image),))
    page = files(structs.replace(plan, hosts=(host,)))["hosts/db/targets.md"]
    (line,) = [x for x in page.splitlines() if "--entrypoint tar" in x]
    assert [o in line for o in ("--acls", "--xattrs", "--sparse")] == [keeps] * 3
    assert "tar --numeric-owner " in line


def test_a_secret_is_read_as_root_of_a_container(tmp_path: Path) -> None:
    """The commands themselves, with an engine and clients that tell what reached them."""
    page = files(one(SHOP, REDIS))["hosts/app/targets.md"]
    for name, script in {
        "engine": 'while [ "$1" != --entrypoint ]; do [ "$1" = -v ] && at=${2%%:*}; shift; done\n'
        'tool=$2; shift 3; for last; do :; done; file=$at/${last##*/}\n'
        'case $tool in test) test -f "$file";; cat) cat "$file";; esac',
        "kubectl": 'echo "kubectl $(cat)"', "docker": 'echo "docker $(cat)"',
        "aws": 'echo "aws $(cat)"',
    }.items():  # fmt: skip
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    lines = [x for x in page.splitlines() if x.startswith("$ENGINE run") and "/secrets:ro" in x]
    assert [next(c for c in ("kubectl", "docker", "aws") if f"| {c} " in x) for x in lines] == [
        "kubectl", "docker", "aws",
    ]  # fmt: skip
    assert "--from-file=value=hosts" not in page
    assert "file://hosts" not in page
    found = re.search(r'-v "\$PWD/(\S+):/secrets:ro,z"', lines[0])
    assert found
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "ENGINE": "engine"}

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-c", line], cwd=tmp_path, env=env, capture_output=True, text=True
        )

    for line in lines:
        assert (run(line).returncode, run(line).stdout) == (1, "")
    folder = tmp_path / found[1]
    folder.mkdir(parents=True)
    file = lines[0].partition(" | ")[0].rpartition("/secrets/")[2]
    (folder / file).write_text("A=1\n")
    assert [run(x).stdout for x in lines] == ["kubectl A=1\n", "docker A=1\n", "aws A=1\n"]


def test_each_target_takes_the_place_of_the_changes_own_steps() -> None:
    page = clean("demo")["hosts/app/targets.md"]
    for target in ("Kubernetes", "Docker Swarm", "Podman, by systemd", "AWS ECS"):
        opening = page.partition(f"\n## {target}\n")[2].partition("\n`")[0]
        assert 'from "Start the containers" to "Schedule the jobs", never both' in opening
    assert page.count("\n$COMPOSE -f hosts/app/compose.yaml down\n") == 4
    (app,) = [h for h in demo().hosts if h.name == "app"]
    first = next(s.id for s in app.steps if s.title == "Start the containers")
    last = next(s.id for s in app.steps if s.title.startswith("Schedule the jobs"))
    assert page.count(f"the change's steps {first} to {last}, ") == 4


def test_names_stand_as_code_as_they_are() -> None:
    page = clean("demo")["hosts/db/targets.md"]
    assert "`www.lab.internal`" in page
    assert "www\\." not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_a_place_that_no_mount_can_name_is_said(text: str) -> None:
    volume = structs.replace(sample.POSTGRES.volumes[0], path="/srv/" + text)
    made = files(one(structs.replace(sample.POSTGRES, volumes=(volume,))))
    mounted = [m for _, s in pod_specs(made) for c in s["containers"]
               for m in c.get("volumeMounts", ()) if m["mountPath"] != "/dev/shm"]  # fmt: skip
    said = "is not mounted: no mount can name it" in made["hosts/db/targets.md"]
    assert said is not can_mount("/srv/" + text)
    assert bool(mounted) is can_mount("/srv/" + text)


# --- names, figures, calendars ----------------------------------------------------------------


def test_labels_are_names_for_dns_and_differ_where_their_texts_do() -> None:
    texts = ["a", "A", "a.b", "a-b", "a_b", "9", "-", "", "x" * 53, "x" * 52, "é", "a\n", "job-9-"]
    made = [label(t) for t in texts]
    assert len(set(made)) == len(texts)
    assert all(re.fullmatch(r"[a-z]([a-z0-9-]{0,50}[a-z0-9])?", m) for m in made)
    assert label("shop") == "shop"


def sized(memory: int = 8 * GIB, cpus: int = 4, **fields: Any) -> sizing.Sizing:
    return sizing.size(structs.replace(sample.NGINX, directives=(), **fields), memory, cpus)


def directive(name: str, value: str) -> Directive:
    return Directive(name, value, "replaced", "")


def test_what_was_not_measured_is_not_made_up() -> None:
    found = sized()
    assert (found.memory_request, found.memory_limit) == (-1, -1)
    assert (found.cpu_request, found.cpu_limit, found.pids) == (-1, -1, -1)
    assert "not measured" in found.memory_why
    assert "not measured" in found.cpu_why
    now = sized(resources={"memory": 10 * MIB + 1})
    assert (now.memory_request, now.memory_limit) == (11 * MIB, -1)


@pytest.mark.parametrize(
    ("resources", "fields", "limit"),
    [
        ({"memory": MIB, "memory_peak": 100 * MIB}, {}, 214 * MIB),
        ({"memory": 200 * MIB, "memory_peak": 100 * MIB}, {}, 364 * MIB),
        ({"memory": MIB, "memory_peak": 7 * GIB}, {}, 8 * GIB),
        ({"memory": MIB, "memory_peak": 100 * MIB}, {"argv": ("java", "-Xmx1g")}, 1600 * MIB),
        ({"memory": MIB, "memory_peak": 100 * MIB}, {"argv": ("java", "-Xmx10m")}, 214 * MIB),
        ({"memory": MIB}, {"argv": ("java", "-Xmx1g")}, 1600 * MIB),
        ({"memory": MIB, "memory_peak": 100 * MIB}, {"exe": "/usr/bin/java"}, -1),
        ({"memory": MIB, "memory_peak": 100 * MIB}, {"argv": ("/usr/bin/dotnet", "x")}, -1),
        ({"memory": MIB, "memory_peak": 100 * MIB}, {"traits": ("database",)}, -1),
        ({"memory": MIB, "memory_peak": 100 * MIB}, {"traits": ("web", "cache")}, -1),
    ],
)
def test_a_limit_of_memory(resources: dict[str, int], fields: dict[str, Any], limit: int) -> None:
    assert sized(resources=resources, **fields).memory_limit == limit


@pytest.mark.parametrize(
    ("name", "value", "limit"),
    [
        ("MemoryMax", "512M", 512 * MIB), ("MemoryLimit", "1G", GIB), ("MemoryMax", "25%", 2 * GIB),
        ("MemoryMax", "infinity", -1), ("MemoryMax", "much", -1), ("MemoryMax", "", 214 * MIB),
    ],
)  # fmt: skip
def test_the_units_own_limit_counts(name: str, value: str, limit: int) -> None:
    w = structs.replace(
        sample.NGINX,
        directives=(directive(name, value),),
        resources={"memory": MIB, "memory_peak": 100 * MIB},
    )
    assert sizing.size(w, 8 * GIB, 4).memory_limit == limit


def test_a_request_is_never_above_its_limit() -> None:
    w = structs.replace(
        sample.NGINX,
        directives=(directive("MemoryMax", "64M"), directive("CPUQuota", "20%")),
        resources={"memory": 100 * MIB, "cpu_milli": 900},
    )
    found = sizing.size(w, 8 * GIB, 4)
    assert (found.memory_request, found.memory_limit) == (64 * MIB, 64 * MIB)
    assert (found.cpu_request, found.cpu_limit) == (200, 200)
    assert sized(resources={"cpu_milli": 0}).cpu_request == 10
    assert sized(resources={"cpu_milli": 9999}).cpu_request == 4000


@pytest.mark.parametrize(
    ("value", "limits"),
    [
        ("65535", [("nofile", 65535, 65535)]), ("1024:4096", [("nofile", 1024, 4096)]),
        ("infinity", [("nofile", -1, -1)]), ("4096:1024", []), ("lots", []), ("", []),
        ("1K:2K", [("nofile", 1024, 2048)]), ("1024:infinity", [("nofile", 1024, -1)]),
    ],
)  # fmt: skip
def test_ulimits(value: str, limits: list[tuple[str, int, int]]) -> None:
    w = structs.replace(sample.NGINX, directives=(directive("LimitNOFILE", value),))
    found = sizing.size(w, -1, -1).ulimits
    assert [(u.name, u.soft, u.hard) for u in found] == limits


def test_room_for_a_volume() -> None:
    def room(disk: int = 9 * GIB, **fields: Any) -> int:
        return sizing.room(Volume("v", "/d", "data", "r", **fields), disk).bytes

    assert room(size=10) == GIB
    assert room(size=3 * GIB) == 6 * GIB
    assert room(size=3 * GIB, growth=GIB // 73) == 8 * GIB
    assert room(size=3 * GIB, growth=-5) == 6 * GIB
    assert room() == 9 * GIB
    assert room(disk=-1) == -1


@pytest.mark.parametrize(
    ("text", "cron", "systemd", "aws"),
    [
        ("*/20 * * * *", "0,20,40 * * * *", ("*-*-* *:00,20,40:00",), "cron(0,20,40 * * * ? *)"),
        ("17 3 * * *", "17 3 * * *", ("*-*-* 03:17:00",), "cron(17 3 * * ? *)"),
        ("@weekly", "0 0 * * 0", ("Sun *-*-* 00:00:00",), "cron(0 0 ? * 1 *)"),
        ("0 2 * * 7", "0 2 * * 0", ("Sun *-*-* 02:00:00",), "cron(0 2 ? * 1 *)"),
        ("0 2 * feb-mar mon", "0 2 * 2,3 1", ("Mon *-02,03-* 02:00:00",), "cron(0 2 ? 2,3 2 *)"),
        ("0 0 1 * 1", "0 0 1 * 1", ("*-*-01 00:00:00", "Mon *-*-* 00:00:00"), None),
        ("0 4 */16 * 1", None, ("Mon *-*-01,17 04:00:00",), None),
    ],
)
def test_a_schedule_of_cron(text: str, cron: str, systemd: tuple[str, ...], aws: str) -> None:
    found = calendar.from_cron(text)
    assert found
    assert calendar.to_cron(found) == cron
    assert calendar.to_systemd(found) == systemd
    assert calendar.to_aws(found) == aws


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("daily", "0 0 * * *"), ("weekly", "0 0 * * 1"), ("quarterly", "0 0 1 1,4,7,10 *"),
        ("Mon..Wed *-*-* 03:00", "0 3 * * 1,2,3"), ("Sat..Sun 10:05:00", "5 10 * * 0,6"),
        ("*:0/20", "0,20,40 * * * *"), ("*-*-01 02:00:00 UTC", "0 2 1 * *"),
        ("*-*-* 0/12:30", "30 0,12 * * *"), ("monday,friday 1:00", "0 1 * * 1,5"),
        ("*-01,07-* 00:00", "0 0 * 1,7 *"),
    ],
)  # fmt: skip
def test_a_calendar_event_of_systemd(text: str, cron: str) -> None:
    found = calendar.from_systemd(text)
    assert found
    assert calendar.to_cron(found) == cron


@pytest.mark.parametrize(
    "text",
    ["@reboot", "", "x", "* * * *", "60 * * * *", "5/10 * * * *", "0 0 0 * *", "* * * 13 *",
     "3-1 * * * *", "* * * * 8", "~ * * * *", "0 0 L * *", "a b c d e", "* * * * *-5"],
)  # fmt: skip
def test_what_cron_does_not_say(text: str) -> None:
    assert calendar.from_cron(text) is None


@pytest.mark.parametrize(
    "text",
    ["", "not known", "2026-01-01 00:00", "*-*~1 00:00", "03:00:30", "OnBootSec=5min",
     "Mon *-*-1..7 03:00; daily", "*:0/15 `id`", "*-*-* 25:00", "daily\nOnCalendar=x"],
)  # fmt: skip
def test_what_has_no_five_fields(text: str) -> None:
    found = calendar.from_systemd(text)
    assert found is None or calendar.to_cron(found) is None


def test_both_of_day_and_weekday_are_systemds_alone() -> None:
    found = calendar.from_systemd("Mon *-*-1..7 03:00")
    assert found
    assert calendar.to_cron(found) is None
    assert calendar.to_systemd(found) == ("Mon *-*-01,02,03,04,05,06,07 03:00:00",)
