"""Base images and life cycles, as data with the date of their state."""

from planner.images.bases import NO_BASE, REFUSED, Base, base_for
from planner.images.choice import FAITHFUL, Choice
from planner.images.lifecycle import AS_OF as LIFECYCLE_AS_OF
from planner.images.lifecycle import Lifecycle, lifecycle, runtime

__all__ = [
    "FAITHFUL",
    "LIFECYCLE_AS_OF",
    "NO_BASE",
    "REFUSED",
    "Base",
    "Choice",
    "Lifecycle",
    "base_for",
    "lifecycle",
    "runtime",
]
