"""Container engines, virtual machines and clusters that are here already."""

from __future__ import annotations

import msgspec

from planner.facts.keyed import Reader, keyed
from planner.facts.text import Parsed, number
from planner.model import ClusterRole, Container, Engine, Engines, Guest

_BY_NAME = ("machine", "nspawn", "lxc")
"""Kinds of cgroup whose name is a guest's, not a container's id."""


def _cgroup(engine: str, name: str, processes: str, pod: str) -> Container:
    return Container(engine, name, processes=number(processes), pod=pod)


def _guest_of(group: Container) -> Guest:
    r"""Give the guest of a cgroup: systemd writes ``\x2d`` for a minus in a scope's name, and
    libvirt ``qemu-<number>-`` before it.
    """
    name = group.id.replace("\\x2d", "-")
    if group.engine == "machine" and name.startswith("qemu-"):
        return Guest("libvirt", name.split("-", 2)[-1], True)
    return Guest("nspawn" if group.engine == "machine" else group.engine, name, True)


_ENGINES: dict[str, Reader] = {
    "engine": lambda name, program, running: Engine(name, program, running == "1"),
    "container": lambda engine, id, name, image, project, folder, state: Container(
        engine, id, name, image, project, folder, state
    ),
    "cgroup": _cgroup,
    "machine": lambda kind, name, running: Guest(kind, name, running == "1"),
    "cluster": lambda cluster, role, name: (cluster, role, name),
}


def _containers(listed: list[Container], groups: list[Container]) -> tuple[Container, ...]:
    """Join what the engine lists with what its cgroups hold, by engine and id."""
    found = {(one.engine, one.id): one for one in listed}
    for group in groups:
        known = found.get((group.engine, group.id), group)
        found[group.engine, group.id] = msgspec.structs.replace(
            known, processes=group.processes, pod=group.pod
        )
    return tuple(one for _, one in sorted(found.items()))


def _guests(told: list[Guest]) -> tuple[Guest, ...]:
    found: dict[tuple[str, str], bool] = {}
    for one in told:
        found[one.kind, one.name] = one.running or found.get((one.kind, one.name), False)
    return tuple(Guest(*key, running) for key, running in sorted(found.items()))


def parse_engines(text: str) -> Parsed[Engines]:
    """Tabs, by the first field: ``engine`` name, program, 0 or 1;
    ``container`` engine, id, name, image, project, folder, state; ``cgroup`` engine, id,
    processes, pod; ``machine`` kind, name, 0 or 1; ``cluster`` cluster, role, name.
    """
    told = keyed(text, _ENGINES)
    found = told.value
    roles: dict[tuple[str, str], set[str]] = {}
    for cluster, role, name in found["cluster"]:
        roles.setdefault((cluster, role), set()).update({name} - {""})
    engines = Engines(
        engines=tuple(sorted(found["engine"], key=lambda one: one.name)),
        containers=_containers(
            found["container"], [one for one in found["cgroup"] if one.engine not in _BY_NAME]
        ),
        guests=_guests(
            found["machine"] + [_guest_of(g) for g in found["cgroup"] if g.engine in _BY_NAME]
        ),
        clusters=tuple(ClusterRole(*key, tuple(sorted(roles[key]))) for key in sorted(roles)),
    )
    return Parsed(engines, told.partial)
