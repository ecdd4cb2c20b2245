"""Network, volumes, secrets and containers of one comparison."""

from __future__ import annotations

import ipaddress
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from planner.change.names import build_folder
from planner.errors import RunError
from planner.model import Plan
from planner.verify import engine as engines
from planner.verify.engine import Engine, must, run
from planner.verify.routes import TABLE, leads_out, routes, subnets
from planner.verify.stage import SUFFIX, Berth, volume

_OUTSIDE = "cat /proc/net/route; echo; echo =; cat /proc/net/ipv6_route 2>/dev/null || true"


def build(engine: Engine, plan_folder: Path, berth: Berth, flags: Sequence[str]) -> None:
    """Build the image as the change does; RunError with the last line of what it said."""
    folder = plan_folder.resolve() / build_folder(berth.host, berth.item)
    tag = berth.service.image
    must(engine, "build", *flags, "-t", tag, str(folder), seconds=3600)


def network(engine: Engine, plan: Plan, name: str) -> ipaddress.IPv4Network:
    """Make a network without a way out; RunError if the engine refuses."""
    known = routes(TABLE.read_text()) if TABLE.exists() else []
    problem = ""
    for _, subnet in zip(range(4), subnets(plan, known, name), strict=False):
        words = ("network", "create", "--internal", "--subnet", str(subnet), name)
        done = run(engine, *words)
        if done.returncode == 0:
            return subnet
        problem = engines.complaint(done)
    raise RunError(f"{engine.name} network create: {problem}")


def is_closed(engine: Engine, name: str, image: str) -> None:
    """RunError unless a container on the network sees no way out of it."""
    made = json.loads(must(engine, "network", "inspect", name))[0]
    if not (made.get("internal") or made.get("Internal")):
        raise RunError(f"{engine.name} made network {name} with a way out: nothing was started")
    words = ("run", "--rm", "--network", name, "--entrypoint", "sh", image, "-c", _OUTSIDE)
    done = run(engine, *words)
    table, _, table6 = done.stdout.decode().partition("\n=\n")
    if done.returncode == 0 and leads_out(table, table6):
        raise RunError(f"a container on network {name} has a default route: nothing was started")


def start(engine: Engine, plan_folder: Path, berth: Berth, network: str, subnet: str) -> None:
    """Start one container, as its Compose file would; RunError if the engine refuses."""
    words = ["run", "-d", "--name", berth.name]
    words += _options(engine, berth, network)
    words += _admitted(engine, plan_folder, berth, subnet)
    must(engine, *words, berth.service.image, *berth.service.command)


def _options(engine: Engine, berth: Berth, network: str) -> Iterable[str]:
    s, host = berth.service, berth.host
    if s.network_of:
        yield from ("--network", f"container:{host.slug}-{s.network_of}{SUFFIX}")
    else:
        yield from ("--network", network, "--ip", berth.address)
        for name, address in berth.names:
            yield from ("--add-host", f"{name}:{address}")
        # an engine's own resolver would ask those of this machine
        yield from ("--dns", "127.0.0.1")
        for name, value in s.sysctls:
            yield from ("--sysctl", f"{name}={value}")
    yield from ("--user", s.user, "--cap-drop", "ALL", "--stop-signal", s.stop_signal)
    yield from ("--security-opt", "no-new-privileges", "--no-healthcheck")
    yield from ("--log-driver", "k8s-file" if engine.name == "podman" else "json-file")
    for capability in s.capabilities:
        yield from ("--cap-add", capability)
    for name, value in s.environment:
        yield from ("-e", f"{name}={value}")
    for mount in s.mounts:
        read_only = ":ro" if mount.read_only else ""
        yield from ("-v", f"{volume(host, mount.source)}:{mount.target}{read_only}")
    for _, file, target in s.secrets:
        yield from ("-v", f"{engine.place}/hosts/{host.slug}/{file.removeprefix('./')}:{target}:ro")
    for path, mode in s.tmpfs:
        yield from ("--tmpfs", f"{path}:mode={mode}")
    if s.init:
        yield "--init"


def _admitted(engine: Engine, plan_folder: Path, berth: Berth, subnet: str) -> Iterable[str]:
    """Let the network in where the machine let some in by address: in a copy of the file."""
    context = plan_folder.resolve() / build_folder(berth.host, berth.item) / "rootfs"
    for path in dict.fromkeys(line.path for line in berth.item.workload.admissions):
        source = context / path.lstrip("/")
        if ".." in path.split("/") or source.is_symlink() or not source.is_file():
            continue
        copy = engine.place / "admitted" / berth.name / path.lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        with copy.open("a", encoding="utf-8") as stream:
            for line in berth.item.workload.admissions:
                if line.path == path:
                    stream.write(f"{line.before}{subnet}{line.after}\n")
        copy.chmod(0o644)
        yield from ("-v", f"{copy}:{path}:ro,z")
