"""Claims, secrets and empty folders of pods, and where containers see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from planner.model import Data, HostPlan
from planner.render.pods import Member, can_mount, label, pods
from planner.render.services import Mount
from planner.sizing import MIB, Room, room


class Claim(Data, frozen=True):
    """``shared``: a network file system that the cluster's owner binds; ``room.bytes`` -1: the
    claim cannot be written, since nothing is known of its size."""

    name: str
    volume: str
    room: Room
    shared: bool
    note: str


class PodVolume(Data, frozen=True):
    """A volume of a pod; ``source``: name of the claim or the secret, size of the memory."""

    name: str
    kind: Literal["claim", "secret", "empty", "memory"]
    source: str = ""
    note: str = ""


class Place(Data, frozen=True):
    """``inner``: path in the volume."""

    volume: str
    path: str
    inner: str = ""
    read_only: bool = False


def claims(host: HostPlan) -> tuple[Claim, ...]:
    """Derive the claims that pods of this machine use, each once."""
    found = {}
    for pod in pods(host):
        for member in (*pod.members, *pod.jobs):
            for mount in member.service.mounts:
                if kind(mount) == "claim" and mount.volume and can_mount(mount.target):
                    name = label(mount.volume.name)
                    shared = mount.origin == "bind"
                    needed = room(mount.volume, host.disk_used)
                    found[name] = Claim(name, mount.volume.name, needed, shared, mount.note)
    return tuple(found[name] for name in sorted(found))


def kind(mount: Mount) -> Literal["claim", "empty"]:
    """Sockets and caches are new at every start."""
    return "claim" if mount.volume and mount.volume.kind != "cache" else "empty"


def in_container(member: Member) -> Iterator[Place]:
    s = member.service
    taken = set()
    for mount in s.mounts:
        if can_mount(mount.target):
            taken.add(mount.target)
            inner = "data" if kind(mount) == "claim" and mount.origin != "bind" else ""
            yield Place(_volume(mount).name, mount.target, inner, mount.read_only)
    for name, _, target in s.secrets:
        if can_mount(target):
            yield Place(label(f"secret-{label(name)}"), target, "value", True)
    if s.shm:
        yield Place(_shared(member).name, "/dev/shm")  # noqa: S108 - of the container
    for path, _ in s.tmpfs:
        if can_mount(path) and path not in taken:
            yield Place(label(f"empty-{label(s.name)}"), path, path.strip("/").replace("/", "-"))


def _volume(mount: Mount) -> PodVolume:
    if kind(mount) == "empty" or mount.volume is None:
        return PodVolume(label(f"empty-{mount.source}"), "empty")
    claim = label(mount.volume.name)
    return PodVolume(label(f"claim-{claim}"), "claim", claim)


def _shared(member: Member) -> PodVolume:
    s = member.service
    return PodVolume(label(f"shm-{s.name}"), "memory", f"{s.shm // MIB}Mi", s.shm_why)


def of_members(members: Iterable[Member]) -> tuple[PodVolume, ...]:
    found: dict[str, PodVolume] = {}
    for member in members:
        s = member.service
        made = [_volume(m) for m in s.mounts if can_mount(m.target)]
        made += [
            PodVolume(label(f"secret-{label(name)}"), "secret", label(name))
            for name, _, target in s.secrets
            if can_mount(target)
        ]
        if s.shm:
            made.append(_shared(member))
        if s.tmpfs:
            made.append(PodVolume(label(f"empty-{label(s.name)}"), "empty"))
        found |= {v.name: v for v in made}
    return tuple(found[name] for name in sorted(found))
