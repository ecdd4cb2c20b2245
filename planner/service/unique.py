"""Names that no two have: workloads of a machine, and volumes of a fleet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from planner.model import Volume, Workload
from planner.service import places
from planner.store import slug


def named(workloads: Sequence[Workload]) -> tuple[Workload, ...]:
    """Sorted by name; a name that comes twice gets a number. Volumes are named for the machine,
    too, since two machines may come to one target. A path of two workloads is one volume.
    """
    seen: dict[str, int] = {}
    taken: set[str] = set()
    found: list[Workload] = []
    held: dict[str, str] = {}
    for workload in sorted(workloads, key=lambda w: (w.name, w.title)):
        number = seen[workload.name] = seen.get(workload.name, 0) + 1
        name = workload.name if number == 1 else f"{workload.name}-{number}"
        volumes = []
        for volume in _widened(workload, workloads):
            path = volume.path.strip("/").replace("/", "-")
            made = held.get(volume.path) or slug(
                f"{slug(workload.host)}-{name}-{path}".replace("@", "-"), taken
            )
            held[volume.path] = made
            taken.add(made)
            volumes.append(replace(volume, name=made))
        found.append(
            replace(workload, name=name, id=f"{workload.host}/{name}", volumes=tuple(volumes))
        )
    return tuple(found)


def _widened(workload: Workload, every: Sequence[Workload]) -> Iterable[Volume]:
    """Its volumes; for content that lies inside of another one's (a document root in the folder of
    its application), that one: two volumes of the same files would part."""
    outer = {
        v.path: v
        for other in every
        for v in other.volumes
        if v.kind in ("content", "upload") and v.consistency != "none"
    }
    done: set[str] = set()
    for volume in workload.volumes:
        around = [
            o
            for path, o in outer.items()
            if volume.kind in ("content", "upload")
            and path != volume.path
            and places.below(volume.path, path)
        ]
        if around:
            widest = min(around, key=lambda o: len(o.path))
            reason = f"{volume.path} in it: {volume.reason}"
            volume = replace(widest, reason=reason, read_only=volume.read_only)
        if volume.path not in done:
            done.add(volume.path)
            yield volume
