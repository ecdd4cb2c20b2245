"""Which questions prove that a container is the machine's workload, and how answers compare.

Pure: questions come from the plan, answers from planner.verify, which asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from planner.model import Job, Listener, Workload
from planner.questions.compare import compare, useful
from planner.questions.listeners import PATHS, further, greets, of_listener
from planner.questions.model import (
    VERIFY_SCHEMA,
    Answer,
    Kind,
    Question,
    Result,
    Verification,
    Verified,
)
from planner.service.network import is_loopback

__all__ = [
    "PATHS",
    "VERIFY_SCHEMA",
    "Answer",
    "Kind",
    "Question",
    "Result",
    "Verification",
    "Verified",
    "compare",
    "further",
    "greets",
    "job_title",
    "questions",
    "useful",
    "variables",
]


def questions(
    workload: Workload, paths: Sequence[str] = (), data: bool = True
) -> tuple[Question, ...]:
    """Return what is asked of a workload. ``paths``: of its web servers, beside the known ones;
    ``data``: whether the container has a copy of the data."""
    if workload.kind == "job":
        made = [Question("job", job_title(job)) for job in workload.jobs]
        return (*made, Question("root", "read-only root"))
    made = [Question("running", "runs"), Question("user", "user that it runs as")]
    for listener in _once(workload.listeners):
        made += of_listener(workload, listener, tuple(dict.fromkeys((*PATHS, *paths))))
    if data and workload.census and workload.user:
        made.append(Question("rows", "rows of its data"))
    for volume in workload.volumes if data else ():
        if volume.consistency == "none":
            continue
        made.append(Question("owners", f"owners in {volume.path}", volume=volume.name))
        if volume.read_only:
            made.append(Question("files", f"files of {volume.path}", volume=volume.name))
    if variables(workload) or any(s.form == "env" for s in workload.secrets):
        # some programs write over what the kernel shows of it: then there is no answer
        made.append(Question("environment", "variables that it needs", guess=True))
    made.append(Question("logs", "errors in its log"))
    made.append(Question("memory", "memory at rest"))
    made.append(Question("root", "read-only root"))
    return tuple(made)


def job_title(job: Job) -> str:
    """Title of the question about a job."""
    return f"job {job.name} ends well"


def variables(workload: Workload) -> frozenset[str]:
    """Names that its unit sets; those that systemd gives to every unit say nothing."""
    told = " ".join(d.value for d in workload.directives if d.name == "Environment")
    return frozenset(v.name for v in workload.environment if f"{v.name}=" in told)


def _once(listeners: Iterable[Listener]) -> list[Listener]:
    """One for each port: that which others reach before loopback, IPv4 before IPv6."""
    found: dict[tuple[int, str], Listener] = {}
    order = sorted(listeners, key=lambda x: (is_loopback(x.address), ":" in x.address, x.address))
    for listener in order:
        found.setdefault((listener.port, listener.protocol), listener)
    return [found[key] for key in sorted(found)]
