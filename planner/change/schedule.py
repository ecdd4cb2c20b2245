"""Units and schedules of the machine: stopped for the move, started again by the backout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from planner.model import HostPlan, WorkloadPlan
from planner.shell import remote, shell_word

_CRONTAB = re.compile(r"/var/spool/cron/((crontabs|tabs)/)?[A-Za-z0-9_][A-Za-z0-9_.-]*")
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


def parked(host: HostPlan, items: Sequence[WorkloadPlan], *, park: bool) -> Iterable[str]:
    """Take the timers and cron files of what moves out of the machine's schedule, or put back."""
    for source in sorted({job.source for item in items for job in item.workload.jobs}):
        if source.endswith(".timer") and UNIT.fullmatch(source):
            yield remote(f"systemctl {'stop' if park else 'start'} {shell_word(source)}")
        elif (_CRON_FILE.fullmatch(source) or _CRONTAB.fullmatch(source)) and not _shared(
            host, items, source
        ):
            there = f"{_PARKED}{source}"
            old, new = (source, there) if park else (there, source)
            script = f"mkdir -p {new.rpartition('/')[0]}; test ! -e {old} || mv {old} {new}"
            yield remote(f"sh -c {shell_word(script)}")


def crontabs_by_hand(host: HostPlan, items: Sequence[WorkloadPlan]) -> str:
    """Whose lines have to be taken out by hand, since others of the same file stay; or empty."""
    found = sorted(
        {
            job.source
            for item in items
            for job in item.workload.jobs
            if job.source.startswith("/")
            and (
                not (_CRON_FILE.fullmatch(job.source) or _CRONTAB.fullmatch(job.source))
                or _shared(host, items, job.source)
            )
        }
    )
    if not found:
        return ""
    return (
        f"Before it, take the lines of what moves out of {', '.join(found)} by hand, or they run "
        "on the machine and on the target: others have lines there, too, or it is the system's own."
    )


def _shared(host: HostPlan, items: Sequence[WorkloadPlan], source: str) -> bool:
    """Whether a file of cron has lines that stay on the machine."""
    moving = {item.workload.id for item in items}
    return any(job.source == source for job in host.leftover_jobs) or any(
        job.source == source
        for item in host.workloads
        if item.workload.id not in moving
        for job in item.workload.jobs
    )
