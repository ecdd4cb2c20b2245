"""Units and schedules of the machine: stopped for the move, started again by the backout."""

from __future__ import annotations

import re
from collections.abc import Iterable

from planner.model import Workload, WorkloadPlan
from planner.shell import remote, shell_word

_CRON_FILE = re.compile(r"/etc/cron\.(d|hourly|daily|weekly|monthly)/[A-Za-z0-9_.-]+")


UNIT = re.compile(r"[A-Za-z0-9:_.@\\-]+\.(service|timer|socket)")


_PARKED = "/var/lib/planner-parked-cron"


def units(items: Iterable[WorkloadPlan]) -> list[str]:
    """Return what was running and has a unit that systemd would know by this name."""
    return [
        i.workload.unit
        for i in items
        if i.workload.state == "running" and UNIT.fullmatch(i.workload.unit)
    ]


def by_hand(names: Iterable[str], word: str) -> str:
    listed = ", ".join(names)
    return f"No unit is known for {listed}: to be {word} by hand." if listed else ""


def parked(workload: Workload, *, park: bool) -> Iterable[str]:
    """Take a workload's own timers and cron files out of the machine's schedule, or put back."""
    for source in sorted({job.source for job in workload.jobs}):
        if source.endswith(".timer") and UNIT.fullmatch(source):
            yield remote(f"systemctl {'stop' if park else 'start'} {shell_word(source)}")
        elif _CRON_FILE.fullmatch(source):
            there = f"{_PARKED}{source}"
            old, new = (source, there) if park else (there, source)
            script = f"mkdir -p {new.rpartition('/')[0]}; test ! -e {old} || mv {old} {new}"
            yield remote(f"sh -c {shell_word(script)}")
