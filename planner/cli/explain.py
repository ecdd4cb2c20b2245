"""``planner explain``: why a machine or a workload came out as it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from planner.model import Finding, HostPlan, Override, Plan, Verdict, WorkloadPlan


def explain(
    target: Annotated[
        str, typer.Argument(help="HOST or HOST/WORKLOAD.", metavar="HOST[/WORKLOAD]")
    ],
    plan: Annotated[Path, typer.Option("--plan", help="The plan's folder.")] = Path("plan"),
    facts: Annotated[
        bool,
        typer.Option(
            "--facts",
            help="Show what is known of the machine instead: every fact, whence, or why not.",
        ),
    ] = False,
    snapshots: Annotated[
        Path | None,
        typer.Option(
            help="With --facts: a snapshot, or their folder; default: snapshots/ beside the plan."
        ),
    ] = None,
) -> None:
    """Explain a verdict: its findings with their evidence, what was not seen, what changes it."""
    from planner import store
    from planner.cli.common import plain

    if facts:
        _facts(target, snapshots or plan / store.SNAPSHOTS)
        return
    host, workloads = _find(store.read_plan(plan), target)
    for line in _host(host) if target == host.name else ():
        typer.echo(plain(line))
    for index, planned in enumerate(workloads):
        if index or target == host.name:
            typer.echo()
        for line in _workload(planned):
            typer.echo(plain(line))


def _facts(target: str, folder: Path) -> None:
    import shutil
    import sys

    from planner import store
    from planner.cli import seen
    from planner.cli.common import plain
    from planner.errors import InputError
    from planner.facts import doors, read

    if not folder.exists():
        raise InputError(plain(f"{folder}: no snapshots there: name them with --snapshots"))
    found = store.read_snapshots([folder])
    names = sorted({s.host for s in found})
    name = next((n for n in names if target == n or target.startswith(f"{n}/")), None)
    if name is None:
        raise InputError(plain(f"{target}: no snapshot of it; there are {', '.join(names)}"))
    looks = doors.one_door([s for s in found if s.host == name])
    newest = max(looks, key=lambda s: (s.status == "seen", s.taken_at))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for line in seen.lines(read(newest), newest, width):
        typer.echo(plain(line))


def _find(plan: Plan, target: str) -> tuple[HostPlan, tuple[WorkloadPlan, ...]]:
    from planner.cli.common import plain
    from planner.errors import InputError

    for host in plan.hosts:
        if target == host.name:
            return host, host.workloads
        for planned in host.workloads:
            if target in (planned.workload.id, f"{host.name}/{planned.workload.name}"):
                return host, (planned,)
    named = [h for h in plan.hosts if target.startswith(f"{h.name}/")]
    there = [w.workload.id for h in named for w in h.workloads] or [h.name for h in plan.hosts]
    raise InputError(plain(f"{target}: not in the plan; there are {', '.join(there) or 'none'}"))


def _host(host: HostPlan) -> Iterator[str]:
    yield f"{host.name}: {host.outcome or 'no verdict'}"
    yield f"  {host.why or host.reason}"
    if host.verdict and host.verdict.leaning:
        yield f"  What is known of the machine leans to {host.verdict.leaning}."
    if host.verdict:
        yield from _words(host.verdict)
        for finding in (*host.verdict.findings, *host.verdict.unchecked):
            yield from _finding(finding) if finding.accepted or not host.workloads else ()
    for look in host.verdict.looks if host.verdict else ():
        yield f"  {look}"
    reasons: dict[str, list[str]] = {}
    for unseen in host.unseen:
        reasons.setdefault(unseen.reason, []).append(unseen.fact)
    for reason, facts in reasons.items():
        yield f"  not seen: {', '.join(facts)} ({reason})"


def _workload(planned: WorkloadPlan) -> Iterator[str]:
    verdict = planned.verdict
    leaning = f" (leaning to {verdict.leaning})" if verdict.leaning else ""
    yield f"{planned.workload.id}: {verdict.outcome}{leaning}"
    yield f"  {verdict.why}"
    yield f"  confidence {verdict.confidence}: {verdict.confidence_why}"
    yield from _words(verdict)
    if verdict.effort:
        yield f"  effort {verdict.effort}: {verdict.effort_why}"
    if planned.together:
        yield f"  moves together with {', '.join(planned.together)}"
    yield "What would change it"
    yield from _change(planned)
    if verdict.findings:
        yield "Found"
    for finding in verdict.findings:
        yield from _finding(finding)
    if verdict.unchecked:
        yield "Not checked"
    for finding in verdict.unchecked:
        yield from _finding(finding)
    yield from _guidance((*verdict.findings, *verdict.unchecked))


def _words(verdict: Verdict) -> Iterator[str]:
    """What reviewers said of it, beside the findings that they accepted."""
    from planner.rules.overrides import what

    if verdict.forced:
        yield f"  forced {_word(verdict.forced)}"
        yield f"  the rules say {verdict.judged}"
    for override in verdict.expired:
        yield f"  counts no more: {what(override)} {_word(override)}"


def _word(override: Override) -> str:
    who = f"by {override.who} on {override.when} until {override.until}"
    return f"{who}: {override.why} ({override.where})"


def _finding(finding: Finding) -> Iterator[str]:
    from planner.rules.overrides import effect

    counts = f", counts as {effect(finding)}" if effect(finding) != finding.effect else ""
    yield f"  [{finding.effect}{counts}] {finding.rule}: {finding.message}"
    if finding.guidance:
        yield f"      applies {', '.join(finding.guidance)}"
    for override in finding.accepted:
        yield f"      accepted {_word(override)}"
    if finding.unchecked:
        yield f"      not checked, since {finding.unchecked}"
    for evidence in finding.evidence:
        if not (finding.unchecked and evidence.value.startswith("unknown: ")):
            yield f"      seen in {evidence.section}: {evidence.fact} = {evidence.value}"


def _guidance(findings: Iterable[Finding]) -> Iterator[str]:
    """The words of what was cited, once each, in the catalogue's order."""
    from planner.rules import GUIDANCE

    cited = {guidance for finding in findings for guidance in finding.guidance}
    if cited:
        yield "Guidance"
    for guidance in (*GUIDANCE, *sorted(cited - GUIDANCE.keys())):
        if guidance in cited:
            yield f"  {guidance}: {GUIDANCE.get(guidance, 'not in this catalogue')}"


def _change(planned: WorkloadPlan) -> Iterator[str]:
    from planner.rules.overrides import effect

    verdict = planned.verdict
    counts = "adapt" if verdict.outcome == "container-with-changes" else "block"
    deciding = [f for f in verdict.findings if effect(f) == counts]
    if verdict.forced:
        yield f"  It is forced until {verdict.forced.until}; then it is what the rules say."
    for finding in deciding:
        yield f"  {finding.rule}: {finding.remediation}"
        if finding.alternative:
            yield f"      or: {finding.alternative.text}"
    if verdict.otherwise:
        yield f"  Without what blocks it, it would be {verdict.otherwise}."
    for look in verdict.looks:
        yield f"  {look}"
    for finding in (*verdict.findings, *verdict.unchecked):
        if effect(finding) != finding.effect:
            until = finding.accepted[0].until
            yield f"  After {until} {finding.rule} counts as {finding.effect} again."
    if not deciding and not verdict.looks:
        yield "  Only a fact that keeps it on a virtual machine, should one turn up."
