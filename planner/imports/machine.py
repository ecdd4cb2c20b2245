"""The machine itself by the facts of ``setup``; None: these facts do not tell."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

from planner.facts import firmware
from planner.facts.osrelease import family
from planner.facts.text import UnreadableError, escape
from planner.facts.typed import told
from planner.imports.values import MIB, items, mapping, whole, word
from planner.model import OS, Kernel, Memory, Typed

DOOR = "setup"
Facts = Mapping[str, Any]

# ansible_distribution -> ID of os-release, where they differ in more than case and blanks.
_IDS = {
    "redhat": "rhel",
    "oraclelinux": "ol",
    "amazon": "amzn",
    "archlinux": "arch",
    "linux mint": "linuxmint",
    "opensuse leap": "opensuse-leap",
    "opensuse tumbleweed": "opensuse-tumbleweed",
    "sles_sap": "sles_sap",
    "sle_micro": "sle-micro",
    "macosx": "darwin",
}
# ansible_virtualization_type -> systemd-detect-virt's word (module_utils/facts/virtual).
_HYPERVISORS = {
    "vmware": "vmware",
    "virtualbox": "oracle",
    "virtualpc": "microsoft",
    "hyper-v": "microsoft",
    "hyperv": "microsoft",
    "rhev": "kvm",
    "ovirt": "kvm",
    "openstack": "kvm",
    "kubevirt": "kvm",
    "kvm": "kvm",
    "xen": "xen",
    "parallels": "parallels",
    "bhyve": "bhyve",
    "qemu": "qemu",
    "powervm_lx86": "powervm",
    "zvm": "zvm",
    "uml": "uml",
}
_CONTAINERS = {
    "docker": "docker",
    "podman": "podman",
    "lxc": "lxc",
    "openvz": "openvz",
    "virtuozzo": "openvz",
    "systemd-nspawn": "systemd-nspawn",
    "container": "container-other",
    "containerd": "container-other",
    "jails": "jail",
}
# What Windows says (Win32_OperatingSystem.OSArchitecture) -> uname -m.
_ARCHITECTURES = {
    "64-bit": "x86_64",
    "32-bit": "i686",
    "arm 64-bit processor": "aarch64",
    "amd64": "x86_64",
}
_INITS = ("systemd", "upstart", "sysvinit", "openrc")
_SECRET = re.compile(r"pass|pwd|secret|token|key|cred|auth", re.IGNORECASE)
_LOGIN = re.compile(r"(?<=://)[^/\s@]*@")


def operating_system(facts: Facts) -> Typed | None:
    name, system = word(facts.get("ansible_distribution")), word(facts.get("ansible_system"))
    version = word(facts.get("ansible_distribution_version")).replace("NA", "")
    if word(facts.get("ansible_os_family")) == "Windows":
        release = re.search(r"20\d\d(?: R2)?|(?<=Windows )\d+", name)
        shown = OS("windows", release[0] if release else version, name=name, family="windows",
                   system="windows")  # fmt: skip
        return told(DOOR, shown)
    if not name or not system:
        return None
    codename = word(facts.get("ansible_distribution_release")).replace("NA", "")
    os_id = _IDS.get(name.lower(), name.lower().replace(" ", "-"))
    if os_id == "debian":
        version = version.partition(".")[0] or version  # VERSION_ID of os-release is the major one
    return told(
        DOOR,
        OS(
            os_id,
            version,
            codename,
            " ".join(filter(None, (name, version, codename and f"({codename})"))),
            family(os_id, (word(facts.get("ansible_os_family")),)),
            system.lower(),
        ),
    )  # fmt: skip


def kernel(facts: Facts) -> Typed | None:
    release = word(facts.get("ansible_kernel"))
    arch = word(facts.get("ansible_machine") or facts.get("ansible_architecture"))
    arch = _ARCHITECTURES.get(arch.lower(), arch)
    return told(DOOR, Kernel(release, arch)) if release and arch else None


def cmdline(facts: Facts) -> Typed | None:
    """In the order of the first of each name. Values of names that sound secret, and logins in
    addresses, are masked.
    """
    found = facts.get("ansible_proc_cmdline") or facts.get("ansible_cmdline")
    if not isinstance(found, Mapping):
        return None
    return told(DOOR, tuple(_parameters(found)))


def _parameters(found: Mapping[str, Any]) -> Iterator[str]:
    for name, value in found.items():
        for one in value if isinstance(value, list) else [value]:
            if one is True:
                yield word(name)
            elif text := word(one):
                yield f"{word(name)}={'***' if _SECRET.search(name) else _LOGIN.sub('***@', text)}"


def virtualization(facts: Facts) -> Typed | None:
    kind = word(facts.get("ansible_virtualization_type")).lower()
    role = word(facts.get("ansible_virtualization_role"))
    if not kind:
        return None
    if role == "host":
        return told(DOOR, "none")
    guest = _CONTAINERS.get(kind) or _HYPERVISORS.get(kind)
    if role == "guest" and guest:
        return told(DOOR, guest)
    return Typed(DOOR, unknown=f"setup recognised no hypervisor (it says {kind})")


def container(facts: Facts) -> Typed | None:
    """Only a yes: that setup names a hypervisor does not say that there is no container."""
    kind = word(facts.get("ansible_virtualization_type")).lower()
    guest = word(facts.get("ansible_virtualization_role")) == "guest"
    return told(DOOR, _CONTAINERS[kind]) if guest and kind in _CONTAINERS else None


def init(facts: Facts) -> Typed | None:
    name = word(facts.get("ansible_service_mgr"))
    if not name or name == "service":
        # "service": setup's word for a PID 1 that it could not name.
        return None
    return told(DOOR, name if name in _INITS else "other")


def cpus(facts: Facts) -> Typed | None:
    found = whole(facts.get("ansible_processor_vcpus"))
    return told(DOOR, found) if found and found > 0 else None


def memory(facts: Facts) -> Typed | None:
    total = whole(facts.get("ansible_memtotal_mb"))
    if not total or total < 0:
        return None
    free = whole(mapping(mapping(facts.get("ansible_memory_mb")).get("nocache")).get("free"))
    if free is None or free < 0:
        return told(DOOR, Memory(total * MIB), "available memory not told")
    return told(DOOR, Memory(total * MIB, free * MIB))


def dmi(facts: Facts) -> Typed | None:
    """The same files of /sys/class/dmi/id that the collector reads, under other names."""
    names = {
        "sys_vendor": "ansible_system_vendor",
        "product_name": "ansible_product_name",
        "product_version": "ansible_product_version",
        "board_vendor": "ansible_board_vendor",
        "board_name": "ansible_board_name",
        "bios_vendor": "ansible_bios_vendor",
        "bios_version": "ansible_bios_version",
        "bios_date": "ansible_bios_date",
        "product_uuid": "ansible_product_uuid",
    }
    said = {key: word(facts.get(name)) for key, name in names.items()}
    lines = [f"{key}={escape(text)}\n" for key, text in said.items() if text.upper() != "NA"]
    try:
        found = firmware.parse_dmi("".join(lines))
    except UnreadableError:
        return None
    return told(DOOR, found.value, "type of the chassis not told")


def addresses(facts: Facts) -> Typed | None:
    """Of all interfaces, with prefix length; without loopback and IPv6's link-local ones."""
    names = [word(name) for name in items(facts.get("ansible_interfaces")) if isinstance(name, str)]
    found: set[str] = set()
    for name in names:
        interface = mapping(facts.get("ansible_" + re.sub(r"[-.:]", "_", name)))
        for one in (interface.get("ipv4"), *items(interface.get("ipv4_secondaries"))):
            found |= _address(mapping(one))
        for one in items(interface.get("ipv6")):
            found |= _address(mapping(one))
    if found:
        return told(DOOR, sorted(found))
    alone = [*items(facts.get("ansible_all_ipv4_addresses")),
             *items(facts.get("ansible_ip_addresses"))]  # fmt: skip
    for one in alone:
        found |= _address({"address": one})
    return told(DOOR, sorted(found), "without the length of the prefixes") if found else None


def _address(said: Mapping[str, object]) -> set[str]:
    """``netmask`` where Ansible is too old (2.12) to tell ``prefix``."""
    address = word(said.get("address")).partition("%")[0]
    length = word(said.get("prefix") or said.get("netmask"))
    try:
        found = ipaddress.ip_interface(f"{address}/{length}" if length else address)
    except ValueError:
        return set()
    if found.is_loopback or (found.version == 6 and found.is_link_local):
        return set()
    return {found.with_prefixlen if length else str(found.ip)}


def selinux(facts: Facts) -> Typed | None:
    said = mapping(facts.get("ansible_selinux"))
    status, mode = word(said.get("status")), word(said.get("mode"))
    if status == "disabled":
        return told(DOOR, "disabled")
    if status == "enabled" and mode in ("enforcing", "permissive", "disabled"):
        return told(DOOR, mode)
    return Typed(DOOR, unknown=f"setup says: {status}") if status else None


def fips(facts: Facts) -> Typed | None:
    found = facts.get("ansible_fips")
    return told(DOOR, found) if isinstance(found, bool) else None


def timezone(facts: Facts) -> Typed | None:
    """``setup`` tells no zone, only its abbreviation: CET is that of Berlin, and of Algiers."""
    said = mapping(facts.get("ansible_date_time"))
    name, offset = word(said.get("tz")), word(said.get("tz_offset"))
    if not name:
        return None
    if name == "UTC" and offset == "+0000" and word(said.get("tz_dst") or name) == "UTC":
        return told(DOOR, "Etc/UTC")
    return Typed(DOOR, unknown=f"setup tells no zone, only {name} ({offset})")
