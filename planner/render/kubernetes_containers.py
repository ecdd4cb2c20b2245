"""Containers of pods and of jobs, as data."""

from __future__ import annotations

import re

from planner.model import Data, Job
from planner.render.calendar import Calendar, from_cron, from_systemd, to_cron
from planner.render.kubernetes_storage import Place, PodVolume, in_container, of_members
from planner.render.pods import Member, label, numeric
from planner.render.quoting import is_variable
from planner.render.services import Service
from planner.service.starting import Patience, patience


class Container(Data, frozen=True):
    """``root``: why it does not run as an ordinary user, with an empty text where it does."""

    name: str
    member: Member
    uid: int
    gid: int
    root: str
    places: tuple[Place, ...]
    settings: str
    """Name of the ConfigMap; empty: none."""
    patience: Patience

    @property
    def s(self) -> Service:
        return self.member.service


class CronJob(Data, frozen=True):
    """``schedule`` empty: not to be said exactly. ``apart``: it used the workload's loopback."""

    name: str
    container: Container
    volumes: tuple[PodVolume, ...]
    job: Job
    schedule: str
    zone: str
    overlaps: bool
    apart: bool
    restricted: bool


def container(member: Member) -> Container:
    """Derive the container of a member or a job."""
    s, w = member.service, member.w
    uid, gid = numeric(s.user)
    if uid > 0 and gid < 0 and w.run_as:
        gid = w.run_as.gid
    root = ""
    if uid <= 0:
        reasons = [a.why for a in w.adaptations if a.id == "user"]
        root = "; ".join(reasons) or f"it runs as {s.user or 'an unknown user'} on the machine"
    settings = any(not v.secret and is_variable(v.name) for v in w.environment)
    return Container(
        name=label(s.name),
        member=member,
        uid=uid,
        gid=gid,
        root=root,
        places=tuple(in_container(member)),
        settings=label(f"{w.name}-settings") if settings else "",
        patience=patience(w),
    )


def cron(member: Member) -> CronJob:
    """Derive when a job runs, and what runs."""
    job = member.service.job
    assert job  # noqa: S101 - pods() puts only jobs there
    timer = job.source.endswith(".timer")
    found: Calendar | None = (from_systemd if timer else from_cron)(job.schedule)
    made = container(member)
    zone = (found.zone if found else "") or job.timezone
    return CronJob(
        name=label(member.service.name),
        container=made,
        volumes=of_members([member]),
        job=job,
        schedule=(to_cron(found) or "") if found else "",
        zone=zone if _is_zone(zone) else "",
        overlaps=not timer,
        apart=bool(member.service.network_of),
        restricted=not made.root,
    )


def _is_zone(text: str) -> bool:
    return (
        text == "UTC" or re.fullmatch(r"[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}", text) is not None
    )
