"""What a container asks for and may take, from what was measured, and from the unit's own limits.

Figures of the unit are taken as they are. What is derived says so in words, and what was not
measured stays unknown: -1, with the reason.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from planner.model import Data, Volume, Workload

MIB = 1024**2
GIB = 1024**3
SPARE = 64 * MIB
"""Room beyond the program: health checks and what an engine starts in the container. A planning
figure; runc alone takes some 10 MiB for a moment."""
YEAR = 365

_UNITS = {"": 1, "K": 1024, "M": MIB, "G": GIB, "T": 1024 * GIB}
_SIZE = re.compile(r"(\d{1,15})([KMGT]?)B?", re.IGNORECASE)
_HEAP = re.compile(r"-Xmx(\d{1,9})([kKmMgGtT]?)")
_GROWING = frozenset(
    {
        "broker",
        "cache",
        "database",
        "database-cluster",
        "in-memory-database",
        "search",
        "vendor-database",
    }
)
"""Traits of what fills caches of a configured size; page cache counts against a limit, too."""
_SELF_SIZING = frozenset({"java", "dotnet", "mono", "beam.smp"})
"""Programs whose heap or watermark is a share of the memory that they see."""
_ULIMITS = {
    "LimitNOFILE": "nofile",
    "LimitMEMLOCK": "memlock",
    "LimitCORE": "core",
    "LimitSTACK": "stack",
}
"""Those that hold for a process. LimitNPROC counts a user's processes over all containers."""


class Ulimit(Data, frozen=True):
    """Soft and hard value, in the unit that engines take; -1: without a limit."""

    name: str
    soft: int
    hard: int


class Sizing(Data, frozen=True):
    """Bytes and thousandths of a processor; -1: unknown, or no limit. ``memory_why`` and
    ``cpu_why``: where the figures come from, or why there are none."""

    memory_request: int = -1
    memory_limit: int = -1
    cpu_request: int = -1
    cpu_limit: int = -1
    pids: int = -1
    ulimits: tuple[Ulimit, ...] = ()
    memory_why: str = "was not measured"
    cpu_why: str = "was not measured"


class Room(Data, frozen=True):
    """Bytes that a claim asks for; -1: unknown. ``reason``: the words."""

    bytes: int
    reason: str


def size(workload: Workload, memory: int, cpus: int) -> Sizing:
    """Size a workload of a machine with *memory* bytes and *cpus* processors; -1: unknown."""
    request, limit, why = _memory(workload, memory)
    milli, quota, because = _processor(workload, cpus)
    return Sizing(
        memory_request=request,
        memory_limit=limit,
        cpu_request=milli,
        cpu_limit=quota,
        pids=_count(_last(workload, "TasksMax")),
        ulimits=tuple(_ulimits(workload)),
        memory_why=why,
        cpu_why=because,
    )


def shared_memory(workload: Workload, memory: int) -> tuple[int, str]:
    """Bytes of /dev/shm on a machine with *memory* bytes (-1: unknown), and why; 0: the 64 MiB
    that engines give do."""
    if workload.kind != "postgresql":
        return 0, ""
    share = memory // 8 // MIB * MIB if memory > 0 else 0
    asked = "an eighth of the machine's memory" if memory > 0 else "the machine's is not known"
    why = f"PostgreSQL's parallel queries share memory there, and fail where it is full: {asked}"
    return min(max(share, GIB // 4), GIB), f"{why}, 256 MiB at least and 1 GiB at most"


def room(volume: Volume, disk_used: int) -> Room:
    """Room for a volume: twice what lies there, a year's growth included, in whole GiB."""
    if volume.size < 0:
        if disk_used < 0:
            return Room(-1, "its size was not measured, nor how much of the disk is used")
        return Room(_up(disk_used, GIB), "not measured: as much as the machine's whole disk holds")
    growth = max(volume.growth or 0, 0) * YEAR
    known = "a year's growth" if volume.growth is not None else "its growth is not known"
    return Room(_up(max(2 * volume.size, volume.size + growth), GIB), f"twice its size; {known}")


def _memory(w: Workload, machine: int) -> tuple[int, int, str]:
    now, peak = w.resources.get("memory", -1), w.resources.get("memory_peak", -1)
    request = _up(now, MIB) if now > 0 else -1
    asked = "asks for what its processes held at the look" if now > 0 else "was not measured"
    limit, why = _memory_limit(w, machine, max(peak, now) if peak > 0 else -1)
    if 0 < limit < request:
        request, why = limit, f"{why}, which is less"
    return request, limit, f"{asked}; {why}"


def _memory_limit(w: Workload, machine: int, peak: int) -> tuple[int, str]:
    for name in ("MemoryMax", "MemoryLimit"):
        if value := _last(w, name):
            found = _bytes(value, machine)
            if found > 0:
                return found, f"limit: {name}={value} of its unit"
            return -1, f"no limit: {name}={value} of its unit"
    heap = max((_heap(word) for word in (*w.argv, *w.command)), default=-1)
    if _GROWING & set(w.traits):
        return -1, "no limit: what it keeps in memory grows to what is configured, not to a peak"
    if heap <= 0 and posixpath.basename(w.exe or next(iter(w.argv), "")) in _SELF_SIZING:
        return -1, "no limit: it takes a share of what it may have, so that a limit shrinks it"
    if peak <= 0 and heap <= 0:
        return -1, "no limit: the most that it ever held was not measured"
    most = max(peak, heap)
    why = "the heap that -Xmx allows" if heap > peak else "the most that its processes ever held"
    limit = _up(most + most // 2 + SPARE, MIB)
    if 0 < machine < limit:
        return machine, f"limit: all that the machine has, since {why} would be more"
    return limit, f"limit: {why}, half of that again and {SPARE // MIB} MiB"


def _processor(w: Workload, cpus: int) -> tuple[int, int, str]:
    used, quota = w.resources.get("cpu_milli", -1), _last(w, "CPUQuota")
    asked = "asks for its average since it started" if used >= 0 else "was not measured"
    request = max(_up(used, 10), 10) if used >= 0 else -1
    if request > cpus * 1000 > 0:
        request = cpus * 1000
    found = re.fullmatch(r"(\d{1,6})(?:\.\d+)?%", quota)
    limit = int(found[1]) * 10 if found and int(found[1]) else -1
    if limit > 0:
        return min(request, limit), limit, f"{asked}; limit: CPUQuota={quota} of its unit"
    return request, -1, f"{asked}; no limit: its unit has none, and an average tells of no peak"


def _ulimits(w: Workload) -> Iterator[Ulimit]:
    for directive, name in sorted(_ULIMITS.items()):
        soft, colon, hard = _last(w, directive).partition(":")
        values = [_limit(text) for text in ((soft, hard) if colon else (soft, soft))]
        low, high = values
        if low is not None and high is not None and (high == -1 or low <= high):
            yield Ulimit(name, low, high)


def _limit(text: str) -> int | None:
    return -1 if text == "infinity" else found if (found := _bytes(text, -1)) >= 0 else None


def _last(w: Workload, name: str) -> str:
    """Value of the directive that counts: the last one."""
    return next((d.value.strip() for d in reversed(w.directives) if d.name == name), "")


def _count(text: str) -> int:
    return int(text) if re.fullmatch(r"[1-9]\d{0,8}", text) else -1


def _bytes(text: str, whole: int) -> int:
    """Bytes of ``512M``, ``1G``, ``25%`` of *whole*; -1: infinity, or not understood."""
    share = re.fullmatch(r"(\d{1,3})%", text)
    if share:
        return whole * int(share[1]) // 100 if whole > 0 else -1
    found = _SIZE.fullmatch(text)
    return int(found[1]) * _UNITS[found[2].upper()] if found else -1


def _heap(word: str) -> int:
    found = _HEAP.fullmatch(word)
    return int(found[1]) * _UNITS[found[2].upper()] if found else -1


def _up(amount: int, unit: int) -> int:
    """*amount* in whole units, at least one."""
    return max(-(-amount // unit), 1) * unit
