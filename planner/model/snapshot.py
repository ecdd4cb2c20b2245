"""What one look at a machine brought back."""

from __future__ import annotations

from typing import Any, Literal

from planner.model.data import Data

SNAPSHOT_SCHEMA = 1


SectionState = Literal["ok", "partial", "missing"]


class Section(Data, frozen=True):
    """One section of a snapshot, as the machine said it.

    ``ok``: complete (``text`` may be empty: looked, nothing there). ``partial``: ``text`` holds a
    part, ``reason`` says what lacks ("not root: only own processes", "cut at 262144 bytes").
    ``missing``: could not look, ``reason`` says why.
    """

    state: SectionState
    text: str = ""
    reason: str = ""
    exit: int = 0
    ms: int = 0


class Typed(Data, frozen=True):
    """A fact that another door than the collector tells, under the name of Host's field.

    ``value`` is JSON in the shape of that field, checked when it is read; None: this door could
    have told and did not, ``unknown`` says why. ``partial``: what the value lacks.
    """

    door: str
    """Who says it: ``setup``, ``rvtools``, ``inventory:vmware``."""
    value: Any = None
    partial: str = ""
    unknown: str = ""
    taken_at: str = ""
    """When that door told it, ISO 8601; empty: at the time of the snapshot."""


class Login(Data, frozen=True):
    """How the machine was reached."""

    user: str = ""
    """The login itself, before sudo or the like."""
    port: int = 0
    """Of SSH, where the inventory names one; 0: the usual."""
    uid: int = -1
    """Whom the collector ran as."""
    root: bool = False
    """Whether the collector ran with uid 0, directly or through become; on Windows: as an
    administrator."""


SnapshotStatus = Literal["seen", "unreachable", "failed"]


Origin = Literal["captured", "constructed"]


class Snapshot(Data, frozen=True):
    """One look at one machine. ``failed``: reached, but the collector gave nothing usable."""

    schema: int
    host: str
    status: SnapshotStatus
    taken_at: str
    origin: Origin
    origin_note: str = ""
    """For a constructed snapshot: after which documentation it was written."""
    reason: str = ""
    door: str = "ansible"
    """``ansible``: the collector itself looked; ``setup``, ``rvtools``: imported."""
    collector: str = ""
    address: str = ""
    groups: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    """Inventory variables on the allow-list, as text."""
    login: Login = Login()
    sections: dict[str, Section] = {}
    typed: dict[str, Typed] = {}
    """What other doors tell, by field of Host; a section's text that says the same goes first."""
