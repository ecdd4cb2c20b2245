"""A comparison of some workloads beside what verify.json has of the others. Pure."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import structs

from planner.change.names import moving
from planner.model import Plan
from planner.questions import VERIFY_SCHEMA, Verification, Verified


def earlier(file: Path) -> Verification | None:
    """What an earlier comparison left; None: nothing, or nothing that this version reads."""
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Verification)
    except (OSError, msgspec.MsgspecError):
        return None
    return found if found.schema == VERIFY_SCHEMA else None


def merged(plan: Plan, old: Verification | None, new: Verification) -> Verification:
    """The new results, and those of ``old`` about what still moves and was not compared now, each
    with the day and the plan that it comes from; in the order of the plan."""
    found = {w.workload: w for w in new.workloads}
    for w in old.workloads if old else ():
        assert old is not None  # noqa: S101 - it has workloads
        began_at, sha256 = w.began_at or old.began_at, w.plan_sha256 or old.plan_sha256
        dated = structs.replace(w, began_at=began_at, plan_sha256=sha256)
        found.setdefault(w.workload, dated)
    order = [item.workload.id for host in plan.hosts for item in moving(host)]
    kept: tuple[Verified, ...] = tuple(found[id] for id in order if id in found)
    return structs.replace(new, workloads=kept)
