"""Volumes with what the machine says of them: size, file system, other users."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from msgspec import structs

from planner.model import Host, Mount, Volume, Workload
from planner.service import places
from planner.store import slug

# fmt: off
_SHARED = frozenset({"ocfs2", "gfs2", "autofs", "vboxsf", "vmhgfs", "virtiofs"})
"""Of several machines at once, or of the hypervisor."""
_KERNEL = frozenset({
    "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "tmpfs", "ramfs", "debugfs",
    "tracefs", "securityfs", "mqueue", "hugetlbfs", "pstore", "bpf", "configfs", "fusectl",
    "binfmt_misc", "rpc_pipefs", "nsfs", "efivarfs",
})
# fmt: on
_OPTION = re.compile(
    r"(ro|rw|hard|soft|noatime|nosuid|nodev|noexec|nolock|tcp|udp|seal|mfsymlinks"
    r"|(vers|nfsvers|minorversion|proto|port|sec|rsize|wsize|timeo|retrans|uid|gid|file_mode"
    r"|dir_mode|iocharset)=[A-Za-z0-9._:-]{1,40})"
)
"""What a mount on the target says again: no name of a user, and nothing secret."""


def complete(host: Host, workload: Workload) -> Workload:
    """Return the workload with what the machine says of its volumes filled in.

    A file system of another machine that is mounted below one becomes a volume of its own.
    """
    found: list[Volume] = []
    for volume in workload.volumes:
        whole = _complete(host, volume)
        found += [whole, *_mounted_below(host, whole)]
    return structs.replace(workload, volumes=tuple(found))


def _complete(host: Host, volume: Volume) -> Volume:
    measured = (host.sizes.value or {}).get(volume.path)
    mounts = host.mounts.value or ()
    mount = places.mount(host, volume.path)
    found = structs.replace(
        volume,
        size=measured.bytes if measured else volume.size,
        files=measured.files if measured else volume.files,
        modified=measured.modified if measured else volume.modified,
        filesystem=f"{mount.type} on {mount.path}" if mount else volume.filesystem,
        source=mount.source if mount else volume.source,
        users=tuple(_served(host, volume.path)),
        excluded=tuple(
            sorted(
                {
                    m.path
                    for m in mounts
                    if m.path != volume.path
                    and places.below(m.path, volume.path)
                    and (_elsewhere(m) or m.type in _KERNEL)
                }
            )
        ),
    )
    return _on_network(found, mount) if mount and _elsewhere(mount) else found


def _elsewhere(mount: Mount) -> bool:
    return places.is_network(mount.type) or mount.type in _SHARED


def _on_network(volume: Volume, mount: Mount) -> Volume:
    inside = posixpath.relpath(volume.path, mount.path)
    return structs.replace(
        volume,
        source=mount.source if inside == "." else posixpath.join(mount.source, inside),
        options=tuple(o for o in mount.options if _OPTION.fullmatch(o)),
        read_only=volume.read_only or "ro" in mount.options,
        consistency="none",
        consistency_reason=f"it lies on the network file system {mount.source}, which the "
        "target mounts itself; nothing is copied",
        live_copy=(),
    )


def _mounted_below(host: Host, volume: Volume) -> Iterable[Volume]:
    if volume.consistency == "none":
        return
    for path in volume.excluded:
        mount = places.mount(host, path)
        if mount and _elsewhere(mount):
            name = slug(f"{volume.name}-{posixpath.relpath(path, volume.path)}".replace("/", "-"))
            own = Volume(name, path, volume.kind, f"mounted below {volume.path}")
            yield _complete(host, own)


def _served(host: Host, path: str) -> Iterable[str]:
    """Give whom the machine itself serves the folder to, in the words of its exports."""
    for export in host.exports.value or ():
        if export.path.startswith("/") and (
            places.below(path, export.path) or places.below(export.path, path)
        ):
            to = f" to {', '.join(export.clients)}" if export.clients else ""
            yield f"served as {export.kind} {export.name}{to}"
