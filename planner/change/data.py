"""Steps that make, rehearse, fill and check the volumes."""

from __future__ import annotations

from collections.abc import Iterable

from planner import volumes
from planner.model import Step, Volume, WorkloadPlan


def _moves(items: Iterable[WorkloadPlan]) -> Iterable[tuple[Volume, volumes.Move]]:
    """Yield each volume once, with its commands."""
    seen = set()
    for item in items:
        for volume in item.workload.volumes:
            if item.image and volume.name not in seen:
                seen.add(volume.name)
                yield volume, volumes.move(volume, item.image.tag, item.image.family)


def create(items: tuple[WorkloadPlan, ...]) -> Iterable[Step]:
    moves = [(volume, move) for volume, move in _moves(items) if move.create]
    if moves:
        yield Step(
            id="",
            phase="prepare",
            title="Create the volumes",
            commands=tuple(c for _, move in moves for c in move.create),
            seconds=len(moves),
            expect="the name of each volume is printed",
        )


def rehearse(items: tuple[WorkloadPlan, ...]) -> Iterable[Step]:
    for volume, move in _moves(items):
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
    for volume, move in _moves(items):
        yield Step(
            id="",
            phase="move",
            title=f"Move {volume.name}" if move.copy else f"{volume.name} is not copied",
            commands=(*move.copy, *move.check),
            note=" ".join((*move.notes, move.problem)).strip(),
            seconds=move.seconds if move.copy else 0,
            downtime=True,
            expect="both sides of every comparison are the same" if move.check else "",
        )
