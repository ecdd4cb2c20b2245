"""How a volume grows, and what that says of the day of the change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import structs

from planner.facts.typed import seconds as epoch
from planner.model import Data, Look, Volume
from planner.volumes.moving import FILES_RATE, RATE, TWO_PASSES, seconds

MONTH = 30
"""Days."""
_DAY = 86_400


class Growth(Data, frozen=True):
    """What is told of a volume's size by several looks, or by the times of its files and folders
    (``at_rest``: none was written); ``unknown``: why nothing is.

    ``month``: bytes in 30 days. ``since``: the first look that measured it, or the time of its
    newest file or folder, ``days`` before the newest look. ``expected``: bytes at ``expected_on``,
    if it grows on as it did, and ``seconds`` of one copy then; -1: not known.
    """

    unknown: str = ""
    at_rest: bool = False
    month: int = 0
    since: str = ""
    days: int = 0
    expected: int = -1
    expected_on: str = ""
    seconds: int = -1


def growing(volume: Volume, taken_at: str, looks: Sequence[Look], as_of: str = "") -> Growth:
    """Return the growth of a volume whose newest look was ``taken_at``.

    What is expected is of the day ``as_of`` where that lies beyond the look, else of 30 days later.
    """
    now, growth, since = epoch(taken_at), volume.growth, volume.growth_since
    if volume.size < 0:
        return Growth("its size was not measured")
    if at_rest := growth is None and _at_rest(volume, now):
        growth, since = 0, volume.modified
    first = epoch(since)
    if growth is None or now is None or first is None:
        told = sum(not look.lacks for look in looks)
        return Growth("one look" if told < 2 else "no look a day or more before measured it")
    wanted = epoch(as_of) or now
    ahead = (wanted - now) / _DAY if wanted - now >= _DAY else float(MONTH)
    size = max(volume.size + round(growth * ahead), 0)
    on = datetime.fromtimestamp(now, UTC) + timedelta(days=ahead)
    return Growth(
        at_rest=at_rest,
        month=growth * MONTH,
        since=since,
        days=round((now - first) / _DAY),
        expected=size,
        expected_on=f"{on:%Y-%m-%d}",
        seconds=seconds(structs.replace(volume, size=size)),
    )


def _at_rest(volume: Volume, now: float | None) -> bool:
    """Whether nothing in it was added, written or removed for a month: a folder's time is that of
    its last new or lost entry."""
    last = epoch(volume.modified)
    return now is not None and last is not None and now - last >= MONTH * _DAY


def basis() -> str:
    """On what the expected times stand, in one sentence."""
    return (
        f"{RATE // 10**6} MB and {FILES_RATE} files a second, which is low on purpose; the "
        f"rehearsal tells the real ones. What takes longer than {TWO_PASSES // 60} minutes is "
        "copied twice, and the second pass counts a day's growth where it is known"
    )
