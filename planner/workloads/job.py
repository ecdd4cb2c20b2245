"""A scheduled job that belongs to no service: a workload of its own."""

from __future__ import annotations

import posixpath

from planner.model import Copy, CronJob, Host, Owner, Workload
from planner.service import accounts, jobs, places
from planner.service.view import MASK, owner, safe_name

_OWN = ("application", "content", "home", "data")


def detect(host: Host, job: CronJob) -> Workload | None:
    """The workload of a job that runs a program of its own, outside of every package, or as an
    ordinary user; upkeep of the machine by root with packaged programs is none: None.
    """
    named = [p for p in jobs.programs(job) if p.startswith("/")]
    programs = [p for p in named if places.role(p) in _OWN and not owner(host, p)]
    ordinary = job.user not in ("root", "")
    if not programs and not ordinary:
        return None
    user = accounts.by_name(host, job.user)
    root = user is not None and user.uid == 0
    made = jobs.as_job(host, job)
    name = safe_name(f"job-{made.name}")
    secret = MASK in job.command
    unknowns = ["What it reads and writes cannot be seen from its schedule: its owner has to say."]
    if secret:
        unknowns.append("An argument of its command is a secret and stayed on the machine.")
    if user is None:
        unknowns.append(f"Who {safe_name(job.user)} is was not seen.")
    return Workload(
        id=f"{host.name}/{name}",
        host=host.name,
        name=name,
        kind="job",
        title=f"scheduled job {made.name}",
        state="running" if "@reboot" not in job.schedule else "stopped",
        traits=("batch",),
        unit=job.source if job.source.endswith(".timer") else "",
        user=user,
        groups=accounts.groups_of(host, user),
        command=() if secret else made.command,
        run_as=None if root else user,
        copies=_copies(host, programs),
        jobs=(made,),
        needs_init=True,
        unknowns=tuple(unknowns),
    )


def _copies(host: Host, programs: list[str]) -> tuple[Copy, ...]:
    found: dict[str, Copy] = {}
    for path in programs:
        info = places.info(host, path)
        folder = posixpath.dirname(path)
        root = path if places.shared_top(folder) or places.role(path) == "home" else folder
        if places.role(path) in ("application", "content", "home"):
            where = Owner(info.uid, info.gid, info.mode) if info and root == path else Owner()
            found[root] = Copy(
                root, "application", "what the job runs, which no package owns", where
            )
    return tuple(found[p] for p in sorted(found))
