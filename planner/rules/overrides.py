"""A reviewer's word beside the findings: what it changes of a verdict, and what it never does.

An acceptance lowers what a finding counts and hides nothing of it; a forced verdict leaves what the
rules said beside it. Whatever has expired counts no more, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from msgspec.structs import astuple, replace

from planner.errors import InputError
from planner.model import Effect, Finding, HostPlan, Override, Unmatched, Verdict
from planner.rules.language import clean

_ACCEPTED: dict[Effect, Effect] = {"block": "adapt", "adapt": "note"}


@dataclass(frozen=True)
class Word:
    """What reviewers said of one workload, or of a machine alone; the longest first."""

    valid: tuple[Override, ...] = ()
    ended: tuple[Override, ...] = ()


def word(overrides: Iterable[Override], host: str, workload: str, as_of: str) -> Word:
    """Those that name the workload (its id) or its machine, as of an ISO 8601 time in UTC.

    ``workload`` is empty where the machine alone is judged. InputError: two forced verdicts hold
    and differ.
    """
    mine = sorted((o for o in overrides if names(o, host, workload)), key=_longest)
    valid = tuple(o for o in mine if o.until >= as_of[:10])
    forces = [o for o in valid if o.verdict]
    for other in forces[1:]:
        if other.verdict != forces[0].verdict:
            raise InputError(
                f"{clean(workload)} is forced to {forces[0].verdict} in {forces[0].where} and to "
                f"{other.verdict} in {other.where}: keep one"
            )
    return Word(valid, tuple(o for o in mine if o not in valid))


def names(override: Override, host: str, workload: str) -> bool:
    """Whether it is about the workload (its id, may be empty) or the machine. Shell patterns; that
    of a workload is read part by part, so that ``web*/shop`` ends at the ``/``.
    """
    if override.host:
        return _matches(override.host, host)
    parts, pattern = workload.split("/"), override.workload.split("/")
    return bool(workload) and len(parts) == len(pattern) and all(map(_matches, pattern, parts))


def accepted(finding: Finding, said: Word) -> Finding:
    """The finding with the acceptances that hold for it; all else of it stays."""
    found = tuple(o for o in said.valid if o.finding == finding.rule)
    return replace(finding, accepted=found) if found else finding


def effect(finding: Finding) -> Effect:
    """What it counts: an accepted block as a change, an accepted change as a note."""
    return _ACCEPTED.get(finding.effect, finding.effect) if finding.accepted else finding.effect


def counting(findings: Iterable[Finding], as_: Effect) -> list[Finding]:
    """Those that count as such, after what was accepted."""
    return [f for f in findings if effect(f) == as_]


def what(override: Override) -> str:
    """``kernel-settings accepted``, ``stay-vm forced``."""
    return f"{override.verdict} forced" if override.verdict else f"{override.finding} accepted"


def finished(verdict: Verdict, said: Word) -> Verdict:
    """The verdict with its expired overrides, and with the outcome that a reviewer forced.

    What the rules said goes to ``judged``; findings, looks and confidence stay, what is only true
    of the rules' outcome (leaning, otherwise) goes, and moving against a block is a large effort.
    """
    rules = {f.rule for f in (*verdict.findings, *verdict.unchecked)}
    ended = tuple(o for o in said.ended if o.verdict or o.finding in rules)
    verdict = replace(verdict, expired=ended)
    force = next((o for o in said.valid if o.verdict), None)
    if force is None or force.verdict is None:
        return verdict
    why = f"Forced by {clean(force.who)} until {force.until}: {clean(force.why).rstrip('.')}."
    return replace(
        verdict,
        outcome=force.verdict,
        leaning=None,
        otherwise=None,
        why=f"{why} The rules say {verdict.outcome}.",
        judged=verdict.outcome,
        forced=force,
        **_effort(force, verdict),
    )


def _effort(force: Override, verdict: Verdict) -> dict[str, Any]:
    if force.verdict == "stay-vm":
        return {"effort": None, "effort_why": ""}
    blocks = [f.rule for f in verdict.findings if effect(f) == "block"]
    if not blocks:
        return {}
    return {"effort": "large", "effort_why": f"Forced against {', '.join(blocks)}."}


def check(overrides: Sequence[Override], as_of: str) -> None:
    """InputError for one of a day after the moment that is judged."""
    for override in overrides:
        if override.when > as_of[:10]:
            raise InputError(
                f"{override.where}: when: {override.when} is after the day that is judged, "
                f"{as_of[:10]}: correct it, or judge as of then (--as-of {override.when})"
            )


def unmatched(overrides: Iterable[Override], hosts: Sequence[HostPlan]) -> tuple[Unmatched, ...]:
    """Those that concern nothing of these machines, with the reason."""
    reasons = ((o, _why_unmatched(o, hosts)) for o in overrides)
    return tuple(Unmatched(override, reason) for override, reason in reasons if reason)


def _why_unmatched(override: Override, hosts: Sequence[HostPlan]) -> str:
    """Empty: it matches."""
    on = override.host or override.workload.rpartition("/")[0]
    about = [host for host in hosts if _matches(on, host.name)]
    verdicts = [v for h in hosts for w, v in _verdicts(h) if names(override, h.name, w)]
    found = {f.rule for v in verdicts for f in (*v.findings, *v.unchecked)}
    if override.finding in found or (override.verdict and verdicts):
        return ""
    if unseen := [h for h in about if h.status != "seen"]:
        return f"{clean(unseen[0].name)} was not seen ({unseen[0].status})"
    if verdicts:
        return "no such finding there"
    if override.host:
        return "no workload there" if about else "no such machine in this plan"
    return "no such workload in this plan"


def _verdicts(host: HostPlan) -> Iterator[tuple[str, Verdict]]:
    """With the id of the workload; empty: of the machine alone."""
    yield from ((item.workload.id, item.verdict) for item in host.workloads)
    if host.verdict:
        yield "", host.verdict


def _longest(override: Override) -> tuple[int, tuple[str, ...]]:
    """Order that does not depend on the order given."""
    return -int(override.until.replace("-", "")), tuple(map(str, astuple(override)))


def _matches(pattern: str, text: str) -> bool:
    return text == pattern or fnmatchcase(text, pattern)
