"""What of the machine's facts a workload uses: file systems, devices, runtimes, rights, sockets.

A fact that was not seen counts as empty here; :data:`FIELDS` names the facts that each field was
made from, so that who asks can tell the two apart.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from planner.images.lifecycle import Lifecycle
from planner.model import (
    Application,
    BlockDevice,
    Certificate,
    Export,
    Host,
    MappedFile,
    Mount,
    PathInfo,
    Runtime,
    TextFile,
    UnixSocket,
    Workload,
)
from planner.service import places
from planner.service.beneath import (
    devices,
    exports,
    fill,
    inode_fill,
    mounts,
    pipes,
)
from planner.service.enabled import switched_off
from planner.service.runtimes import lifecycles, natives, runtimes

_SYSTEM_LIBRARY = re.compile(r"/(usr/)?(local/)?lib(32|64|x32)?/.*\.so(\.|$)")
_PATH = re.compile(r"(?<![\w./])/[\w.@%+/-]+")
_OF_AUTHORITY = re.compile(r"(^|[-_./])ca([-_.]|bundle|certs?[-_.]|chain|$)", re.IGNORECASE)


def mapped(host: Host, workload: Workload) -> tuple[MappedFile, ...]:
    """What its processes map into memory."""
    pids = set(workload.pids)
    return tuple(m for m in host.mapped.value or () if pids & set(m.pids))


def loose_libraries(host: Host, workload: Workload) -> tuple[str, ...]:
    """Libraries in the system's folders that it maps and no package owns."""
    owners = host.owners.value or {}
    return tuple(
        m.path
        for m in mapped(host, workload)
        if _SYSTEM_LIBRARY.match(m.path) and owners.get(m.path, "-") == ""
    )


def sockets(host: Host, workload: Workload) -> tuple[UnixSocket, ...]:
    """Unix sockets of others that its processes were connected to."""
    pids = set(workload.pids)
    return tuple(
        s for s in host.unix_sockets.value or () if pids & set(s.peers) and not pids & set(s.pids)
    )


def instances(host: Host, workload: Workload) -> tuple[str, ...]:
    """Units of the same template as its own, itself among them, that are active or failed."""
    template, at, _ = workload.unit.partition("@")
    return tuple(
        sorted(
            u.name
            for u in host.units.value or ()
            if at and u.name.startswith(f"{template}@") and u.active in ("active", "failed")
        )
    )


def unit_lines(host: Host, workload: Workload) -> tuple[str, ...]:
    """Directives of its unit as ``Name=value``, in file order."""
    return tuple(
        f"{name}={value}"
        for unit in host.units.value or ()
        if workload.unit and unit.name == workload.unit
        for _, name, value in unit.directives
    )


def applications(host: Host, workload: Workload) -> tuple[Application, ...]:
    """What somebody built on a runtime, among its files and content."""
    own = [*_own_paths(workload), *(v.path for v in workload.volumes), workload.workdir]
    return tuple(
        a
        for a in host.applications.value or ()
        if any(one and places.below(a.path, one) for one in own)
    )


def texts(host: Host, workload: Workload) -> tuple[TextFile, ...]:
    """Its configuration, as far as the look carried it, without what is seen to be switched off."""
    own = [*_own_paths(workload), *(word for word in workload.argv if word.startswith("/"))]
    every = sorted((host.files.value or {}).items())
    found = [file for path, file in every if any(places.below(path, one) for one in own)]
    off = switched_off(host, found)
    return tuple(file for file in found if file.path not in off)


def named_mounts(host: Host, workload: Workload) -> tuple[Mount, ...]:
    """The file systems in which something lies that its command, environment, jobs or configuration
    name, whether or not it is open or taken for data; never the root's.
    """
    words = [*workload.argv, *workload.command, workload.workdir]
    words += [word for job in workload.jobs for word in job.command]
    words += [variable.value for variable in workload.environment]
    words += [file.text for file in texts(host, workload)]
    named = (places.clean(m[0]) for word in words for m in _PATH.finditer(word))
    found = {}
    for path in dict.fromkeys(named):
        mount = places.mount(host, path) if path else None
        if mount and mount.path != "/":
            found[mount.path] = mount
    return tuple(found[path] for path in sorted(found))


def certificates(host: Host, workload: Workload) -> tuple[Certificate, ...]:
    """Certificates among its files, without those of authorities."""
    own = _own_paths(workload)
    return tuple(
        c
        for c in host.certificates.value or ()
        if not c.authority
        and not _OF_AUTHORITY.search(posixpath.basename(c.path))
        and any(places.below(c.path, one) for one in own)
    )


def _own_paths(workload: Workload) -> list[str]:
    return [*(c.path for c in workload.copies), *(s.path for s in workload.secrets)]


@dataclass(frozen=True)
class Field:
    """How a field of a workload is made, of which type, and from which facts of the machine."""

    read: Callable[[Host, Workload], Any]
    type: Any
    needs: tuple[str, ...]


FIELDS = {
    "mounts": Field(mounts, tuple[Mount, ...], ("mounts",)),
    "named_mounts": Field(named_mounts, tuple[Mount, ...], ("mounts", "files")),
    "devices": Field(devices, tuple[BlockDevice, ...], ("mounts", "block_devices")),
    "fill": Field(fill, float, ("mounts", "space")),
    "inode_fill": Field(inode_fill, float, ("mounts", "inodes")),
    "exports": Field(exports, tuple[Export, ...], ("exports",)),
    "pipes": Field(pipes, tuple[PathInfo, ...], ("paths",)),
    "mapped": Field(mapped, tuple[MappedFile, ...], ("mapped",)),
    "loose_libraries": Field(loose_libraries, tuple[str, ...], ("mapped", "owners")),
    "natives": Field(natives, tuple[str, ...], ("mapped", "owners", "runtimes")),
    "sockets": Field(sockets, tuple[UnixSocket, ...], ("unix_sockets",)),
    "instances": Field(instances, tuple[str, ...], ("units",)),
    "unit_lines": Field(unit_lines, tuple[str, ...], ("units",)),
    "applications": Field(applications, tuple[Application, ...], ("applications",)),
    "texts": Field(texts, tuple[TextFile, ...], ("files",)),
    "certificates": Field(certificates, tuple[Certificate, ...], ("certificates",)),
    "runtimes": Field(runtimes, tuple[Runtime, ...], ("runtimes",)),
    "lifecycles": Field(lifecycles, tuple[Lifecycle, ...], ("runtimes",)),
}
"""Fields that only rules see."""
