"""Everything known of one machine."""

from __future__ import annotations

from planner.model.data import Data, Fact
from planner.model.running import (
    Connection,
    CronJob,
    Environment,
    Listener,
    OpenFile,
    Process,
    Unit,
)
from planner.model.security import Account, Group
from planner.model.snapshot import Login, Origin, SnapshotStatus
from planner.model.software import ConfigFile, Package, PathInfo, Python, TextFile
from planner.model.storage import DirSize, Mount, Space
from planner.model.system import OS, Kernel, Memory, Module, PciDevice, UsbDevice


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
