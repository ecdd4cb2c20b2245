"""How much the machine has to do, now and on the days that were kept."""

from __future__ import annotations

from planner.model.data import Data


class CpuShares(Data, frozen=True):
    """Shares 0..1 of the time of all processors, over ``seconds``. ``busy`` is without idle and
    iowait; guests are in ``user``; ``steal`` is what the hypervisor kept."""

    seconds: float
    busy: float
    user: float = 0.0
    system: float = 0.0
    iowait: float = 0.0
    steal: float = 0.0


class Pressure(Data, frozen=True):
    """Share 0..1 of the time in which work waited for ``resource`` (/proc/pressure)."""

    resource: str
    kind: str
    """some: at least one task waited; full: all did."""
    avg10: float
    avg60: float
    avg300: float
    total: float
    """Seconds since boot."""


class DiskUse(Data, frozen=True):
    """A whole disk since boot: bytes, operations, seconds in which it was busy."""

    name: str
    read: int
    written: int
    reads: int
    writes: int
    busy: float


class InterfaceUse(Data, frozen=True):
    """Bytes since boot; interfaces without a packet and lo are left out."""

    name: str
    received: int
    sent: int


class Load(Data, frozen=True):
    """What the machine does now, and has done since boot. None: the kernel does not tell."""

    uptime: float = 0.0
    average: tuple[float, ...] = ()
    """Load average over 1, 5 and 15 minutes."""
    cpu_boot: CpuShares | None = None
    cpu_look: CpuShares | None = None
    """While the machine was looked at: the look's own work is in it."""
    major_faults: int | None = None
    swapped_in: int | None = None
    """Pages since boot, as ``swapped_out``."""
    swapped_out: int | None = None
    oom_kills: int | None = None
    pressure: tuple[Pressure, ...] = ()
    disks: tuple[DiskUse, ...] = ()
    interfaces: tuple[InterfaceUse, ...] = ()


class DayUse(Data, frozen=True):
    """One measure on one day (in UTC) as sysstat kept it.

    Measures: ``cpu``, ``iowait``, ``steal`` (shares 0..1), ``load`` (average over one minute),
    ``run_queue`` (tasks), ``memory`` (bytes in use, without caches), ``disk_read``,
    ``disk_write``, ``net_in``, ``net_out`` (bytes a second, without virtual interfaces).
    """

    day: str
    measure: str
    samples: int
    average: float
    p95: float
    peak: float
    peak_at: str
    """``14:30:01``, in UTC."""
