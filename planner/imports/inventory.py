"""An inventory alone: groups, variables, and what its plugin says of the virtual machines."""

from __future__ import annotations

from planner.imports.result import Imported
from planner.model import SNAPSHOT_SCHEMA, Snapshot
from planner.session import Options, targets

DOOR = "inventory"


def read(options: Options, now: str) -> Imported:
    """A snapshot for each host of the inventory; that of a host of which its plugin says nothing
    has no typed section, and only adds to another snapshot. ``now``: ISO 8601, UTC.

    InputError as :func:`planner.session.targets`.
    """
    return Imported(
        tuple(
            Snapshot(
                schema=SNAPSHOT_SCHEMA,
                host=target.name,
                status="seen",
                taken_at=now,
                origin="captured",
                door=DOOR,
                address=target.address,
                groups=target.groups,
                variables=dict(target.variables),
                typed=dict(target.typed),
            )
            for target in targets(options)
        )
    )
