"""Steps that make, rehearse, fill and check the volumes."""

from __future__ import annotations

from collections.abc import Iterable

from planner import volumes
from planner.model import Step, Volume, WorkloadPlan


def moves(items: Iterable[WorkloadPlan]) -> Iterable[tuple[Volume, volumes.Move]]:
    """Yield each volume of what moves once, with its commands."""
    seen = set()
    for item in items:
        for volume in item.workload.volumes:
            if item.image and volume.name not in seen:
                seen.add(volume.name)
                yield volume, volumes.move(volume, item.image.tag, item.image.family)


def create(items: tuple[WorkloadPlan, ...]) -> Iterable[Step]:
    made = [command for _, move in moves(items) for command in move.create]
    if made:
        yield Step(
            id="",
            phase="prepare",
            title="Create the volumes",
            commands=tuple(made),
            seconds=len(made),
            expect="the name of each volume is printed",
        )


def rehearse(items: tuple[WorkloadPlan, ...]) -> Iterable[Step]:
    for volume, move in moves(items):
        if move.first:
            yield Step(
                id="",
                phase="rehearse",
                title=f"First pass of {volume.name} while the service runs",
                commands=move.first,
                note="It may be done days before; the second pass, while the service is down, "
                "brings over what changed since and removes what is gone. What tar remembers lies "
                "in the machine's /run: after a restart of the machine, do the first pass again.",
                seconds=move.first_seconds,
                expect="the command ends with status 0",
            )
        if move.rehearse and volume.consistency in ("live", "base-backup"):
            yield Step(
                id="",
                phase="rehearse",
                title=f"Rehearse the copy of {volume.name} while the service runs",
                commands=move.rehearse,
                note="The time that it takes is the time to expect of the move.",
                seconds=move.seconds,
                expect="the copy ends, and the volume's content is listed",
            )


def move(items: tuple[WorkloadPlan, ...]) -> Iterable[Step]:
    for volume, move in moves(items):
        yield Step(
            id="",
            phase="move",
            title=_title(volume, move),
            commands=(*move.copy, *move.check, *move.tidy),
            note=" ".join((*move.notes, move.problem)).strip(),
            seconds=move.seconds if move.copy else 0,
            downtime=True,
            expect="both sides of every comparison are the same" if move.check else "",
        )


def _title(volume: Volume, move: volumes.Move) -> str:
    if not move.copy:
        return f"{volume.name} is not copied"
    return f"Second pass of {volume.name}" if move.first else f"Move {volume.name}"
