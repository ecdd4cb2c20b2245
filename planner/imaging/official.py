"""A workload as it is in its application's own image: paths, numbers of owners, program."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from planner.images import official
from planner.images.official import Official, Tag, by_series
from planner.imaging import carried
from planner.imaging.differences import differences
from planner.imaging.fit import Fit, called
from planner.imaging.fitting import against, configuration, trees
from planner.model import Data, Host, Volume, Workload, WorkloadPlan
from planner.service import config
from planner.service.places import below


class Mapped(Data, frozen=True):
    """The workload with the paths of the image, and the entry and tag that it is built from."""

    workload: Workload
    entry: Official
    tag: Tag


def mapped(host: Host, w: Workload, others: Sequence[WorkloadPlan] = ()) -> Mapped | str:
    """Map a workload to the application's own image, or say why it cannot be.

    ``others``: what else runs on the machine and may use the same files.
    """
    known = official.table()
    if reason := known.without.get(w.kind):
        return reason
    of_kind = [entry for entry in known.images if entry.kind == w.kind]
    entry = next((e for e in of_kind if called(w, e)), None)
    if entry is None:
        if of_kind:
            return "its command starts no program that its image is known to have"
        return f"no image of the application is known for the kind {w.kind}"
    release = host.os.value.codename if host.os.value else ""
    tag = official.tag(entry, w.version, release)
    if tag is None:
        note = f": {entry.note}" if entry.note else ""
        seen = official.series(entry, w.version) or w.version or "a version that is not known"
        return f"{entry.image} has no tag for {seen} in the table of {known.as_of}{note}"
    if reason := next(against(host, w, entry, others), ""):
        return reason
    fit = Fit(host, w, entry, tag, _primary(w, entry, tag))
    if inner := _inside(fit):
        return f"its configuration names {inner} in its data, which is elsewhere in the image"
    return Mapped(_made(fit), entry, tag)


def _primary(w: Workload, entry: Official, tag: Tag) -> Volume | None:
    """The volume that takes the place of the image's own data."""
    if not by_series(entry.data, tag.series):
        return None
    held = [v for v in w.volumes if v.kind in ("data", "state") and not v.read_only]
    configured = [v for v in held if re.search(r"data_?dir|dbpath|\bdir\b|tsdb", v.reason, re.I)]
    return next(iter(configured or held), None)


def _inside(fit: Fit) -> str:
    """A path below the data, which would be elsewhere: only the data itself is told anew."""
    if fit.data is None or fit.data.path == fit.target:
        return ""
    of = fit.data.path
    named = config.mentioned(configuration(fit.host, fit.workload, fit.entry))
    return next((p for p in named if p != of and below(p, of)), "")


def _made(fit: Fit) -> Workload:
    w, user = fit.workload, fit.entry.user
    run_as, groups = w.run_as, w.groups
    if user and run_as:
        groups = tuple(g for g in w.groups if g.gid != run_as.gid)
        run_as = replace(run_as, name=user.name, uid=user.uid, gid=user.gid)
    return replace(
        w,
        packages=(),
        preparations=(),
        removals=trees(fit.host, w, fit.entry),
        run_as=run_as,
        groups=groups,
        command=fit.command(),
        workdir=fit.place(w.workdir) if w.workdir else "",
        copies=carried.copies(fit),
        secrets=tuple(replace(s, owner=fit.owner(s.owner)) for s in w.secrets),
        volumes=tuple(fit.volume(v) for v in w.volumes),
        directories=carried.directories(fit, run_as),
        touch=tuple(replace(t, owner=fit.owner(t.owner)) for t in w.touch),
        links=(*w.links, *sorted(fit.entry.links.items())),
        environment=carried.environment(fit),
        health=carried.health(fit),
        adaptations=(*w.adaptations, *differences(fit)),
    )
