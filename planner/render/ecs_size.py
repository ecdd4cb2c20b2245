"""What a task of ECS is given: a ceiling, since Fargate has no way to lend more."""

from __future__ import annotations

from collections.abc import Sequence

from planner.model import Data, HostPlan
from planner.render.pods import Member
from planner.sizing import MIB, size

FARGATE = (
    (256, (512, 1024, 2048)),
    (512, tuple(range(1024, 4097, 1024))),
    (1024, tuple(range(2048, 8193, 1024))),
    (2048, tuple(range(4096, 16385, 1024))),
    (4096, tuple(range(8192, 30721, 1024))),
    (8192, tuple(range(16384, 61441, 4096))),
    (16384, tuple(range(32768, 122881, 8192))),
)
"""Units of processor (1024: one) and MiB that go with them: "Fargate task sizes" in Amazon's
Elastic Container Service Developer Guide."""


SMALLEST = 512
"""MiB for a job, of which nothing was measured, and the least for a service: a planning figure."""
TIMES = 3
"""What was measured is taken so many times where there is no limit: a planning figure. What a
machine had is no measure, since it was sized for more than the one workload."""
CPU_TIMES = 4
"""The same of an average of the processor, which tells of no peak."""
_LEAST = 256
"""Units of processor: the fewest of Fargate."""


class TaskSize(Data, frozen=True):
    """Units of processor and MiB; 0: unknown. ``fits``: Fargate has such a pair."""

    cpu: int = 0
    memory: int = 0
    fits: bool = False
    why: str = ""


def task_size(host: HostPlan, members: Sequence[Member]) -> TaskSize:
    """The smallest pair that holds what each member may take: its limit, or a multiple of what was
    measured. ``why`` says which."""
    memories, processors = ([f(host, m) for m in members] for f in (_memory, _cpu))
    why = f"memory: {_said(memories)}; processor: {_said(processors)}"
    if not all(amount for amount, _ in (*memories, *processors)):
        return TaskSize(why=why)
    memory, cpu = (sum(amount for amount, _ in found) for found in (memories, processors))
    for units, steps in FARGATE:
        for step in steps:
            if units >= cpu and step >= memory:
                return TaskSize(units, step, True, why)
    return TaskSize(cpu, memory, False, why)


def _said(found: Sequence[tuple[int, str]]) -> str:
    return ", ".join(said for _, said in found)


def _memory(host: HostPlan, member: Member) -> tuple[int, str]:
    """MiB for a member, 0: unknown, and what they are."""
    name, w, z = member.service.name, member.w, size(member.w, host.memory, host.cpus)
    if z.memory_limit > 0:
        of = f"that of {w.name}, whose job it is" if member.service.job else "its limit"
        return -(-z.memory_limit // MIB), f"{name} gets {of}: {_mib(z.memory_limit)}"
    if member.service.job:
        return SMALLEST, f"{name} gets {SMALLEST} MiB: not measured, so see what a run takes"
    held = max(w.resources.get("memory", -1), w.resources.get("memory_peak", -1))
    if held > 0:
        wanted = max(TIMES * -(-held // MIB), SMALLEST)
        said = f"{name} gets {TIMES} times the {_mib(held)} that it held, at least {SMALLEST} MiB"
        most = max(host.memory * 3 // 4, held)
        if host.memory > 0 and most // MIB < wanted:
            whole = _mib(host.memory)
            return max(most // MIB, 1), f"{said}, cut to {_mib(most)}: the machine had {whole}"
        return wanted, said
    if host.memory <= 0:
        return 0, f"of {name} nothing was measured, and what the machine had is unknown"
    said = f"{name} gets a quarter of what the machine had, at least {SMALLEST} MiB: not measured"
    return max(host.memory // MIB // 4, SMALLEST), said


def _cpu(host: HostPlan, member: Member) -> tuple[int, str]:
    """Units for a member, 0: unknown, and what they are."""
    name, z = member.service.name, size(member.w, host.memory, host.cpus)
    if z.cpu_limit > 0:
        return -(-z.cpu_limit * 1024 // 1000), f"{name} gets CPUQuota= of {member.w.name}"
    if member.service.job:
        return _LEAST, f"{name} gets {_LEAST} units: not measured"
    most = host.cpus * 1024
    if z.cpu_request > 0:
        wanted = max(-(-CPU_TIMES * z.cpu_request * 1024 // 1000), _LEAST)
        said = f"{name} gets {CPU_TIMES} times its average, at least {_LEAST} units"
        if 0 < most < wanted:
            return most, f"{said}, cut to the {host.cpus} of the machine"
        return wanted, said
    if most <= 0:
        return 0, f"of {name} nothing was measured, and how many the machine had is unknown"
    return max(most // 4, _LEAST), f"{name} gets a quarter of what the machine had: not measured"


def _mib(amount: int) -> str:
    return f"{-(-amount // MIB)} MiB"
