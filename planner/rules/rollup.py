"""Verdicts in, what becomes of the machine out."""

from __future__ import annotations

from collections.abc import Sequence

from planner.model import Fact, Finding, Host, HostOutcome, Verdict
from planner.rules import overrides
from planner.rules.language import clean
from planner.words import counted

NOT_SEEN = ("processes", "units", "listeners")
"""Facts without which nobody knows what runs on a machine."""


def roll_up(
    host: Host, verdicts: Sequence[Verdict], alone: Verdict | None = None
) -> tuple[HostOutcome | None, str]:
    """Say what becomes of the machine, and why in one sentence; None when nobody could look.

    ``alone``: of the machine itself, which decides where no workload was found, and keeps a machine
    that is something itself, whatever its workloads may do.
    """
    if host.status != "seen":
        return None, f"No verdict: the machine was not seen ({clean(host.reason or host.status)})."
    if not verdicts:
        return _empty(host, alone)
    stays = sum(v.outcome == "stay-vm" for v in verdicts)
    blind = sum(v.outcome == "insufficient-data" for v in verdicts)
    moves = len(verdicts) - stays - blind
    tally = (
        f"{moves} of {counted(len(verdicts), 'workload')} can move, "
        f"{counted(stays, 'stays', 'stay')}"
    )
    if blind:
        return "insufficient-data", f"{tally}, {blind} could not be judged on what was seen."
    unseen = [name for name in NOT_SEEN if getattr(host, name).unknown]
    if moves and unseen and host.windows is None:
        return "insufficient-data", f"{tally}, and more may run there: {', '.join(unseen)} lack."
    if moves and (kept := _itself(alone.findings if alone else (), verdicts)):
        why = " ".join(f"{f.message.rstrip('.')}." for f in kept)
        return "split", f"{tally}, and the machine itself stays. {why}"
    if moves and not stays and (open_ := _itself(alone.unchecked if alone else (), verdicts)):
        why = " ".join(f"{f.message.rstrip('.')}." for f in open_)
        return "insufficient-data", f"{tally}, but the machine itself may have to stay. {why}"
    if stays and moves:
        return "split", f"{tally}: the machine gives up what can move and keeps the rest."
    if stays:
        every = f"All of its workloads ({stays}) stay" if stays > 1 else "Its workload stays"
        return "stay", f"{every} on a virtual machine."
    every = f"All of its workloads ({moves})" if moves > 1 else "Its workload"
    return "move", f"{every} can move; nothing keeps the machine."


def _itself(findings: Sequence[Finding], verdicts: Sequence[Verdict]) -> list[Finding]:
    """What keeps the machine, or may, and is said of none of its workloads."""
    told = {f.rule for v in verdicts for f in (*v.findings, *v.unchecked)}
    return [f for f in overrides.counting(findings, "block") if f.rule not in told]


def _empty(host: Host, alone: Verdict | None) -> tuple[HostOutcome, str]:
    lacking = [name for name in NOT_SEEN if lacks(getattr(host, name))]
    if alone and alone.outcome == "stay-vm":
        found = f"No workload was seen ({', '.join(lacking)} lack)" if lacking else "No workload"
        return "stay", f"{found}, and the machine itself stays. {alone.why}"
    if lacking:
        return "insufficient-data", f"No workload was seen, but {', '.join(lacking)} lack."
    return "empty", "No workload: processes, units and listeners were seen, and none is one."


def lacks(fact: Fact[object]) -> bool:
    """Whether not all of it was seen."""
    return bool(fact.unknown or fact.partial) or fact.value is None
