"""Everything known of one machine."""

from __future__ import annotations

from planner.model.data import Data, Fact
from planner.model.engines import Engines
from planner.model.guest import VirtualMachine
from planner.model.logins import DirectoryMembership, Logins
from planner.model.running import (
    AtJob,
    Boot,
    Connection,
    CronJob,
    Environment,
    InetdService,
    Listener,
    MappedFile,
    OpenFile,
    Process,
    SpecialSockets,
    Unit,
    UnixSocket,
    UserUnit,
)
from planner.model.security import Account, Audit, Confinement, Firewall, Group
from planner.model.snapshot import Login, Origin, SnapshotStatus
from planner.model.software import (
    Application,
    Certificate,
    ConfigFile,
    Package,
    PathInfo,
    Program,
    Python,
    Repository,
    Runtime,
    TextFile,
)
from planner.model.storage import (
    BlockDevice,
    DirSize,
    Export,
    Inodes,
    Mount,
    Space,
    Swap,
)
from planner.model.system import (
    OS,
    Cloud,
    Device,
    Dmi,
    HugePages,
    Kernel,
    KernelState,
    Locale,
    Memory,
    Module,
    NumaNode,
    PciDevice,
    Processor,
    UsbDevice,
)
from planner.model.usage import DayUse, Load
from planner.model.windows import Windows


class Host(Data, frozen=True):
    """Everything known of one machine. A field that was not seen says why, never nothing."""

    name: str
    status: SnapshotStatus
    taken_at: str
    machine_id: Fact[str]
    hostname: Fact[str]
    clock: Fact[str]
    """The machine's own time at the look, ISO 8601 UTC: what its processes' starts compare with."""
    os: Fact[OS]
    kernel: Fact[Kernel]
    kernel_state: Fact[KernelState]
    kernel_cmdline: Fact[tuple[str, ...]]
    sysctl: Fact[dict[str, str]]
    """Live kernel parameters: ``vm.max_map_count`` -> ``65530``; of several words, with one blank
    between. Those that the kernel does not have are not there."""
    virtualization: Fact[str]
    container: Fact[str]
    """What the machine itself is a container of, in systemd's words: docker, podman, lxc, openvz,
    systemd-nspawn, wsl, container-other; ``none``."""
    dmi: Fact[Dmi]
    cloud: Fact[Cloud]
    init: Fact[str]
    """systemd, sysvinit, upstart, openrc, busybox, other."""
    cpus: Fact[int]
    processor: Fact[Processor]
    memory: Fact[Memory]
    numa: Fact[tuple[NumaNode, ...]]
    huge_pages: Fact[HugePages]
    pci: Fact[tuple[PciDevice, ...]]
    usb: Fact[tuple[UsbDevice, ...]]
    devices: Fact[tuple[Device, ...]]
    modules: Fact[tuple[Module, ...]]
    mounts: Fact[tuple[Mount, ...]]
    space: Fact[tuple[Space, ...]]
    inodes: Fact[tuple[Inodes, ...]]
    block_devices: Fact[tuple[BlockDevice, ...]]
    swap: Fact[tuple[Swap, ...]]
    exports: Fact[tuple[Export, ...]]
    addresses: Fact[tuple[str, ...]]
    """Addresses with prefix length, without loopback: ``10.0.0.5/24``."""
    host_entries: Fact[tuple[tuple[str, tuple[str, ...]], ...]]
    """Lines of /etc/hosts other than the usual ones for itself: (address, names)."""
    accounts: Fact[tuple[Account, ...]]
    user_groups: Fact[tuple[Group, ...]]
    processes: Fact[tuple[Process, ...]]
    environments: Fact[tuple[Environment, ...]]
    open_files: Fact[tuple[OpenFile, ...]]
    open_devices: Fact[tuple[OpenFile, ...]]
    """Devices that are held open for reading only, of hugetlbfs too."""
    mapped: Fact[tuple[MappedFile, ...]]
    listeners: Fact[tuple[Listener, ...]]
    connections: Fact[tuple[Connection, ...]]
    """TCP alone."""
    udp_connections: Fact[tuple[Connection, ...]]
    unix_sockets: Fact[tuple[UnixSocket, ...]]
    special_sockets: Fact[SpecialSockets]
    units: Fact[tuple[Unit, ...]]
    cron: Fact[tuple[CronJob, ...]]
    at_jobs: Fact[tuple[AtJob, ...]]
    user_units: Fact[tuple[UserUnit, ...]]
    inetd: Fact[tuple[InetdService, ...]]
    boot: Fact[Boot]
    """Of inits other than systemd; empty where systemd runs."""
    init_texts: Fact[dict[str, TextFile]]
    """Init scripts that are enabled, jobs of upstart, run files of supervisors, rc.conf."""
    packages: Fact[tuple[Package, ...]]
    repositories: Fact[tuple[Repository, ...]]
    unowned: Fact[tuple[Program, ...]]
    """Programs that no package owns, where programs lie and among those that run."""
    altered: Fact[dict[str, str]]
    """Running programs that are not as their package shipped them: path -> package."""
    owners: Fact[dict[str, str]]
    """Owning package of programs and libraries in use, of unit files and of configuration
    folders; a path that was asked for and has no owner maps to the empty string."""
    config_files: Fact[tuple[ConfigFile, ...]]
    files: Fact[dict[str, TextFile]]
    paths: Fact[dict[str, PathInfo]]
    sizes: Fact[dict[str, DirSize]]
    virtualenvs: Fact[tuple[Python, ...]]
    runtimes: Fact[tuple[Runtime, ...]]
    applications: Fact[tuple[Application, ...]]
    certificates: Fact[tuple[Certificate, ...]]
    fips: Fact[bool]
    selinux: Fact[str]
    """enforcing, permissive, disabled or absent."""
    confinement: Fact[Confinement]
    audit: Fact[Audit]
    firewall: Fact[Firewall]
    directory: Fact[DirectoryMembership]
    logins: Fact[Logins]
    load: Fact[Load]
    history: Fact[tuple[DayUse, ...]]
    """Days that sysstat kept."""
    engines: Fact[Engines]
    timezone: Fact[str]
    locale: Fact[Locale]
    guest: Fact[VirtualMachine]
    """What the hypervisor says of it, by an inventory plugin or an import."""
    windows: Windows | None = None
    """None: another system, or nobody looked."""
    reason: str = ""
    origin: Origin = "captured"
    origin_note: str = ""
    door: str = ""
    collector: str = ""
    address: str = ""
    groups: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    login: Login = Login()
