"""The machine itself, from WMI classes as Microsoft documents them.

Win32_OperatingSystem, Win32_ComputerSystem, Win32_NetworkAdapterConfiguration, Win32_Volume,
Win32_PnPEntity, Win32_Share.
"""

from __future__ import annotations

import ipaddress
import re

from planner.facts import identity
from planner.facts.text import Parsed, UnreadableError, joined
from planner.facts.windows.record import Record, records, single
from planner.model import (
    OS,
    Dmi,
    Domain,
    Edition,
    Export,
    Kernel,
    Memory,
    PciDevice,
    Space,
    UsbDevice,
)

_ARCHITECTURES = {"0": "i686", "5": "armv7l", "6": "ia64", "9": "x86_64", "12": "aarch64"}
"""Win32_Processor.Architecture."""


def parse_os(text: str) -> Parsed[OS]:
    """``Microsoft Windows Server 2019 Standard``: version ``2019``, else that of the kernel."""
    return single(text, _os)


def _os(told: Record) -> OS:
    name = re.sub(r"[®™]|\(R\)", "", told.one("Caption")).removeprefix("Microsoft ").strip()
    if not name:
        raise UnreadableError("no Caption told")
    found = re.search(r"\b(20\d\d( R2)?|\d{1,2}(\.1)?|XP|Vista)\b", name)
    return OS(
        id="windows",
        version=found[1].replace(" ", "-").lower() if found else told.one("Version"),
        name=name,
        family="windows",
        system="windows",
    )


def parse_edition(text: str) -> Parsed[Edition]:
    """Product types are 1 (workstation), 2 (domain controller) and 3 (server)."""
    return single(text, _edition)


def _edition(told: Record) -> Edition:
    kind = told.one("ProductType")
    if kind not in ("1", "2", "3"):
        raise UnreadableError("no ProductType told")
    revision = told.one("UBR")
    return Edition(
        product="workstation" if kind == "1" else "domain-controller" if kind == "2" else "server",
        installation=told.one("InstallationType"),
        edition=told.one("EditionID"),
        build=told.one("BuildNumber") + (f".{revision}" if revision else ""),
        installed=told.one("InstallDate"),
        booted=told.one("LastBootUpTime"),
    )


def parse_memory(text: str) -> Parsed[Memory]:
    """Both figures are told in KiB."""
    found = single(
        text,
        lambda told: Memory(
            told.number("TotalVisibleMemorySize") * 1024, told.number("FreePhysicalMemory") * 1024
        ),
    )
    if not found.value.total:
        raise UnreadableError("no TotalVisibleMemorySize told")
    return found


def parse_kernel(text: str, computer: str) -> Parsed[Kernel]:
    """Release from Win32_OperatingSystem, architecture from Win32_Processor (``computer``)."""
    told = single(text, lambda one: one)
    version, revision = told.value.one("Version"), told.value.one("UBR")
    if not version:
        raise UnreadableError("no Version told")
    try:
        number = single(computer, lambda one: one).value.one("Architecture")
    except UnreadableError:
        number = ""
    arch = _ARCHITECTURES.get(number, "")
    return Parsed(
        Kernel(version + (f".{revision}" if revision else ""), arch),
        joined(told.partial, "" if arch else "the architecture was not told"),
    )


def parse_cpus(text: str) -> Parsed[int]:
    """Logical processors."""
    found = single(text, lambda told: told.number("NumberOfLogicalProcessors"))
    if not found.value:
        raise UnreadableError("no NumberOfLogicalProcessors told")
    return found


def parse_virtualization(text: str) -> Parsed[str]:
    """By maker and model, in systemd's words; a Hyper-V host has a hypervisor, and is hardware."""
    told = single(text, lambda one: one).value
    try:
        return identity.parse_virtualization(f"dmi:{told.one('Manufacturer')}/{told.one('Model')}")
    except UnreadableError:
        if told.one("HypervisorPresent") == "false":
            return Parsed("none")
        raise


def parse_dmi(text: str) -> Parsed[Dmi]:
    return single(
        text,
        lambda told: Dmi(
            vendor=told.one("Manufacturer"),
            product=told.one("Model"),
            uuid=told.one("UUID").lower(),
        ),
    )


def parse_domain(text: str) -> Parsed[Domain]:
    """Roles: 0 and 2 stand alone, 1 and 3 are members, 4 and 5 controllers."""
    return single(text, _domain)


def _domain(told: Record) -> Domain:
    role = told.one("DomainRole")
    if role not in ("0", "1", "2", "3", "4", "5"):
        raise UnreadableError("no DomainRole told")
    if role in ("0", "2"):
        return Domain("standalone", told.one("Workgroup") or told.one("Domain"))
    return Domain("controller" if role in ("4", "5") else "member", told.one("Domain"))


def parse_addresses(text: str) -> Parsed[tuple[str, ...]]:
    """``10.0.0.5/24``, sorted; IPv4 comes with a mask, IPv6 with a length. No loopback."""
    found = records(text, lambda told: [_address(one) for one in told.get("Address", ())])
    return Parsed(tuple(sorted({a for group in found.value for a in group if a})), found.partial)


def _address(text: str) -> str:
    address, _, mask = text.partition("/")
    interface = ipaddress.ip_interface(f"{address.partition('%')[0]}/{mask}")
    return "" if interface.ip.is_loopback else interface.with_prefixlen


def parse_space(text: str) -> Parsed[tuple[Space, ...]]:
    """Local volumes with a drive letter or folder, sorted; those without are Windows' own."""
    found = records(text, _space)
    return Parsed(tuple(sorted(found.value, key=lambda one: one.path)), found.partial)


def _space(told: Record) -> Space | None:
    size, name = told.number("Capacity"), told.one("Name")
    if not size or name.startswith("\\\\?\\"):
        return None
    return Space(name, size, size - told.number("FreeSpace"))


def parse_exports(text: str) -> Parsed[tuple[Export, ...]]:
    return records(
        text, lambda told: Export("smb", told.one("Name"), told.one("Path"), source="Win32_Share")
    )


def parse_pci(text: str) -> Parsed[tuple[PciDevice, ...]]:
    r"""``PCI\VEN_15AD&DEV_07B0&...\<place>``; the class from ``PCI\CC_020000``."""
    return records(text, _pci)


def _pci(told: Record) -> PciDevice | None:
    match = re.match(
        r"PCI\\VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})[^\\]*\\(.*)", told.one("PNPDeviceID"), re.I
    )
    if not match:
        return None
    number = told.one("Class").rpartition("_")[2].lower()
    return PciDevice(
        slot=match[3],
        class_code=number if re.fullmatch("[0-9a-f]{6}", number) else "",
        vendor=match[1].lower(),
        device=match[2].lower(),
        driver=told.one("Service"),
    )


def parse_usb(text: str) -> Parsed[tuple[UsbDevice, ...]]:
    return records(text, _usb)


def _usb(told: Record) -> UsbDevice | None:
    match = re.match(r"USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})", told.one("PNPDeviceID"), re.I)
    return UsbDevice(match[1].lower(), match[2].lower(), told.one("Name")) if match else None
