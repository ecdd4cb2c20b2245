"""Units and schedules of the machine: stopped for the move, started again by the backout."""

from __future__ import annotations

import re
from collections.abc import Iterable

from planner.model import Workload, WorkloadPlan
from planner.shell import remote, shell_word

_CRON_FILE = re.compile(r"/etc/cron\.(d|hourly|daily|weekly|monthly)/[A-Za-z0-9_.-]+")


UNIT = re.compile(r"[A-Za-z0-9:_.@\\-]+\.(service|timer|socket|path)")


_PARKED = "/var/lib/planner-parked-cron"


_MOVED = "90-moved.conf"
"""A drop-in that keeps a unit from starting. Masking would refuse units that lie in /etc, and
disabling does nothing to those that a generator brings back at boot."""


def units(items: Iterable[WorkloadPlan]) -> list[str]:
    """Return what was running and has a unit that systemd would know by this name, each behind
    the sockets and paths that would start it again."""
    return [
        unit
        for i in items
        if i.workload.state == "running"
        for unit in (*i.workload.started_by, i.workload.unit)
        if UNIT.fullmatch(unit)
    ]


def kept_away(unit: str) -> str:
    folder = f"/etc/systemd/system/{unit}.d"
    text = "[Unit]\\nConditionPathExists=/moved-to-a-container\\n"
    script = f"mkdir -p {folder} && printf '{text}' >{folder}/{_MOVED} && systemctl daemon-reload"
    return remote(f"sh -c {shell_word(script)}")


def brought_back(unit: str) -> str:
    file = f"/etc/systemd/system/{unit}.d/{_MOVED}"
    return remote(f"sh -c {shell_word(f'rm -f {file} && systemctl daemon-reload')}")


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
