"""Finds what runs or should run on a machine: a :class:`Service` for each, nothing twice."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence

from planner.facts import unitfile
from planner.model import Host, Process, Unit
from planner.service import attended, scripts, sockets
from planner.service.view import Service, called, safe_name, stem, why_unknown

_RUNNING = ("active", "activating", "reloading", "deactivating")
_ENABLED = ("enabled", "enabled-runtime", "linked", "linked-runtime")
# fmt: off
_SHELLS = frozenset({
    "bash", "dash", "sh", "zsh", "ksh", "fish", "sshd", "sshd-session", "sudo", "su", "screen",
    "tmux", "login", "script", "nohup", "timeout", "systemd", "init", "cron", "crond",
})
# fmt: on
_CONTAINER = re.compile(r"(docker|libpod|cri-containerd|crio|containerd)[-_].*\.scope")

_GUEST = re.compile(
    r"/machine\.slice/(machine-(?!qemu)[^/]*\.scope|systemd-nspawn@[^/]*\.service/payload)(/|$)"
    r"|/lxc(\.payload)?[./]"
)
"""Group of what runs inside a guest of systemd-nspawn or LXC: a machine of its own."""


def services(host: Host) -> sockets.Found:
    """Every running service unit, every enabled one that is stopped or failed, and every tree of
    processes outside of units that listens (or, without systemd, that init is the parent of).
    """
    processes = _outside(host)
    sysv = host.units.section == "sysv"
    without = host.units.value is None or sysv
    units = host.units.value or ()
    if without:
        units = (*units, *_by_cgroup(processes, units))
    by_unit: dict[str, list[Process]] = {}
    for process in processes:
        by_unit.setdefault(process.unit, []).append(process)
    if sysv:
        told = {u.name for u in units}
        free = [p for p in processes if p.unit not in told]
        scripts_of = scripts.assign(host, [u for u in units if not u.active], free)
        for name, tied in scripts_of.items():
            by_unit.setdefault(name, []).extend(tied)
        for name, shell in scripts.wrappers(units, processes).items():
            by_unit.setdefault(name, []).append(shell)
    found = [
        _of_unit(host, u, by_unit.get(u.name, []))
        for u in units
        if _wanted(u, units) or (sysv and u.name in by_unit)
    ]
    taken = {p.pid for s in found for p in s.processes}
    own = {u.name for u in units if u.name.endswith(".service")}
    loose = [
        p
        for p in processes
        if p.pid not in taken
        and (p.unit not in own or p.unit.startswith("user@"))
        and not _CONTAINER.fullmatch(p.unit)
        and p.pid != 1
    ]
    found.extend(_trees(host, loose, everything=without))
    found.extend(_containers(host, found))
    return sockets.assign(host, found)


def _outside(host: Host) -> tuple[Process, ...]:
    """Processes of the machine, without those of its guests; a machine that may be a guest itself
    has all of its own in such a group.
    """
    every = host.processes.value or ()
    if host.container.value != "none":
        return every
    return tuple(p for p in every if not _GUEST.search(p.cgroup))


def _containers(host: Host, found: Sequence[Service]) -> Iterable[Service]:
    """Containers that no running daemon stands for: podman's, one service for all of them."""
    own = tuple(p for p in host.processes.value or () if _CONTAINER.fullmatch(p.unit))
    daemons = {"dockerd", "containerd", "crio", "kubelet", "k3s", "podman", "docker"}
    if own and not any(called(s) & daemons for s in found if s.processes):
        yield Service(
            host, "podman", None, tuple(sorted(own, key=lambda p: (p.comm != "conmon", p.pid)))
        )


def _by_cgroup(processes: Sequence[Process], units: Sequence[Unit]) -> tuple[Unit, ...]:
    """Units that processes say they belong to, where the manager could not be asked."""
    known = {u.name for u in units}
    names = sorted({p.unit for p in processes if p.unit.endswith(".service")} - known)
    return tuple(Unit(name, active="active", sub="running") for name in names)


def _wanted(unit: Unit, units: Sequence[Unit]) -> bool:
    if not unit.name.endswith(".service") or "@." in unit.name:
        return False
    if unit.load in ("not-found", "masked", "error") or unit.name.startswith("user@"):
        return False
    once = (
        unit.sub == "exited"
        or (unitfile.value(unit, "Service", "Type") or unit.properties.get("Type", "")) == "oneshot"
    )
    if once and _timed(unit, units):
        return False
    if unit.active == "failed":
        return True
    if once:
        # A oneshot of a package is the system's own; one that somebody wrote here is a job.
        return unit.active in _RUNNING and (
            unit.path.startswith(("/etc/", "/usr/local/")) or is_kernel_switch(unit.name)
        )
    if unit.active in _RUNNING:
        return True
    return unit.enabled in _ENABLED and not _timed(unit, units)


def is_kernel_switch(name: str) -> bool:
    """Units that are done once they started, while the kernel goes on with what they set up."""
    return bool(
        re.fullmatch(
            r"(nftables|ufw|iptables|ip6tables|netfilter-persistent|shorewall6?|ferm|ipset"
            r"|wg-quick@.*|wg-.*|nfs-server|nfs-kernel-server|drbd|target|rtslib-fb-targetctl)\.service",
            name,
        )
    )


def _timed(unit: Unit, units: Sequence[Unit]) -> bool:
    if ".timer" in unit.properties.get("TriggeredBy", ""):
        return True
    timers = (u for u in units if u.name.endswith(".timer"))
    return any(
        (
            u.properties.get("Unit")
            or unitfile.value(u, "Timer", "Unit")
            or f"{stem(u.name)}.service"
        )
        == unit.name
        for u in timers
    )


def _of_unit(host: Host, unit: Unit, own: list[Process]) -> Service:
    processes = _ordered(unit, own)
    notes = _several(processes) if scripts.script(unit) else ()
    return Service(host, safe_name(stem(unit.name)), unit, processes, (), notes)


def _several(processes: tuple[Process, ...]) -> tuple[str, ...]:
    """A sentence where an init script starts more than one program."""
    pids = {p.pid for p in processes}
    names = sorted({_called(p) for p in processes if p.ppid not in pids})
    if len(names) < 2:
        return ()
    return (f"Its init script starts {', '.join(names)}: each is a container of its own.",)


def _ordered(unit: Unit, own: list[Process]) -> tuple[Process, ...]:
    pids = {p.pid for p in own}
    first = next((p for p in own if p.pid == unit.main_pid), None) or next(
        (p for p in sorted(own, key=lambda p: p.pid) if p.ppid not in pids), None
    )
    first = attended.child(first, own) if first else None
    rest = sorted((p for p in own if p is not first), key=lambda p: p.pid)
    return (first, *rest) if first else ()


def _trees(host: Host, loose: list[Process], *, everything: bool) -> Iterable[Service]:
    """Trees of processes outside of units. ``everything``: there are no units to ask, so that
    what init is the parent of counts as a service too.
    """
    table = {p.pid: p for p in loose}
    listening = {pid for entry in host.listeners.value or () for pid in entry.pids}
    roots: dict[int, Process] = {}
    for process in loose:
        if process.pid in listening:
            root = _root(process, table)
            roots[root.pid] = root
        elif everything and process.ppid == 1 and process.comm not in _SHELLS:
            roots[process.pid] = process
    names: set[str] = set()
    for pid in sorted(roots):
        members = [p for p in loose if p.pid != pid and _under(p, pid, table, set(roots))]
        root = roots[pid]
        name = safe_name(_called(root) or f"process-{pid}")
        if name in names:
            ports = sorted(entry.port for entry in host.listeners.value or () if pid in entry.pids)
            name = f"{name}-{ports[0] if ports else pid}"
        names.add(name)
        yield Service(
            host,
            name,
            None,
            (root, *sorted(members, key=lambda p: p.pid)),
            (),
            why_unknown(host.units, "Which unit starts it")
            if everything
            else ("No unit starts it: what brings it back after a restart is not known.",),
        )


def _called(process: Process) -> str:
    """The program's name; of one that is many programs (busybox), the one that it is here. Without
    its file that of the title that it gave itself: ``nginx: master process``.
    """
    name = posixpath.basename(process.exe)
    if name in ("", "busybox", "toybox", "coreutils"):
        first = process.argv[0] if process.argv else ""
        title = first if first.startswith("/") else first.partition(" ")[0].partition(":")[0]
        return posixpath.basename(title) or process.comm
    return name


def _root(process: Process, table: dict[int, Process]) -> Process:
    seen = {process.pid}
    while (parent := table.get(process.ppid)) and parent.pid not in seen:
        if parent.comm in _SHELLS or posixpath.basename(parent.exe) in _SHELLS:
            break
        seen.add(parent.pid)
        process = parent
    return process


def _under(process: Process, root: int, table: dict[int, Process], roots: set[int]) -> bool:
    seen: set[int] = set()
    while process.pid not in seen and process.pid not in roots:
        seen.add(process.pid)
        if process.ppid == root:
            return True
        if process.ppid not in table:
            return False
        process = table[process.ppid]
    return False
