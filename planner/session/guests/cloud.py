"""EC2: ``amazon.aws.aws_ec2`` (10.1).

Its variables are those of DescribeInstances in snake case, with ``hostvars_prefix`` and
``hostvars_suffix`` around each. User data is not among them.
"""

from __future__ import annotations

import re

from planner.model import VirtualMachine
from planner.model.guest import Power
from planner.session.guests.values import Variables, address, mapping, named, number, word

_POWER: dict[str, Power] = {"running": "on", "pending": "on", "stopped": "off", "stopping": "off"}
_ID = re.compile(r"i-[0-9a-f]{8,17}")


def read(variables: Variables) -> VirtualMachine | None:
    affix = next(
        (
            (before, after)
            for name in sorted(variables)
            for before, found, after in [name.partition("instance_id")]
            if found
            and _ID.fullmatch(word(variables[name]))
            and f"{before}instance_type{after}" in variables
        ),
        None,
    )
    if affix is None:
        return None
    before, after = affix

    def get(name: str) -> object:
        return variables.get(f"{before}{name}{after}")

    options, placement = mapping(get("cpu_options")), mapping(get("placement"))
    platform = word(get("platform_details")) or word(get("platform"))
    boot = word(get("current_instance_boot_mode")) or word(get("boot_mode"))
    private = address(get("private_ip_address"))
    kind = word(get("instance_type"))
    metal = ".metal" in kind
    return VirtualMachine(
        platform="ec2",
        virtualization="none" if metal else "amazon",
        id=word(get("instance_id")),
        hostname=word(get("private_dns_name")).partition(".")[0],
        guest_os=word(get("platform")),
        os_name="" if platform == "Linux/UNIX" else platform,
        power=_POWER.get(word(mapping(get("state")).get("name")), ""),
        cpus=number(options.get("core_count")) * number(options.get("threads_per_core")),
        tpm=True if word(get("tpm_support")) else None,
        firmware={"uefi": "efi", "legacy-bios": "bios", "uefi-preferred": "efi"}.get(boot, ""),
        addresses=(private,) if private else (),
        instance_type=kind,
        host=word(placement.get("host_id")),
        datacenter=word(placement.get("availability_zone")),
        tags=named(get("tags")),
    )
