"""Which engine a comparison works with, here and on another machine, and what tells them apart."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import msgspec
import pytest

from planner.errors import RunError
from planner.model import HostPlan, Image, Plan, Secret, Verdict, Workload, WorkloadPlan
from planner.questions import Verification
from planner.verify import arriving
from planner.verify.engine import Engine, prepare, run
from planner.verify.kinds import found
from planner.verify.routes import leads_nowhere
from planner.verify.stage import berths
from tests.test_verify_run import (
    VALUE,
    books,
    command,
    environment,
    left,
    places,
    port,
    written,
)

__all__ = ["books", "port"]
# as docker 20.10 makes them, with its packet filter and without
ROUTE = "eth0\t00000000\t0109C70A\t0003\t0\t0\t0\t00000000\t0\t0\t0"
OWN = "eth0\t0009C70A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0"
HELD = OWN.replace("eth0", "br-68ca5ab6e307")
HEAD = "Iface\tDestination\tGateway\n"
NO_NUMBERS = 'false true {"uidmap":[{"container_id":0,"host_id":1001,"size":1}],"gidmap":[]}'
NUMBERS = '[{"size":1},{"size":65536}]'
ROOTLESS = f'false true {{"uidmap":{NUMBERS},"gidmap":{NUMBERS}}}'


def as_docker(books: Path, **more: str) -> dict[str, str]:
    """Only docker answers."""
    folder = books.parent / "bin"
    (folder / "podman").rename(folder / "docker")
    (folder / "podman").write_text("#!/bin/sh\necho 'runtime is broken' >&2\nexit 125\n")
    (folder / "podman").chmod(0o755)
    return environment(books, **{"FAKE_KIND": "docker", "ENGINE": "", **more})


def gate(folder: Path, books: Path) -> str:
    """A default route to the first address of the network that this plan's comparison makes."""
    done = subprocess.run(command(folder), env=environment(books), capture_output=True, text=True)
    subnet = re.search(r"network create .*--subnet (\S+)", (books / "log").read_text())
    assert subnet, done.stderr
    one, two, three, _ = (int(n) for n in subnet[1].partition("/")[0].split("."))
    (books / "log").unlink()
    return ROUTE.replace("0109C70A", f"01{three:02X}{two:02X}{one:02X}")


def results(folder: Path) -> dict[str, str]:
    known = msgspec.json.decode((folder / "verify.json").read_bytes(), type=Verification)
    return {r.question.title: r.outcome for w in known.workloads for r in w.results}


def test_docker_is_taken_where_podman_does_not_answer(
    tmp_path: Path, books: Path, port: int
) -> None:
    folder = written(tmp_path, port)
    done = subprocess.run(command(folder), env=as_docker(books), capture_output=True, text=True)
    assert results(folder)[f"http by address:{port} /about"] == "equal", done.stderr
    log = (books / "log").read_text()
    assert "--log-driver json-file" in log
    assert not re.search(r"^rm .*-t 0", log, re.M)
    assert "inhibit_ipv4" not in log
    assert json.loads((folder / "verify.json").read_text())["engine"] == "docker"
    assert left(books) == []


def test_dockers_route_out_has_to_lead_to_nobody(tmp_path: Path, books: Path, port: int) -> None:
    folder = written(tmp_path, port)
    route = gate(folder, books)
    own = as_docker(books, FAKE_ROUTE=route)
    done = subprocess.run(command(folder), env=own, capture_output=True, text=True)
    assert results(folder)[f"http by address:{port} /about"] == "equal", done.stderr
    made = re.findall(r"^network (?:create|rm) .*", (books / "log").read_text(), re.M)
    assert "inhibit_ipv4" not in made[0]
    assert made[1].startswith("network rm")
    assert "--internal -o com.docker.network.bridge.inhibit_ipv4=true" in made[2]
    assert left(books) == []

    # the machine has an address there, whatever it was told
    held = HELD.replace("0009C70A", "00" + route.split("\t")[2][2:])
    (books / "log").unlink()
    done = subprocess.run(
        command(folder), env={**own, "FAKE_HOST_ROUTE": held}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "default route to somebody: nothing was started" in done.stderr
    assert "--no-healthcheck" not in (books / "log").read_text()
    assert left(books) == []


def test_podmans_network_has_no_route_out(tmp_path: Path, books: Path, port: int) -> None:
    folder = written(tmp_path, port)
    own = environment(books, FAKE_ROUTE=ROUTE)
    done = subprocess.run(command(folder), env=own, capture_output=True, text=True)
    assert "has a default route: nothing was started" in done.stderr
    assert "--no-healthcheck" not in (books / "log").read_text()


def test_where_a_default_route_leads() -> None:
    table, subnet = f"{HEAD}{ROUTE}\n{OWN}\n", "10.199.9.0/24"
    near = f"{HEAD}eth0\t00000000\t0102000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    assert leads_nowhere(table, "", near, "0\n0\n", subnet)
    assert not leads_nowhere(table, "", f"{near}{HELD}\n", "0\n0\n", subnet)
    assert not leads_nowhere(table, "", near, "0\n1\n", subnet)
    assert not leads_nowhere(table, "", near, "", subnet)
    elsewhere = table.replace("0109C70A", "0108C70A")
    assert not leads_nowhere(elsewhere, "", near, "0\n", subnet)
    six = "0" * 32 + " 00 " + "0" * 32 + " 00 fe80 00000400 00000001 00000000 00450003 eth0\n"
    assert not leads_nowhere(table, six, near, "0\n", subnet)


@pytest.mark.parametrize(
    ("kind", "said", "why"),
    [
        ("docker", {"FAKE_DOWN": "1"}, "Cannot connect to the Docker daemon"),
        ("docker", {"FAKE_PLACE": "ssh://root@far"}, "works on another machine, ssh://root@far"),
        ("podman", {"FAKE_INFO": "true false null"}, "through a socket or on another machine"),
        ("podman", {"FAKE_INFO": NO_NUMBERS}, "no numbers for this account in /etc/subuid"),
        ("nerdctl", {}, "is neither podman nor docker"),
    ],
)
def test_an_engine_that_cannot_do_it_says_why(
    kind: str, said: dict[str, str], why: str, books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**environment(books), "FAKE_KIND": kind, **said}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(RunError, match=re.escape(why)):
        found("podman")


def test_an_ordinary_user_needs_a_program_for_networks(
    books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**environment(books), "FAKE_INFO": ROOTLESS}.items():
        monkeypatch.setenv(name, value)
    tool = books.parent / "bin" / "slirp4netns"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    assert found("podman")[0] == "podman"
    tool.unlink()
    monkeypatch.setenv("PATH", str(books.parent / "bin"))
    with pytest.raises(RunError, match="neither slirp4netns nor pasta"):
        found("podman")


def test_no_engine_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RunError, match=r"podman: not on PATH.*docker: not on PATH"):
        found("")


def test_words_arrive_on_the_other_machine_as_they_are(tmp_path: Path) -> None:
    program = tmp_path / "an engine"
    program.write_text('#!/bin/sh\nprintf "%s\\0" "$BUILDAH_FORMAT" "$@"\n')
    program.chmod(0o755)
    place = tmp_path / "place"
    place.mkdir()
    engine = Engine("podman", str(program), place, "1", "sh -c", "/there/it is")
    prepare(engine)
    words = ["a'b", "x  y", "$HOME `id`", "one\ntwo\\", "", f"{place}/hosts/x:/y", f"-v={place}/z"]
    done = run(engine, "exec", *words)
    words[5] = "/there/it is/hosts/x:/y"
    assert done.stdout.decode().split("\0")[:-1] == ["docker", "exec", *words]


def test_a_secret_that_is_no_longer_ours_is_read_by_a_container(
    tmp_path: Path, books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(books).items():
        monkeypatch.setenv(name, value)
    place = tmp_path / "place"
    (place / "hosts/here/secrets").mkdir(parents=True)
    (place / "hosts/here/secrets/app.env").write_text(f"APP_PASSWORD='{VALUE}'\n")
    engine = Engine(*found("podman"), place, "1")
    prepare(engine)
    w = Workload("here/app", "here", "app", "service", "App", "running",
                 secrets=(Secret("/app.env", "test", form="env"),))  # fmt: skip
    item = WorkloadPlan(w, Verdict("container"), Image("base", "", "debian", "app:1"))
    host = HostPlan("here", "here", "seen", "captured", "", outcome="move", workloads=(item,))
    network = ipaddress.IPv4Network("10.199.9.0/24")
    (berth,) = berths(Plan(1, "t", "", "", "", (host,)), {w.id}, {w.id}, network)
    own = Path.read_text

    def closed(path: Path, *words: str, **named: str) -> str:
        if path.name == "app.env":
            raise PermissionError(path)
        return own(path, *words, **named)

    monkeypatch.setattr(Path, "read_text", closed)
    assert arriving.values(engine, [berth]) == {VALUE}
    assert arriving.variables(engine, berth) == {"APP_PASSWORD"}
    (place / "hosts/here/secrets/app.env").unlink()
    assert arriving.values(engine, [berth]) == frozenset()


def with_box(folder: Path) -> Path:
    """A build context, and another host in the inventory."""
    context = folder / "workloads" / "here" / "app"
    context.mkdir(parents=True)
    (context / "Dockerfile").write_text("FROM base\n")
    hosts = "here: {ansible_connection: local, ansible_become: false}, box: {ansible_connection: "
    hosts += "local}, same: {ansible_host: here}"
    (folder.parent / "inventory.yml").write_text(f"all: {{hosts: {{{hosts}}}}}\n")
    return folder


def folders_there(books: Path) -> set[str]:
    return set(re.findall(r"/[\w/.-]*planner-verify-far-\w+", (books / "log").read_text()))


def test_a_comparison_on_another_host(tmp_path: Path, books: Path, port: int) -> None:
    folder = with_box(written(tmp_path, port))
    words = command(folder, "--on", "box", "--keep")
    done = subprocess.run(words, env=environment(books), capture_output=True, text=True)
    assert results(folder)[f"http by address:{port} /about"] == "equal", done.stderr
    assert "secrets could not be fetched" not in (folder / "verify.json").read_text()
    log = (books / "log").read_text()
    assert re.search(r"^build -t planner/here-app:1 -$", log, re.M)
    assert "context . ./Dockerfile" in log
    (there,) = folders_there(books)
    started = next(line for line in log.splitlines() if "--no-healthcheck" in line)
    assert re.search(rf"-v {there}/hosts/here/secrets/\S+:ro,z ", started)
    # the secret is there, and no longer here
    assert VALUE in "".join(p.read_text() for p in Path(there).rglob("app.env"))
    (here,) = places(folder)
    assert not list(here.rglob("app.env"))

    words = command(folder, "--again")
    again = subprocess.run(words, env=environment(books), capture_output=True, text=True)
    assert left(books) == [], again.stderr
    assert not Path(there).exists()
    assert places(folder) == []
    assert VALUE not in done.stdout + done.stderr + again.stdout + again.stderr + log


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("here", "here is to be compared, and nothing is changed there"),
        ("same", "here is to be compared, and nothing is changed there"),
        ("nobody", "not in the inventory"),
    ],
)
def test_nothing_runs_on_a_machine_that_is_compared(
    host: str, why: str, tmp_path: Path, books: Path, port: int
) -> None:
    folder = with_box(written(tmp_path, port))
    words = command(folder, "--on", host)
    done = subprocess.run(words, env=environment(books), capture_output=True, text=True)
    assert done.returncode == 1
    assert why in done.stderr
    assert not (books / "log").exists()


def test_a_kill_leaves_nothing_on_the_other_host(tmp_path: Path, books: Path, port: int) -> None:
    folder = with_box(written(tmp_path, port))
    process = subprocess.Popen(
        command(folder, "--on", "box"),
        env=environment(books, FAKE_HANGS="1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while not (books / "hangs").exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    there = json.loads((places(folder)[0] / "engine.json").read_text())["folder"]
    assert os.path.isdir(there)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    while left(books) or places(folder) or os.path.exists(there):
        assert time.monotonic() < until, (left(books), places(folder), there)
        time.sleep(0.05)
