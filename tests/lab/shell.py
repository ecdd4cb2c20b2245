"""Programs that do their work while the lab waits, and never outlive it."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .errors import LabError

_TIED = ("setpriv", "--pdeathsig", "KILL")
_TIED_TREE = (*_TIED, "unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


def run(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    tree: bool = False,
) -> str:
    """Run a program to its end and returns its standard output.

    The program dies with the lab, however that ends; with `tree`, so do all its descendants.
    Raises LabError with the last lines of its messages when its exit status is not 0.
    """
    command = [str(part) for part in argv]
    tied = [*(_TIED_TREE if tree else _TIED), *command]
    done = subprocess.run(
        tied, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
    )
    if done.returncode != 0:
        messages = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
        shown = " ".join(command)[:200]
        raise LabError(f"exit status {done.returncode} from: {shown}\n{messages}")
    return done.stdout


def succeeds(argv: Sequence[str | Path]) -> bool:
    """Whether a program ends with exit status 0; what it prints is dropped."""
    command = [str(part) for part in argv]
    return (
        subprocess.run(
            [*_TIED, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
        == 0
    )
