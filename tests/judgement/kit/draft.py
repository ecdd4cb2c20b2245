"""What a machine is before it becomes text: everything that several sections tell of together."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from tests.judgement.kit.form import wrong
from tests.judgement.kit.systems import System

FULL = (1 << 41) - 1
"""Capabilities of root, of Linux 5.9 and later."""

_KNOWN = {"www-data": 33, "apache": 48, "postgres": 26, "mysql": 27, "backup": 34, "proxy": 13,
          "tomcat": 53, "named": 25, "squid": 23, "mail": 8, "news": 9, "uucp": 10,
          "games": 5}  # fmt: skip


@dataclass
class Proc:
    """A process; sizes in bytes, times in seconds since the epoch."""

    pid: int
    argv: list[str]
    exe: str = ""
    ppid: int = 1
    uid: int = 0
    gid: int = 0
    comm: str = ""
    cwd: str = "/"
    cgroup: str = ""
    rss: int = 8 << 20
    peak: int = 0
    swap: int = 0
    locked: int = 0
    huge: int = 0
    cpu: float = 0.005
    start: int = 0
    threads: int = 1
    nice: int = 0
    priority: int = 0
    policy: int = 0
    cpus: str = ""
    caps: int | None = None
    no_new: bool = False
    seccomp: bool = False
    groups: list[int] = field(default_factory=list)
    limits: dict[str, str] = field(default_factory=dict)
    namespaces: list[str] = field(default_factory=list)
    env: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)


@dataclass
class Unit:
    """A unit of systemd: the file, and the properties that ``systemctl show`` says."""

    name: str
    path: str
    text: str
    enabled: str = "enabled"
    properties: dict[str, str] = field(default_factory=dict)


@dataclass
class Script:
    """A service of another init; ``pid`` 0: it does not run. ``upstart``: its text is a job."""

    name: str
    path: str
    text: str
    pid: int = 0
    enabled: bool = True
    upstart: bool = False
    levels: str = "2 3 4 5"


@dataclass
class Text:
    text: str
    mode: str = "644"
    uid: int = 0
    gid: int = 0
    masked: int = 0


@dataclass
class Package:
    name: str
    version: str
    origin: str = ""
    """Empty: the distribution; ``none``: installed by hand."""
    auto: bool = False


@dataclass
class Draft:
    name: str
    system: System
    init: str
    now: int
    boot: int
    arch: str = "x86_64"
    accounts: dict[str, tuple[int, int, str, str]] = field(default_factory=dict)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    procs: list[Proc] = field(default_factory=list)
    listeners: list[tuple[str, str, int, list[int]]] = field(default_factory=list)
    connections: list[tuple[str, str, int, str, int, int]] = field(default_factory=list)
    """Protocol, own address and port, the other's, pid."""
    holders: dict[str, list[int]] = field(default_factory=dict)
    speakers: list[tuple[str, int]] = field(default_factory=list)
    units: dict[str, Unit] = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    unowned: dict[str, str] = field(default_factory=dict)
    """Path -> line of the section."""
    files: dict[str, Text | None] = field(default_factory=dict)
    """None: there, and its text was not carried."""
    changed: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    """Configuration that is not as shipped: path -> its package; empty: nobody's."""
    paths: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, str] = field(default_factory=dict)
    mapped: dict[str, tuple[set[int], bool]] = field(default_factory=dict)
    cron: dict[str, Text] = field(default_factory=dict)
    own_address: str = ""
    users: dict[str, str] = field(default_factory=dict)
    """Unit or script -> user, of what was described."""
    _pid: int = 1200
    _uid: int = 990
    _port: int = 40000

    def next_pid(self) -> int:
        self._pid += 7
        return self._pid

    def next_port(self) -> int:
        self._port += 2
        return self._port

    def group(self, name: str, gid: int | None = None) -> int:
        """The group's number; it is made where there is none."""
        if name not in self.groups:
            taken = {found for found, _ in self.groups.values()}
            if gid is None or gid in taken:
                gid = next(n for n in range(self._uid, 0, -1) if n not in taken)
            self.groups[name] = (gid, [])
        return self.groups[name][0]

    def user(self, name: str, where: str) -> tuple[int, int]:
        """(uid, gid) of an account, which is made where there is none."""
        if not name:
            raise wrong(where, "a user is expected")
        if name not in self.accounts:
            taken = {one[0] for one in self.accounts.values()}
            uid = _KNOWN.get(name)
            if uid is None or uid in taken:
                uid = next(n for n in range(self._uid, 0, -1) if n not in taken)
            gid = self.group(name, uid)
            shell = "/usr/sbin/nologin" if self.system.debian else "/sbin/nologin"
            self.accounts[name] = (uid, gid, f"/var/lib/{name}", shell)
        uid, gid, _, _ = self.accounts[name]
        return uid, gid

    def path(self, name: str, kind: str, uid: int = 0, gid: int = 0, mode: str = "") -> None:
        """Metadata of a path, unless it is known; the folder above counts as root's."""
        usual = {"dir": "755", "socket": "777", "device": "660"}.get(kind, "644")
        stamp = self.now - 60 * 86400
        row = f"{kind}\t{mode or usual}\t{uid}\t{gid}\t4096\t{stamp}\t{name}\t"
        self.paths.setdefault(name, row)

    def link(self, name: str, target: str) -> None:
        """A symbolic link below /etc or elsewhere, which carries no text of its own."""
        self.links[name] = target
        stamp = self.now - 60 * 86400
        self.paths.setdefault(name, f"link\t777\t0\t0\t{len(target)}\t{stamp}\t{name}\t{target}")

    def own(self, name: str, package: str) -> None:
        self.owners[name] = package
        if package:
            parts = name.split("/")
            folder = "/".join(parts[:3])
            if name.startswith("/etc/") and len(parts) > 3 and folder not in self.owners:
                self.owners[folder] = package

    def program(
        self, name: str, package: str | None, interpreter: str = "", running: bool = True
    ) -> None:
        """A program, and whose it is; None: nobody's. ``interpreter``: of a script."""
        self.path(name, "file", mode="755")
        if package is None:
            self.owners[name] = ""
            if not interpreter and posixpath.splitext(name)[1] == ".sh":
                interpreter = "/bin/sh"
            stamp = self.now - 60 * 86400
            kind = "script" if interpreter else "elf"
            size = 1204 if interpreter else 2400000
            told = f"{kind}\t755\t0\t0\t{size}\t{stamp}\t{int(running)}\t{name}\t\t{interpreter}"
            self.unowned.setdefault(name, told)
        else:
            self.own(name, package)

    def package(self, told: Package) -> None:
        known = self.packages.get(told.name)
        if known and known.version != told.version:
            versions = f"{known.version} and {told.version}"
            raise wrong("packages", f"{told.name} has two versions, {versions}")
        self.packages[told.name] = told

    def map(self, name: str, pid: int, written: bool = False) -> None:
        pids, before = self.mapped.setdefault(name, (set(), written))
        pids.add(pid)
        self.mapped[name] = (pids, before or written)
