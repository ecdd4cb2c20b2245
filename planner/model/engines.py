"""Container engines, virtual machines and clusters that the machine already runs or belongs to."""

from __future__ import annotations

from planner.model.data import Data


class Engine(Data, frozen=True):
    name: str
    """docker, containerd, podman, crio, lxc, lxd, incus, kubelet, k3s, libvirt, qemu, ..."""
    program: str = ""
    """Path; empty: a process of it runs and its program is not in the usual places."""
    running: bool = False
    """A process of it was there. Podman has none of its own while no container runs."""


class Container(Data, frozen=True):
    """A container, by the engine's own list, by the cgroup of its processes, or by both."""

    engine: str
    id: str
    """First twelve digits of the engine's id, or the name where that is the id."""
    name: str = ""
    image: str = ""
    project: str = ""
    """Of compose, as ``folder``: where its files lie."""
    folder: str = ""
    state: str = ""
    """In the engine's words: ``Up 3 days``, ``Exited (0) 2 hours ago``."""
    processes: int = 0
    """Zero: it does not run, or its processes were not seen."""
    pod: str = ""


class Guest(Data, frozen=True):
    """A virtual machine or system container of this host."""

    kind: str
    name: str
    running: bool = False


class ClusterRole(Data, frozen=True):
    cluster: str
    """kubernetes, k3s, rke2, microk8s, k0s, swarm, nomad, ecs, corosync, proxmox."""
    role: str
    """control-plane, server, manager, agent or node."""
    names: tuple[str, ...] = ()
    """Static pods of a control plane."""


class Engines(Data, frozen=True):
    engines: tuple[Engine, ...] = ()
    containers: tuple[Container, ...] = ()
    guests: tuple[Guest, ...] = ()
    clusters: tuple[ClusterRole, ...] = ()
