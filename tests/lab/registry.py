"""Digests of a real registry: Debian's docker-registry on loopback, asked and pulled from."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner import store
from planner.images import references

from . import images, rootfs
from .errors import LabError
from .shell import run, succeeds
from .state import State

_CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {root}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
_DEBIAN = "library/debian:bookworm-slim"


def prove(state: State) -> None:
    """Push the base image into a registry of its own, pin a plan by what ``planner digests`` asks
    of it, and pull by that pin. Raises LabError for what does not hold."""
    state.root.mkdir(parents=True, exist_ok=True)
    images.configure(state)
    rootfs.base(state, "bookworm")
    images.load(state, "bookworm")
    env = {**os.environ, "CONTAINERS_CONF": str(state.containers_conf)}
    place = rootfs.renewed(state.run / "registry")
    place.mkdir(parents=True)
    with _served(place) as address:
        there = f"{address}/hub/{_DEBIAN}"
        pushed = ["podman", "push", "--quiet", "--tls-verify=false"]
        run([*pushed, images.name("bookworm"), f"docker://{there}"], env=env)
        mirror = f"images:\n  mirrors: {{docker.io: '{address}/hub'}}\n"
        (place / "planner.yml").write_text(mirror)
        demo = str(store.demo_folder() / "web.json")
        _planner(place, "plan", demo)
        _planner(place, "digests", "plan")
        _planner(place, "plan", demo, "--digests", "digests.yml")
        text = next(place.glob("plan/workloads/web/*/Dockerfile")).read_text()
        named = re.search(r'^ARG BASE="(.+)"$', text, re.MULTILINE)
        pinned = references.parse(named[1]) if named else None
        if pinned is None or not pinned.digest or pinned.name != there.rpartition(":")[0]:
            raise LabError(f"the Dockerfile is not pinned to the registry's digest: {pinned}")
        pull = ["podman", "pull", "--quiet", "--tls-verify=false"]
        by_digest = f"{pinned.name}@{pinned.digest}"
        run([*pull, by_digest], env=env)
        other = f"{pinned.name}@sha256:{'0' * 64}"
        if succeeds([*pull, other]):
            raise LabError(f"{other} could be pulled: the pin holds nothing")
        run(["podman", "rmi", by_digest], env=env)
    rootfs.renewed(place)
    print(f"registry: pinned to {pinned.digest} and pulled by it; another digest is refused")


@contextmanager
def _served(place: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = place / "registry.yml"
    config.write_text(_CONFIG.format(root=place / "blobs", port=port))
    with subprocess.Popen(
        ["docker-registry", "serve", config],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait(port)
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise LabError("docker-registry does not answer")


def _planner(place: Path, *arguments: str) -> None:
    program = Path(sys.executable).with_name("planner")
    done = subprocess.run(
        [program, *arguments], cwd=place, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise LabError(f"planner {' '.join(arguments)}: {done.stderr}")
