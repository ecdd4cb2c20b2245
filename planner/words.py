"""How a sentence counts."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """``1 workload``, ``3 workloads``. ``many``: where it is not the word with an s behind it."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
