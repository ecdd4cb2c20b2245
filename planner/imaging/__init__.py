"""What becomes the image of a workload: its base, its accounts, its name."""

from __future__ import annotations

from msgspec.structs import replace

from planner import images, store
from planner.images.choice import Choice, Pulled, pulled
from planner.model import Account, Group, Host, Image, Workload, WorkloadPlan


def imaged(host: Host, item: WorkloadPlan, choice: Choice) -> WorkloadPlan:
    """Return the item with its image."""
    return replace(item, image=_image(host, item.workload, choice))


def _image(host: Host, workload: Workload, choice: Choice) -> Image:
    """What the Dockerfile starts from, and the accounts that it makes.

    Accounts: the user of the container and, since directories and files may belong to others, of
    every numeric owner that the machine has a name for.
    """
    base = images.base_for(host.os.value) if host.os.value else images.NO_BASE
    found = pulled(base.image, choice) if base.image else Pulled("")
    owners = {d.owner.uid for d in (*workload.directories, *workload.touch)}
    owners |= {c.owner.uid for c in workload.copies} | {v.owner.uid for v in workload.volumes}
    named = {a.uid: a for a in reversed(host.accounts.value or ())}
    accounts = {u: named[u] for u in owners if u in named}
    if workload.run_as:
        accounts[workload.run_as.uid] = workload.run_as
    # Below 100 an id is the distribution's own and in every image of it.
    made = tuple(a for u, a in sorted(accounts.items()) if u >= images.FIRST_DYNAMIC_ID)
    return Image(
        base=found.image,
        base_reason=", ".join(filter(None, (base.reason, found.note))),
        family=base.family,
        tag=_tag(workload, host.taken_at, choice.registry),
        accounts=made,
        groups=_groups(host, workload, made),
        problems=tuple(filter(None, (base.problem, found.problem, _no_command(workload)))),
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


def _tag(workload: Workload, taken_at: str, registry: str) -> str:
    """Name of the image, below the user's registry or local; of a version that is not known, with
    the day of the look."""
    name = store.slug(workload.id.replace("/", "-"), set())
    version = workload.version.split(":")[-1].replace("+", "-").replace("~", "-")
    day = "".join(c for c in taken_at[:10] if c in "0123456789")
    return f"{registry.rstrip('/') or 'planner'}/{name}:{version or day or 'latest'}"
