"""Which machines a run proves, and in which manner."""

import random
import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .definition import HERE, Machine
from .errors import LabError

ORDER = ("db", "app", "web")
"""Their written change is carried out. The shop asks its database, which has to be there before."""

_NEEDS = {"app": ("db",)}
_ALWAYS = (*ORDER, "bare", "dead", "vault")
"""What every commit proves: the change, and the machines that do not move."""
_PROVEN = (
    "bus", "depot", "fpm", "front", "hours", "jvm", "lamp", "langs", "maria", "pg17", "post",
    "stores",
)  # fmt: skip
"""What a sample is drawn from; others join once they have come out whole in a full run."""
WHOLE = (*_ALWAYS, *_PROVEN)
"""Machines that came out whole before; docs/kinds.md tells the others apart."""
_FURTHER = 2


@dataclass(frozen=True)
class Chosen:
    """``names``: sorted; ``whole``: whether the looks are proven, too: harmless, and no secret."""

    names: tuple[str, ...]
    whole: bool
    full: bool = False
    told: str = ""
    """What a person needs to make the same choice again."""


def chosen(machines: Sequence[Machine], names: Collection[str], full: bool) -> Chosen:
    """Return all, the named (with what those ask), or a sample; LabError for an unknown name."""
    known = sorted(machine.name for machine in machines)
    if unknown := sorted(set(names) - set(known)):
        raise LabError(f"{', '.join(unknown)}: no such machine in tests/lab/machines")
    if full:
        return Chosen(tuple(known), True, True, f"all {len(known)} machines")
    if names:
        wanted = {*names, *(need for name in names for need in _NEEDS.get(name, ()))}
        return Chosen(tuple(sorted(wanted)), False)
    seed = _commit()
    further = sample(sorted(set(known) & set(_PROVEN)), seed)
    told = f"sample of commit {seed}: again with: python -m tests.lab run {' '.join(further)}"
    return Chosen(tuple(sorted({*_ALWAYS, *further})), True, told=told)


def sample(names: Sequence[str], seed: str) -> list[str]:
    """Return a few, others for another seed; the same for the same."""
    return sorted(random.Random(seed).sample(names, min(_FURTHER, len(names))))


def _commit() -> str:
    argv = ["git", "-c", "safe.directory=*", "-C", str(HERE), "rev-parse", "HEAD"]
    done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise LabError(f"git rev-parse HEAD: {done.stderr.strip()}: name machines, or use --full")
    return done.stdout.strip()
