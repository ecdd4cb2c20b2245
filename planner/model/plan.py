"""The whole decision, and the files that come of it."""

from __future__ import annotations

from typing import Literal

from planner.model.data import Data
from planner.model.engines import Container
from planner.model.looks import Gone, Look
from planner.model.running import CronJob
from planner.model.security import Account, Group
from planner.model.snapshot import Login, Origin, SnapshotStatus
from planner.model.verdict import HostOutcome, Unmatched, Verdict
from planner.model.workload import Agent, Copy, Workload

PLAN_SCHEMA = 1

Output = Literal["compose", "swarm", "kubernetes", "quadlet", "ecs"]
"""What is written to run the containers with."""


class Dependencies(Data, frozen=True):
    """What the package manager of a language installed for a workload: libraries that no package
    of the distribution owns."""

    language: Literal["python", "node", "ruby", "php"]
    path: str
    """Folder that holds them, on the machine and in the image: an environment, node_modules."""
    packages: tuple[str, ...] = ()
    """``name==version``, as installed."""
    root: str = ""
    """Folder of the application, with its lock file; empty: the names and versions themselves are
    installed."""
    built: bool = False
    """Whether a stage of the Dockerfile installs them; else the image takes them from the
    machine."""
    reason: str = ""
    """Why they are copied, or from what they are installed."""


class Source(Data, frozen=True):
    """A repository that the image's package manager is told of, beside those of its base."""

    path: str
    """Of the entry, in the image."""
    text: tuple[str, ...]
    """Its lines."""
    reason: str
    """Whose packages came from there, and which fact says so."""
    files: tuple[Copy, ...] = ()
    """Public keys and preferences, at the machine's own paths."""
    preferences: tuple[str, ...] = ()
    """Lines of apt's preferences that let only these packages come from it."""
    packages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    """Names that the build has to reach for it."""
    encrypted: bool = False
    """Whether its address takes certificates of authorities."""
    imports: bool = False
    """Whether the package manager asks before it takes the key."""
    adds: tuple[str, ...] = ()
    """Without lines of its own, what the base image has switched off: components of Debian's own
    entries, or repositories of dnf."""


class Image(Data, frozen=True):
    """What a Dockerfile says, as data."""

    base: str
    """``docker.io/library/debian:bookworm-slim``."""
    base_reason: str
    family: str
    """Of the package manager: debian, rhel, suse, alpine; ``busybox``: nothing of a distribution
    is in it but busybox, which a stage of Debian gives."""
    tag: str
    """Local name: ``planner/<host>-<name>:<upstream version, or the day of the look>``."""
    accounts: tuple[Account, ...] = ()
    groups: tuple[Group, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    dependencies: tuple[Dependencies, ...] = ()
    problems: tuple[str, ...] = ()
    """Why it cannot be built from what is known; empty: it can."""
    policy: Literal["faithful", "official"] = "faithful"
    """``official``: the base is the application's own image, whose entrypoint is taken away."""
    starts_as: str = "root"
    """User of the base image."""
    sources: tuple[Source, ...] = ()


Phase = Literal[
    "prepare",
    "build",
    "secrets",
    "rehearse",
    "stop",
    "move",
    "start",
    "check",
    "cutover",
    "backout",
]


class Step(Data, frozen=True):
    """One numbered step of a change. Every command is one line for ``sh``, run by the operator
    where the containers will run, in the plan's folder, with ``ENGINE``, ``COMPOSE`` and ``SSH``
    set as the change says at its top."""

    id: str
    phase: Phase
    title: str
    commands: tuple[str, ...] = ()
    note: str = ""
    seconds: int = -1
    """Expected duration; -1: unknown."""
    downtime: bool = False
    expect: str = ""
    """What tells that it worked; otherwise: stop and go to the backout."""


class WorkloadPlan(Data, frozen=True):
    workload: Workload
    verdict: Verdict
    image: Image | None = None
    together: tuple[str, ...] = ()
    """Ids of what has to move with it, in one pod: they share a socket, files or loopback."""


class Unseen(Data, frozen=True):
    """A fact that is not known, or known only in part."""

    fact: str
    section: str
    reason: str


class HostPlan(Data, frozen=True):
    name: str
    slug: str
    """Name of its folder: lower case, safe, unique in the plan."""
    status: SnapshotStatus
    origin: Origin
    taken_at: str
    outcome: HostOutcome | None = None
    """None: nobody could look, so there is no verdict."""
    why: str = ""
    reason: str = ""
    origin_note: str = ""
    door: str = ""
    collector: str = ""
    address: str = ""
    groups: tuple[str, ...] = ()
    login: Login = Login()
    os: str = ""
    arch: str = ""
    virtualization: str = ""
    cpus: int = -1
    memory: int = -1
    disk_used: int = -1
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    host_entries: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Names that the machine's own /etc/hosts gives to others: (address, names)."""
    timezone: str = ""
    verdict: Verdict | None = None
    """Of the machine alone, by the rules about machines, where it was seen and has no workload."""
    workloads: tuple[WorkloadPlan, ...] = ()
    agents: tuple[Agent, ...] = ()
    containers: tuple[Container, ...] = ()
    """What runs in containers there already: no workload of this plan."""
    leftover_jobs: tuple[CronJob, ...] = ()
    """Cron jobs that belong to no workload."""
    unseen: tuple[Unseen, ...] = ()
    unasked: tuple[str, ...] = ()
    """Facts that only somebody could tell who was not asked: ``guest``, the hypervisor."""
    looks: tuple[Look, ...] = ()
    """Oldest first; ``taken_at`` is the one that the plan starts from."""
    gone: tuple[Gone, ...] = ()
    steps: tuple[Step, ...] = ()
    snapshot_sha256: str = ""


class Plan(Data, frozen=True):
    """The whole decision. Its canonical JSON is hashed as evidence."""

    schema: int
    planner: str
    """Version of the planner."""
    as_of: str
    """What depends on time is judged as of this moment; default: newest snapshot."""
    lifecycle_as_of: str
    rules_sha256: str
    hosts: tuple[HostPlan, ...]
    settings: str = ""
    """Name of the user's file; empty: none was used."""
    settings_sha256: str = ""
    targets: tuple[Output, ...] = ("compose",)
    """Compose files always, and what else was asked for, sorted."""
    unmatched: tuple[Unmatched, ...] = ()


class Artifact(Data, frozen=True):
    """A file to write: path relative to the plan's folder, content, executable or not."""

    path: str
    text: str
    executable: bool = False
