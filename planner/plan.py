"""Snapshots and rules in, the whole decision out. Pure: same input, same plan."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import msgspec

from planner import (
    change,
    facts,
    images,
    imaging,
    looks,
    rules,
    store,
    topology,
    volumes,
    workloads,
)
from planner.change.names import MOVES
from planner.errors import InputError
from planner.facts import doors
from planner.facts.typed import NO_GUEST
from planner.facts.windows import NOT_OF_WINDOWS
from planner.model import (
    PLAN_SCHEMA,
    Fact,
    Gone,
    Host,
    HostPlan,
    Look,
    Plan,
    Snapshot,
    Unseen,
    Workload,
)
from planner.settings import DEFAULTS, Settings


def make_plan(
    snapshots: Sequence[Snapshot],
    ruleset: rules.RuleSet,
    *,
    as_of: str | None,
    version: str,
    settings: Settings = DEFAULTS,
) -> Plan:
    """Decide for every machine of *snapshots*.

    *as_of* is an ISO 8601 time in UTC; by default that of the newest snapshot. Raises
    :class:`InputError` when there is nothing to plan, or for an override of a later day.
    """
    if not snapshots:
        raise InputError("no snapshots to plan from: gather some first (planner gather -i ...)")
    moment = as_of or max(s.taken_at for s in snapshots)
    rules.overrides.check(settings.context.overrides, moment)
    subjects = deque(_subject(group) for group in _by_host(snapshots))
    connected = topology.connect(
        [subject.host for subject in subjects],
        tuple(workload for subject in subjects for workload in subject.workloads),
    )
    found = {name: tuple(of) for name, of in groupby(connected, key=lambda w: w.host)}
    slugs: set[str] = set()
    made: list[HostPlan] = []
    while subjects:  # What is known of a machine takes most of the memory: it goes with its plan.
        subject = subjects.popleft()
        name = subject.host.name
        made.append(
            _host_plan(
                subject,
                store.slug(name, slugs),
                found.get(name, ()),
                ruleset,
                moment,
                settings.context,
                settings.images,
            )
        )
    hosts = tuple(made)
    return Plan(
        schema=PLAN_SCHEMA,
        planner=version,
        as_of=moment,
        lifecycle_as_of=images.LIFECYCLE_AS_OF,
        rules_sha256=ruleset.sha256,
        hosts=hosts,
        settings=settings.name,
        settings_sha256=settings.sha256,
        targets=settings.targets,
        unmatched=rules.overrides.unmatched(settings.context.overrides, hosts),
    )


@dataclass(frozen=True)
class _Subject:
    """One machine with all looks at it, the newest as the base."""

    host: Host
    snapshot: Snapshot
    detected: workloads.Detected
    workloads: tuple[Workload, ...]
    looks: tuple[Look, ...]
    gone: tuple[Gone, ...]


def _by_host(snapshots: Sequence[Snapshot]) -> Iterable[list[Snapshot]]:
    ordered = sorted(snapshots, key=lambda s: (s.host, s.taken_at))
    return (list(group) for _, group in groupby(ordered, key=lambda s: s.host))


def _subject(snapshots: Sequence[Snapshot]) -> _Subject:
    group = doors.one_door(snapshots)
    hosts = [facts.read(snapshot) for snapshot in group]
    base = looks.newest(hosts)
    detected = workloads.detect(base)
    earlier = [
        (host.taken_at, _measured(host, workloads.detect(host)))
        for host in hosts
        if host is not base and not looks.comparable(base, host)
    ]
    found = looks.merged(_measured(base, detected), earlier)
    return _Subject(
        host=base,
        snapshot=group[hosts.index(base)],
        detected=detected,
        workloads=tuple(looks.with_growth(w, base.taken_at, earlier) for w in found),
        looks=looks.described(base, hosts),
        gone=looks.gone(found, earlier),
    )


def _measured(host: Host, detected: workloads.Detected) -> tuple[Workload, ...]:
    return tuple(volumes.complete(host, workload) for workload in detected.workloads)


def _host_plan(
    subject: _Subject,
    slug: str,
    found: tuple[Workload, ...],
    ruleset: rules.RuleSet,
    as_of: str,
    context: rules.Context,
    choice: images.Choice,
) -> HostPlan:
    host, detected = subject.host, subject.detected
    judged = rules.judge_machine(ruleset, host, found, as_of, context)
    planned = tuple(
        imaging.imaged(host, item, choice, judged.workloads)
        if item.verdict.outcome in MOVES
        else item
        for item in judged.workloads
    )
    os, kernel = host.os.value, host.kernel.value
    result = HostPlan(
        name=host.name,
        slug=slug,
        status=host.status,
        origin=host.origin,
        taken_at=host.taken_at,
        outcome=judged.outcome,
        why=judged.why,
        reason=host.reason,
        origin_note=host.origin_note,
        door=host.door,
        collector=host.collector,
        address=host.address,
        groups=host.groups,
        login=host.login,
        os=os.name if os else "",
        arch=kernel.arch if kernel else "",
        virtualization=host.virtualization.value or "",
        cpus=host.cpus.value if host.cpus.value is not None else -1,
        memory=host.memory.value.total if host.memory.value else -1,
        disk_used=sum(s.used for s in host.space.value) if host.space.value else -1,
        names=_names(host),
        addresses=host.addresses.value or (),
        host_entries=_others(host),
        timezone=host.timezone.value or "",
        verdict=None if planned else judged.alone,
        workloads=planned,
        agents=detected.agents,
        containers=host.engines.value.containers if host.engines.value else (),
        leftover_jobs=detected.leftover_jobs,
        unseen=tuple(_unseen(host)),
        unasked=("guest",) if host.status == "seen" and host.guest.unknown == NO_GUEST else (),
        snapshot_sha256=hashlib.sha256(store.encode(subject.snapshot)).hexdigest(),
        looks=subject.looks,
        gone=subject.gone,
    )
    return msgspec.structs.replace(result, steps=change.steps(result))


def _names(host: Host) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n for n in (host.name, host.hostname.value or "") if n))


def _others(host: Host) -> tuple[tuple[str, tuple[str, ...]], ...]:
    own = {address.partition("/")[0] for address in host.addresses.value or ()}
    return tuple(e for e in host.host_entries.value or () if e[0] not in own)


def _unseen(host: Host) -> Iterable[Unseen]:
    if host.status != "seen":
        return
    for data in filter(None, (host, host.windows)):
        for field in data.__struct_fields__:
            fact = getattr(data, field)
            if not isinstance(fact, Fact) or fact.unknown in (NOT_OF_WINDOWS, NO_GUEST):
                continue
            if fact.unknown or fact.partial:
                yield Unseen(fact=field, section=fact.section, reason=fact.unknown or fact.partial)
