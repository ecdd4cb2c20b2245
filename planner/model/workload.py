"""One service or job of one machine, and what a container of it would need."""

from __future__ import annotations

from typing import Literal

from planner.model.data import Data
from planner.model.running import Listener
from planner.model.security import Account, Group


class Owner(Data, frozen=True):
    """Numeric owner and mode in the image or volume, as on the machine."""

    uid: int = 0
    gid: int = 0
    mode: str = ""


class Copy(Data, frozen=True):
    """A file or tree that the image takes from the machine through ``planner extract``."""

    path: str
    kind: Literal["config", "application", "key"]
    """``key``: a public key of a repository, which the image has before its packages."""
    reason: str
    owner: Owner = Owner()
    exclude: tuple[str, ...] = ()
    """Paths below ``path`` that stay behind: volumes and secrets."""


class Secret(Data, frozen=True):
    """A file that holds secret values: never in an image, streamed from the machine into the
    target's secret store by the operator."""

    path: str
    reason: str
    form: Literal["file", "env"] = "file"
    """``env``: an EnvironmentFile, given to the container as its environment."""
    owner: Owner = Owner()


Consistency = Literal["live", "stop", "base-backup", "none"]


class Volume(Data, frozen=True):
    """A path that outlives the container."""

    name: str
    """Safe for engines: ``[a-z0-9][a-z0-9_.-]*``, unique on the machine."""
    path: str
    kind: Literal["data", "content", "logs", "cache", "upload", "state"]
    reason: str
    target: str = ""
    """Path in the container; empty: the same."""
    owner: Owner = Owner()
    read_only: bool = False
    size: int = -1
    """Bytes; -1: not measured."""
    files: int = -1
    modified: str = ""
    growth: int | None = None
    """Bytes a day over all looks that measured it; None: one look, or not measured."""
    growth_since: str = ""
    """Time of the first look that measured it, where the growth is known."""
    filesystem: str = ""
    """Type and mount point of the file system that holds it: ``ext4 on /``."""
    source: str = ""
    """Device, or ``server:/path`` of another machine's file system, that holds it."""
    options: tuple[str, ...] = ()
    """Of another machine's file system: options of its mount that the target repeats."""
    users: tuple[str, ...] = ()
    """Who else uses the same files: exports of the machine, other workloads, other machines."""
    consistency: Consistency = "stop"
    consistency_reason: str = ""
    live_copy: tuple[str, ...] = ()
    """With ``base-backup``: what root runs on the machine, while the service runs, to get a
    consistent tar of the path on standard output."""
    backup: str = ""
    """How it is saved once it is a volume, where the application has a way of its own."""
    excluded: tuple[str, ...] = ()
    """Mount points of network and kernel file systems below ``path``: never read, not copied."""
    uids: tuple[tuple[int, int], ...] = ()
    """Users whose number in the image is another: (on the machine, in the image)."""
    gids: tuple[tuple[int, int], ...] = ()


class EnvVar(Data, frozen=True):
    name: str
    value: str = ""
    """A literal of the unit file. Empty with ``secret``."""
    secret: bool = False
    source: str = ""


class Directory(Data, frozen=True):
    """A directory that must exist before the program starts."""

    path: str
    owner: Owner
    reason: str
    tmpfs: bool = False


class Job(Data, frozen=True):
    """A scheduled command that belongs to a workload."""

    name: str
    schedule: str
    """Five cron fields, ``@daily`` and the like, or systemd's OnCalendar text."""
    command: tuple[str, ...]
    user: str
    source: str
    timezone: str = ""


class Directive(Data, frozen=True):
    """What became of one directive of the unit file."""

    name: str
    value: str
    fate: Literal["carried", "replaced", "lost"]
    how: str
    """Where it went, what replaces it, or what losing it means."""


class Peer(Data, frozen=True):
    """Somebody this workload speaks to."""

    address: str
    port: int
    names: tuple[str, ...] = ()
    """Names for the address in the machine's own /etc/hosts."""
    host: str = ""
    """Inventory name of the machine that has this address, if it is one of the fleet."""
    workload: str = ""
    """Id of the workload that listens there."""
    seen: bool = True
    """False: named in configuration, no connection at the time of the look."""
    last_seen: str = ""
    """The look that saw the connection, where it was not the newest."""


class Client(Data, frozen=True):
    """A workload of the fleet that was seen to speak to this one, or is configured to."""

    workload: str
    kind: str
    traits: tuple[str, ...] = ()


class Coupling(Data, frozen=True):
    """A tie between two workloads of one machine that a separation must keep."""

    workload: str
    kind: Literal["loopback", "socket", "file", "user", "unit"]
    detail: str
    """``127.0.0.1:6379``, a path, a user or a unit name."""


class Adaptation(Data, frozen=True):
    """Something that is done differently in the container than on the machine, and why."""

    id: Literal[
        "foreground",
        "user",
        "port",
        "loopback",
        "logs",
        "pid-file",
        "secret-file",
        "environment-file",
        "init",
        "bind",
        "other",
    ]
    what: str
    why: str


class Health(Data, frozen=True):
    """A check of the service that uses only what the image has."""

    command: tuple[str, ...]
    what: str
    start_period: int = 30


class Pin(Data, frozen=True):
    """A package of the image: exact version on the machine, and the pin for apt or rpm."""

    name: str
    version: str
    pin: str
    """``nginx=1.22.*``: same upstream version, with the distribution's security fixes."""
    reason: str
    origin: str = ""
    beside: bool = False
    """What goes along with the program (time zones, libraries that a program of nobody's has
    loaded); the program itself is not in it."""


class Admission(Data, frozen=True):
    """A line of an access list that lets clients in by their address: ``before`` + ``address`` +
    ``after``. Containers come from other addresses than the machines did."""

    path: str
    before: str
    address: str
    after: str = ""


class Workload(Data, frozen=True):
    """One service or job of one machine, with what a container of it would need.

    What a detector returns. ``id`` is ``<host>/<name>``.
    """

    id: str
    host: str
    name: str
    kind: str
    """nginx, postgresql, redis, python, openvpn, ..., or ``service`` for any other."""
    title: str
    state: Literal["running", "stopped", "failed", "unknown"]
    """``unknown``: an init script, of which no process was told apart."""
    traits: tuple[str, ...] = ()
    """From the detector, for rules: ``kernel-service``, ``database``, ``web``, ``stateless``, ...;
    those of planner/service/catalogue/workloads.yaml."""
    unit: str = ""
    enabled: str = ""
    user: Account | None = None
    """None: not known."""
    groups: tuple[Group, ...] = ()
    """Primary and supplementary groups of ``user``."""
    accounts: tuple[Account, ...] = ()
    """Others that its configuration or its files go by, so that the image has to know them."""
    pids: tuple[int, ...] = ()
    argv: tuple[str, ...] = ()
    """Of the main process, as on the machine."""
    exe: str = ""
    version: str = ""
    """Upstream version; empty: unknown."""
    packages: tuple[Pin, ...] = ()
    listeners: tuple[Listener, ...] = ()
    peers: tuple[Peer, ...] = ()
    clients: tuple[Client, ...] = ()
    couplings: tuple[Coupling, ...] = ()
    siblings: tuple[str, ...] = ()
    """Ids of the same workload on other machines of the same role: same name, kind and ports, in
    a group that both are in and not every machine is."""
    drift: tuple[str, ...] = ()
    """How it differs from its siblings, one sentence each."""
    command: tuple[str, ...] = ()
    """In the foreground, exec form; empty: no safe command could be derived."""
    workdir: str = ""
    run_as: Account | None = None
    """User of the container; None: root, with the reason among the adaptations."""
    environment: tuple[EnvVar, ...] = ()
    copies: tuple[Copy, ...] = ()
    secrets: tuple[Secret, ...] = ()
    volumes: tuple[Volume, ...] = ()
    directories: tuple[Directory, ...] = ()
    log_links: tuple[tuple[str, str], ...] = ()
    """(path, ``/dev/stdout`` or ``/dev/stderr``)."""
    links: tuple[tuple[str, str], ...] = ()
    """Symbolic links that the image makes, (path, target as on the machine): what lies behind
    them is among the copies."""
    locales: tuple[str, ...] = ()
    """Locales that the image makes, as ``en_US.UTF-8``; C, POSIX and C.UTF-8 need nothing."""
    touch: tuple[Directory, ...] = ()
    """Empty files that must exist, owned so that the program can write them (PID files)."""
    unread: tuple[str, ...] = ()
    """Files of its settings that are there and whose text is not known, whole or in part."""
    removals: tuple[str, ...] = ()
    """What installing the packages makes and the image must not keep (a snake-oil key)."""
    preparations: tuple[str, ...] = ()
    """Names of build steps known to the Dockerfile template that come before the packages:
    ``no-postgresql-cluster``, ``no-mysql-data``."""
    stop_signal: str = "SIGTERM"
    restart: Literal["no", "on-failure", "always"] = "no"
    needs_init: bool = False
    """Whether the program leaves children to reap to PID 1."""
    static: bool = False
    """Its program needs no library and starts no other program: the image needs no distribution."""
    sysctls: tuple[tuple[str, str], ...] = ()
    capabilities: tuple[str, ...] = ()
    """Of root beyond those that every daemon needs to change its user (``SYS_CHROOT``)."""
    health: Health | None = None
    speaks: tuple[tuple[int, str], ...] = ()
    """(TCP port, protocol) as its settings tell: ``http``, ``https``, ``tls`` for any other behind
    TLS, a name of planner.questions.talks, or ``none`` where no client is to speak: Tomcat's
    shutdown port, what servers say to each other."""
    sites: tuple[str, ...] = ()
    """Names that a web server tells apart (virtual hosts), safe as host names."""
    census: str = ""
    """Script for ``sh``, run as the service's user on either side, that prints what the data
    holds: the same before and after a move. Empty: none is known."""
    started_by: tuple[str, ...] = ()
    """Units that start this one: sockets and paths."""
    jobs: tuple[Job, ...] = ()
    admissions: tuple[Admission, ...] = ()
    directives: tuple[Directive, ...] = ()
    adaptations: tuple[Adaptation, ...] = ()
    resources: dict[str, int] = {}
    """``memory``: resident bytes of all its processes at the look, the highest where there were
    several; ``memory_peak``: the sum of the highest that each process ever had; ``cpu_milli``:
    thousandths of a processor, on average since its oldest process started."""
    unknowns: tuple[str, ...] = ()
    """What could not be found out about this workload, one sentence each."""


class Agent(Data, frozen=True):
    """A host agent (monitoring, backup, hypervisor tools): no workload of its own."""

    name: str
    unit: str
    purpose: str
    fate: Literal["dropped", "sidecar", "host"] = "host"
    """Where the workloads become containers: ``dropped``, it only made sense in a virtual machine;
    ``sidecar``, it reads an application's own logs or metrics; ``host``, the container host runs
    one for all."""
