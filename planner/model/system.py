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
