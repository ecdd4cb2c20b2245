"""What an inventory plugin says of a host that is a virtual machine.

A module for each platform reads the plugin's variables, by an allow-list: what is not named there
stays in the inventory. Free text and whatever looks like a template or a secret is never taken.
"""

from __future__ import annotations

from planner.facts.typed import told
from planner.model import Typed, VirtualMachine
from planner.session.guests import cloud, desktop, libvirt, proxmox, vmware
from planner.session.guests.values import Variables

_PLATFORMS = (vmware.read, proxmox.read, libvirt.read, cloud.read, desktop.hyperv,
              desktop.virtualbox)  # fmt: skip
# What a rule may ask for, in words; where the plugin did not tell, the fact is known in part.
_ASKED = {
    "passthrough": "devices of the host",
    "disks": "disks",
    "snapshots": "snapshots",
    "tpm": "TPM",
    "secure_boot": "secure boot",
    "cpu_affinity": "CPU affinity",
    "power": "power state",
    "memory": "memory",
    "cpus": "processors",
}
_COUNTS = ("cpus", "memory")


def guest(variables: Variables) -> Typed | None:
    """The typed section ``guest`` of one host's variables; None: of no platform known here."""
    for read in _PLATFORMS:
        found = read(variables)
        if found is not None:
            return told(f"inventory:{found.platform}", found, lacks(found))
    return None


def lacks(found: VirtualMachine) -> str:
    """``not told: TPM, secure boot``. Told and none lacks nothing."""
    silent = [
        words
        for name, words in _ASKED.items()
        if getattr(found, name) in (None, "") or (name in _COUNTS and not getattr(found, name))
    ]
    return f"not told: {', '.join(silent)}" if silent else ""
