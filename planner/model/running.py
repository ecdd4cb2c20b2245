"""What runs: processes, sockets, units and scheduled jobs."""

from __future__ import annotations

from typing import Literal

from planner.model.data import Data


class Process(Data, frozen=True):
    """From /proc. Empty ``exe`` or ``cwd``: the login was not allowed to read it."""

    pid: int
    ppid: int
    uid: int
    gid: int
    argv: tuple[str, ...] = ()
    """Secrets in arguments arrive masked, as ``***``."""
    comm: str = ""
    exe: str = ""
    cwd: str = ""
    unit: str = ""
    """systemd unit by cgroup: ``nginx.service``; empty for kernel threads and sessions."""
    rss: int = 0
    caps: str = ""
    """Effective capabilities as the hexadecimal mask of /proc/PID/status."""


class OpenFile(Data, frozen=True):
    """A regular file or device that a process holds open for writing."""

    pid: int
    path: str


class Environment(Data, frozen=True):
    """Names of the variables in a process's environment; values never leave the machine."""

    pid: int
    names: tuple[str, ...]


class Listener(Data, frozen=True):
    protocol: Literal["tcp", "udp", "sctp", "dccp"]
    address: str
    """As bound: ``0.0.0.0``, ``::``, ``127.0.0.1``, ``10.0.0.5``; ``*`` means every address of
    both families."""
    port: int
    pids: tuple[int, ...] = ()
    """Empty: the login was not allowed to see whose socket it is, or it is the kernel's."""


class Connection(Data, frozen=True):
    """An established TCP connection, seen from this machine."""

    local_address: str
    local_port: int
    peer_address: str
    peer_port: int
    pids: tuple[int, ...] = ()


class Unit(Data, frozen=True):
    """A service, socket, timer or other unit: systemd's properties and its text with drop-ins."""

    name: str
    load: str = ""
    active: str = ""
    sub: str = ""
    enabled: str = ""
    """As ``systemctl list-unit-files`` says: enabled, disabled, static, masked, generated, ..."""
    main_pid: int = 0
    properties: dict[str, str] = {}
    path: str = ""
    """Fragment file; empty for generated or transient units without one."""
    directives: tuple[tuple[str, str, str], ...] = ()
    """(section, name, value) in file order, drop-ins applied last; an empty value resets."""


class CronJob(Data, frozen=True):
    """One line of a crontab. ``schedule`` has five fields or is ``@daily`` and the like."""

    source: str
    user: str
    schedule: str
    command: str
    timezone: str = ""
    """Of the line, by CRON_TZ before it; empty: the machine's."""
