"""What ties a workload to those who hold a device without either saying so: a folder, package or
vendor of both, a process of both, or data on what the device's driver makes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from planner.model import Host, Process, Workload
from planner.service import beneath, places
from planner.service.used import mapped, texts, unit_lines

# fmt: off
_OF_MANY = frozenset({
    "/usr", "/usr/local", "/opt", "/srv", "/home", "/etc", "/var", "/var/lib", "/var/opt", "/data",
    "/var/spool", "/var/www", "/var/cache", "/usr/lib", "/usr/lib64", "/usr/libexec", "/usr/share",
    "/usr/local/lib", "/usr/local/lib64", "/usr/local/libexec", "/usr/local/share", "/app", "/apps",
    "/usr/local/etc", "/lib", "/lib64", "/mnt", "/media", "/etc/default", "/etc/sysconfig",
    "/etc/conf.d", "/etc/ssl", "/etc/pki", "/etc/systemd", "/etc/systemd/system",
})
# fmt: on
"""Folders in which each has one of its own."""
_OF_NOBODY = re.compile(
    r"/(usr/(local/)?)?s?bin|/(usr/)?lib(32|64|x32)?/[^/]*(-linux-[^/]*|\.so(\..*)?)"
    r"|/(dev|proc|sys|run|tmp|boot|root)|/var/(run|log|tmp|lock)|/usr/(lib|share)/(locale|zoneinfo)"
    r"|/etc/(ld\.so\.cache|localtime)|/(usr/)?lib/systemd|/var/(lib|cache)/nscd"
)
_PATH = re.compile(r"/[\w.@%+-]+(?:/[\w.@%+-]+)*")
_SYSTEM_PROGRAM = re.compile(r"/(usr/|s?bin/|lib)")
_DISTRIBUTION = re.compile(
    "Debian|Ubuntu|Raspb|Red Hat|Rocky|AlmaLinux|CentOS|Fedora|Oracle America|(open)?SUSE|Alpine"
    "|Amazon Linux",
    re.IGNORECASE,
)
_SHORTEST = 4
"""Letters of a folder's name that say whose it is."""
_ORDINARY_DISK = re.compile(
    r"(sd[a-z]{1,3}|x?vd[a-z]{1,2}|hd[a-z]|nvme\d+n\d+|mmcblk\d+|cciss/c\d+d\d+)(p?\d+)?|dm-\d+|md\d+(p\d+)?"
)
_ORDINARY_TYPE = re.compile(r"ext[234]|xfs|btrfs|f2fs|jfs|vfat|tmpfs|nfs4?|cifs|smb3")


def together(host: Host, workload: Workload, holders: Collection[int]) -> bool:
    """Whether they may have come with, or be part of, what holds the device; also where a program
    of theirs, or of its own, is not known."""
    every = host.processes.value or ()
    units = {p.unit for p in every if p.pid in holders and p.unit}
    theirs = [p for p in every if p.pid in holders or p.unit in units]
    own = [p for p in every if p.pid in workload.pids]
    if not set(holders) <= {p.pid for p in theirs} or not all(p.exe for p in theirs):
        return True
    if any(p.unit in units or p.ppid in {t.pid for t in theirs} - {1} for p in own):
        return True
    if {t.ppid for t in theirs} & set(workload.pids):
        return True
    homes = set(_homes(_named(host, theirs)))
    words = list(_words(host, workload, own))
    return (
        not _of_system(host, workload, own)
        or any(re.search(re.escape(home) + r"(?!\w)", word) for home in homes for word in words)
        or _one_vendor(host, workload, own, theirs, homes)
    )


def stands_on_it(host: Host, workload: Workload) -> bool:
    """Whether its data may lie on a disk or file system that a driver from outside of the kernel
    makes, which is what special devices come with."""
    pids = set(workload.pids)
    paths = [*_paths(workload), workload.workdir]
    paths += [f.path for f in host.open_files.value or () if f.pid in pids]
    words = _words(host, workload, [p for p in host.processes.value or () if p.pid in pids])
    paths += [path for word in words for path in _PATH.findall(word)]
    found = [places.mount(host, path) for path in paths if path.startswith("/")]
    used = {m.path: m for m in found if m and not re.match("/(dev|proc|sys)(/|$)", m.path)}
    for mount in used.values():
        if not _ORDINARY_TYPE.fullmatch(mount.type):
            return True
        below = beneath.below(host, [mount])
        local = mount.source.startswith("/dev/")
        if (local and not below) or not all(_ORDINARY_DISK.fullmatch(d.name) for d in below):
            return True
    outside = {m.name for m in host.modules.value or () if m.out_of_tree or m.proprietary}
    return any(c.class_code.startswith("01") and c.driver in outside for c in host.pci.value or ())


def _paths(workload: Workload) -> list[str]:
    kept = [*(c.path for c in workload.copies), *(s.path for s in workload.secrets)]
    return [*kept, *(v.path for v in workload.volumes)]


def _homes(paths: Iterable[str]) -> Iterator[str]:
    """The folders that are one program's or vendor's own: ``/opt/acme`` of what lies below."""
    for path in paths:
        done = ""
        for step in path.strip("/").split("/"):
            done = f"{done}/{step}"
            if done not in _OF_MANY:
                break
        if done != "/" and done not in _OF_MANY and not _OF_NOBODY.fullmatch(done):
            yield done


def _named(host: Host, processes: Collection[Process]) -> Iterator[str]:
    pids = {p.pid for p in processes}
    for process in processes:
        yield from (process.exe, process.cwd)
        yield from (path for word in process.argv for path in _PATH.findall(word))
    yield from (m.path for m in host.mapped.value or () if pids & set(m.pids))


def _words(host: Host, workload: Workload, own: Collection[Process]) -> Iterator[str]:
    """Everything that it says, is told or has, as far as a path may be in it."""
    yield from (*workload.argv, *workload.command, workload.exe, workload.workdir)
    yield from (v.value for v in workload.environment)
    yield from _paths(workload)
    yield from (f"{f.path}\n{f.text}" for f in texts(host, workload))
    yield from (m.path for m in mapped(host, workload))
    yield from unit_lines(host, workload)
    for process in own:
        yield from (process.exe, process.cwd, *process.argv)


def _of_system(host: Host, workload: Workload, own: Collection[Process]) -> bool:
    """Whether its programs are a package's, or lie where the system has programs."""
    owners = host.owners.value or {}
    programs = {p.exe for p in own if p.exe} | {workload.exe}
    return all(owners.get(one) or _SYSTEM_PROGRAM.match(one) for one in programs)


def _one_vendor(
    host: Host,
    workload: Workload,
    own: Collection[Process],
    theirs: Collection[Process],
    homes: Collection[str],
) -> bool:
    installed = {p.name: p for p in host.packages.value or ()}
    owners = host.owners.value or {}
    mine = {p.name for p in workload.packages if not p.beside} | {owners.get(p.exe) for p in own}
    others = {owners.get(path) for path in _named(host, theirs)}
    packages = [installed[n] for n in mine if n in installed]
    foreign = [installed[n] for n in others if n in installed]
    names = " ".join([*(n for n in mine if n), *(p.origin for p in packages), workload.unit])
    marks = {h.rpartition("/")[2].lower() for h in homes}
    return (
        bool(mine & others - {None, ""})
        or bool({p.source for p in packages} & {p.source for p in foreign} - {""})
        or any(
            p.origin == o.origin and not _DISTRIBUTION.match(p.origin)
            for p in packages
            for o in foreign
        )
        or any(len(mark) >= _SHORTEST and mark in names.lower() for mark in marks)
    )
