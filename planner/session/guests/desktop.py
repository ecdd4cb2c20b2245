"""VirtualBox and Hyper-V.

- ``community.general.virtualbox`` (11): ``vbox_`` and a line's name in ``VBoxManage list -l vms``,
  blanks as ``_`` (``vbox_Memory_size: 4096MB``).
- Hyper-V: no collection of the ``ansible`` bundle (12) has a plugin for it. What people's scripts
  give is PowerShell's ``Get-VM`` (class VirtualMachine of the module Hyper-V), so its properties
  are read below ``hyperv`` or with ``hyperv_`` before each, in any case, with or without ``_``.
"""

from __future__ import annotations

from typing import Any

from planner.model import VirtualMachine
from planner.model.guest import Power
from planner.session.guests.values import Variables, flag, flat, items, number, size, word

_BOX = "vbox_"
_BOX_POWER: tuple[tuple[str, Power], ...] = (
    ("running", "on"),
    ("powered off", "off"),
    ("aborted", "off"),
    ("saved", "suspended"),
    ("paused", "suspended"),
)
_HYPERV_POWER: dict[str, Power] = {
    "running": "on", "2": "on", "off": "off", "3": "off", "saved": "suspended", "6": "suspended",
    "paused": "suspended", "9": "suspended",
}  # fmt: skip


def virtualbox(variables: Variables) -> VirtualMachine | None:
    said = {n.removeprefix(_BOX): v for n, v in variables.items() if n.startswith(_BOX)}
    if not word(said.get("UUID")) or "Memory_size" not in said:
        return None
    state = word(said.get("State")).lower()
    tpm = word(said.get("TPM_Type")) or word(said.get("TPM_type"))
    return VirtualMachine(
        platform="virtualbox",
        virtualization="oracle",
        id=word(said.get("UUID")).lower(),
        uuid=word(said.get("Hardware_UUID")).lower(),
        guest_os=word(said.get("Guest_OS")),
        power=next((power for mark, power in _BOX_POWER if state.startswith(mark)), ""),
        cpus=number(said.get("Number_of_CPUs")),
        memory=max(size(said.get("Memory_size"), 1 << 20), 0),
        tpm=tpm.lower() != "none" if tpm else None,
        firmware="efi" if "efi" in word(said.get("Firmware")).lower()
        else "bios" if said.get("Firmware") else "",
    )  # fmt: skip


def hyperv(variables: Variables) -> VirtualMachine | None:
    said: dict[str, Any] = {}
    for name, value in variables.items():
        if name == "hyperv" or name.startswith("hyperv_"):
            said |= {k.removeprefix("hyperv"): one for k, one in flat({name: value})}
    if not (word(said.get("vmid")) or word(said.get("id"))) or "processorcount" not in said:
        return None
    memory = size(said.get("memorystartup"))
    if memory <= 0:
        memory = size(said.get("memoryassigned"))
    generation = word(said.get("generation"))
    snapshots = said.get("snapshots")
    secure = said.get("secureboot", said.get("securebootenabled"))
    return VirtualMachine(
        platform="hyperv",
        virtualization="microsoft",
        id=(word(said.get("vmid")) or word(said.get("id"))).lower(),
        uuid=word(said.get("biosguid")).strip("{}").lower(),
        power=_HYPERV_POWER.get(word(said.get("state")).lower(), ""),
        cpus=number(said.get("processorcount")),
        memory=max(memory, 0),
        snapshots=len(items(snapshots)) if isinstance(snapshots, list) else None,
        tpm=flag(said.get("tpmenabled")),
        secure_boot=flag(secure),
        firmware={"1": "bios", "2": "efi"}.get(generation, ""),
        host=word(said.get("computername")),
    )
