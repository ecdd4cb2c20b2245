"""What a verdict says of itself: one sentence for each outcome, and what to look at next."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from planner.model import Finding, Host, Outcome
from planner.rules.overrides import counting
from planner.rules.scope import Cause
from planner.words import counted

SHOWN = 5
"""Titles in a list that is only an extract."""
_TELLING = ("isolation", "hardware", "system", "application", "storage", "network")


def stays(fired: Sequence[Finding]) -> str:
    """Why it stays a virtual machine, what says most first."""
    first, *more = sorted(counting(fired, "block"), key=_telling)
    also = f"; also {titles(more)}" if more else ""
    return f"Risk in a container: {first.message.rstrip('.')}{also}."


def _telling(finding: Finding) -> tuple[bool, bool, int, str]:
    """What says most first: another system or processor; last what only follows from others."""
    return (
        finding.rule == "coupled-to-what-stays",
        finding.rule not in ("other-operating-system", "other-architecture"),
        _TELLING.index(finding.axis) if finding.axis in _TELLING else len(_TELLING),
        finding.rule,
    )


def blind(open_: Sequence[Finding], known: Outcome) -> str:
    """Why what was seen decides nothing: the checks that could not be made."""
    checks = counted(len(open_), "deciding check")
    rules = ", ".join(f.rule for f in open_)
    return f"{checks} could not be made ({rules}), and what is known leans to {known}."


def moves(fired: Sequence[Finding], unchecked: Sequence[Finding]) -> str:
    """What moving takes, and what speaks for it."""
    changes, perhaps = counting(fired, "adapt"), counting(unchecked, "adapt")
    needed = f"what changes: {titles(changes)}" if changes else "nothing was seen to change"
    if perhaps:
        needed += f", perhaps also: {titles(perhaps)}"
    good = counting(fired, "affinity")
    benefit = f"what speaks for it: {titles(good, SHOWN)}" if good else "its benefit is unproven"
    return f"Nothing keeps it a virtual machine; {needed}; {benefit}."


def titles(findings: Sequence[Finding], most: int = 0) -> str:
    """In a sentence; ``most``: how many of them, the others as a number."""
    shown = findings[: most or None]
    words = [f.title if f.title[1:2].isupper() else f.title[0].lower() + f.title[1:] for f in shown]
    more = f" and {len(findings) - len(shown)} more" if len(findings) > len(shown) else ""
    return ", ".join(words) + more


def looks(host: Host, causes: AbstractSet[Cause]) -> tuple[str, ...]:
    """Say what would settle the unchecked rules, one sentence each."""
    facts = sorted({c.what for c in causes if c.kind == "fact"} - {"history"})
    idle = sorted({c.what for c in causes if c.kind == "idle"})
    found = []
    if facts:
        how = "Look again" if host.login.root else "Look again as root (-b)"
        if host.door not in ("", "ansible"):
            how = "Look at the machine itself (planner gather, over Ansible)"
        found.append(f"{how}, to see: {', '.join(facts)}.")
    if idle:
        found.append(f"Look again while it runs, to see: {', '.join(idle)}.")
    found += [f"Ask the owner: {c.reason}." for c in causes if c.kind == "question"]
    found += [f"Correct the rule: {c.what} ({c.reason})." for c in causes if c.kind == "rule"]
    return tuple(sorted(found, key=lambda text: (not text.startswith("Look"), text)))
