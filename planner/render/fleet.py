"""The fleet at a glance: what the report counts and groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from planner.change.names import MOVES, build_folder, moving
from planner.model import Data, Effect, Finding, HostPlan, Peer, Plan, WorkloadPlan
from planner.render.exceptions import Concerned, exceptions

_RISK: dict[Effect, str] = {
    "block": "blocks",
    "adapt": "needs a change",
    "note": "to know",
    "affinity": "speaks for a container",
}
_WAYS = {
    "container-host-vm": "A container host that is a VM",
    "sandboxed-runtime": "A sandboxed runtime",
    "keep-data": "The data stays while the application moves",
    "split": "Part of the machine stays",
    "sidecar": "Together in one pod",
    "rebuild-first": "Rebuild first",
    "retire": "Retire",
}
_EFFORTS = ("", "small", "medium", "large")
_ORDER: tuple[Effect, ...] = ("block", "adapt", "note", "affinity")


class RuleGroup(Data, frozen=True):
    """A rule with every workload where it fired, or where it could not be checked."""

    rule: str
    title: str
    risk: str
    remediation: str
    effort: str
    guidance: tuple[str, ...]
    cases: tuple[tuple[str, str], ...]
    """(workload id, message)."""


class Link(Data, frozen=True):
    """A connection between a workload and somebody else."""

    source: str
    target: str
    moves: str
    """Which ends move: ``both``, ``source``, ``target``, ``none``, ``source, target unknown``."""
    note: str
    """How it is known, where it was not open at the newest look."""
    hosts: tuple[str, ...]
    """Machines at its ends, as far as they are of the fleet."""


class Rebuild(Data, frozen=True):
    """How the image of a workload is made anew after its packages were patched."""

    workload: str
    tag: str
    folder: str
    compose: str


class Start(Data, frozen=True):
    """A workload that moves: what it costs, and what speaks for it."""

    workload: str
    effort: str
    effort_why: str
    benefits: tuple[str, ...]
    together: tuple[str, ...]


class Way(Data, frozen=True):
    """A middle way: each sentence, the rule that says it, and the workloads that it is for."""

    title: str
    cases: tuple[tuple[str, str, tuple[str, ...]], ...]


class Fleet(Data, frozen=True):
    """What the report says beside the plan's own words."""

    outcomes: tuple[tuple[str, int], ...]
    verdicts: tuple[tuple[str, int], ...]
    starts: tuple[Start, ...]
    """Least effort first, then most benefits; what moves together side by side."""
    ways: tuple[Way, ...]
    fired: tuple[RuleGroup, ...]
    unchecked: tuple[RuleGroup, ...]
    exceptions: tuple[Concerned, ...]
    links: tuple[Link, ...]
    rebuilds: tuple[Rebuild, ...]


def fleet(plan: Plan) -> Fleet:
    """Count and group a plan."""
    items = [(host, item) for host in plan.hosts for item in host.workloads]
    moved = {item.workload.id for _, item in items if item.verdict.outcome in MOVES}
    return Fleet(
        outcomes=_counted(h.outcome or "no verdict" for h in plan.hosts),
        verdicts=_counted(item.verdict.outcome for _, item in items),
        starts=_starts(i for _, i in items if i.workload.id in moved),
        ways=_ways(i for _, i in items),
        fired=_groups((i, f) for _, i in items for f in i.verdict.findings),
        unchecked=_groups((i, f) for _, i in items for f in i.verdict.unchecked),
        exceptions=exceptions(plan),
        links=tuple(_link(item, peer, moved) for _, item in items for peer in item.workload.peers),
        rebuilds=tuple(_rebuild(h, i) for h in plan.hosts for i in moving(h)),
    )


def _starts(items: Iterable[WorkloadPlan]) -> tuple[Start, ...]:
    made = [
        Start(
            item.workload.id,
            item.verdict.effort or "",
            item.verdict.effort_why,
            tuple(f.title for f in item.verdict.findings if f.effect == "affinity"),
            item.together,
        )
        for item in items
    ]
    order = {s.workload: (_EFFORTS.index(s.effort), -len(s.benefits), s.workload) for s in made}

    def place(start: Start) -> tuple[object, ...]:
        """Of a pod, that of the one that takes most; then its own."""
        pod = (start.workload, *start.together)
        return max(order[name] for name in pod if name in order), order[start.workload]

    return tuple(sorted(made, key=place))


def _ways(items: Iterable[WorkloadPlan]) -> tuple[Way, ...]:
    """Of what stays, only that of what keeps it counts."""
    found: dict[str, dict[tuple[str, str], list[str]]] = {}
    for item in items:
        stays = item.verdict.outcome == "stay-vm"
        for finding in item.verdict.findings:
            other = finding.alternative
            if other and (not stays or finding.effect == "block"):
                cases = found.setdefault(other.way, {})
                cases.setdefault((other.text, finding.rule), []).append(item.workload.id)
    return tuple(
        Way(_WAYS[way], tuple((*key, tuple(ids)) for key, ids in sorted(found[way].items())))
        for way in _WAYS
        if way in found
    )


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items()))


def _groups(found: Iterable[tuple[WorkloadPlan, Finding]]) -> tuple[RuleGroup, ...]:
    """Worst first; within one risk, the rule that concerns most workloads first."""
    by_rule: dict[str, list[tuple[WorkloadPlan, Finding]]] = {}
    for item, finding in found:
        by_rule.setdefault(finding.rule, []).append((item, finding))
    ordered = sorted(
        by_rule.items(), key=lambda g: (_ORDER.index(g[1][0][1].effect), -len(g[1]), g[0])
    )
    return tuple(_group(rule, cases) for rule, cases in ordered)


def _group(rule: str, cases: list[tuple[WorkloadPlan, Finding]]) -> RuleGroup:
    first = cases[0][1]
    return RuleGroup(
        rule=rule,
        title=first.title,
        risk=_RISK[first.effect],
        remediation=first.remediation,
        effort=first.effort or "",
        guidance=first.guidance,
        cases=tuple((item.workload.id, _said(f)) for item, f in cases),
    )


def _said(finding: Finding) -> str:
    until = f" (accepted until {finding.accepted[0].until})" if finding.accepted else ""
    return f"{finding.unchecked or finding.message}{until}"


def _link(item: WorkloadPlan, peer: Peer, moved: set[str]) -> Link:
    who = peer.workload or peer.host or ", ".join(peer.names) or peer.address
    source = item.workload.id in moved
    target = peer.workload in moved
    if not peer.workload:
        moves = "source; target not known to the plan" if source else "target not known to the plan"
    else:
        moves = {(True, True): "both", (True, False): "source", (False, True): "target"}.get(
            (source, target), "none"
        )
    hosts = tuple(dict.fromkeys(h for h in (item.workload.host, peer.host) if h))
    place = f"{peer.address}:{peer.port}" if peer.port else peer.address
    return Link(item.workload.id, f"{who} ({place})", moves, _known(peer), hosts)


def _known(peer: Peer) -> str:
    if not peer.seen:
        return "named in configuration, not seen open"
    return f"seen open at an earlier look, last on {peer.last_seen}" if peer.last_seen else ""


def _rebuild(host: HostPlan, item: WorkloadPlan) -> Rebuild:
    tag = item.image.tag if item.image else ""
    compose = f"hosts/{host.slug}/compose.yaml"
    return Rebuild(item.workload.id, tag, build_folder(host, item), compose)
