"""What the firmware and cloud-init say of the machine: DMI, which cloud."""

from __future__ import annotations

import re

from planner.facts.text import Parsed, UnreadableError, not_understood, pairs, unescape
from planner.model import Cloud, Dmi

_UUID = re.compile("[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_NO_UUID = ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff")

_ASSET_TAGS = {
    "7783-7084-3265-9085-8269-3286-77": "azure",
    "OracleCloud.com": "oracle",
    "Amazon EC2": "aws",
    "OpenTelekomCloud": "openstack",
    "SAP CCloud VM": "openstack",
    "HUAWEICLOUD": "openstack",
    "Samsung Cloud Platform": "openstack",
    "OpenStack Nova": "openstack",
    "OpenStack Compute": "openstack",
}
_VENDORS = {
    "Amazon EC2": "aws",
    "DigitalOcean": "digitalocean",
    "Hetzner": "hetzner",
    "Scaleway": "scaleway",
    "UpCloud": "upcloud",
    "Vultr": "vultr",
    "Akamai": "akamai",
    "Linode": "akamai",
    "NWCS": "nwcs",
    "Tencent Cloud": "tencent",
}
_PRODUCTS = (
    ("Google Compute Engine", "gce"),
    ("OpenStack Nova", "openstack"),
    ("OpenStack Compute", "openstack"),
    ("Alibaba Cloud ECS", "aliyun"),
    ("CloudStack", "cloudstack"),
    ("CloudCIX", "cloudcix"),
    ("CloudSigma", "cloudsigma"),
    ("Exoscale", "exoscale"),
    ("SmartDC", "smartos"),
)
_DATASOURCES = {"ec2": "aws", "configdrive": "", "nocloud": "", "none": "", "ovf": "", "gce": "gce"}


def _told(text: str) -> dict[str, str]:
    return {key: unescape(value.strip()) for key, value in pairs(text).items()}


def parse_dmi(text: str) -> Parsed[Dmi]:
    """``key=value`` lines, keys as the files of /sys/class/dmi/id are called."""
    told = _told(text)
    uuid = told.get("product_uuid", "").lower()
    chassis = told.get("chassis_type", "")
    known = bool(_UUID.fullmatch(uuid)) and uuid not in _NO_UUID
    odd = [uuid] if uuid and not known and uuid not in _NO_UUID else []
    found = Dmi(
        vendor=told.get("sys_vendor", ""),
        product=told.get("product_name", ""),
        version=told.get("product_version", ""),
        board_vendor=told.get("board_vendor", ""),
        board=told.get("board_name", ""),
        bios_vendor=told.get("bios_vendor", ""),
        bios_version=told.get("bios_version", ""),
        bios_date=told.get("bios_date", ""),
        chassis_type=int(chassis) if re.fullmatch("[0-9]{1,3}", chassis) else 0,
        uuid=uuid if known else "",
        other_uuid=_other(uuid) if known else "",
    )
    if found == Dmi():
        raise UnreadableError("the firmware tells neither vendor nor product")
    return Parsed(found, not_understood(odd, "uuid"))


def _other(uuid: str) -> str:
    groups = uuid.split("-")
    turned = ["".join(reversed(re.findall("..", group))) for group in groups[:3]]
    return "-".join([*turned, *groups[3:]])


def parse_cloud(text: str) -> Parsed[Cloud]:
    """``init.*``: cloud-init's word; ``dmi.*``: hints as its ds-identify reads them."""
    told = _told(text)
    init, dmi = _of_init(told), _of_dmi(told)
    names = {
        "cloud-init": init,
        "dmi": dmi,
        "hypervisor": "aws" if told.get("hypervisor_uuid") == "ec2" else "",
    }
    name = next((n for n in names.values() if n), "")
    on_ec2 = told.get("dmi.sys_vendor") == "Amazon EC2"
    return Parsed(
        Cloud(
            name=name,
            platform=told.get("init.platform", ""),
            region=told.get("init.region", ""),
            zone=told.get("init.availability_zone", ""),
            instance_id=told.get("init.instance_id", ""),
            instance_type=told.get("init.instance_type", "")
            or (told.get("dmi.product_name", "") if on_ec2 else ""),
            told_by=tuple(source for source, said in names.items() if said and said == name),
        )
    )


def _of_init(told: dict[str, str]) -> str:
    """A machine that was set up from a local seed (``nocloud``) is in no cloud for that."""
    for key in ("init.cloud_id", "init.cloud_name"):
        said = told.get(key, "").lower()
        if said and said not in ("none", "unknown", "nocloud", "configdrive"):
            return {"gcp": "gce"}.get(said, said)
    source = told.get("init.datasource", "").lower().removeprefix("datasource")
    source = source.removesuffix("local").removesuffix("net")
    return _DATASOURCES.get(source, source)


def _of_dmi(told: dict[str, str]) -> str:
    tag, vendor = told.get("dmi.asset_tag", ""), told.get("dmi.sys_vendor", "")
    product = told.get("dmi.product_name", "")
    if tag in _ASSET_TAGS:
        return _ASSET_TAGS[tag]
    if vendor in _VENDORS:
        return _VENDORS[vendor]
    for mark, name in _PRODUCTS:
        if product.startswith(mark):
            return name
    versions = (told.get("dmi.product_version", ""), told.get("dmi.bios_version", ""))
    return "aws" if any(version.lower().endswith("amazon") for version in versions) else ""
