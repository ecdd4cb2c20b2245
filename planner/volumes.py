"""What the plan says about data: sizes and file systems, and how a volume moves and is checked.

Commands are one line for ``sh`` each, run by the operator in the plan's folder. ``$SSH`` reaches
the machine, ``$SUDO`` makes a command there run as root, ``$ENGINE`` is podman or docker. Paths
of the machine reach a command only quoted, twice where they pass through ``$SSH``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from msgspec import structs

from planner.model import Data, Host, Volume, Workload
from planner.shell import remote, shell_word

RATE = 30_000_000
"""Bytes a second: what one SSH connection moves from a busy disk; a planning figure that is low
on purpose. A gigabit line carries 110 MB/s, and the rehearsal tells the real one."""
FILES_RATE = 2_000
"""Small files a second that tar creates on the target."""

# fmt: off
_NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "9p", "afs", "lustre", "beegfs",
    "davfs", "ncpfs", "gpfs", "ocfs2", "gfs2", "autofs", "vboxsf", "vmhgfs", "virtiofs",
})
_KERNEL = frozenset({
    "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "tmpfs", "ramfs", "debugfs",
    "tracefs", "securityfs", "mqueue", "hugetlbfs", "pstore", "bpf", "configfs", "fusectl",
    "binfmt_misc", "rpc_pipefs", "nsfs", "efivarfs",
})
# fmt: on


class Move(Data, frozen=True):
    """The commands for one volume. ``problem``: why there are none.

    ``create`` makes the volume, ``rehearse`` fills another one from the running service and
    removes it again, ``copy`` fills it while the service is stopped, ``check`` compares both
    sides and ends with status 0 only if they are the same. ``seconds``: of ``copy``; -1 unknown.
    """

    create: tuple[str, ...] = ()
    rehearse: tuple[str, ...] = ()
    copy: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    seconds: int = -1
    notes: tuple[str, ...] = ()
    problem: str = ""


def complete(host: Host, workload: Workload) -> Workload:
    """Return the workload with size, file system and excluded mounts of its volumes filled in."""
    return structs.replace(workload, volumes=tuple(_complete(host, v) for v in workload.volumes))


def _complete(host: Host, volume: Volume) -> Volume:
    measured = (host.sizes.value or {}).get(volume.path)
    mounts = host.mounts.value or ()
    holding = [m for m in mounts if _below(volume.path, m.path)]
    # The last of several mounts on one path hides the others.
    mount = max(enumerate(holding), key=lambda at: (len(at[1].path), at[0]))[1] if holding else None
    found = structs.replace(
        volume,
        size=measured.bytes if measured else volume.size,
        files=measured.files if measured else volume.files,
        modified=measured.modified if measured else volume.modified,
        filesystem=f"{mount.type} on {mount.path}" if mount else volume.filesystem,
        excluded=tuple(
            sorted(
                {
                    m.path
                    for m in mounts
                    if m.path != volume.path and _below(m.path, volume.path) and _foreign(m.type)
                }
            )
        ),
    )
    if mount and is_network(mount.type):
        return structs.replace(
            found,
            consistency="none",
            consistency_reason=f"it lies on the network file system {mount.source}, which the "
            "target mounts itself; nothing is copied",
            live_copy=(),
        )
    return found


def is_network(filesystem: str) -> bool:
    """Whether a type of file system is served by another machine."""
    return filesystem in _NETWORK or filesystem.startswith("fuse.")


def _foreign(filesystem: str) -> bool:
    return is_network(filesystem) or filesystem in _KERNEL


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def seconds(volume: Volume) -> int:
    """Return the expected time of a copy from the measured size, or -1 where it was not."""
    if volume.size < 0:
        return -1
    return 5 + volume.size // RATE + max(volume.files, 0) // FILES_RATE


def move(volume: Volume, image: str, family: str = "debian") -> Move:
    """Return the commands that move a volume into the engine, with ``image`` (the workload's own,
    already built) for the far end of the pipe. ``family``: of that image's distribution.
    """
    if volume.consistency == "none":
        return Move(problem=volume.consistency_reason or "nothing is copied")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", volume.name):
        return Move(problem="its name is not one of an engine's volume")
    if any(path.endswith("\n") for path in (volume.path, *volume.excluded)):
        return Move(problem="its path ends with a line break: move it by hand")
    rehearsal = f"{volume.name}-rehearsal"
    notes = [
        f"{path} below it is another machine's or the kernel's file system: not copied"
        for path in volume.excluded
    ]
    return Move(
        create=(f"$ENGINE volume create {volume.name}",),
        rehearse=(
            f"$ENGINE volume create {rehearsal}",
            _copy(volume, rehearsal, image, family, live=True),
            *_seen(volume, rehearsal, image),
            f"$ENGINE volume rm {rehearsal}",
        ),
        copy=(_copy(volume, volume.name, image, family, live=False),),
        check=tuple(_checks(volume, image, family)),
        seconds=seconds(volume),
        notes=tuple(notes),
    )


def _inside(
    name: str, image: str, script: str, *, interactive: bool = False, writable: bool = False
) -> str:
    """``script`` by sh as root in a container without network that has the volume at /to."""
    return (
        f"$ENGINE run --rm {'-i ' if interactive else ''}--network none --user 0:0 "
        f"-v {name}:/to{'' if writable else ':ro'} --entrypoint sh {shell_word(image)} "
        f"-c {shell_word(script)}"
    )


def _copy(volume: Volume, name: str, image: str, family: str, *, live: bool) -> str:
    full = family != "alpine"  # busybox's tar keeps neither ACLs nor holes
    if live and volume.live_copy:
        source = " ".join(shell_word(word) for word in volume.live_copy)
    else:
        excludes = "".join(f" --exclude={shell_word(_pattern(volume, p))}" for p in volume.excluded)
        flags = (
            " --numeric-owner --sparse --acls --xattrs --warning=no-file-ignored" if full else ""
        )
        source = f"tar{flags}{excludes} -C {shell_word(volume.path)} -cf - ."
    keep = " --acls --xattrs --xattrs-include='user.*' --xattrs-include=security.capability"
    unpack = f"tar --numeric-owner{keep if full else ''} -xpf - -C /to"
    if volume.owner.mode and live and volume.live_copy:
        # A base backup holds no entry for the data directory itself.
        own = volume.owner
        unpack += f" && chown {own.uid}:{own.gid} /to && chmod {_mode(own.mode)} /to"
    return f"{remote(source)} | {_inside(name, image, unpack, interactive=True, writable=True)}"


def _mode(mode: str) -> str:
    return mode if re.fullmatch("[0-7]{3,4}", mode) else "0700"


def _pattern(volume: Volume, path: str) -> str:
    """A path below the volume as tar's pattern: its own special characters stand for themselves."""
    return "./" + re.sub(r"([\\*?\[\]])", r"\\\1", posixpath.relpath(path, volume.path))


def _seen(volume: Volume, name: str, image: str) -> Iterable[str]:
    """The rehearsal's own check: something arrived, and how much."""
    target = "PG_VERSION" if volume.live_copy else ""
    yield _inside(name, image, f"cd /to && ls -ldn . {target} && du -sk .")


def _checks(volume: Volume, image: str, family: str) -> Iterable[str]:
    """Same names, types, modes, owners; same content."""
    prune = "".join(
        f" -path {shell_word(_pattern(volume, path))} -prune -o" for path in volume.excluded
    )
    scripts = [f"find .{prune} -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum -b"]
    if family != "alpine":
        scripts.append(
            f"find .{prune} -mindepth 1 -not -type s -printf '%y %m %U %G %p\\0' | LC_ALL=C sort -z"
        )
    for script in scripts:
        script = f"command -v find >/dev/null && {script} | sha256sum"
        there = remote(f"sh -c {shell_word(f'cd {shell_word(volume.path)} && {script}')}")
        here = _inside(volume.name, image, f"cd /to && {script}")
        yield (
            f'( there="$({there})" && here="$({here})" && echo "$there / $here" '
            '&& test -n "$there" && test "$there" = "$here" )'
        )
