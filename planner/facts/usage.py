"""Load from lines of /proc (proc(5), Documentation/accounting/psi, admin-guide/iostats) and the
days that sysstat kept.
"""

from __future__ import annotations

import re

from planner.facts.keyed import Reader, keyed, last
from planner.facts.text import Parsed, UnreadableError, each_line, fields, number
from planner.model import CpuShares, DayUse, DiskUse, InterfaceUse, Load, Pressure

_SECTOR = 512
_PRESSURE = re.compile(
    r"(some|full) avg10=([\d.]{1,9}) avg60=([\d.]{1,9}) avg300=([\d.]{1,9}) total=(\d{1,18})",
    re.ASCII,
)
_DECIMAL = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d:\d\d", re.ASCII)
_COUNTERS = {
    "pgmajfault": "major_faults",
    "pswpin": "swapped_in",
    "pswpout": "swapped_out",
    "oom_kill": "oom_kills",
}


def _decimal(text: str) -> float:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    return float(text)


def _jiffies(line: str) -> list[int]:
    name, *ticks = line.split()
    if name != "cpu" or len(ticks) < 4:
        raise ValueError(line)
    return [number(tick) for tick in ticks[:8]] + [0] * (8 - len(ticks[:8]))


def _shares(before: list[int], after: list[int], seconds: float) -> CpuShares | None:
    """Shares between two lines ``cpu`` of /proc/stat: user nice system idle iowait irq softirq
    steal. Counters of iowait may go back: below nothing counts as nothing.
    """
    spent = [max(0, b - a) for a, b in zip(before, after, strict=True)]
    total = sum(spent)
    if not total:
        return None
    user, nice, system, idle, iowait, irq, softirq, steal = (n / total for n in spent)
    return CpuShares(
        seconds=seconds,
        busy=round(1 - idle - iowait, 4),
        user=round(user + nice, 4),
        system=round(system + irq + softirq, 4),
        iowait=round(iowait, 4),
        steal=round(steal, 4),
    )


def _pressure(resource: str, line: str) -> Pressure:
    match = _PRESSURE.fullmatch(line)
    if not match:
        raise ValueError(line)
    ten, sixty, long = (round(_decimal(text) / 100, 4) for text in match.group(2, 3, 4))
    return Pressure(resource, match[1], ten, sixty, long, round(number(match[5]) / 1e6, 3))


def _disk(line: str) -> DiskUse:
    """Linux 2.6 and later: major minor name, reads merged sectors ms, writes ..., now, ms busy."""
    found = line.split()
    reads, _, sectors_in, _, writes, _, sectors_out, _, _, busy = map(number, found[3:13])
    return DiskUse(
        found[2], sectors_in * _SECTOR, sectors_out * _SECTOR, reads, writes, busy / 1000
    )


def _interface(line: str) -> InterfaceUse:
    name, colon, rest = line.strip().rpartition(":")
    counters = rest.split()
    if not colon:
        raise ValueError(line)
    return InterfaceUse(name, number(counters[0]), number(counters[8]))


def _counter(line: str) -> tuple[str, int]:
    name, value = line.split()
    if name not in _COUNTERS:
        raise ValueError(line)
    return _COUNTERS[name], number(value)


def _pressures(resource: str) -> Reader:
    return lambda line: _pressure(resource, line)


_LOAD: dict[str, Reader] = {
    "before": lambda hundredths, line: (number(hundredths) / 100, _jiffies(line)),
    "/proc/stat": _jiffies,
    "/proc/loadavg": lambda line: tuple(_decimal(text) for text in line.split()[:3]),
    "/proc/uptime": lambda line: _decimal(line.split()[0]),
    "/proc/vmstat": _counter,
    "/proc/pressure/cpu": _pressures("cpu"),
    "/proc/pressure/memory": _pressures("memory"),
    "/proc/pressure/io": _pressures("io"),
    "/proc/diskstats": _disk,
    "/proc/net/dev": _interface,
}


def parse_load(text: str) -> Parsed[Load]:
    """Lines of /proc behind the name of their file and a tab; ``before``: hundredths of a second
    since the first sample, and its line of /proc/stat.
    """
    told = keyed(text, _LOAD)
    found = told.value
    after = last(found["/proc/stat"], None)
    if after is None:
        raise UnreadableError("no line of /proc/stat")
    uptime = last(found["/proc/uptime"], 0.0)
    seconds, before = last(found["before"], (0.0, after))
    load = Load(
        uptime=uptime,
        average=last(found["/proc/loadavg"], ()),
        cpu_boot=_shares([0] * 8, after, uptime),
        cpu_look=_shares(before, after, seconds),
        **dict(found["/proc/vmstat"]),
        pressure=tuple(
            one for name in ("cpu", "memory", "io") for one in found[f"/proc/pressure/{name}"]
        ),
        disks=tuple(sorted(found["/proc/diskstats"], key=lambda one: one.name)),
        interfaces=tuple(sorted(found["/proc/net/dev"], key=lambda one: one.name)),
    )
    return Parsed(load, told.partial)


def _day(line: str) -> DayUse:
    mark, day, measure, samples, average, p95, peak, at = fields(line, 8)
    if mark != "H" or not _DAY.fullmatch(day) or not _TIME.fullmatch(at):
        raise ValueError(line)
    values = (_decimal(average), _decimal(p95), _decimal(peak))
    return DayUse(day, measure, number(samples), *values, at)


def parse_history(text: str) -> Parsed[tuple[DayUse, ...]]:
    """Tabs: H, day, measure, samples, average, 95th percentile, peak, time of the peak."""
    found = each_line(text, _day)
    return Parsed(tuple(sorted(found.value, key=lambda one: (one.day, one.measure))), found.partial)
