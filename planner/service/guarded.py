"""What guards a machine: encryption, labels, a kernel that refuses.

Each function gives a fact of its own, so that what is missing of one section does not make an
answer unknown that the rest of it settles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from planner.facts.text import joined
from planner.model import BlockDevice, Confined, Confinement, Fact, Host, Workload

_ENCRYPTED_TYPES = ("ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs")
_SCRATCH = ("/tmp", "/var/tmp")  # noqa: S108
_MAPPED = re.compile(r"/dev/(?!sd|vd|xvd|hd|nvme|mmcblk|sr|loop)")


def encrypted(host: Host) -> Fact[tuple[str, ...]]:
    """Where encrypted file systems are mounted, and encrypted devices that are held open without
    one, as ``/dev/mapper/name``. Swap and folders for temporary files alone count as none. Where
    no file system, nor the root's, lies on a mapped device, none is encrypted, whatever is known of
    the devices.
    """
    blocks, mounts, swap = host.block_devices, host.mounts, host.swap
    if mounts.value is None:
        return Fact(mounts.section, unknown=mounts.unknown)
    devices, entries = blocks.value or (), mounts.value
    rooted = any(m.path == "/" for m in entries)
    if blocks.value is None and (not rooted or any(_MAPPED.match(m.source) for m in entries)):
        return Fact(blocks.section, unknown=blocks.unknown)
    below = _behind_encryption(devices)
    names = {name: device for device in below for name in _names(device)}
    found = {m.path for m in entries if m.type in _ENCRYPTED_TYPES}
    found |= {m.path for m in entries if m.source in names and m.path not in _SCRATCH}
    used = {m.source for m in entries} | {s.path for s in swap.value or ()}
    held = {name for d in devices for name in (*d.slaves, d.parent)}
    for device in below:
        top = not device.holders and device.name not in held
        if top and not used & set(_names(device)):
            found.add(f"/dev/mapper/{device.mapped}" if device.mapped else f"/dev/{device.name}")
    lack = (swap.unknown or swap.partial) if below else ""
    dumb = [d.name for d in devices if "type" in d.untold]
    lack = joined(lack, f"what {', '.join(dumb)} is made of was not told" if dumb else "")
    return Fact(
        blocks.section, tuple(sorted(found)), partial=joined(blocks.partial, mounts.partial, lack)
    )


def _behind_encryption(devices: Iterable[BlockDevice]) -> list[BlockDevice]:
    """Encrypted devices, and what is made of them."""
    known = {d.name: d for d in devices}
    rest = [d for d in known.values() if d.type == "crypt"]
    found: dict[str, BlockDevice] = {}
    while rest:
        device = rest.pop()
        if device.name not in found:
            found[device.name] = device
            above = (d for d in known.values() if device.name in (*d.slaves, d.parent))
            rest += [*(known[h] for h in device.holders if h in known), *above]
    return [found[name] for name in sorted(found)]


def _names(device: BlockDevice) -> tuple[str, ...]:
    short = (device.name, f"mapper/{device.mapped}" if device.mapped else "", device.volume)
    return tuple(f"/dev/{name}" for name in short if name)


def multilevel(host: Host) -> Fact[bool]:
    """Whether SELinux enforces a policy of several levels (MLS)."""
    if host.selinux.value is None:
        return Fact(host.selinux.section, unknown=host.selinux.unknown)
    if host.selinux.value != "enforcing":
        return Fact(host.selinux.section, False, partial=host.selinux.partial)
    found = host.confinement
    if found.value is None:
        return Fact(found.section, unknown=found.unknown)
    told = found.value.selinux_type
    lack = joined(found.partial, "the name of SELinux's policy was not told")
    return Fact(found.section, told == "mls", partial="" if told else lack)


def _labels_aside(found: Fact[Confinement]) -> str:
    """What lacks of it besides the list of security modules, which old kernels do not give."""
    alone = found.partial.startswith("no list of security modules") and ";" not in found.partial
    return "" if alone else found.partial


def guards(host: Host) -> Fact[tuple[str, ...]]:
    """How the kernel is locked down beyond what Secure Boot asks for, and what it measures."""
    found = host.confinement
    if found.value is None:
        return Fact(found.section, unknown=found.unknown)
    told = found.value
    named = (
        ("lockdown (confidentiality)", told.lockdown == "confidentiality"),
        ("IMA", told.ima),
        ("EVM", told.evm),
    )
    return Fact(found.section, tuple(n for n, on in named if on), partial=_labels_aside(found))


def confined(host: Host, workload: Workload) -> Fact[tuple[Confined, ...]]:
    """Labels of its processes; that the list of security modules lacks does not touch them."""
    found = host.confinement
    if found.value is None:
        return Fact(found.section, unknown=found.unknown)
    pids = set(workload.pids)
    own = tuple(one for one in found.value.processes if one.pid in pids)
    return Fact(found.section, own, partial=_labels_aside(found))
