"""Users, and what isolates or watches the machine."""

from __future__ import annotations

from planner.model.data import Data


class Account(Data, frozen=True):
    name: str
    uid: int
    gid: int
    home: str = ""
    shell: str = ""


class Group(Data, frozen=True):
    name: str
    gid: int
    members: tuple[str, ...] = ()
