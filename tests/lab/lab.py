"""The lab as a whole: up, down, status."""

import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import boot, cgroups, images, inventory, network, process, provision, ready, rootfs
from .definition import HERE, Machine
from .errors import LabError
from .mounts import unmount_under
from .shell import run
from .state import State


@dataclass(frozen=True)
class Row:
    """One machine as it came up; `seconds` from its start to its last answer, None if it ran."""

    machine: Machine
    seconds: float | None


def check_packages() -> None:
    """Raise LabError naming every Debian package that the lab needs and the box lacks."""
    wanted = (HERE / "packages.txt").read_text().split()
    table = run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n"])
    installed = {line.split()[1] for line in table.splitlines() if line.startswith("installed ")}
    if missing := sorted(set(wanted) - installed):
        raise LabError(f"missing Debian packages; run: apt-get install {' '.join(missing)}")


def up(
    state: State, machines: list[Machine], known: list[Machine], with_images: bool = True
) -> list[Row]:
    """Brings every machine up and waits until it answers; machines that run already stay.

    ``known``: the whole lab, which every machine finds in its /etc/hosts, so that a machine is the
    same whichever others are up. ``with_images``: makes the base images of their suites, too,
    which a proof builds on.

    Raises LabError naming each failure; what this call had started is then taken down again.
    """
    check_packages()
    with state.locked():
        state.run.mkdir(exist_ok=True)
        _sweep(state, machines)
        boot.prepare_box()
        inventory.operator_key(state)
        images.configure(state)
        inventory.write(state, machines)
        network.raise_bridge(state)
        with ThreadPoolExecutor(16) as pool:
            real = sorted((m for m in machines if m.kind != "none"), key=lambda m: m.kind != "vm")
            suites = sorted({machine.suite for machine in real})
            bases = {suite: pool.submit(rootfs.base, state, suite) for suite in suites}
            rows = {m.name: pool.submit(_machine, state, m, known, bases[m.suite]) for m in real}
            wanted = suites if with_images else []
            loads = [pool.submit(_image, state, suite, bases[suite]) for suite in wanted]
            errors = [f.exception() for f in rows.values()] + [f.exception() for f in loads]
            failures = [error for error in errors if error]
        if failures:
            for machine in real:
                future = rows[machine.name]
                if future.exception() or future.result().seconds is not None:
                    boot.stop(state, machine.name)
            for failure in failures:
                if not isinstance(failure, LabError):
                    raise failure
            raise LabError("\n".join(dict.fromkeys(map(str, failures))))
        return [rows[m.name].result() if m.name in rows else Row(m, None) for m in machines]


def down(state: State) -> None:
    """Take everything down that the lab started; the caches and the base images stay."""
    if not state.root.exists():
        return
    with state.locked():
        names = [path.name for path in state.run.glob("*") if path.is_dir()]
        _sweep(state, [])
        cgroups.remove_parent()
        network.drop_all(state, names)
        unmount_under(state.root)
        shutil.rmtree(state.run, ignore_errors=True)


def status(state: State, machines: list[Machine]) -> list[tuple[Machine, int | None]]:
    """Every machine with the pid of its nspawn or qemu, None when it is down."""
    return [(m, process.alive(boot.record(state, m.name))) for m in machines]


def _sweep(state: State, keep: list[Machine]) -> None:
    """Stop machines that are not to be kept or have died, and what a killed run left."""
    names = {machine.name for machine in keep}
    for folder in sorted(path for path in state.run.glob("*") if path.is_dir()):
        if folder.name not in names or process.alive(boot.record(state, folder.name)) is None:
            boot.stop(state, folder.name)


def _machine(state: State, machine: Machine, known: list[Machine], base: "Future[Path]") -> Row:
    lower = base.result()
    layer = provision.layer(state, machine, lower)
    current = boot.key(state, machine, known, layer)
    started = time.monotonic()
    fresh = not boot.running(state, machine, current)
    if fresh:
        boot.start(state, machine, known, [layer, lower], current)
    ready.wait(state, machine)
    return Row(machine, time.monotonic() - started if fresh else None)


def _image(state: State, suite: str, base: "Future[Path]") -> None:
    """After the base, on which machines wait and nobody waits for an image."""
    base.exception()
    images.load(state, suite)
