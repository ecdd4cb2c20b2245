"""What inventory plugins say of virtual machines; the variables' sources are in imports/README."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import facts
from planner.facts import guestos
from planner.gather.answer import snapshot_of
from planner.model import OS, VirtualDisk, VirtualMachine
from planner.session import Answer, Options, Target, targets
from planner.session.guests import guest

SECRET = "planted-s3cr3t"

DEVICES = [
    {"_vimtype": "vim.vm.device.ParaVirtualSCSIController", "key": 1000, "sharedBus": "noSharing"},
    {"_vimtype": "vim.vm.device.ParaVirtualSCSIController", "key": 1001,
     "sharedBus": "physicalSharing"},
    {"_vimtype": "vim.vm.device.VirtualDisk", "key": 2000, "controllerKey": 1000,
     "capacityInKB": 41943040, "deviceInfo": {"label": "Hard disk 1", "summary": SECRET},
     "backing": {"_vimtype": "vim.vm.device.VirtualDisk.FlatVer2BackingInfo",
                 "sharing": "sharingNone", "fileName": "[ds] x.vmdk"}},
    {"_vimtype": "vim.vm.device.VirtualDisk", "key": 2001, "controllerKey": 1001,
     "capacityInKB": 1048576, "deviceInfo": {"label": "Hard disk 2"},
     "backing": {"_vimtype": "vim.vm.device.VirtualDisk.RawDiskMappingVer1BackingInfo"}},
    {"_vimtype": "vim.vm.device.VirtualPCIPassthrough", "key": 13000,
     "deviceInfo": {"label": "PCI device 0"}, "backing": {"id": "0000:3b:00.0"}},
    {"_vimtype": "vim.vm.device.VirtualUSBController", "key": 7000},
    {"_vimtype": "vim.vm.device.VirtualUSB", "key": 7001, "deviceInfo": {"label": "USB 1"}},
    {"_vimtype": "vim.vm.device.VirtualTPM", "key": 11000},
]  # fmt: skip
VMWARE: dict[str, Any] = {
    "name": "app01",
    "config": {
        "name": "app01", "uuid": "564D1A2B-3C4D-5E6F-7081-92A3B4C5D6E7", "instanceUuid": "501a",
        "guestId": "rhel8_64Guest", "template": False, "annotation": SECRET, "firmware": "efi",
        "extraConfig": [{"key": "guestinfo.password", "value": SECRET}],
        "hardware": {"numCPU": 4, "numCoresPerSocket": 2, "memoryMB": 8192, "device": DEVICES},
        "cpuAffinity": {"affinitySet": [3, 2]}, "cpuAllocation": {"reservation": 2000},
        "memoryAllocation": {"reservation": 8192}, "latencySensitivity": {"level": "high"},
        "bootOptions": {"efiSecureBootEnabled": True}, "keyId": {"keyId": "k-1"},
    },
    "guest": {"hostName": "app01", "ipAddress": "10.1.0.5",
              "toolsRunningStatus": "guestToolsRunning",
              "net": [{"ipConfig": {"ipAddress": [{"ipAddress": "10.1.0.5", "prefixLength": 24},
                                                  {"ipAddress": "fe80::1", "prefixLength": 64}]}}]},
    "summary": {"runtime": {"powerState": "poweredOn", "faultToleranceState": "notConfigured"}},
    "snapshot": {"rootSnapshotList": [{"name": SECRET, "createTime": "2025-05-01T08:30:00Z",
        "childSnapshotList": [{"name": "b", "createTime": "2025-06-01T00:00:00Z"}]}]},
    "customValue": {"password": SECRET},
    "tags": {"urn:vmomi:InventoryServiceTag:1:GLOBAL": "db"},
    "cluster": {"name": "CL1", "moid": "domain-c8"},
    "esxi_host": {"name": "esx1", "moid": "host-9"},
}  # fmt: skip


def told(variables: dict[str, Any]) -> VirtualMachine:
    section = guest(variables)
    assert section is not None
    assert SECRET not in json.dumps(section.value)
    host = facts.read(_snapshot(section))
    assert host.guest.value is not None
    assert host.guest.section == section.door
    return host.guest.value


def _snapshot(section: Any) -> Any:
    target = Target("h", typed=(("guest", section),))
    return snapshot_of(target, Answer("h", "unreachable", "refused"), "", "2026-01-01T00:00:00Z")


def test_vmware() -> None:
    found = told(VMWARE)
    assert found.disks == (
        VirtualDisk("Hard disk 1", 40 << 30),
        VirtualDisk("Hard disk 2", 1 << 30, shared=True, raw=True),
    )
    assert found.passthrough == ("pci 0000:3b:00.0", "usb USB 1")
    assert (found.cpus, found.sockets, found.memory) == (4, 2, 8 << 30)
    assert (found.cpu_affinity, found.cpu_reservation, found.memory_reservation) == (
        "2,3",
        2000,
        8 << 30,
    )
    assert (found.snapshots, found.oldest_snapshot) == (2, "2025-05-01T08:30:00Z")
    assert (found.tpm, found.secure_boot, found.encrypted, found.firmware) == (
        True,
        True,
        True,
        "efi",
    )
    assert (found.latency_sensitivity, found.power, found.addresses) == (
        "high",
        "on",
        ("10.1.0.5/24",),
    )
    assert (found.host, found.cluster, found.tags) == ("esx1", "CL1", ("db",))


@pytest.mark.parametrize(
    "form",
    [
        {"config.uuid": "U-1", "config.hardware.numCPU": 2, "config.guestId": "debian12_64Guest",
         "summary.runtime.powerState": "poweredOff"},
        {"config": {"uuid": "U-1", "hardware": {"num_cpu": 2}, "guest_id": "debian12_64Guest"},
         "summary": {"runtime": {"power_state": "poweredOff"}}},
        {"config_uuid": "U-1", "config_hardware_num_cpu": 2, "config_guest_id": "debian12_64Guest",
         "summary_runtime_power_state": "poweredOff"},
    ],
    ids=["dots", "snake case", "flat"],
)  # fmt: skip
def test_vmware_in_every_form_that_the_plugins_give(form: dict[str, Any]) -> None:
    found = told(form)
    assert (found.uuid, found.cpus, found.guest_os, found.power) == (
        "u-1",
        2,
        "debian12_64Guest",
        "off",
    )
    assert (found.passthrough, found.disks, found.snapshots, found.tpm) == (None,) * 4
    section = guest(form)
    assert section is not None
    assert section.partial == (
        "not told: devices of the host, disks, snapshots, TPM, secure boot, CPU affinity, memory"
    )


@pytest.mark.parametrize("prefix", ["proxmox_", "pve_"])
def test_proxmox(prefix: str) -> None:
    told_by_api = {
        "node": "pve1", "vmid": 101, "vmtype": "qemu", "status": "running", "qmpstatus": "running",
        "cores": 2, "sockets": 2, "memory": "4096", "ostype": "l26", "bios": "ovmf",
        "affinity": "0-3", "agent": "1", "description": SECRET, "cipassword": SECRET,
        "sshkeys": SECRET, "args": SECRET,
        "smbios1": {"uuid": "AAAA-1"}, "snapshots": ["a", "b"], "tags_parsed": ["prod", "db"],
        "scsi0": {"disk_image": "local-lvm:vm-101-disk-0", "size": "32G"},
        "scsi1": {"disk_image": "/dev/disk/by-id/ata-X", "size": "100G"},
        "ide2": {"disk_image": "none", "media": "cdrom"},
        "efidisk0": {"disk_image": "x", "pre-enrolled-keys": "1"}, "tpmstate0": "local:1,size=4M",
        "hostpci0": "0000:01:00,pcie=1", "usb0": {"host": "1d6b:0002"}, "usb1": "spice",
        "serial0": "socket", "hostpci1": {"mapping": "gpu"},
        "agent_interfaces": [{"name": "lo", "ip-addresses": ["127.0.0.1/8"]},
                             {"name": "ens18", "ip-addresses": ["10.2.0.7/24", "fe80::2/64"]}],
    }  # fmt: skip
    found = told({f"{prefix}{name}": value for name, value in told_by_api.items()})
    assert found.passthrough == ("pci 0000:01:00", "pci gpu", "usb 1d6b:0002")
    assert found.disks == (
        VirtualDisk("scsi0", 32 << 30),
        VirtualDisk("scsi1", 100 << 30, raw=True),
    )
    assert (found.cpus, found.memory, found.cpu_affinity) == (4, 4 << 30, "0-3")
    assert (found.tpm, found.secure_boot, found.firmware, found.snapshots) == (True, True, "efi", 2)
    assert (found.virtualization, found.addresses, found.host) == ("kvm", ("10.2.0.7/24",), "pve1")
    assert found.tags == ("db", "prod")


def test_proxmox_without_facts_tells_little() -> None:
    section = guest({"proxmox_node": "pve1", "proxmox_vmid": 100, "proxmox_vmtype": "lxc"})
    assert section is not None
    assert section.value["virtualization"] == "lxc"
    assert section.partial.startswith("not told: devices of the host, disks, snapshots, TPM")


DOMAIN = f"""<domain type='kvm'><name>app01</name><uuid>6695EB01</uuid><title>{SECRET}</title>
<description>{SECRET}</description><vcpu placement='static' cpuset='0-3'>2</vcpu>
<cputune><vcpupin vcpu='0' cpuset='4'/></cputune>
<os firmware='efi'><loader secure='yes' type='pflash'>/x</loader></os>
<devices><disk type='file' device='disk'><target dev='vda'/></disk>
<disk type='block' device='disk'><target dev='vdb'/><shareable/></disk>
<disk type='file' device='cdrom'><target dev='sda'/></disk>
<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x06' slot='0x02'
 function='0x0'/></source></hostdev>
<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xbeef'/></source>
</hostdev><tpm model='tpm-crb'/><graphics type='vnc' passwd='{SECRET}'/></devices></domain>"""


def test_libvirt() -> None:
    found = told(
        {
            "ansible_libvirt_uri": "qemu:///system",
            "info": {"state": "running", "state_number": 1, "maxMem_kb": 2097152, "nrVirtCpu": 2},
            "xml_desc": DOMAIN,
            "guest_info": {
                "hostname": "app01",
                "os.pretty-name": "Debian GNU/Linux 12 (bookworm)",
                "user.0.name": SECRET,
            },
            "interface_addresses": {
                "eth0": {"addrs": [{"addr": "10.3.0.9", "prefix": 24, "type": 0}]}
            },
        }
    )
    assert found.disks == (VirtualDisk("vda"), VirtualDisk("vdb", shared=True, raw=True))
    assert found.passthrough == ("pci 0000:06:02.0", "usb 1234:beef")
    assert (found.cpu_affinity, found.tpm, found.secure_boot) == ("0-3,4", True, True)
    assert (found.power, found.memory, found.addresses) == ("on", 2 << 30, ("10.3.0.9/24",))


@pytest.mark.parametrize(
    "xml",
    [
        "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'>]><domain>&a;</domain>",
        "<domain" * 99,
        "<x/>",
        "<domain>" + "x" * (1 << 20) + "</domain>",
        7,
    ],
)
def test_libvirt_of_xml_that_is_of_no_use(xml: object) -> None:
    assert guest({"xml_desc": xml}) is None
    assert told({"xml_desc": xml, "info": {"nrVirtCpu": 1, "maxMem_kb": 1024}}).tpm is None


def test_ec2_with_a_prefix_and_a_suffix() -> None:
    instance = {
        "instance_id": "i-0123456789abcdef0", "instance_type": "m5.large",
        "cpu_options": {"core_count": 1, "threads_per_core": 2}, "tpm_support": "v2.0",
        "placement": {"availability_zone": "eu-central-1a", "region": "eu-central-1"},
        "state": {"code": 16, "name": "running"}, "platform_details": "Red Hat Enterprise Linux",
        "private_ip_address": "172.31.0.4", "private_dns_name": "ip-172-31-0-4.ec2.internal",
        "tags": {"Name": SECRET, "db_password": SECRET}, "user_data": SECRET,
    }  # fmt: skip
    for before, after in (("", ""), ("aws_", "_ec2")):
        found = told({f"{before}{name}{after}": value for name, value in instance.items()})
        assert (found.id, found.cpus, found.tpm) == ("i-0123456789abcdef0", 2, True)
        assert (found.tags, found.datacenter) == (("Name", "db_password"), "eu-central-1a")
        assert found.virtualization == "amazon"


def test_virtualbox_and_hyperv() -> None:
    box = told(
        {
            "vbox_UUID": "A-1",
            "vbox_Guest_OS": "Ubuntu (64-bit)",
            "vbox_Memory_size": "4096MB",
            "vbox_Number_of_CPUs": "2",
            "vbox_State": "powered off (since 2026-01-01T00:00:00.000000000)",
            "vbox_Firmware": "EFI",
            "vbox_Description": SECRET,
        }
    )
    assert (box.power, box.memory, box.firmware, box.guest_os) == (
        "off",
        4 << 30,
        "efi",
        "Ubuntu (64-bit)",
    )
    names = {
        "VMId": "B-2",
        "State": "Running",
        "ProcessorCount": 2,
        "MemoryStartup": 2147483648,
        "Generation": 2,
        "Notes": SECRET,
        "ComputerName": "HV1",
    }
    for variables in (
        {"hyperv": names},
        {f"hyperv_{name}": value for name, value in names.items()},
    ):
        found = told(variables)
        assert (found.id, found.power, found.memory, found.firmware, found.host) == (
            "b-2",
            "on",
            2 << 30,
            "efi",
            "HV1",
        )


def test_a_machine_that_could_not_be_asked_has_what_the_hypervisor_says() -> None:
    section = guest(VMWARE)
    host = facts.read(_snapshot(section))
    assert host.status == "unreachable"
    assert (host.cpus.value, host.cpus.section) == (4, "inventory:vmware")
    assert host.memory.value is not None
    assert host.memory.partial == "available memory not told"
    assert host.os.value == OS("rhel", "8", name="rhel8_64Guest", family="rhel")
    assert "which may be another release" in host.os.partial
    assert host.units.unknown == "unreachable: refused"


def test_through_ansible_inventory(tmp_path: Path) -> None:
    """Variables as JSON, vaulted and templated values among them, by Ansible's own program."""
    script = tmp_path / "inventory"
    hosts = {"app01": {**VMWARE, "proxmox_password": SECRET},
             "odd": {"config": {"uuid": "{{ lookup('x') }}", "instanceUuid": "i",
                     "guestId": {"__ansible_vault": "x"}}},
             "plain": {"config": "/etc/x", "guest": True, "info": {"a": 1}}}  # fmt: skip
    data = {"all": {"hosts": list(hosts)}, "_meta": {"hostvars": hosts}}
    script.write_text(f"#!/bin/sh\ncat <<'E'\n{json.dumps(data)}\nE\n")
    script.chmod(0o755)
    found = {t.name: dict(t.typed) for t in targets(Options(inventory=(str(script),)))}
    assert found["plain"] == {}
    assert found["app01"]["guest"].value["passthrough"] == ["pci 0000:3b:00.0", "usb USB 1"]
    assert SECRET not in repr(found)
    assert found["odd"]["guest"].value == {
        "platform": "vmware",
        "virtualization": "vmware",
        "id": "i",
    }


@pytest.mark.parametrize("device", [[], ["x"], [{"key": 1}], [*DEVICES, {"key": 1}], "x", None])
def test_vmware_devices_of_no_kind_are_not_none_at_all(device: object) -> None:
    hardware = {**VMWARE["config"]["hardware"], "device": device}
    variables = {**VMWARE, "config": {**VMWARE["config"], "hardware": hardware}}
    found = told(variables)
    assert (found.passthrough, found.disks, found.tpm) == (None, None, None)
    section = guest(variables)
    assert section is not None
    assert section.partial == "not told: devices of the host, disks, TPM"


def test_vmware_numbers_that_are_none() -> None:
    config = {
        **VMWARE["config"],
        "cpuAffinity": {"affinitySet": ["{{ x }}"]},
        "cpuAllocation": {"reservation": "{{ x }}"},
        "memoryAllocation": {"reservation": 0},
    }
    found = told({**VMWARE, "config": config})
    assert (found.cpu_affinity, found.cpu_reservation, found.memory_reservation) == ("", None, 0)


PROXMOX = {"vmid": 1, "vmtype": "qemu", "memory": "1024", "bios": "ovmf"}


@pytest.mark.parametrize(
    ("more", "passthrough"),
    [
        ({}, ()),
        ({"args": "-cpu host,-hypervisor -smbios type=1"}, ()),
        ({"args": "-device vfio-pci,host=0000:01:00.0,x-vga=on"}, ("pci 0000:01:00.0",)),
        ({"args": f"-device vfio-pci,sysfsdev=/sys/{SECRET}"}, ("pci device",)),
        ({"args": "-device usb-host,vendorid=0x1234,productid=0xbeef"}, ("usb 1234:beef",)),
        ({"args": "-device foo"}, None),
        ({"args": "-readconfig /x"}, None),
        ({"args": "{{ x }}"}, None),
        ({"args": ["-device"]}, None),
        ({"hostpci1": "{{ x }}"}, ("pci device",)),
        ({"hostpci1": {"mapping": "{{ x }}"}, "usb0": "host=1d6b:2"},
         ("pci device", "usb 1d6b:2")),
        ({"usb0": "{{ x }}"}, None),
        ({"usb0": "{{ x }}", "serial0": "/dev/ttyS0"}, ("serial /dev/ttyS0",)),
    ],
)  # fmt: skip
def test_proxmox_devices(more: dict[str, Any], passthrough: tuple[str, ...] | None) -> None:
    variables = {f"proxmox_{name}": value for name, value in {**PROXMOX, **more}.items()}
    assert told(variables).passthrough == passthrough
    section = guest(variables)
    assert section is not None
    assert ("devices of the host" in section.partial) == (passthrough is None)


def test_proxmox_values_that_cannot_be_read_are_not_told() -> None:
    odd = {"snapshots": "two", "scsi0": "{{ x }}", "affinity": "{{ x }}", "efidisk0": "{{ x }}"}
    variables = {f"proxmox_{name}": value for name, value in {**PROXMOX, **odd}.items()}
    found = told(variables)
    assert (found.snapshots, found.disks, found.cpu_affinity, found.secure_boot) == (
        None,
        None,
        "",
        None,
    )
    section = guest(variables)
    assert section is not None
    assert section.partial == ("not told: disks, snapshots, secure boot, CPU affinity, power state")
    raw = {**variables, "proxmox_scsi1": "/dev/sdb,size=8G"}
    assert told(raw).disks == (VirtualDisk("scsi1", 8 << 30, raw=True),)
    keys = {**variables, "proxmox_efidisk0": "local:1,pre-enrolled-keys=1"}
    assert told(keys).secure_boot is True


def test_libvirt_ids_and_arguments_are_not_taken_as_they_are() -> None:
    xml = DOMAIN.replace("id='0x1234'", "id='{{ x }}'").replace("cpuset='4'", "cpuset='{{ x }}'")
    found = told({"xml_desc": xml})
    assert found.passthrough == ("pci 0000:06:02.0", "usb unreadable:beef")
    assert found.cpu_affinity == ""
    qemu = "http://libvirt.org/schemas/domain/qemu/1.0"

    def given(value: str) -> tuple[str, ...] | None:
        arguments = f"<q:commandline><q:arg value='-device'/><q:arg value='{value}'/>"
        return told({"xml_desc": f"<domain xmlns:q='{qemu}'>{arguments}</q:commandline></domain>"}
                    ).passthrough  # fmt: skip

    assert given("vfio-pci,host=01:00.0") == ("pci 01:00.0",)
    assert given(f"x,y={SECRET}") is None


@pytest.mark.parametrize("address", ["web01", "10.0.0.999", "{{ x }}", "10.0.0.1; rm", "::1", ""])
def test_an_address_that_is_none(address: str) -> None:
    card = {"ipConfig": {"ipAddress": [{"ipAddress": address, "prefixLength": 24}]}}
    for variables in (
        {**VMWARE, "guest": {"ipAddress": address, "net": [card]}},
        {f"proxmox_{n}": v for n, v in PROXMOX.items()}
        | {"proxmox_agent_interfaces": [{"ip-addresses": [f"{address}/24"]}]},
        {"xml_desc": DOMAIN, "interface_addresses": {"e": {"addrs": [{"addr": address}]}}},
        {"instance_id": "i-01234567", "instance_type": "x", "private_ip_address": address},
    ):
        assert told(variables).addresses == ()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=9,
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_the_variables_are(data: st.DataObject) -> None:
    """One platform's variables, some of them replaced by anything at all."""
    base = data.draw(
        st.sampled_from(
            [
                VMWARE,
                {"xml_desc": DOMAIN, "info": {"nrVirtCpu": 1, "maxMem_kb": 1}},
                {"proxmox_vmid": 1, "proxmox_vmtype": "qemu", "proxmox_memory": 1,
                 "proxmox_scsi0": {}, "proxmox_hostpci0": "", "proxmox_agent_interfaces": []},
                {"instance_id": "i-01234567", "instance_type": "x", "state": {}, "tags": {}},
                {"hyperv_vmid": "1", "hyperv_processorcount": 1, "hyperv_snapshots": []},
            ]
        )
    )  # fmt: skip
    changes = data.draw(st.dictionaries(st.sampled_from(sorted(base)), VALUES, max_size=4))
    section = guest({**base, **changes})
    if section is not None:
        host = facts.read(_snapshot(section))
        assert "does not fit" not in host.guest.unknown


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rhel8_64Guest", ("rhel", "8")),
        ("ubuntu64Guest", ("ubuntu", "")),
        ("debian12_64Guest", ("debian", "12")),
        ("windows9Server64Guest", ("windows", "2016")),
        ("windows2019srv_64Guest", ("windows", "2019")),
        ("freebsd13_64Guest", ("freebsd", "13")),
        ("Ubuntu 22.04.4 LTS", ("ubuntu", "22.04")),
        ("Microsoft Windows Server 2016 or later (64-bit)", ("windows", "")),
        ("SUSE Linux Enterprise 15 (64-bit)", ("sles", "15")),
        ("win10", ("windows", "")),  # Proxmox VE: Windows 10, Server 2016 and 2019
        ("l26", None),
        ("otherGuest64", None),
        ("Linux/UNIX", None),
    ],
)
def test_system_by_the_name_that_the_hypervisor_has(
    name: str, expected: tuple[str, str] | None
) -> None:
    found = guestos.read(VirtualMachine("x", guest_os=name))
    assert (found and (found.value.id, found.value.version)) == expected
