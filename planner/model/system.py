"""The machine itself: operating system, kernel, processors, memory, devices."""

from __future__ import annotations

from planner.model.data import Data


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
    untold: tuple[str, ...] = ()
    """Those of these fields that the machine did not tell: a rule that asks is not answered."""


class Dmi(Data, frozen=True):
    """What the firmware says it is (SMBIOS, device tree); empty: not told. No serial numbers."""

    vendor: str = ""
    product: str = ""
    version: str = ""
    board_vendor: str = ""
    board: str = ""
    bios_vendor: str = ""
    bios_version: str = ""
    bios_date: str = ""
    chassis_type: int = 0
    """SMBIOS 7.4.1: 1 other (most VMs), 3 desktop, 9 laptop, 17 main server, 23 rack, 28 blade."""
    uuid: str = ""
    """Lower case, as the machine says. Up to SMBIOS 2.5, and in VMware's ``uuid.bios``, the first
    three groups have the opposite byte order: whoever joins compares both (see ``other_uuid``)."""
    other_uuid: str = ""
    """``uuid`` with the bytes of its first three groups reversed."""


class Cloud(Data, frozen=True):
    """Which cloud the machine runs in, told without any network call."""

    name: str = ""
    """aws, azure, gce, openstack, digitalocean, hetzner, ...: the words of cloud-init's
    ``cloud-id``; empty: nothing hints at a cloud."""
    platform: str = ""
    region: str = ""
    zone: str = ""
    instance_id: str = ""
    instance_type: str = ""
    told_by: tuple[str, ...] = ()
    """cloud-init, dmi, hypervisor: whose word it is, the strongest first."""


class Processor(Data, frozen=True):
    """The first processor stands for all. Zero or empty: not told."""

    model: str = ""
    vendor: str = ""
    sockets: int = 0
    cores: int = 0
    """For each socket."""
    threads: int = 0
    """For each core."""
    mhz: int = 0
    """At the moment of the look."""
    mhz_max: int = 0
    flags: tuple[str, ...] = ()
    """As told, sorted: ``avx2``, ``aes``, ``vmx`` on x86; Features on ARM and s390."""
    online: str = ""
    """List in the kernel's form: ``0-3,8``."""
    isolated: str = ""
    nohz_full: str = ""
    governor: str = ""
    kvm: bool = False
    """There is a /dev/kvm: the machine can run virtual machines of its own."""


class NumaNode(Data, frozen=True):
    node: int
    cpus: str = ""
    """List in the kernel's form: ``0-3,8``; empty: memory only."""
    memory: int = 0
    free: int = 0


class HugePagePool(Data, frozen=True):
    """Pages of one size, in bytes; the other figures are numbers of pages."""

    size: int
    total: int = 0
    free: int = 0
    reserved: int = 0
    surplus: int = 0


class HugePages(Data, frozen=True):
    pools: tuple[HugePagePool, ...] = ()
    transparent: str = ""
    """always, madvise or never; empty: the kernel has none."""


class Device(Data, frozen=True):
    """A device that is no disk, network card or terminal of the usual kind."""

    kind: str
    """tpm, serial, usb-serial, gpu, infiniband, fpga, sr-iov, iommu, ptp, rtc, watchdog, ..."""
    name: str
    detail: str = ""


class KernelState(Data, frozen=True):
    version: str = ""
    """As uname -v says: ``#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1``."""
    realtime: bool = False
    """Built with PREEMPT_RT."""
    taint: int = 0
    """Bit mask of /proc/sys/kernel/tainted."""
    taints: tuple[str, ...] = ()
    """The letters that the kernel prints for it, each as ``P: proprietary module``."""


class Locale(Data, frozen=True):
    variables: dict[str, str] = {}
    """LANG, LANGUAGE and LC_* as the machine sets them for everybody."""
    source: str = ""
    """The file that sets them; empty: none does."""
    generated: tuple[str, ...] = ()
    """What ``locale -a`` lists, sorted."""
