"""What runs: processes, sockets, units and scheduled jobs."""

from __future__ import annotations

from typing import Literal

from planner.model.data import Data


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
    replaced: bool = False
    """The program's file was deleted or replaced since the process started."""
    stuck: bool = False
    """It waits in the kernel and does not come back: arguments and files could not be read."""
    cgroup: str = ""
    """As the kernel names it: that of systemd, else the first that is not the root's; tells
    containers (``/docker/<id>``, ``/kubepods/...``, ``/machine.slice/libpod-<id>.scope``)."""
    state: str = ""
    """Letter of /proc/PID/stat: S, R, D, Z, T, I, ..."""
    started: str = ""
    """ISO 8601 UTC."""
    cpu: float | None = None
    """Seconds of CPU time so far, of user and kernel, without children."""
    threads: int = 0
    nice: int = 0
    policy: str = ""
    """Of scheduling: other, fifo, rr, batch, idle, deadline."""
    priority: int = 0
    """Of real time, 1 to 99; 0: none."""
    cpus: str = ""
    """List of CPUs that it may use (``0-3,8``), where that is not what process 1 may use."""
    peak: int = 0
    """Most bytes that were resident."""
    swap: int | None = None
    locked: int = 0
    huge: int = 0
    """Bytes of huge pages, of hugetlbfs alone."""
    groups: tuple[int, ...] = ()
    """Supplementary groups."""
    caps_permitted: str = ""
    caps_bounding: str = ""
    caps_ambient: str = ""
    no_new_privileges: bool | None = None
    seccomp: int | None = None
    """0: none, 1: strict, 2: filter."""
    limits: dict[str, tuple[int, int]] = {}
    """Soft and hard limit, -1 for none: nofile, nproc (numbers), memlock, core, stack, as, fsize,
    data, msgqueue (bytes), rtprio, nice."""
    namespaces: dict[str, int] = {}
    """Kind (mnt, net, pid, user) -> inode, where it is not that of process 1; told to root only."""
    untold: tuple[str, ...] = ()
    """Fields of these that the machine did not tell, as an old kernel or another system: they hold
    what stands for nothing, and a rule that asks for one is not answered."""


class MappedFile(Data, frozen=True):
    """A library, an archive of Java, or a file that is deleted or written to through memory."""

    path: str
    pids: tuple[int, ...]
    deleted: bool = False
    """No longer there under this name: its processes want a restart."""
    written: bool = False
    """Mapped shared and writable: data, or a device."""


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
    """An established TCP connection or a UDP socket with a fixed peer, seen from this machine."""

    local_address: str
    local_port: int
    peer_address: str
    peer_port: int
    pids: tuple[int, ...] = ()
    protocol: Literal["tcp", "udp", "sctp", "dccp"] = "tcp"


class SpecialSocket(Data, frozen=True):
    """A socket of another protocol than TCP and UDP, or below them."""

    kind: Literal["raw", "packet", "sctp"]
    protocol: int
    """raw: number of the IP protocol (1 ICMP, 47 GRE, 112 VRRP); packet: EtherType, 3 for every
    frame; sctp: the port."""
    pids: tuple[int, ...] = ()
    """Empty: the login was not allowed to see whose socket it is, or it is the kernel's."""


class MulticastGroup(Data, frozen=True):
    interface: str
    address: str


class SpecialSockets(Data, frozen=True):
    sockets: tuple[SpecialSocket, ...] = ()
    groups: tuple[MulticastGroup, ...] = ()
    """Groups that the machine listens to, by any of its processes; without those of every host."""


class UnixSocket(Data, frozen=True):
    """A socket on this machine alone that has a name: who answers there, and who speaks to it."""

    path: str
    """``@name`` where it is no file (abstract)."""
    kind: Literal["stream", "dgram", "seqpacket"]
    pids: tuple[int, ...] = ()
    """Who holds it open for those that come; process 1 is one of them where systemd made it."""
    peers: tuple[int, ...] = ()
    """Who is connected to it now, others than ``pids``."""


class Unit(Data, frozen=True):
    """A service, socket, timer or other unit: systemd's properties and its text with drop-ins."""

    name: str
    load: str = ""
    active: str = ""
    sub: str = ""
    enabled: str = ""
    """As ``systemctl list-unit-files`` says: enabled, disabled, static, masked, generated, ..."""
    main_pid: int = 0
    startup: float | None = None
    """Seconds from its last start until systemd took it for started. Of ``Type=simple`` and
    ``exec`` that is only until the program was started, not until it worked."""
    properties: dict[str, str] = {}
    """As ``systemctl show`` says; those that are empty, without limit or the manager's own default
    are left out. Of other inits: Id, SourcePath, Init, Runlevels, PIDFile, ..."""
    path: str = ""
    """Fragment file; empty for generated or transient units without one."""
    directives: tuple[tuple[str, str, str], ...] = ()
    """(section, name, value) in file order, drop-ins applied last; an empty value resets."""


class InetdService(Data, frozen=True):
    """What inetd or xinetd start when somebody comes."""

    name: str
    source: str
    disabled: bool = False
    kind: str = ""
    """stream, dgram, ..."""
    protocol: str = ""
    port: int = 0
    """0: the usual one of its name."""
    user: str = ""
    command: tuple[str, ...] = ()
    """Program and arguments; empty or ``internal``: the daemon answers itself."""
    address: str = ""


class AtJob(Data, frozen=True):
    """A job that waits for ``at`` or ``batch``; its text stays on the machine."""

    path: str
    uid: int
    at: str
    """ISO 8601 UTC."""
    queue: str


class UserUnit(Data, frozen=True):
    """A unit of a user whose systemd runs without a login; empty name: the user lingers without
    units of its own.
    """

    user: str
    name: str = ""
    enabled: bool = False


class Boot(Data, frozen=True):
    """What another init than systemd says of itself."""

    runlevel: str = ""
    """As it is now; ``default`` of OpenRC."""
    default: str = ""
    """Of /etc/inittab."""
    inittab: tuple[tuple[str, str, str, str], ...] = ()
    """Other lines: id, runlevels, action, command."""


class CronJob(Data, frozen=True):
    """One line of a crontab. ``schedule`` has five fields or is ``@daily`` and the like."""

    source: str
    user: str
    schedule: str
    command: str
    timezone: str = ""
    """Of the line, by CRON_TZ before it; empty: the machine's."""
    environment: tuple[tuple[str, str], ...] = ()
    """Variables that its crontab sets before the line, with SHELL, PATH and MAILTO; of secrets the
    value is ``***``."""
