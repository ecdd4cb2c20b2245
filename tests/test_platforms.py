"""Hardware and kernel: what every machine of a hypervisor or cloud has is no finding, and what the
rules know of C libraries and kernel parameters.
"""

from __future__ import annotations

import pytest
from ours import RULES

from planner.images.parameters import unusual
from planner.images.userspace import user_space
from planner.model import OS, Package
from planner.rules import judge, ordinary

HARDWARE = {r.id for r in RULES.rules if r.source.axis in ("hardware", "system")}


def pci(*devices: str) -> list[dict[str, str]]:
    """Devices as ``class vendor device driver``."""
    keys = ("class_code", "vendor", "device", "driver")
    return [
        {"slot": f"00:{slot:02x}.0", **dict(zip(keys, device.split(), strict=False))}
        for slot, device in enumerate(devices)
    ]


SERIAL = {"kind": "serial", "name": "ttyS0", "detail": "16550A irq:4"}
CARD = {"kind": "gpu", "name": "dri/card0"}
CHIPS = ("060000 8086 1237", "060100 8086 7000", "010180 8086 7010 ata_piix", "068000 8086 7113")
ORDINARY = {
    "vmware": {
        "virtualization": "vmware",
        "pci": pci(
            *CHIPS, "030000 15ad 0405 vmwgfx", "088000 15ad 0740 vmw_vmci", "010700 15ad 07c0",
            "020000 15ad 07b0 vmxnet3", "010600 15ad 07e0 ahci", "0c0330 15ad 0779 xhci_hcd",
            "010000 1000 0030 mptspi", "040300 15ad 1977 snd_hda_intel", "010802 15ad 07f0 nvme",
        ),
        "usb": [
            {"vendor": "0e0f", "product": "0003", "name": "VMware Virtual USB Mouse"},
            {"vendor": "0e0f", "product": "0002", "name": "VMware Virtual USB Hub"},
        ],
        "devices": [SERIAL, CARD, {"kind": "parallel", "name": "lp0"},
                    {"kind": "sound", "name": "snd/pcmC0D0p"}, {"kind": "tpm", "name": "tpm0"}],
        "modules": [{"name": "vmw_balloon"}, {"name": "vmhgfs", "out_of_tree": True}],
    },
    "kvm": {
        "virtualization": "kvm",
        "pci": pci(
            *CHIPS, "030000 1b36 0100 qxl", "020000 1af4 1000 virtio-pci", "010000 1af4 1001",
            "078000 1af4 1003", "00ff00 1af4 1002", "100000 1af4 1054", "010802 1b36 0010 nvme",
            "040300 8086 2668 snd_hda_intel", "070002 1b36 0002 serial", "0c0330 1b36 000d",
        ),
        "usb": [{"vendor": "0627", "product": "0001", "name": "QEMU USB Tablet"},
                {"vendor": "1d6b", "product": "0002", "name": "EHCI Host Controller"}],
        "devices": [SERIAL, CARD, {"kind": "bus", "name": "i2c-0"}, {"kind": "ptp", "name": "ptp0"},
                    {"kind": "watchdog", "name": "watchdog0"}, {"kind": "fuse", "name": "fuse"}],
        "guest": {"platform": "proxmox", "cpu_affinity": "none", "passthrough": [], "tpm": True},
    },
    "hyper-v": {
        "virtualization": "microsoft",
        "pci": pci(*CHIPS, "030000 1414 5353 hyperv_fb"),
        "modules": [{"name": "hv_netvsc"}, {"name": "hv_balloon", "out_of_tree": True}],
        "devices": [SERIAL, {"kind": "ptp", "name": "ptp0", "detail": "hyperv"}],
    },
    "azure": {
        "virtualization": "microsoft",
        "cloud": {"name": "azure"},
        "pci": pci("020000 15b3 1016 mlx5_core", "010802 1414 b111 nvme", "020000 1414 00ba mana"),
        "devices": [SERIAL, {"kind": "infiniband", "name": "infiniband/uverbs0"}],
    },
    "virtualbox": {
        "virtualization": "oracle",
        "pci": pci(*CHIPS, "030000 80ee beef vboxvideo", "088000 80ee cafe vboxguest",
                   "020000 8086 100e e1000", "010000 1000 0030 mptspi", "040100 8086 2415"),
        "usb": [{"vendor": "80ee", "product": "0021", "name": "VirtualBox USB Tablet"}],
        "modules": [{"name": "vboxguest", "out_of_tree": True}],
    },
    "xen": {
        "virtualization": "xen",
        "pci": pci(*CHIPS, "ff8000 5853 0001 xen-platform-pci", "030000 1013 00b8 cirrus"),
    },
    "ec2-nitro": {
        "virtualization": "amazon",
        "cloud": {"name": "aws"},
        "pci": pci("030000 1d0f 1111", "010802 1d0f 8061 nvme", "020000 1d0f ec20 ena",
                   "070000 1d0f 8250 serial", "010802 1d0f cd01 nvme"),
        "modules": [{"name": "ena", "out_of_tree": True}],
    },
    "ec2-xen": {
        "virtualization": "xen",
        "cloud": {"name": "aws"},
        "pci": pci("030000 1013 00b8", "020000 8086 10ed ixgbevf", "ff8000 5853 0001"),
        "modules": [{"name": "ixgbevf", "out_of_tree": True}],
    },
    "gce": {
        "virtualization": "google",
        "cloud": {"name": "gce"},
        "pci": pci("000000 1af4 1004 virtio-pci", "020000 1ae0 0042 gvnic", "010802 1ae0 001f nvme",
                   "0f0000 1af4 1005"),
        "devices": [SERIAL, {"kind": "tpm", "name": "tpm0", "detail": "version 2.0"}],
    },
}  # fmt: skip


@pytest.mark.parametrize("platform", ORDINARY)
def test_what_every_machine_of_a_platform_has_is_no_finding(platform):
    host = ordinary.host(ORDINARY[platform])
    verdict = judge(RULES, host, ordinary.workload({}), ordinary.AS_OF)
    found = [f for f in (*verdict.findings, *verdict.unchecked) if f.rule in HARDWARE]
    assert {f.rule for f in found if f.effect != "note"} == set()


@pytest.mark.parametrize(
    ("os", "packages", "expected"),
    [
        (OS("centos", "6.10"), None, ("2.12", "", "", "4.11")),
        (OS("debian", "7.11"), (), ("2.13", "", "", "4.11")),
        (OS("ubuntu", "12.04"), (), ("2.15", "", "", "")),
        (OS("rhel", "7.9"), (), ("2.17", "2.6.16", "", "")),
        (OS("rocky", "9.4"), (), ("2.34", "3.2", "4.18", "")),
        (OS("debian", "12"), (Package("libc6", "2.13-38"),), ("2.36", "3.2", "5.3", "")),
        (OS("sles", "15.6"), (), ("2.38", "3.2", "5.3", "")),
        (OS("alpine", "3.19.1"), (), ("3.19", "", "5.8", "")),
        (OS("arch"), (Package("glibc", "2.42+r17-1"),), ("2.42", "4.4", "5.3", "")),
        (OS("own", "1"), (Package("glibc", "2.12-1.el6"),), ("2.12", "", "", "4.11")),
        (OS("own", "1"), (), None),
        (OS("own", "1"), None, None),
        (OS("freebsd", "14.1", system="freebsd"), (), None),
    ],
    ids=lambda v: v.id + v.version if isinstance(v, OS) else "",
)
def test_user_space(os, packages, expected):
    found = user_space(os, packages)
    told = (found.version, found.kernel, found.tested, found.before) if found else None
    assert told == expected


def test_unusual_parameters():
    told = {"vm.swappiness": "1", "vm.max_map_count": "1048576", "net.core.somaxconn": "1024"}
    assert [(p.shown, p.namespaced) for p in unusual({**told, "kernel.pid_max": "7"})] == [
        ("net.core.somaxconn=1024 (usual: 128)", True),
        ("vm.swappiness=1 (usual: 60)", False),
    ]
