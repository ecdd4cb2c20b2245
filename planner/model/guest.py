"""What the hypervisor says of a virtual machine."""

from __future__ import annotations

from typing import Literal

from planner.model.data import Data

Power = Literal["on", "off", "suspended", ""]


class VirtualDisk(Data, frozen=True):
    """A virtual disk as the hypervisor knows it."""

    name: str
    size: int = -1
    """Bytes; -1: not told."""
    shared: bool = False
    """Another machine may write to it as well: multi-writer, a shared bus, a shareable image."""
    raw: bool = False
    """A device of the storage or of the hypervisor's host, not an image of the hypervisor's."""


class VirtualMachine(Data, frozen=True):
    """A virtual machine as its hypervisor or cloud knows it, whoever told.

    Empty text, zero, and None where a field allows it: not told. An empty tuple: told, and none.
    Free text (annotations, notes, descriptions, user data) and values of tags are never here.
    """

    platform: str
    """vmware, proxmox, libvirt, ec2, hyperv or virtualbox."""
    virtualization: str = ""
    """In the words of ``Host.virtualization``."""
    id: str = ""
    """The platform's own: instance UUID, vmid, instance id."""
    uuid: str = ""
    """That of the firmware, lower case; byte order as the platform writes it."""
    hostname: str = ""
    guest_os: str = ""
    """The system that it was made for, in the platform's words: ``rhel8_64Guest``, ``l26``."""
    os_name: str = ""
    """The system that tools or an agent inside report: ``Ubuntu 22.04.4 LTS``."""
    power: Power = ""
    tools: str = ""
    """State of the tools or agent inside, in the platform's words."""
    cpus: int = 0
    sockets: int = 0
    memory: int = 0
    """Bytes, as configured."""
    cpu_affinity: str = ""
    """Processors of the host that it is bound to: ``0-3,8``; ``none``: told, and not bound."""
    cpu_reservation: int | None = None
    """MHz that are kept for it."""
    memory_reservation: int | None = None
    """Bytes that are kept for it."""
    latency_sensitivity: str = ""
    """VMware: normal, high, ...; what is not normal was asked for by somebody."""
    fault_tolerance: str = ""
    """VMware: notConfigured, running, ..."""
    passthrough: tuple[str, ...] | None = None
    """Devices of the host that are handed to it, as ``pci 0000:3b:00.0``, ``usb 1d6b:0002``."""
    disks: tuple[VirtualDisk, ...] | None = None
    snapshots: int | None = None
    oldest_snapshot: str = ""
    """When it was taken."""
    tpm: bool | None = None
    secure_boot: bool | None = None
    encrypted: bool | None = None
    firmware: str = ""
    """bios or efi."""
    addresses: tuple[str, ...] = ()
    """With prefix length where it is told, without loopback."""
    instance_type: str = ""
    host: str = ""
    cluster: str = ""
    datacenter: str = ""
    """Datacenter, region or zone."""
    folder: str = ""
    tags: tuple[str, ...] = ()
    """Names of tags, sorted; never their values."""
