"""libvirt: ``community.libvirt.libvirt`` (2.0).

Its variables: ``info`` (virDomainGetInfo), ``xml_desc`` (the domain as XML, without passwords:
libvirt gives those only with a flag of their own), ``guest_info`` (of the agent,
virDomainGetGuestInfo) and ``interface_addresses``. Elements: formatdomain.html on libvirt.org.
Title, description, metadata and command lines in it stay where they are; of QEMU's arguments only
addresses of devices are taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from planner.model import VirtualDisk, VirtualMachine
from planner.model.guest import Power
from planner.session.guests import qemu
from planner.session.guests.values import Variables, address, items, mapping, number, word

_POWER: dict[str, Power] = {
    "running": "on",
    "blocked": "on",
    "paused": "suspended",
    "suspended by guest power management": "suspended",
    "pmsuspended": "suspended",
    "shutdown": "off",
    "shut off": "off",
    "shutoff": "off",
    "crashed": "off",
}
_TYPES = {"kvm": "kvm", "qemu": "qemu", "xen": "xen", "lxc": "lxc-libvirt", "bhyve": "bhyve",
          "vz": "parallels", "hyperv": "microsoft", "vmware": "vmware"}  # fmt: skip
_LARGEST = 1 << 20


def read(variables: Variables) -> VirtualMachine | None:
    info, agent = mapping(variables.get("info")), mapping(variables.get("guest_info"))
    domain = _domain(variables.get("xml_desc"))
    if domain is None and not ("nrVirtCpu" in info and "maxMem_kb" in info):
        return None
    told = domain is not None
    xml = domain if domain is not None else ElementTree.Element("domain")
    loader = xml.find("os/loader")
    firmware = "efi" if xml.find("os[@firmware='efi']") is not None or _pflash(loader) else "bios"
    return VirtualMachine(
        platform="libvirt",
        virtualization=_TYPES.get(xml.get("type", ""), ""),
        uuid=word(xml.findtext("uuid")).lower(),
        id=word(xml.findtext("name")),
        hostname=word(agent.get("hostname")),
        os_name=word(agent.get("os.pretty-name")) or word(agent.get("os.name")),
        power=_POWER.get(word(info.get("state")).lower().removeprefix("virdomain_"), ""),
        cpus=number(info.get("nrVirtCpu")),
        memory=number(info.get("maxMem_kb")) * 1024,
        cpu_affinity=_affinity(xml) if told else "",
        passthrough=qemu.devices(_passthrough(xml), _arguments(xml)) if told else None,
        disks=tuple(_disks(xml)) if told else None,
        tpm=xml.find("devices/tpm") is not None if told else None,
        secure_boot=_secure(xml, loader) if told else None,
        encrypted=xml.find("launchSecurity") is not None if told else None,
        firmware=firmware if told else "",
        addresses=tuple(sorted(set(_addresses(variables.get("interface_addresses"))))),
    )


def _domain(value: object) -> ElementTree.Element | None:
    """No XML of a size or with declarations that only an attack has: entities can grow it."""
    if not isinstance(value, str) or len(value) > _LARGEST or "<!" in value:
        return None
    try:
        found = ElementTree.fromstring(value)  # noqa: S314 - no declarations, see above
    except (ElementTree.ParseError, ValueError):
        return None
    return found if found.tag == "domain" else None


def _pflash(loader: ElementTree.Element | None) -> bool:
    return loader is not None and loader.get("type") == "pflash"


def _secure(xml: ElementTree.Element, loader: ElementTree.Element | None) -> bool:
    feature = xml.find("os/firmware/feature[@name='secure-boot']")
    if feature is not None:
        return feature.get("enabled") == "yes"
    return loader is not None and loader.get("secure") == "yes"


def _affinity(xml: ElementTree.Element) -> str:
    elements = [*xml.findall("cputune/vcpupin"), *xml.findall("vcpu")]
    pins = {word(pin.get("cpuset")) for pin in elements if pin.get("cpuset")}
    return "" if "" in pins else ",".join(sorted(pins)) or "none"


def _passthrough(xml: ElementTree.Element) -> Iterator[str]:
    for device in xml.findall("devices/hostdev"):
        place = device.find("source/address")
        vendor, product = device.find("source/vendor"), device.find("source/product")
        kind = word(device.get("type")) or "device"
        if vendor is not None and product is not None:
            ids = (word(one.get("id")).removeprefix("0x") for one in (vendor, product))
            yield f"{kind} {':'.join(one or 'unreadable' for one in ids)}"
        elif place is not None:
            yield f"{kind} {_address(place)}"
        else:
            yield kind
    for redirected in xml.findall("devices/interface[@type='hostdev']"):
        place = redirected.find("source/address")
        yield f"pci {_address(place)}" if place is not None else "pci network"


def _arguments(xml: ElementTree.Element) -> str:
    """What is put on QEMU's command line past libvirt; it only counts as hints of devices."""
    place = "{http://libvirt.org/schemas/domain/qemu/1.0}"
    said = xml.findall(f"{place}commandline/{place}arg")
    return " ".join(one.get("value", "") for one in said)


def _address(said: ElementTree.Element) -> str:
    if said.get("uuid"):
        return word(said.get("uuid"))
    parts = [said.get(key, "").removeprefix("0x") for key in ("domain", "bus", "slot", "function")]
    domain, bus, slot, function = parts
    if slot:
        return word(f"{domain or '0000'}:{bus}:{slot}.{function or '0'}")
    return word(f"bus {bus} device {said.get('device', '').removeprefix('0x')}")


def _disks(xml: ElementTree.Element) -> Iterator[VirtualDisk]:
    """Sizes are not in the domain's XML."""
    for disk in xml.findall("devices/disk"):
        target = disk.find("target")
        if disk.get("device", "disk") not in ("disk", "lun"):
            continue
        yield VirtualDisk(
            word(target.get("dev")) if target is not None else "disk",
            shared=disk.find("shareable") is not None,
            raw=disk.get("type") == "block" or disk.get("device") == "lun",
        )


def _addresses(value: object) -> Iterator[str]:
    """``{"eth0": {"addrs": [{"addr": ..., "prefix": 24}], "hwaddr": ...}}``."""
    for card in mapping(value).values():
        for one in items(mapping(card).get("addrs")):
            said: Mapping[str, Any] = mapping(one)
            length = word(said.get("prefix"))
            found = address(f"{word(said.get('addr'))}/{length}" if length else said.get("addr"))
            if found:
                yield found
