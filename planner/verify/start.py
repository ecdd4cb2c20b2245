"""Images and containers of one comparison."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from planner.change.names import build_folder
from planner.errors import RunError
from planner.verify.engine import Engine, must
from planner.verify.far import handed_over
from planner.verify.shell import complaint, shell
from planner.verify.stage import SUFFIX, Berth, volume


def build(engine: Engine, plan_folder: Path, berth: Berth, flags: Sequence[str]) -> None:
    """Build the image as the change does; RunError with the last line of what it said."""
    folder = str(plan_folder.resolve() / build_folder(berth.host, berth.item))
    words = ("build", *flags, "-t", berth.service.image)
    if not engine.far:
        must(engine, *words, folder, seconds=3600)
        return
    line = f"tar -C {shlex.quote(folder)} -cf - . | $ENGINE {shlex.join((*words, '-'))}"
    done = shell(line, engine.environment, engine.place, seconds=3600)
    if done.returncode:
        raise RunError(f"{engine.name} build: {complaint(done)}")


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
    yield from ("--log-driver", engine.kind.log)
    for capability in s.capabilities:
        yield from ("--cap-add", capability)
    for name, value in s.environment:
        yield from ("-e", f"{name}={value}")
    for mount in s.mounts:
        read_only = ":ro" if mount.read_only else ""
        yield from ("-v", f"{volume(host, mount.source)}:{mount.target}{read_only}")
    for _, file, target in s.secrets:
        yield from (
            "-v",
            f"{engine.place}/hosts/{host.slug}/{file.removeprefix('./')}:{target}:ro,z",
        )
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
        handed_over(engine, copy)
        yield from ("-v", f"{copy}:{path}:ro,z")
