"""File systems, block devices, and how much lies in which folder."""

from __future__ import annotations

from planner.model.data import Data


class Mount(Data, frozen=True):
    path: str
    source: str
    type: str
    options: tuple[str, ...] = ()


class Space(Data, frozen=True):
    """A mounted local file system, from df."""

    path: str
    size: int
    used: int


class DirSize(Data, frozen=True):
    """A directory measured on one file system within a time limit."""

    path: str
    bytes: int
    files: int = -1
    """-1: not counted."""
    modified: str = ""
