"""Where a service keeps things: which paths are data, which the image has, which are secret."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from planner.model import Host, Mount, PathInfo, Volume
from planner.service.accounts import stat_owner

Role = Literal[
    "image",
    "runtime",
    "temporary",
    "config",
    "log",
    "cache",
    "data",
    "content",
    "application",
    "home",
]

_ROLES: tuple[tuple[str, Role], ...] = (
    ("/usr/local", "application"),
    ("/opt", "application"),
    ("/run", "runtime"),
    ("/var/run", "runtime"),
    ("/var/lock", "runtime"),
    ("/tmp", "temporary"),  # noqa: S108
    ("/var/tmp", "temporary"),  # noqa: S108
    ("/etc", "config"),
    ("/var/log", "log"),
    ("/var/cache", "cache"),
    ("/var/www", "content"),
    ("/var/lib/dpkg", "image"),
    ("/var/lib/apt", "image"),
    ("/var/lib/systemd", "image"),
    ("/var", "data"),
    ("/home", "home"),
    ("/root", "home"),
    ("/srv", "data"),
    ("/proc", "image"),
    ("/sys", "image"),
    ("/dev", "image"),
    ("/usr", "image"),
    ("/bin", "image"),
    ("/sbin", "image"),
    ("/lib", "image"),
    ("/lib32", "image"),
    ("/lib64", "image"),
    ("/boot", "image"),
)
_SHARED_CONFIG = frozenset(
    {
        "/etc/default",
        "/etc/sysconfig",
        "/etc/conf.d",
        "/etc/init.d",
        "/usr/local/etc",
        "/etc/docker",
    }
)
_SHARED_TOPS = frozenset(
    {
        "/",
        "/opt",
        "/srv",
        "/home",
        "/var",
        "/var/lib",
        "/var/www",
        "/var/log",
        "/var/cache",
        "/usr/local",
        "/data",
        "/mnt",
        "/media",
        "/root",
        "/usr/local/bin",
        "/usr/local/sbin",
        "/usr/local/lib",
        "/var/spool",
        "/usr/local/share",
        "/usr/local/etc",
        "/etc",
        "/run",
    }
)


@dataclass(frozen=True)
class Wanted:
    """A volume before it has a name and a size."""

    path: str
    kind: Literal["data", "content", "logs", "cache", "upload", "state"]
    reason: str
    consistency: Literal["live", "stop", "base-backup", "none"] = "stop"
    consistency_reason: str = ""
    read_only: bool = False
    live_copy: tuple[str, ...] = ()
    backup: str = ""
    """How it is saved from then on, where the program has a way of its own."""


def clean(path: str) -> str:
    """The path without ``//``, ``.`` and ``..``, ``/var/run`` as ``/run``; empty: not absolute."""
    if not path.startswith("/") or "\0" in path:
        return ""
    found = "/" + posixpath.normpath(path).lstrip("/")
    return found.removeprefix("/var") if below(found, "/var/run") else found


def below(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


@lru_cache(maxsize=4096)
def role(path: str) -> Role:
    """What the file system hierarchy says about a path; data for a folder that it does not know."""
    for folder, found in _ROLES:
        if below(path, folder):
            return found
    return "image" if path == "/" else "data"


@dataclass(frozen=True)
class Followed:
    """A path without links; ``links``: those on the way, as (path, target as it is written)."""

    path: str
    links: tuple[tuple[str, str], ...] = ()


def follow(host: Host, path: str) -> Followed:
    """Replace every symbolic link on the way that was seen on the machine."""
    known = {f.path: f.link for f in host.config_files.value or () if f.link}
    known |= {p: i.link for p, i in (host.paths.value or {}).items() if i.type == "link" and i.link}
    links: dict[str, str] = {}
    rest = path.strip("/").split("/")
    done = ""
    while rest:
        step = f"{done}/{rest.pop(0)}"
        target = known.get(step, "")
        if not target or step in links:
            done = step
            continue
        links[step] = target
        aim = clean(posixpath.join(done or "/", target))
        rest, done = [*aim.strip("/").split("/"), *rest], ""
    return Followed(done or "/", tuple(links.items()))


def shared_top(path: str) -> bool:
    """Whether a folder holds other programs' things too, so that it is never one's own root."""
    return path in _SHARED_TOPS or posixpath.dirname(path) == "/"


def own_folder(file: str) -> str:
    """The folder of a file of configuration, as far as it is its program's own; the file alone
    where others' lie beside it (/etc/redis.conf, /etc/default/etcd)."""
    folder = posixpath.dirname(file)
    return file if shared_top(folder) or folder in _SHARED_CONFIG else folder


def info(host: Host, path: str) -> PathInfo | None:
    """Metadata of a path; None: not looked at or not there."""
    return (host.paths.value or {}).get(path)


# fmt: off
_NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "9p", "afs", "lustre", "beegfs",
    "davfs", "ncpfs", "gpfs",
})
# fmt: on


def is_network(filesystem: str) -> bool:
    """Whether a type of file system is served by another machine."""
    return filesystem in _NETWORK or filesystem.startswith("fuse.")


def mount(host: Host, path: str) -> Mount | None:
    """The mount that holds a path."""
    holding = [m for m in host.mounts.value or () if below(path, m.path)]
    # The last of several mounts on one path hides the others.
    return max(enumerate(holding), key=lambda at: (len(at[1].path), at[0]))[1] if holding else None


def network_mount(host: Host, path: str) -> Mount | None:
    """The mount that holds a path, if another machine serves it."""
    found = mount(host, path)
    return found if found and is_network(found.type) else None


def outermost(wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """Those that lie in no other one, the first of two with the same path."""
    found: dict[str, Wanted] = {}
    for entry in wanted:
        found.setdefault(entry.path, entry)
    return tuple(
        entry
        for path, entry in sorted(found.items())
        if not any(path != other and below(path, other) for other in found)
    )


def volumes(host: Host, wanted: Iterable[Wanted]) -> tuple[Volume, ...]:
    """Volumes with the machine's owner and mode, still under the name of their path: the engine
    of the detectors names them for the whole machine.
    """
    return tuple(
        Volume(
            name=entry.path,
            path=entry.path,
            kind=entry.kind,
            reason=entry.reason,
            owner=stat_owner(host, entry.path),
            read_only=entry.read_only,
            consistency=entry.consistency,
            consistency_reason=entry.consistency_reason,
            live_copy=entry.live_copy,
            backup=entry.backup,
        )
        for entry in outermost(wanted)
    )
