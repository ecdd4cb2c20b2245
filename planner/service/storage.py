"""Directories and volumes of a service: from its unit, its open files and its configuration."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from planner.facts import unitfile
from planner.model import Account, Directory, EnvVar, Owner
from planner.service import places
from planner.service.accounts import owned, stat_owner
from planner.service.command import makes_directories
from planner.service.places import Wanted
from planner.service.view import Service, commands, setting, variables, why_unknown

_KINDS: tuple[tuple[str, str, str, Literal["state", "cache", "logs"]], ...] = (
    ("StateDirectory", "/var/lib", "STATE_DIRECTORY", "state"),
    ("CacheDirectory", "/var/cache", "CACHE_DIRECTORY", "cache"),
    ("LogsDirectory", "/var/log", "LOGS_DIRECTORY", "logs"),
)


@dataclass(frozen=True)
class Storage:
    """What a container needs of directories and files around the program."""

    wanted: tuple[Wanted, ...] = ()
    directories: tuple[Directory, ...] = ()
    touch: tuple[Directory, ...] = ()
    log_links: tuple[tuple[str, str], ...] = ()
    environment: tuple[EnvVar, ...] = ()
    unknowns: tuple[str, ...] = ()


def joined(*parts: Storage) -> Storage:
    """All of them; of two entries for one path the first counts, and a directory inside of a
    volume is the volume's.
    """
    wanted = places.outermost(w for p in parts for w in p.wanted)
    # One that starts empty gets its owner from the folder in the image.
    roots = [w.path for w in wanted if w.consistency != "none"]
    directories = {d.path: d for p in reversed(parts) for d in reversed(p.directories)}
    touch = {t.path: t for p in reversed(parts) for t in reversed(p.touch)}
    links = {path: to for p in reversed(parts) for path, to in reversed(p.log_links)}

    def outside(path: str) -> bool:
        return not any(places.below(path, root) for root in roots)

    return Storage(
        wanted,
        tuple(directories[d] for d in sorted(directories) if outside(d)),
        tuple(touch[t] for t in sorted(touch) if outside(t)),
        tuple((link, links[link]) for link in sorted(links) if outside(link)),
        tuple({e.name: e for p in reversed(parts) for e in reversed(p.environment)}.values()),
        tuple(dict.fromkeys(u for p in parts for u in p.unknowns)),
    )


def of_unit(service: Service, run_as: Account | None) -> Storage:
    """RuntimeDirectory=, StateDirectory=, CacheDirectory= and LogsDirectory= with the variables
    that systemd sets for them.
    """
    wanted: list[Wanted] = []
    directories: list[Directory] = []
    environment: list[EnvVar] = []
    for name, base, variable, kind in _KINDS:
        paths = _named(service, name, base)
        for path in paths:
            wanted.append(Wanted(path, kind, f"{name}= of its unit", *consistency(kind)))
        environment += _variable(variable, paths, name)
    for path in _required_mounts(service):
        why = "RequiresMountsFor= of its unit, and another machine serves it"
        wanted.append(Wanted(path, "data", why, *consistency("data")))
    runtime = _named(service, "RuntimeDirectory", "/run")
    mode = setting(service, "RuntimeDirectoryMode") or "0755"
    mode = mode if re.fullmatch("[0-7]{3,4}", mode) else "0755"
    directories += [
        Directory(p, owned(run_as, mode), "RuntimeDirectory= of its unit") for p in runtime
    ]
    environment += _variable("RUNTIME_DIRECTORY", runtime, "RuntimeDirectory")
    for command in commands(service, "ExecStartPre"):
        for path in makes_directories((command.path, *command.argv[1:])):
            directories.append(
                Directory(places.clean(path), owned(run_as, "0755"), "ExecStartPre= of its unit")
            )
    return Storage(tuple(wanted), tuple(directories), environment=tuple(environment))


def _required_mounts(service: Service) -> tuple[str, ...]:
    """Mount points of network file systems that its unit waits for."""
    unit = service.unit
    words = " ".join(unitfile.values(unit, "Unit", "RequiresMountsFor")).split() if unit else ()
    found = (places.clean(word) for word in words if "%" not in word)
    return tuple(dict.fromkeys(p for p in found if p and places.network_mount(service.host, p)))


def of_pid_file(service: Service, run_as: Account | None) -> Storage:
    """Give the place of PIDFile= of the unit."""
    path = places.clean(setting(service, "PIDFile"))
    touched, made = pid_file(path, run_as, "PIDFile= of its unit") if path else ((), ())
    return Storage(directories=made, touch=touched)


def consistency(kind: str) -> tuple[Literal["live", "stop"], str]:
    """How a volume of that kind is copied, and why so."""
    if kind in ("cache", "logs"):
        return "live", "losing the last entries does no harm"
    return "stop", "what it keeps there changes together: only a stopped service is consistent"


def _named(service: Service, directive: str, base: str) -> tuple[str, ...]:
    unit = service.unit
    if unit is None:
        return ()
    every = " ".join(unitfile.values(unit, "Service", directive)).split()
    stem = unit.name.rpartition(".")[0]
    plain = [
        w.partition(":")[0]
        .replace("%i", stem.partition("@")[2])
        .replace("%p", stem.partition("@")[0])
        .replace("%n", unit.name)
        .replace("%N", stem)
        for w in every
    ]
    found = (places.clean(f"{base}/{word}") for word in plain if "%" not in word)
    return tuple(p for p in dict.fromkeys(found) if places.below(p, base) and p != base)


def _variable(name: str, paths: tuple[str, ...], directive: str) -> list[EnvVar]:
    return [EnvVar(name, ":".join(paths), source=f"systemd sets it for {directive}=")] * bool(paths)


def pid_file(
    path: str, run_as: Account | None, reason: str
) -> tuple[tuple[Directory, ...], tuple[Directory, ...]]:
    """(touch, directories): an empty file in /run itself, else the directory it is made in."""
    folder = posixpath.dirname(path)
    if places.role(path) != "runtime":
        return (), ()
    if folder == "/run":
        return (Directory(path, owned(run_as, "0644"), reason),), ()
    return (), (Directory(folder, owned(run_as, "0755"), reason),)


def log_link(path: str) -> tuple[str, str]:
    """A log file as a link to the container's output; errors go to standard error."""
    name = posixpath.basename(path)
    return path, "/dev/stderr" if "err" in name else "/dev/stdout"


def log_folders(links: Iterable[tuple[str, str]], run_as: Account | None) -> tuple[Directory, ...]:
    """Folders of links to the output that a package closes to all but root and its own group."""
    folders = sorted({posixpath.dirname(path) for path, _ in links} - {"/var/log"})
    return tuple(
        Directory(folder, owned(run_as, "0755"), "its user has to reach the links in it")
        for folder in folders
    )


def of_open_files(
    service: Service,
    packaged: bool,
    application: Collection[str] = (),
    covered: Collection[str] = (),
) -> Storage:
    """Give storage for the files that its processes hold open for writing.

    ``packaged``: the program is a package's, so that its log files can be links;
    ``application``: roots that are copied into the image; ``covered``: volumes already.
    """
    wanted: list[Wanted] = []
    links: list[tuple[str, str]] = []
    for entry in service.host.open_files.value or ():
        path = places.clean(entry.path.removesuffix(" (deleted)"))
        if entry.pid not in service.pids or not path or entry.path.endswith(" (deleted)"):
            continue
        if any(places.below(path, root) for root in covered):
            continue
        role = places.role(path)
        reason = f"{posixpath.basename(path)} in it is open for writing"
        if role == "log" and (packaged or places.shared_top(posixpath.dirname(path))):
            links.append(log_link(path))
        elif role in ("log", "cache"):
            kind: Literal["logs", "cache"] = "logs" if role == "log" else "cache"
            wanted.append(Wanted(_top(path, application), kind, reason, *consistency(kind)))
        elif role in ("data", "content", "home", "application"):
            root, named = _top(path, application), _named_logs(path)
            if named and places.below(named, root) and not places.shared_top(named):
                wanted.append(Wanted(named, "logs", reason, *consistency("logs")))
            elif not places.shared_top(root):
                wanted.append(Wanted(root, "data", reason, *consistency("data")))
    unknown = why_unknown(service.host.open_files, "Which files it writes") if service.pids else ()
    return Storage(tuple(wanted), log_links=tuple(links), unknowns=unknown)


def _top(path: str, application: Collection[str]) -> str:
    """The outermost folder of a file that is not shared with others and holds no program."""
    folder = posixpath.dirname(path)
    while True:
        parent = posixpath.dirname(folder)
        holds = any(places.below(root, parent) for root in application)
        if places.shared_top(parent) or holds or parent == folder:
            return folder
        folder = parent


def _named_logs(path: str) -> str:
    """The folder around a file that is called ``log`` or ``logs``; empty: there is none."""
    folder = posixpath.dirname(path)
    while folder != "/":
        if posixpath.basename(folder) in ("log", "logs"):
            return folder
        folder = posixpath.dirname(folder)
    return ""


def of_mentions(
    service: Service, paths: Iterable[str], run_as: Account | None, covered: Collection[str]
) -> Storage:
    """Paths that its configuration names: logs become links, PID files are made, folders with
    data become volumes. ``covered``: paths that are copied or secret already.
    """
    host = service.host
    wanted: list[Wanted] = []
    directories: list[Directory] = []
    touch: list[Directory] = []
    links: list[tuple[str, str]] = []
    for path in paths:
        role, info = places.role(path), places.info(host, path)
        folder = info is not None and info.type == "dir"
        if any(places.below(path, c) for c in covered) or places.shared_top(path):
            continue
        if role == "runtime":
            pid = path.endswith(".pid")
            touched, made = pid_file(path, run_as, "named in its configuration")
            touch += touched if pid else ()
            directories += (
                made
                if not folder
                else (
                    Directory(path, _writable(service, path, run_as), "named in its configuration"),
                )
            )
        elif role == "log" and not folder and re.search(r"log|err", posixpath.basename(path)):
            links.append(log_link(path))
        elif role in ("log", "cache") and folder:
            directories.append(
                Directory(path, _writable(service, path, run_as), "named in its configuration")
            )
        elif role in ("data", "content", "home", "application") and folder:
            wanted.append(folder_volume(service, path, run_as, "its configuration names it"))
    return Storage(tuple(wanted), tuple(directories), tuple(touch), tuple(links))


def _writable(service: Service, path: str, run_as: Account | None) -> Owner:
    seen = stat_owner(service.host, path)
    return seen if seen.mode and (seen.uid or not run_as) else owned(run_as, seen.mode or "0755")


def folder_volume(service: Service, path: str, run_as: Account | None, reason: str) -> Wanted:
    """A folder of data: read-only content where the program's user cannot write it."""
    info = places.info(service.host, path)
    content = places.role(path) == "content" or places.below(path, "/srv")
    if info and run_as and content and not may_write(info.uid, info.gid, info.mode, run_as):
        return Wanted(path, "content", reason, "live", "the program itself only reads it", True)
    return Wanted(path, "data", reason, *consistency("data"))


def may_write(uid: int, gid: int, mode: str, account: Account) -> bool:
    """Whether the mode lets an account write; without a mode: yes, to be safe."""
    bits = int(mode, 8) if re.fullmatch("[0-7]{1,6}", mode) else 0o777
    if account.uid in (0, uid):
        return True
    return bool(bits & (0o020 if account.gid == gid else 0o002))


def of_variables(service: Service, run_as: Account | None, covered: Collection[str]) -> Storage:
    """Folders that variables of its unit name, as :func:`of_mentions`."""
    values = (places.clean(v) for v in variables(service).values() if v.startswith("/"))
    return of_mentions(service, [v for v in values if v], run_as, covered)
