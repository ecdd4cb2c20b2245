"""How long a container may take to end, and its shared memory: the same for every target."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sample
import yaml
from msgspec import structs
from test_targets import definitions, files, objects, one, units

from planner.model import Admission, Coupling, Directive, Workload
from planner.service import stopping
from planner.sizing import GIB, MIB, shared_memory

SLOW = structs.replace(
    sample.NGINX, directives=(Directive("TimeoutStopSec", "5min 30s", "replaced", ""),)
)


def made(w: Workload, **fields: Any) -> dict[str, str]:
    return files(one(w, **fields))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([], 60),
        ([("TimeoutStopSec", "1h")], 3600),
        ([("TimeoutStopSec", "5min 30s")], 330),
        ([("TimeoutStopSec", "90")], 90),
        ([("TimeoutStopSec", "1500ms")], 2),
        ([("TimeoutStopSec", "infinity")], 3600),
        ([("TimeoutStopSec", "0")], 3600),
        ([("TimeoutSec", "300")], 300),
        ([("TimeoutSec", "300"), ("TimeoutStopSec", "20")], 20),
        ([("TimeoutStopSec", "20"), ("TimeoutSec", "300")], 300),
        ([("TimeoutStartSec", "300")], 60),
        ([("TimeoutStopSec", "soon")], 60),
        ([("TimeoutStopSec", "999999999999 years")], 86400),
    ],
)
def test_a_unit_says_how_long_its_program_may_take(said: Any, found: int) -> None:
    assert stopping.seconds(said, ("web",)) == found
    assert stopping.seconds(said, ("database",)) == max(found, 120)


def test_every_target_waits_as_long_as_the_unit() -> None:
    found = made(SLOW)
    for name in ("compose", "stack"):
        service = yaml.safe_load(found[f"hosts/web/{name}.yaml"])["services"]["nginx"]
        assert service["stop_grace_period"] == "330s"
    (pod,) = [o["spec"]["template"]["spec"] for o in objects(found, "Deployment")]
    assert pod["terminationGracePeriodSeconds"] == 330
    unit = units(found)["hosts/web/quadlet/web-nginx.container"]
    assert {("StopTimeout", "330"), ("TimeoutStopSec", "360")} <= set(unit)
    (task,) = definitions(found).values()
    assert task["containerDefinitions"][0]["stopTimeout"] == 120
    assert "may take 330 s to end, and is killed after 120 s" in found["hosts/web/targets.md"]


def test_the_backout_waits_for_the_slowest() -> None:
    (host,) = one(SLOW).hosts
    (back,) = [s for s in host.steps if s.phase == "backout"]
    assert back.commands[0] == "$COMPOSE -f hosts/web/compose.yaml down -t 330"


@pytest.mark.parametrize(
    ("memory", "found"),
    [(-1, 256 * MIB), (GIB, 256 * MIB), (4 * GIB + 7, 512 * MIB), (64 * GIB, GIB)],
)
def test_postgresql_has_shared_memory_for_its_queries(memory: int, found: int) -> None:
    assert shared_memory(sample.POSTGRES, memory)[0] == found
    assert shared_memory(sample.NGINX, memory) == (0, "")


def test_every_target_gives_shared_memory_or_says_that_it_does_not() -> None:
    found, size = made(sample.POSTGRES, memory=4 * GIB, cpus=2), 512 * MIB
    compose = yaml.safe_load(found["hosts/db/compose.yaml"])["services"]["postgresql"]
    assert compose["shm_size"] == size
    stack = yaml.safe_load(found["hosts/db/stack.yaml"])["services"]["postgresql"]
    shared = {"type": "tmpfs", "target": "/dev/shm", "tmpfs": {"size": size}}
    assert shared in stack["volumes"]
    unit = units(found)["hosts/db/quadlet/db-postgresql.container"]
    assert ("ShmSize", str(size)) in unit
    (pod,) = [o["spec"]["template"]["spec"] for o in objects(found, "StatefulSet")]
    (volume,) = [v for v in pod["volumes"] if v["name"].startswith("shm-")]
    assert volume["emptyDir"] == {"medium": "Memory", "sizeLimit": "512Mi"}
    (place,) = [m for m in pod["containers"][0]["volumeMounts"] if m["name"] == volume["name"]]
    assert place["mountPath"] == "/dev/shm"
    (task,) = definitions(found).values()
    shared_by_ecs = task["containerDefinitions"][0]["linuxParameters"].get("sharedMemorySize")
    lost = "512 MiB of /dev/shm for postgresql: Fargate has 64 MiB" in found["hosts/db/targets.md"]
    fargate = task["requiresCompatibilities"] == ["FARGATE"]
    assert (shared_by_ecs, lost) == ((None, True) if fargate else (512, False))
    web = json.dumps([yaml.safe_load(t) for p, t in made(SLOW).items() if p.endswith("pose.yaml")])
    assert "shm" not in web


def test_a_pod_of_podman_has_one_shared_memory() -> None:
    beside = structs.replace(
        sample.REDIS, id="db/redis", host="db",
        couplings=(Coupling("db/postgresql", "loopback", "127.0.0.1:5432"),),
    )  # fmt: skip
    found = units(files(one(sample.POSTGRES, beside, memory=GIB)))
    (pod,) = [unit for path, unit in found.items() if path.endswith(".pod")]
    assert ("PodmanArgs", f"--shm-size={256 * MIB}") in pod
    assert not any(name == "ShmSize" for unit in found.values() for name, _ in unit)


def test_the_first_step_speaks_of_what_is_in_it() -> None:
    quiet = one(sample.POSTGRES).hosts[0].steps[0]
    assert "curl" not in quiet.expect + quiet.note
    assert "CLIENT_NETWORK" not in quiet.note
    web = one(sample.NGINX).hosts[0].steps[0]
    assert any("curl" in c for c in web.commands)
    assert web.expect.endswith("and every curl ends with status 0")
    admits = structs.replace(sample.POSTGRES, admissions=(Admission("/a", "host ", "10.0.0.0/8"),))
    asked = one(admits).hosts[0].steps[0]
    assert "CLIENT_NETWORK: the network that clients in containers come from." in asked.note
