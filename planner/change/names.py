"""What the pieces of a change are called: folders, services, containers, secrets, variables."""

from __future__ import annotations

import re

from msgspec.structs import replace

from planner.model import HostPlan, Secret, Workload, WorkloadPlan
from planner.store import context_folder, slug

MOVES = ("container", "container-with-changes")


def moving(host: HostPlan) -> tuple[WorkloadPlan, ...]:
    """Return the workloads of a machine that become containers and whose image can be built."""
    return tuple(
        item
        for item in host.workloads
        if item.verdict.outcome in MOVES and item.image and not item.image.problems
    )


def fetched(item: WorkloadPlan) -> Workload:
    """The workload with all that extract fetches for its image: keys of repositories, too."""
    files = (f for source in (item.image.sources if item.image else ()) for f in source.files)
    known = {copy.path for copy in item.workload.copies}
    more = {file.path: file for file in files if file.path not in known}
    return replace(item.workload, copies=(*item.workload.copies, *more.values()))


def service_name(workload: Workload) -> str:
    """Name of a workload's service in the machine's Compose file."""
    return slug(workload.name)


def container_name(host: HostPlan, workload: Workload) -> str:
    """Name of a workload's container, the same with every engine."""
    return f"{host.slug}-{service_name(workload)}"


def build_folder(host: HostPlan, item: WorkloadPlan) -> str:
    """Folder of the build context below the plan's folder."""
    return context_folder(host.slug, item.workload.name)


def secret_file(host: HostPlan, secret: Secret) -> str:
    """Place of a secret in the target's secret store, below the plan's folder."""
    path = secret.path.strip("/")
    clean = re.fullmatch(r"[A-Za-z0-9/_.+@-]+", path) and ".." not in path.split("/")
    return f"hosts/{host.slug}/secrets/{path if clean else slug(secret.path)}"


def port_variable(port: int, protocol: str) -> str:
    """Variable that publishes a port elsewhere than on the machine's own number."""
    return f"PORT_{port}" if protocol == "tcp" else f"PORT_{port}_{protocol.upper()}"
