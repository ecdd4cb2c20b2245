"""The data that passes between the stages: frozen, typed, without behaviour.

Sizes are in bytes, durations in seconds, ids numeric as on the machine, times ISO 8601 in UTC
(``2026-01-31T12:00:00Z``). Tuples keep the order in which the machine told them only where
that order means something; otherwise the producer sorts.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import msgspec

T = TypeVar("T")

SNAPSHOT_SCHEMA = 1
PLAN_SCHEMA = 1


class Data(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of all data: immutable, compared by value, absent fields take their default."""


# --- snapshot: what one look at a machine brought back -------------------------------------

SectionState = Literal["ok", "partial", "missing"]


class Section(Data, frozen=True):
    """One section of a snapshot, as the machine said it.

    ``ok``: complete (``text`` may be empty: looked, nothing there). ``partial``: ``text`` holds a
    part, ``reason`` says what lacks ("not root: only own processes", "cut at 262144 bytes").
    ``missing``: could not look, ``reason`` says why.
    """

    state: SectionState
    text: str = ""
    reason: str = ""
    exit: int = 0
    ms: int = 0


class Login(Data, frozen=True):
    """How the machine was reached."""

    user: str = ""
    """The login itself, before sudo or the like."""
    port: int = 0
    """Of SSH, where the inventory names one; 0: the usual."""
    uid: int = -1
    """Whom the collector ran as."""
    root: bool = False
    """Whether the collector ran with uid 0, directly or through become."""


SnapshotStatus = Literal["seen", "unreachable", "failed"]
Origin = Literal["captured", "constructed"]


class Snapshot(Data, frozen=True):
    """One look at one machine. ``failed``: reached, but the collector gave nothing usable."""

    schema: int
    host: str
    status: SnapshotStatus
    taken_at: str
    origin: Origin
    origin_note: str = ""
    """For a constructed snapshot: after which documentation it was written."""
    reason: str = ""
    door: str = "ansible"
    collector: str = ""
    address: str = ""
    groups: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    """Inventory variables on the allow-list, as text."""
    login: Login = Login()
    sections: dict[str, Section] = {}


# --- facts ----------------------------------------------------------------------------------


class Fact(Data, Generic[T], frozen=True):
    """A value together with the section it came from, or the reason why it is not known.

    Exactly one of three: known (``unknown`` and ``partial`` empty), known in part (``partial``
    says what lacks), unknown (``value`` is None and ``unknown`` says why).
    """

    section: str
    value: T | None = None
    unknown: str = ""
    partial: str = ""


class OS(Data, frozen=True):
    """From os-release; ``family`` is debian, rhel, suse, alpine, arch, bsd, windows or other."""

    id: str
    version: str = ""
    codename: str = ""
    name: str = ""
    family: str = "other"
    system: str = "linux"
    """linux, freebsd, windows, ...: the kernel's family."""


class Kernel(Data, frozen=True):
    release: str
    arch: str
    """As uname -m says: x86_64, aarch64, i686, ..."""


class Memory(Data, frozen=True):
    total: int
    available: int = 0


class Mount(Data, frozen=True):
    path: str
    source: str
    type: str
    options: tuple[str, ...] = ()


class Space(Data, frozen=True):
    """A mounted local file system, from df."""

    path: str
    size: int
    used: int


class Account(Data, frozen=True):
    name: str
    uid: int
    gid: int
    home: str = ""
    shell: str = ""


class Group(Data, frozen=True):
    name: str
    gid: int
    members: tuple[str, ...] = ()


class Process(Data, frozen=True):
    """From /proc. Empty ``exe`` or ``cwd``: the login was not allowed to read it."""

    pid: int
    ppid: int
    uid: int
    gid: int
    argv: tuple[str, ...] = ()
    """Secrets in arguments arrive masked, as ``***``."""
    comm: str = ""
    exe: str = ""
    cwd: str = ""
    unit: str = ""
    """systemd unit by cgroup: ``nginx.service``; empty for kernel threads and sessions."""
    rss: int = 0
    caps: str = ""
    """Effective capabilities as the hexadecimal mask of /proc/PID/status."""


class OpenFile(Data, frozen=True):
    """A regular file or device that a process holds open for writing."""

    pid: int
    path: str


class Environment(Data, frozen=True):
    """Names of the variables in a process's environment; values never leave the machine."""

    pid: int
    names: tuple[str, ...]


class Listener(Data, frozen=True):
    protocol: Literal["tcp", "udp", "sctp", "dccp"]
    address: str
    """As bound: ``0.0.0.0``, ``::``, ``127.0.0.1``, ``10.0.0.5``; ``*`` means every address of
    both families."""
    port: int
    pids: tuple[int, ...] = ()
    """Empty: the login was not allowed to see whose socket it is, or it is the kernel's."""


class Connection(Data, frozen=True):
    """An established TCP connection, seen from this machine."""

    local_address: str
    local_port: int
    peer_address: str
    peer_port: int
    pids: tuple[int, ...] = ()


class Unit(Data, frozen=True):
    """A service, socket, timer or other unit: systemd's properties and its text with drop-ins."""

    name: str
    load: str = ""
    active: str = ""
    sub: str = ""
    enabled: str = ""
    """As ``systemctl list-unit-files`` says: enabled, disabled, static, masked, generated, ..."""
    main_pid: int = 0
    properties: dict[str, str] = {}
    path: str = ""
    """Fragment file; empty for generated or transient units without one."""
    directives: tuple[tuple[str, str, str], ...] = ()
    """(section, name, value) in file order, drop-ins applied last; an empty value resets."""


class CronJob(Data, frozen=True):
    """One line of a crontab. ``schedule`` has five fields or is ``@daily`` and the like."""

    source: str
    user: str
    schedule: str
    command: str
    timezone: str = ""
    """Of the line, by CRON_TZ before it; empty: the machine's."""


class Package(Data, frozen=True):
    name: str
    version: str
    arch: str = ""
    origin: str = ""
    """Where it came from ("Debian", a vendor, empty: unknown or installed by hand)."""
    source: str = ""
    manual: bool | None = None
    """Whether somebody asked for it, as opposed to a dependency; None: not told."""


class ConfigFile(Data, frozen=True):
    """A file under /etc or another configuration folder that is not as the package shipped it."""

    path: str
    state: Literal["changed", "unowned", "deleted"]
    package: str = ""
    """Owner of a changed or deleted conffile."""
    mode: str = ""
    uid: int = 0
    gid: int = 0
    size: int = 0
    link: str = ""
    """Target, if it is a symbolic link."""


class TextFile(Data, frozen=True):
    """Text of a configuration file that the collector carried."""

    path: str
    text: str
    mode: str = ""
    uid: int = 0
    gid: int = 0
    masked: int = 0
    """How many secrets were replaced by ``***`` before the text left the machine."""
    truncated: bool = False


class PathInfo(Data, frozen=True):
    """Metadata of one path that a service uses (file or directory)."""

    path: str
    type: Literal["file", "dir", "link", "socket", "fifo", "device", "other"]
    mode: str
    uid: int
    gid: int
    size: int = 0
    link: str = ""
    modified: str = ""


class DirSize(Data, frozen=True):
    """A directory measured on one file system within a time limit."""

    path: str
    bytes: int
    files: int = -1
    """-1: not counted."""
    modified: str = ""


class PciDevice(Data, frozen=True):
    slot: str
    class_code: str
    """Six hexadecimal digits without 0x: ``030000`` is a VGA controller."""
    vendor: str
    device: str
    driver: str = ""


class UsbDevice(Data, frozen=True):
    vendor: str
    product: str
    name: str = ""


class Module(Data, frozen=True):
    name: str
    out_of_tree: bool = False
    proprietary: bool = False


class Python(Data, frozen=True):
    """A virtual environment: the folder with its pyvenv.cfg."""

    path: str
    version: str = ""
    base: str = ""
    """Folder of the interpreter that it was made from (``home`` in pyvenv.cfg)."""
    packages: tuple[str, ...] = ()
    """``name==version``, sorted."""


class Host(Data, frozen=True):
    """Everything known of one machine. A field that was not seen says why, never nothing."""

    name: str
    status: SnapshotStatus
    taken_at: str
    machine_id: Fact[str]
    hostname: Fact[str]
    os: Fact[OS]
    kernel: Fact[Kernel]
    kernel_cmdline: Fact[tuple[str, ...]]
    virtualization: Fact[str]
    init: Fact[str]
    """systemd, sysvinit, upstart, openrc, busybox, other."""
    cpus: Fact[int]
    memory: Fact[Memory]
    pci: Fact[tuple[PciDevice, ...]]
    usb: Fact[tuple[UsbDevice, ...]]
    modules: Fact[tuple[Module, ...]]
    mounts: Fact[tuple[Mount, ...]]
    space: Fact[tuple[Space, ...]]
    addresses: Fact[tuple[str, ...]]
    """Addresses with prefix length, without loopback: ``10.0.0.5/24``."""
    host_entries: Fact[tuple[tuple[str, tuple[str, ...]], ...]]
    """Lines of /etc/hosts other than the usual ones for itself: (address, names)."""
    accounts: Fact[tuple[Account, ...]]
    user_groups: Fact[tuple[Group, ...]]
    processes: Fact[tuple[Process, ...]]
    environments: Fact[tuple[Environment, ...]]
    open_files: Fact[tuple[OpenFile, ...]]
    listeners: Fact[tuple[Listener, ...]]
    connections: Fact[tuple[Connection, ...]]
    units: Fact[tuple[Unit, ...]]
    cron: Fact[tuple[CronJob, ...]]
    packages: Fact[tuple[Package, ...]]
    owners: Fact[dict[str, str]]
    """Owning package of programs and libraries in use, of unit files and of configuration
    folders; a path that was asked for and has no owner maps to the empty string."""
    config_files: Fact[tuple[ConfigFile, ...]]
    files: Fact[dict[str, TextFile]]
    paths: Fact[dict[str, PathInfo]]
    sizes: Fact[dict[str, DirSize]]
    virtualenvs: Fact[tuple[Python, ...]]
    fips: Fact[bool]
    selinux: Fact[str]
    """enforcing, permissive, disabled or absent."""
    timezone: Fact[str]
    reason: str = ""
    origin: Origin = "captured"
    origin_note: str = ""
    door: str = ""
    collector: str = ""
    address: str = ""
    groups: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    login: Login = Login()


# --- workloads --------------------------------------------------------------------------------


class Owner(Data, frozen=True):
    """Numeric owner and mode in the image or volume, as on the machine."""

    uid: int = 0
    gid: int = 0
    mode: str = ""


class Copy(Data, frozen=True):
    """A file or tree that the image takes from the machine through ``planner extract``."""

    path: str
    kind: Literal["config", "application"]
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
    filesystem: str = ""
    """Type and mount point of the file system that holds it: ``ext4 on /``."""
    consistency: Consistency = "stop"
    consistency_reason: str = ""
    live_copy: tuple[str, ...] = ()
    """With ``base-backup``: what root runs on the machine, while the service runs, to get a
    consistent tar of the path on standard output."""
    excluded: tuple[str, ...] = ()
    """Mount points of network and kernel file systems below ``path``: never read, not copied."""


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
    """From the detector, for rules: ``kernel-service``, ``database``, ``web``, ``stateless``,
    ``ci``, ``broker``, ``cache``, ``batch``, ..."""
    unit: str = ""
    enabled: str = ""
    user: Account | None = None
    """None: not known."""
    groups: tuple[Group, ...] = ()
    """Primary and supplementary groups of ``user``."""
    pids: tuple[int, ...] = ()
    argv: tuple[str, ...] = ()
    """Of the main process, as on the machine."""
    exe: str = ""
    version: str = ""
    """Upstream version; empty: unknown."""
    packages: tuple[Pin, ...] = ()
    listeners: tuple[Listener, ...] = ()
    peers: tuple[Peer, ...] = ()
    couplings: tuple[Coupling, ...] = ()
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
    removals: tuple[str, ...] = ()
    """What installing the packages makes and the image must not keep (a snake-oil key)."""
    preparations: tuple[str, ...] = ()
    """Names of build steps known to the Dockerfile template that come before the packages:
    ``no-postgresql-cluster``."""
    stop_signal: str = "SIGTERM"
    restart: Literal["no", "on-failure", "always"] = "no"
    needs_init: bool = False
    """Whether the program leaves children to reap to PID 1."""
    sysctls: tuple[tuple[str, str], ...] = ()
    health: Health | None = None
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
    """``memory``: resident bytes of all its processes at the look."""
    unknowns: tuple[str, ...] = ()
    """What could not be found out about this workload, one sentence each."""


class Agent(Data, frozen=True):
    """A host agent (monitoring, backup, hypervisor tools): stays with the machine."""

    name: str
    unit: str
    purpose: str


# --- judgement --------------------------------------------------------------------------------

Effect = Literal["affinity", "note", "adapt", "block"]
Outcome = Literal["container", "container-with-changes", "stay-vm", "insufficient-data"]
HostOutcome = Literal["move", "split", "stay", "insufficient-data", "empty"]


class Evidence(Data, frozen=True):
    """The fact behind a finding: where it came from and its value, shortened."""

    fact: str
    section: str
    value: str


class Finding(Data, frozen=True):
    """A rule that fired, or one that could not be checked (``unchecked`` says why)."""

    rule: str
    title: str
    axis: str
    effect: Effect
    message: str
    remediation: str
    guidance: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    unchecked: str = ""
    alternative: str = ""
    """A middle way, where it is better than yes or no."""


class Verdict(Data, frozen=True):
    outcome: Outcome
    leaning: Outcome | None = None
    """For insufficient data: what the known facts alone would say."""
    why: str = ""
    """One sentence."""
    findings: tuple[Finding, ...] = ()
    """Those that fired, worst first, then by rule id."""
    unchecked: tuple[Finding, ...] = ()
    looks: tuple[str, ...] = ()
    """What would settle the unchecked ones."""


# --- plan ---------------------------------------------------------------------------------------


class Image(Data, frozen=True):
    """What a Dockerfile says, as data."""

    base: str
    """``docker.io/library/debian:bookworm-slim``."""
    base_reason: str
    family: str
    """Of the package manager: debian, rhel, suse, alpine."""
    tag: str
    """Local name: ``planner/<host>-<name>:<upstream version, or the day of the look>``."""
    accounts: tuple[Account, ...] = ()
    groups: tuple[Group, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
    """Why it cannot be built from what is known; empty: it can."""


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


class Unseen(Data, frozen=True):
    """A fact that is not known, or known only in part."""

    fact: str
    section: str
    reason: str
    consequence: str = ""


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
    leftover_jobs: tuple[CronJob, ...] = ()
    """Cron jobs that belong to no workload."""
    unseen: tuple[Unseen, ...] = ()
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


class Artifact(Data, frozen=True):
    """A file to write: path relative to the plan's folder, content, executable or not."""

    path: str
    text: str
    executable: bool = False
