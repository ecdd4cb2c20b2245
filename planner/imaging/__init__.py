"""What becomes the image of a workload: its base, its accounts, its name."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from planner import images, store
from planner.images.accounts import has_group, has_user
from planner.images.choice import Choice, Pulled, pulled
from planner.images.official import table
from planner.imaging.dependencies import with_dependencies
from planner.imaging.official import Mapped, mapped
from planner.imaging.sources import sources
from planner.model import Account, Group, Host, Image, Pin, Workload, WorkloadPlan


def imaged(
    host: Host, item: WorkloadPlan, choice: Choice, others: Sequence[WorkloadPlan] = ()
) -> WorkloadPlan:
    """Return the item with its image, and with the paths and owners of that image.

    ``others``: what else runs on the machine, since it may use the same files. Where the policy
    asks for the application's own image and there is none that fits, the image is the faithful
    one, and its reason says why.
    """
    if choice.of(item.workload.id) == "faithful":
        return _faithful(host, item, choice)
    found = mapped(host, item.workload, others)
    if isinstance(found, Mapped):
        image = _official(host, found, choice)
        return replace(item, workload=found.workload, image=image)
    return _faithful(host, item, choice, f"; not the application's own image: {found}")


def _faithful(host: Host, item: WorkloadPlan, choice: Choice, but: str = "") -> WorkloadPlan:
    image = _image(host, item.workload, choice)
    found = sources(host, item.workload, image.family)
    image = replace(
        image,
        base_reason=image.base_reason + but,
        sources=found.sources,
        problems=(*image.problems, *found.problems),
    )
    workload, image = with_dependencies(host, item.workload, image, choice)
    if found.unknowns:
        workload = replace(workload, unknowns=(*workload.unknowns, *found.unknowns))
    return replace(item, workload=_with_asker(workload, image.family), image=image)


def _with_asker(workload: Workload, family: str) -> Workload:
    """Alpine's image is the one without bash, with which most health checks ask."""
    asks = workload.health is not None and workload.health.command[:1] == ("bash",)
    if family != "alpine" or not asks or any(p.name == "bash" for p in workload.packages):
        return workload
    bash = Pin("bash", "", "bash", "the health check asks with it", beside=True)
    return replace(workload, packages=(*workload.packages, bash))


def _official(host: Host, found: Mapped, choice: Choice) -> Image:
    """An image of the application: its own account is in it, all others need only numbers."""
    entry, w = found.entry, found.workload
    base = pulled(found.tag.image, choice)
    release = host.os.value.codename if host.os.value else ""
    made = "" if found.tag.variant in ("", release) else f", variant {found.tag.variant}"
    reason = f"the application's own image of {w.title or w.name}, series {found.tag.series}{made}"
    if not found.tag.rebuilt:
        reason += f"; not rebuilt any more as of {table().as_of}: it gets no fixes"
    plain = _image(host, w, choice)
    return Image(
        base=base.image,
        base_reason=", ".join(filter(None, (reason, base.note))),
        family=entry.family,
        tag=plain.tag,
        accounts=() if entry.user else plain.accounts,
        groups=w.groups if entry.user else plain.groups,
        problems=(base.problem,) if base.problem else (),
        policy="official",
        starts_as=entry.starts_as,
    )


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
    named = {a.uid: a for a in workload.accounts}
    made = tuple(
        a
        for u, a in sorted((accounts | named).items())
        if u in named or not has_user(base.family, a.name, u)
    )
    minimal = workload.static and base.family == "debian"
    static = "its program is static: only accounts, certificates and busybox come from there"
    return Image(
        base=found.image,
        base_reason=", ".join(filter(None, (base.reason, found.note, static if minimal else ""))),
        family="busybox" if minimal else base.family,
        tag=_tag(workload, host.taken_at, choice.registry),
        accounts=made,
        groups=_groups(host, workload, made, base.family),
        problems=tuple(filter(None, (base.problem, found.problem, _no_command(workload)))),
    )


def _no_command(workload: Workload) -> str:
    """Only a reviewer's word moves what has none."""
    return "" if workload.command else "no safe command to start it was found"


def _groups(
    host: Host, workload: Workload, accounts: tuple[Account, ...], family: str
) -> tuple[Group, ...]:
    """Primary groups of *accounts* and supplementary ones of the container's user, but those that
    the base image has."""
    wanted = {a.gid for a in accounts} | {g.gid for g in workload.groups}
    wanted |= {d.owner.gid for d in (*workload.directories, *workload.touch)}
    named = {g.gid: g for g in reversed(host.user_groups.value or ())}
    known = {g.gid: g for g in workload.groups}
    found = [named.get(gid) or known[gid] for gid in sorted(wanted) if gid in named or gid in known]
    return tuple(g for g in found if not has_group(family, g.name, g.gid))


def _tag(workload: Workload, taken_at: str, registry: str) -> str:
    """Name of the image, below the user's registry or local; of a version that is not known, with
    the day of the look."""
    name = store.slug(workload.id.replace("/", "-"), set())
    version = workload.version.split(":")[-1].replace("+", "-").replace("~", "-")
    day = "".join(c for c in taken_at[:10] if c in "0123456789")
    return f"{registry.rstrip('/') or 'planner'}/{name}:{version or day or 'latest'}"
