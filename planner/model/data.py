"""What all data is made of."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Data(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of all data: immutable, compared by value, absent fields take their default."""


class Fact(Data, Generic[T], frozen=True):
    """A value together with the section it came from, or the reason why it is not known.

    Exactly one of three: known (``unknown`` and ``partial`` empty), known in part (``partial``
    says what lacks), unknown (``value`` is None and ``unknown`` says why).
    """

    section: str
    value: T | None = None
    unknown: str = ""
    partial: str = ""
