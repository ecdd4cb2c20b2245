"""Which containers run as one: a machine's services and jobs by what moves together."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from planner.change.names import moving
from planner.model import Data, Health, HostPlan, Workload, WorkloadPlan
from planner.render.services import Port, Service, services

_NAME = re.compile(r"[a-z]([a-z0-9-]{0,50}[a-z0-9])?")
_MODE = re.compile(r"[0-7]{3,4}")
_PLACE = re.compile(r"/[^:,\\\"'$%{}\s]+")


class Member(Data, frozen=True):
    """A container that keeps running, with the workload that it is."""

    service: Service
    item: WorkloadPlan

    @property
    def w(self) -> Workload:
        return self.item.workload

    @property
    def health(self) -> Health | None:
        return self.item.workload.health


class Pod(Data, frozen=True):
    """What shares sockets, files or the loopback address, and jobs with the member they belong to.

    ``name``: of the member with most ports; a DNS label of at most 52 characters.
    """

    name: str
    members: tuple[Member, ...]
    """Empty for what is nothing but its jobs."""
    images: tuple[Member, ...]
    """Those, and what only its jobs start: each has an image."""
    jobs: tuple[Member, ...] = ()
    ports: tuple[Port, ...] = ()


def pods(host: HostPlan) -> tuple[Pod, ...]:
    """Group what moves off a machine; every pod once, in the order of their names."""
    items = {i.workload.id: i for i in moving(host)}
    made = services(host)
    main = {s.workload: s for s in made if not s.job}
    found = {}
    for item in items.values():
        group = [i for i in (item.workload.id, *item.together) if i in items]
        group.sort(key=lambda i: (-len(main[i].ports), bool(main[i].network_of), i))
        name = label(main[group[0]].name)
        found[name] = Pod(
            name=name,
            members=tuple(Member(main[i], items[i]) for i in group if not main[i].once),
            images=tuple(Member(main[i], items[i]) for i in group),
            jobs=tuple(Member(s, items[s.workload]) for s in made if s.job and s.workload in group),
            ports=_ports(main[i] for i in group if not main[i].once),
        )
    return tuple(found[name] for name in sorted(found))


def _ports(members: Iterable[Service]) -> tuple[Port, ...]:
    found = {(p.number, p.protocol): p for s in members if not s.network_of for p in s.ports}
    return tuple(found[key] for key in sorted(found))


def label(text: str) -> str:
    """A DNS label of at most 52 characters that begins with a letter, the same for the same text;
    what had to be changed gets a hash of the original."""
    if _NAME.fullmatch(text):
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    clean = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
    return f"{clean if clean[:1].isalpha() else 'x' + clean}-{digest}"


def can_mount(path: str) -> bool:
    """Whether every engine and orchestrator can name this path as the place of a mount."""
    clean = _PLACE.fullmatch(path) is not None and path.isprintable()
    return clean and ".." not in path.split("/")


def unmounted(members: Sequence[Member]) -> tuple[str, ...]:
    """Paths of volumes and secrets that cannot be named."""
    targets = {m.target for x in members for m in x.service.mounts}
    targets |= {target for x in members for _, _, target in x.service.secrets}
    return tuple(sorted(t for t in targets if not can_mount(t)))


def shortened(name: str, room: int) -> str:
    """A :func:`label` of at most *room* characters, at least 10: a longer one ends with a hash."""
    if len(name) <= room:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: room - 9].strip('-')}-{digest}"


class Held(Data, frozen=True):
    """A secret as a file of the container: ``mode`` in octal digits."""

    name: str
    target: str
    uid: int
    gid: int
    mode: str


def held(member: Member) -> tuple[Held, ...]:
    """Secrets with their owners on the machine; environment files are the container's user's."""
    uid, gid = numeric(member.service.user)
    if gid < 0:
        gid = member.w.run_as.gid if member.w.run_as else 0
    found = []
    for (name, _, target), secret in zip(member.service.secrets, member.w.secrets, strict=True):
        owner, known = secret.owner, _MODE.fullmatch(secret.owner.mode)
        if secret.form == "env":
            found.append(Held(name, target, max(uid, 0), gid, "0400"))
        else:
            mode = f"0{owner.mode[-3:]}" if known else "0400"
            found.append(Held(name, target, owner.uid, owner.gid, mode))
    return tuple(found)


def numeric(user: str) -> tuple[int, int]:
    """(uid, gid) of ``uid:gid`` or ``uid``; -1: not told by number."""
    found = re.fullmatch(r"(\d{1,10})(?::(\d{1,10}))?", user)
    if not found:
        return -1, -1
    return int(found[1]), int(found[2]) if found[2] else -1
