"""From an engineer's description of a machine, in YAML, to the snapshot that a look would bring.

The format is in ``tests/judgement/README.md``. Everything is as ordinary as it can be unless the
file says otherwise; what the file says wrongly is a ``WrongMachineError`` with file and key.
"""

from __future__ import annotations

from tests.judgement.kit.form import WrongMachineError
from tests.judgement.kit.machine import Label, Machine, find, load, machines

__all__ = ["Label", "Machine", "WrongMachineError", "find", "load", "machines"]
