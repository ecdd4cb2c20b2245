"""Snapshots and rules in, the whole decision out. Pure: same input, same plan."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import msgspec

from planner import change, facts, images, looks, rules, store, topology, volumes, workloads
from planner.change.names import MOVES
from planner.errors import InputError
from planner.facts import doors
from planner.facts.typed import NO_GUEST
from planner.facts.windows import NOT_OF_WINDOWS
from planner.model import (
    PLAN_SCHEMA,
    Account,
    Fact,
    Gone,
    Group,
    Host,
    HostPlan,
    Image,
    Look,
    Plan,
    Snapshot,
    Unseen,
    Workload,
    WorkloadPlan,
)
from planner.settings import DEFAULTS, Settings

_DISPLAYS = ("Xorg", "X", "Xwayland", "Xvnc", "weston", "cage", "gnome-shell", "kwin_wayland")
_ONE_POD = ("loopback", "socket", "file")


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
    subjects = [_subject(group) for group in _by_host(snapshots)]
    connected = topology.connect(
        [subject.host for subject in subjects],
        tuple(workload for subject in subjects for workload in subject.workloads),
    )
    slugs: set[str] = set()
    hosts = tuple(
        _host_plan(
            subject,
            store.slug(subject.host.name, slugs),
            tuple(w for w in connected if w.host == subject.host.name),
            ruleset,
            moment,
            settings.context,
        )
        for subject in subjects
    )
    return Plan(
        schema=PLAN_SCHEMA,
        planner=version,
        as_of=moment,
        lifecycle_as_of=images.LIFECYCLE_AS_OF,
        rules_sha256=ruleset.sha256,
        hosts=hosts,
        settings=settings.name,
        settings_sha256=settings.sha256,
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
) -> HostPlan:
    host, detected = subject.host, subject.detected
    judged = _judged(host, found, ruleset, as_of, context)
    alone = rules.judge_host(ruleset, host, as_of, context) if host.status == "seen" else None
    outcome, why = rules.roll_up(host, tuple(j.verdict for j in judged), alone)
    judged = tuple(
        msgspec.structs.replace(j, image=_image(host, j.workload))
        if j.verdict.outcome in MOVES
        else j
        for j in judged
    )
    os, kernel = host.os.value, host.kernel.value
    result = HostPlan(
        name=host.name,
        slug=slug,
        status=host.status,
        origin=host.origin,
        taken_at=host.taken_at,
        outcome=outcome,
        why=why,
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
        verdict=None if judged else alone,
        workloads=judged,
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


def _judged(
    host: Host,
    found: Sequence[Workload],
    ruleset: rules.RuleSet,
    as_of: str,
    context: rules.Context,
) -> tuple[WorkloadPlan, ...]:
    """What cannot be parted from something that stays is judged again, until nothing changes."""
    alone = {w.id: rules.Neighbours(pids=_pids_of_others(w, found)) for w in found}
    verdicts = {w.id: rules.judge(ruleset, host, w, as_of, context, alone[w.id]) for w in found}
    for _ in found:
        staying = tuple(name for name, v in verdicts.items() if v.outcome == "stay-vm")
        undecided = tuple(n for n, v in verdicts.items() if v.outcome == "insufficient-data")
        again = {
            w.id: rules.judge(
                ruleset,
                host,
                w,
                as_of,
                context,
                alone[w.id]._replace(staying=staying, undecided=undecided),
            )
            for w in found
            if (staying or undecided) and w.couplings
        }
        if all(verdicts[name] == verdict for name, verdict in again.items()):
            break
        verdicts |= again
    movers = {name for name, verdict in verdicts.items() if verdict.outcome in MOVES}
    return tuple(
        WorkloadPlan(workload=w, verdict=verdicts[w.id], together=_together(w, found, movers))
        for w in found
    )


def _pids_of_others(workload: Workload, found: Sequence[Workload]) -> tuple[int, ...]:
    """A desktop holds the card that it draws with, whoever else works with it."""
    return tuple(
        sorted(
            pid
            for other in found
            if other.id != workload.id
            and "remote-desktop" not in other.traits
            and other.exe.rpartition("/")[2] not in _DISPLAYS
            for pid in other.pids
        )
    )


def _together(workload: Workload, found: Sequence[Workload], movers: set[str]) -> tuple[str, ...]:
    """What moves with it in one pod, since they share a socket, files or the loopback address."""
    ties = {w.id: {c.workload for c in w.couplings if c.kind in _ONE_POD} & movers for w in found}
    if workload.id not in movers:
        return ()
    pod, reached = {workload.id}, [workload.id]
    while reached:
        new = ties.get(reached.pop(), set()) - pod
        pod |= new
        reached += new
    return tuple(sorted(pod - {workload.id}))


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


def _image(host: Host, workload: Workload) -> Image:
    """What the Dockerfile starts from, and the accounts that it makes.

    Accounts: the user of the container and, since directories and files may belong to others, of
    every numeric owner that the machine has a name for.
    """
    base = images.base_for(host.os.value) if host.os.value else images.NO_BASE
    owners = {d.owner.uid for d in (*workload.directories, *workload.touch)}
    owners |= {c.owner.uid for c in workload.copies} | {v.owner.uid for v in workload.volumes}
    named = {a.uid: a for a in reversed(host.accounts.value or ())}
    accounts = {u: named[u] for u in owners if u in named}
    if workload.run_as:
        accounts[workload.run_as.uid] = workload.run_as
    # Below 100 an id is the distribution's own and in every image of it.
    made = tuple(a for u, a in sorted(accounts.items()) if u >= images.FIRST_DYNAMIC_ID)
    return Image(
        base=base.image,
        base_reason=base.reason,
        family=base.family,
        tag=_tag(workload, host.taken_at),
        accounts=made,
        groups=_groups(host, workload, made),
        problems=tuple(filter(None, (base.problem, _no_command(workload)))),
    )


def _no_command(workload: Workload) -> str:
    """Only a reviewer's word moves what has none."""
    return "" if workload.command else "no safe command to start it was found"


def _groups(host: Host, workload: Workload, accounts: tuple[Account, ...]) -> tuple[Group, ...]:
    """Primary groups of *accounts* and supplementary ones of the container's user."""
    wanted = {a.gid for a in accounts} | {g.gid for g in workload.groups}
    wanted |= {d.owner.gid for d in (*workload.directories, *workload.touch)}
    named = {g.gid: g for g in reversed(host.user_groups.value or ())}
    known = {g.gid: g for g in workload.groups}
    return tuple(
        (named.get(gid) or known[gid])
        for gid in sorted(wanted)
        if gid >= images.FIRST_DYNAMIC_ID and (gid in named or gid in known)
    )


def _tag(workload: Workload, taken_at: str) -> str:
    """Local name of the image; where the version is not known, by the day of the look."""
    name = store.slug(workload.id.replace("/", "-"), set())
    version = workload.version.split(":")[-1].replace("+", "-").replace("~", "-")
    day = "".join(c for c in taken_at[:10] if c in "0123456789")
    return f"planner/{name}:{version or day or 'latest'}"
