"""File systems, block devices, and how much lies in which folder."""

from __future__ import annotations

from typing import Literal

from planner.model.data import Data


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


class DirSize(Data, frozen=True):
    """A directory measured on one file system within a time limit."""

    path: str
    bytes: int
    files: int = -1
    """-1: not counted."""
    modified: str = ""


class Inodes(Data, frozen=True):
    """A mounted local file system, from df -i. Total 0: it has no fixed number of them."""

    path: str
    total: int
    used: int


class Swap(Data, frozen=True):
    path: str
    type: str
    """partition or file."""
    size: int
    used: int
    priority: int = 0


class BlockDevice(Data, frozen=True):
    name: str
    """Below /dev: ``sda1``, ``dm-0``, ``cciss/c0d0``."""
    size: int
    type: Literal[
        "disk", "part", "lvm", "crypt", "mpath", "dm", "md", "loop", "rom", "zram", "network"
    ]
    parent: str = ""
    """Of a partition: its disk."""
    removable: bool = False
    read_only: bool = False
    rotational: bool = False
    model: str = ""
    transport: str = ""
    """virtio, nvme, ata, scsi, usb, iscsi, fc, sas, xen, hyperv, mmc; empty: not told."""
    slaves: tuple[str, ...] = ()
    """Devices that it is made of."""
    holders: tuple[str, ...] = ()
    """Devices that are made of it."""
    mapped: str = ""
    """Name below /dev/mapper."""
    volume: str = ""
    """LVM's ``group/volume``."""
    detail: str = ""
    """Level and state of an md array, format of an encryption, file behind a loop device."""
    untold: tuple[str, ...] = ()
    """Fields of these that the machine did not tell (``type`` of a mapped device without UUID): a
    rule that asks for one is not answered."""


class Export(Data, frozen=True):
    """Something that other machines are given from here."""

    kind: Literal["nfs", "smb", "rsync", "iscsi", "nvme"]
    name: str
    """Path of NFS, name of a share, of a module or of a target."""
    path: str = ""
    """Folder or device behind it; empty: not told."""
    clients: tuple[str, ...] = ()
    """NFS: ``host(options)``, options in the words of /etc/exports."""
    source: str = ""
    """File that says so, or ``kernel``: as it is served now."""
