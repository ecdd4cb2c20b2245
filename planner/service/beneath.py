"""What lies beneath a workload's data: file systems, devices, how full they are, who else is given
it. A fact that was not seen counts as empty.
"""

from __future__ import annotations

from collections.abc import Iterable

from planner.model import BlockDevice, Export, Host, Mount, PathInfo, Workload
from planner.service import places

_DATA = ("data", "content", "upload", "state")


def mounts(host: Host, workload: Workload) -> tuple[Mount, ...]:
    """The file systems in which its data lies."""
    found = {}
    for volume in workload.volumes:
        mount = places.mount(host, volume.path) if volume.kind in _DATA else None
        if mount:
            found[mount.path] = mount
    return tuple(found[path] for path in sorted(found))


def devices(host: Host, workload: Workload) -> tuple[BlockDevice, ...]:
    """The block devices below these file systems, down to the disks."""
    return below(host, mounts(host, workload))


def below(host: Host, those: Iterable[Mount]) -> tuple[BlockDevice, ...]:
    """The block devices below file systems, down to the disks."""
    known = {d.name: d for d in host.block_devices.value or ()}
    names = {name: name for name in known}
    names |= {f"mapper/{d.mapped}": d.name for d in known.values() if d.mapped}
    names |= {d.volume: d.name for d in known.values() if d.volume}
    rest = [names.get(m.source.removeprefix("/dev/"), "") for m in those]
    found: dict[str, BlockDevice] = {}
    while rest:
        device = known.get(rest.pop())
        if device and device.name not in found:
            found[device.name] = device
            rest += [*device.slaves, device.parent]
    return tuple(found[name] for name in sorted(found))


def fill(host: Host, workload: Workload) -> float:
    """Share 0..1 of the fullest of these file systems that is in use."""
    own = {m.path for m in mounts(host, workload)}
    shares = [s.used / s.size for s in host.space.value or () if s.path in own and s.size > 0]
    return max(shares, default=0.0)


def inode_fill(host: Host, workload: Workload) -> float:
    """Share 0..1 of the inodes of the fullest of these file systems that is in use."""
    own = {m.path for m in mounts(host, workload)}
    shares = [i.used / i.total for i in host.inodes.value or () if i.path in own and i.total > 0]
    return max(shares, default=0.0)


def exports(host: Host, workload: Workload) -> tuple[Export, ...]:
    """What other machines are given of the folders in which it keeps data."""
    own = [v.path for v in workload.volumes if v.kind in _DATA]
    return tuple(
        e
        for e in host.exports.value or ()
        if e.path.startswith("/")
        and any(places.below(e.path, path) or places.below(path, e.path) for path in own)
    )


def pipes(host: Host, workload: Workload) -> tuple[PathInfo, ...]:
    """FIFOs in its volumes."""
    own = [v.path for v in workload.volumes]
    every = sorted((host.paths.value or {}).items())
    return tuple(
        info
        for path, info in every
        if info.type == "fifo" and any(places.below(path, one) for one in own)
    )
