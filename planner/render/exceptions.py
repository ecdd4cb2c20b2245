"""What reviewers accepted and forced, for the report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from planner.model import Data, HostPlan, Override, Plan, Verdict
from planner.rules.overrides import what


class Concerned(Data, frozen=True):
    """A reviewer's override, where it concerns a workload, or a machine without one."""

    about: str
    what: str
    """``kernel-settings accepted``, ``stay-vm forced``."""
    holds: Literal["yes", "expired"]
    judged: str
    """The rules' outcome, where it was forced."""
    override: Override

    @property
    def text(self) -> str:
        """All of it on a line."""
        o = self.override
        expired = "expired: " if self.holds == "expired" else ""
        return f"{expired}{self.what} by {o.who} on {o.when} until {o.until}: {o.why} ({o.where})"


def exceptions(plan: Plan) -> tuple[Concerned, ...]:
    """In the order of the plan."""
    return tuple(
        found
        for host in plan.hosts
        for about, verdict in _verdicts(host)
        for found in _of(about, verdict)
    )


def _verdicts(host: HostPlan) -> Iterator[tuple[str, Verdict]]:
    yield from ((item.workload.id, item.verdict) for item in host.workloads)
    if host.verdict:
        yield host.name, host.verdict


def _of(about: str, verdict: Verdict) -> Iterator[Concerned]:
    if verdict.forced:
        judged = verdict.judged or ""
        yield Concerned(about, what(verdict.forced), "yes", judged, verdict.forced)
    for finding in (*verdict.findings, *verdict.unchecked):
        for override in finding.accepted:
            yield Concerned(about, what(override), "yes", "", override)
    for override in verdict.expired:
        yield Concerned(about, what(override), "expired", "", override)
