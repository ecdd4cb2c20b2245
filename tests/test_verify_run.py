"""A comparison from end to end, with an engine that keeps books: what is asked, what is left."""

from __future__ import annotations

import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from planner import store
from planner.model import (
    HostPlan,
    Image,
    Listener,
    Login,
    Plan,
    Secret,
    Verdict,
    Volume,
    Workload,
    WorkloadPlan,
)
from planner.questions import Verification, Verified
from planner.verify import identity

PROGRAM = Path(sys.executable).with_name("planner")
VALUE = "s3cr3t-Wegwarte"


class Site(http.server.BaseHTTPRequestHandler):
    """A page that says how often it was asked, and one that does not."""

    asked = 0

    def do_GET(self) -> None:
        Site.asked += 1
        body = f"<a href='/about'>a</a>\n<p>visit {Site.asked}\n".encode()
        self.send_response(200 if self.path in ("/", "/about") else 404)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body if self.path == "/" else b"<p>since 1987\n")

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def books(tmp_path: Path) -> Path:
    folder = tmp_path / "books"
    for kind in ("container", "volume", "network"):
        (folder / kind).mkdir(parents=True)
    engine = tmp_path / "bin" / "podman"
    engine.parent.mkdir()
    fake = Path(__file__).with_name("fakeengine.py")
    engine.write_text(f'#!/bin/sh\nexec {sys.executable} -S {fake} "$@"\n')
    engine.chmod(0o755)
    return folder


def written(tmp_path: Path, port: int, traits: tuple[str, ...] = ("web",)) -> Path:
    """A plan of one workload that runs here, with data and a secret."""
    (tmp_path / "data").mkdir()
    (tmp_path / "app.env").write_text(f"APP_PASSWORD={VALUE}\n")
    workload = Workload(
        "here/app",
        "here",
        "app",
        "service",
        "App",
        "running",
        traits=traits,
        exe=os.path.realpath(sys.executable),
        command=("app",),
        listeners=(Listener("tcp", "127.0.0.1", port),),
        volumes=(Volume("here-app-data", str(tmp_path / "data"), "data", "test"),),
        secrets=(Secret(str(tmp_path / "app.env"), "test", form="env"),),
    )
    item = WorkloadPlan(
        workload, Verdict("container"), Image("base", "", "debian", "planner/here-app:1")
    )
    host = HostPlan(
        "here", "here", "seen", "captured", "", outcome="move", login=Login("root"),
        workloads=(item,),
    )  # fmt: skip
    folder = tmp_path / "plan"
    store.write_file(folder / "plan.json", store.encode(Plan(1, "test", "", "", "", (host,))))
    (tmp_path / "inventory.yml").write_text(
        "all: {hosts: {here: {ansible_connection: local, ansible_become: false}}}\n"
    )
    return folder


def command(folder: Path, *words: str) -> list[str]:
    inventory = folder.parent / "inventory.yml"
    return [str(PROGRAM), "verify", str(folder), "-i", str(inventory), *words]


def environment(books: Path, **more: str) -> dict[str, str]:
    path = f"{books.parent / 'bin'}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "FAKE_ENGINE": str(books), "ENGINE": "podman", **more}


def left(books: Path) -> list[str]:
    return [str(p) for kind in ("container", "volume", "network") for p in (books / kind).iterdir()]


def places(folder: Path) -> list[Path]:
    homes = [Path("/dev/shm"), Path("/tmp"), Path(os.environ.get("XDG_RUNTIME_DIR") or "/none")]
    return [place for home in homes for place in home.glob(f"planner-verify-*-{identity(folder)}")]


def test_a_comparison_and_what_is_left_of_it(tmp_path: Path, books: Path, port: int) -> None:
    folder = written(tmp_path, port)
    done = subprocess.run(
        command(folder, "--keep"), env=environment(books), capture_output=True, text=True
    )
    found = msgspec.json.decode((folder / "verify.json").read_bytes(), type=Verification)
    results = {r.question.title: r for r in found.workloads[0].results}
    # the fake keeps no data, and runs nothing: what it cannot copy is different, the rest is not
    about, front = f"http by address:{port} /about", f"http by address:{port} /"
    assert results[about].outcome == "equal", done.stdout + done.stderr
    assert results[front].outcome == "equal"
    assert results[front].masked
    assert results[f"listens on {port}/tcp"].outcome == "equal"
    assert results["read-only root"].container == "writes /run/app.pid"
    assert done.returncode == (0 if found.equal else 1)

    kept = left(books)
    assert {Path(p).name for p in kept} == {
        "here-app-verify", "here-app-data-verify", f"planner-verify-{identity(folder)}"
    }  # fmt: skip
    again = subprocess.run(
        command(folder, "--again"), env=environment(books), capture_output=True, text=True
    )
    assert left(books) == [], again.stderr
    assert places(folder) == []
    for path in (p for p in [*folder.rglob("*"), *books.rglob("*")] if p.is_file()):
        assert VALUE not in path.read_text(), path
    assert VALUE not in done.stdout + done.stderr + again.stdout + again.stderr


def test_a_server_that_nothing_is_known_of_is_found_to_be_of_the_web(
    tmp_path: Path, books: Path, port: int
) -> None:
    folder = written(tmp_path, port, ())
    done = subprocess.run(command(folder), env=environment(books), capture_output=True, text=True)
    found = msgspec.json.decode((folder / "verify.json").read_bytes(), type=Verification)
    results = {r.question.title: r.outcome for r in found.workloads[0].results}
    for path in ("/", "/about", "/robots.txt"):
        assert results[f"http by address:{port} {path}"] == "equal", done.stdout + done.stderr
    assert not any(title.startswith(("TLS", "greeting", "https")) for title in results)


def test_a_comparison_of_nothing_new_keeps_what_is_there(
    tmp_path: Path, books: Path, port: int
) -> None:
    folder = written(tmp_path, port)
    plan = store.read_plan(folder / "plan.json")
    (host,) = plan.hosts
    (item,) = host.workloads
    other = msgspec.structs.replace(
        item, workload=msgspec.structs.replace(item.workload, id="here/old", name="old")
    )
    both = msgspec.structs.replace(host, workloads=(item, other))
    store.write_file(
        folder / "plan.json", store.encode(msgspec.structs.replace(plan, hosts=(both,)))
    )
    old = Verification(
        1, "p", "aa", "2026-11-01T10:00:00Z", "podman", "copy", (Verified("here/old", "t"),)
    )
    store.write_file(folder / "verify.json", store.encode(old))
    subprocess.run(
        command(folder, "--limit", "here/app"), env=environment(books), capture_output=True
    )
    found = msgspec.json.decode((folder / "verify.json").read_bytes(), type=Verification)
    assert [w.workload for w in found.workloads] == ["here/app", "here/old"]
    assert found.workloads[1].began_at == old.began_at
    assert found.workloads[0].results


def test_nothing_is_started_on_a_network_with_a_way_out(
    tmp_path: Path, books: Path, port: int
) -> None:
    folder = written(tmp_path, port)
    done = subprocess.run(
        command(folder), env=environment(books, FAKE_OPEN="1"), capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "with a way out: nothing was started" in done.stderr
    assert "--no-healthcheck" not in (books / "log").read_text()
    assert left(books) == []
    assert places(folder) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_comparison_that_is_ended_leaves_nothing(
    tmp_path: Path, books: Path, port: int, number: int
) -> None:
    folder = written(tmp_path, port)
    process = subprocess.Popen(
        command(folder),
        env=environment(books, FAKE_HANGS="1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while not (books / "hangs").exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    assert left(books)
    process.send_signal(number)
    process.wait(30)
    while left(books) or places(folder):
        assert time.monotonic() < until, (left(books), places(folder))
        time.sleep(0.05)


def test_what_was_not_kept_cannot_be_compared_again(tmp_path: Path, books: Path, port: int) -> None:
    folder = written(tmp_path, port)
    done = subprocess.run(
        command(folder, "--again"), env=environment(books), capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "no containers were kept" in done.stderr
