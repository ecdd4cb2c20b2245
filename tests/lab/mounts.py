"""Overlays: a machine's own changes over layers that are never written again."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from .shell import run


def overlay(lower: Sequence[Path], place: Path) -> Path:
    """Mounts `place/root` with a new upper layer `place/upper` over `lower`, topmost first."""
    for name in ("upper", "work", "root"):
        (place / name).mkdir(parents=True)
    stack = ":".join(map(str, lower))
    options = f"lowerdir={stack},upperdir={place}/upper,workdir={place}/work"
    run(["mount", "-t", "overlay", "overlay", "-o", options, place / "root"])
    return place / "root"


@contextlib.contextmanager
def overlaid(lower: Sequence[Path], place: Path) -> Iterator[Path]:
    """Return an overlay for the time of a block."""
    root = overlay(lower, place)
    try:
        yield root
    finally:
        run(["umount", root])


def unmount_under(folder: Path) -> None:
    """Unmounts everything at or below a folder, the innermost first."""
    prefix = f"{folder.resolve()}/"
    table = Path("/proc/self/mountinfo").read_text().splitlines()
    points = [line.split()[4] for line in table]
    for point in reversed([p for p in points if f"{p}/".startswith(prefix)]):
        run(["umount", "--lazy", point])
