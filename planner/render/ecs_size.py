"""What a task of ECS is given: a ceiling, since Fargate has no way to lend more."""

from __future__ import annotations

from collections.abc import Sequence

from planner.model import Data, HostPlan
from planner.render.pods import Member
from planner.sizing import MIB, Sizing

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


class TaskSize(Data, frozen=True):
    """Units of processor and MiB; 0: unknown. ``fits``: Fargate has such a pair."""

    cpu: int = 0
    memory: int = 0
    fits: bool = False
    why: str = ""


def task_size(host: HostPlan, members: Sequence[Member]) -> TaskSize:
    """The smallest pair that holds what the members may take, or else what their machine had."""
    sizings = [m.service.sizing for m in members]
    memory, said = _memory(host, sizings)
    cpu, also = _cpu(host, sizings)
    if not memory or not cpu:
        return TaskSize(why=f"{said}; {also}")
    for units, steps in FARGATE:
        for step in steps:
            if units >= cpu and step >= memory:
                return TaskSize(units, step, True, f"{said}; {also}")
    return TaskSize(cpu, memory, False, f"{said}; {also}")


def _memory(host: HostPlan, sizings: Sequence[Sizing]) -> tuple[int, str]:
    if sizings and all(s.memory_limit > 0 for s in sizings):
        return sum(s.memory_limit for s in sizings) // MIB, "memory: what its containers may take"
    if host.memory > 0:
        return -(-host.memory // MIB), "memory: as much as the machine had, since no limit is known"
    return 0, "memory: neither a limit nor the machine's is known"


def _cpu(host: HostPlan, sizings: Sequence[Sizing]) -> tuple[int, str]:
    if sizings and all(s.cpu_limit > 0 for s in sizings):
        return -(-sum(s.cpu_limit for s in sizings) * 1024 // 1000), "processor: CPUQuota="
    if host.cpus > 0:
        return host.cpus * 1024, "processor: as many as the machine had, since no limit is known"
    return 0, "processor: neither a limit nor the machine's number is known"
