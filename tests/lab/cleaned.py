"""Takes away what a run made in the container engine: containers, volumes, networks, images."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from planner.change.names import container_name
from planner.model import Plan
from planner.render.sandboxes import sandboxes
from planner.render.services import services
from planner.verify import identity

from . import change, compared
from .state import State

_LABELLED = (
    (("ps", "--all", "--quiet"), ("rm", "-f", "-t", "0")),
    (("network", "ls", "--quiet"), ("network", "rm")),
    (("volume", "ls", "--quiet"), ("volume", "rm")),
)


@contextmanager
def cleaned(state: State, plan: Plan) -> Iterator[None]:
    """Remove it before, for a run that was killed, and afterwards, however the run ended."""
    remove(state, plan)
    before = set(_listed(state, "--all"))
    try:
        yield
    finally:
        remove(state, plan)
        # stages of the builds, the topmost first; what another build stands on is refused
        while new := [i for i in _listed(state, "--filter", "dangling=true") if i not in before]:
            codes = [_podman(state, "rmi", image).returncode for image in new]
            if 0 not in codes:
                break


def remove(state: State, plan: Plan) -> None:
    """By the labels of the comparisons, and by the plan's names."""
    for place in compared.places(state, (host.slug for host in plan.hosts)):
        label = ("--filter", f"label=planner.verify={identity(place)}")
        for listing, removal in _LABELLED:
            if names := _podman(state, *listing, *label).stdout.split():
                _podman(state, *removal, *names)
        for folder in compared.private(place):
            shutil.rmtree(folder)
    for host in plan.hosts:
        for network in sandboxes(host, services(host)).values():
            _podman(state, "rm", "-f", "-t", "5", "--depend", network.container)
        for item in host.workloads:
            if not item.image:
                continue
            volumes = [v.name for v in item.workload.volumes]
            volumes += [f"{name}-rehearsal" for name in volumes]
            _podman(state, "rm", "-f", "-t", "5", container_name(host, item.workload))
            if volumes:
                _podman(state, "volume", "rm", "-f", *volumes)
            _podman(state, "rmi", "-f", item.image.tag)


def _listed(state: State, *words: str) -> list[str]:
    listed = _podman(state, "images", "--quiet", "--no-trunc", *words)
    return list(dict.fromkeys(listed.stdout.split()))


def _podman(state: State, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["podman", *words],
        env=change.base_environment(state),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
