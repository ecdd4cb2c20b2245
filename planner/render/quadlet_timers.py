"""The timers of a machine's jobs, for systemd itself: systemd.timer(5), systemd.time(7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import structs

from planner.model import Data, HostPlan, Job
from planner.render.calendar import from_cron, from_systemd, to_systemd
from planner.render.pods import Member

_CALENDAR = re.compile(r"[A-Za-z0-9*,./:~ _-]+")
_SPAN = re.compile(r"On(Boot|Startup|Active|UnitActive|UnitInactive)Sec=[0-9a-z. ]+")


class Timer(Data, frozen=True):
    """``settings``: lines of [Timer]; none: the schedule cannot be said in systemd's words."""

    name: str
    title: str
    job: Job
    settings: tuple[tuple[str, str], ...]


def timer(host: HostPlan, member: Member) -> Timer:
    """The timer that starts the container of a job."""
    job = member.service.job
    assert job  # noqa: S101 - pods() puts only jobs there
    name = f"{host.slug}-{member.service.name}"
    return Timer(name, member.service.title, job, tuple(_settings(job)))


def _settings(job: Job) -> Iterator[tuple[str, str]]:
    """Exactly the job's schedule: translated, or a timer's own words, where they are harmless."""
    timer = job.source.endswith(".timer")
    found = (from_systemd if timer else from_cron)(job.schedule)
    if found:
        zone = found.zone or (job.timezone if _CALENDAR.fullmatch(job.timezone) else "")
        for text in to_systemd(structs.replace(found, zone=zone)):
            yield "OnCalendar", text
    elif job.schedule == "@reboot":
        yield "OnBootSec", "0"
    elif timer:
        parts = job.schedule.split("; ")
        if all(_SPAN.fullmatch(p) for p in parts):
            for part in parts:
                name, _, span = part.partition("=")
                yield name, span
        elif job.schedule != "not known" and all(_CALENDAR.fullmatch(p) for p in parts):
            for part in parts:
                yield "OnCalendar", part
