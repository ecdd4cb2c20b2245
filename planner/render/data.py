"""What ``volumes.json`` says: a machine's volumes, with the commands that move and check them."""

from __future__ import annotations

from planner import volumes
from planner.change import data
from planner.change.names import moving
from planner.model import Data, HostPlan, Secret, Volume

SCHEMA = 1

BACKUPS = {
    "base-backup": "the database's own backup, written out of the container, never a copy of the "
    "live files",
    "stop": "a copy of the volume with the container stopped",
    "none": "where it lies, by whoever serves that file system",
    "live": "a copy of the volume, the container may run",
}


class MovedVolume(Data, frozen=True):
    """A volume with who mounts it, what moving it takes, and how it is saved from then on.

    ``mount``: the line of /etc/fstab that gives the target a file system of another machine.
    ``downtime``: seconds in which the service stands still for it; -1: unknown.
    """

    volume: Volume
    workloads: tuple[str, ...]
    backup: str
    move: volumes.Move
    growth: volumes.Growth
    downtime: int = -1
    mount: str = ""


class DataPlan(Data, frozen=True):
    """``volumes.json``. Times in seconds, sizes in bytes, -1: unknown. ``times_stand_on``: sizes as
    seen at ``taken_at``, and rates."""

    schema: int
    host: str
    taken_at: str
    times_stand_on: str
    volumes: tuple[MovedVolume, ...]
    secrets: tuple[Secret, ...] = ()


def data_plan(host: HostPlan, as_of: str = "") -> DataPlan:
    """Derive what moves of a machine's data; ``as_of``: a day beyond the look for which the growth
    is asked, too."""
    items = moving(host)
    holders: dict[str, list[str]] = {}
    for item in items:
        for volume in item.workload.volumes:
            holders.setdefault(volume.name, []).append(item.workload.id)
    return DataPlan(
        schema=SCHEMA,
        host=host.name,
        taken_at=host.taken_at,
        times_stand_on=volumes.basis(),
        volumes=tuple(
            MovedVolume(
                volume=volume,
                workloads=tuple(holders[volume.name]),
                backup=volume.backup or BACKUPS[volume.consistency],
                move=move,
                growth=volumes.growing(volume, host.taken_at, host.looks, as_of),
                downtime=move.seconds if move.copy else 0,
                mount=mount_line(volume),
            )
            for volume, move in data.moves(items)
        ),
        secrets=tuple(s for item in items for s in item.workload.secrets),
    )


def mount_line(volume: Volume) -> str:
    """Line of /etc/fstab for the target; empty: the volume is the engine's own."""
    kind = volume.filesystem.partition(" ")[0]
    if volume.consistency != "none" or not volume.source or not kind:
        return ""
    options = [*volume.options, *(("credentials=/etc/cifs.credentials",) if "cifs" in kind else ())]
    words = (volume.source, volume.path, kind, ",".join(options) or "defaults")
    if any(not word.isprintable() for word in words):
        return ""
    return " ".join(word.replace("\\", "\\134").replace(" ", "\\040") for word in words) + " 0 0"
