"""The scripts that go to machines: what all share before what each does."""

from __future__ import annotations

import shlex
from functools import cache
from pathlib import Path

_REMOTE = Path(__file__).parent / "remote"


def script(body: str, nonce: str, **variables: str) -> str:
    """``body`` as one script for ``/bin/sh -s``, behind common.sh, masking and ``variables``."""
    values = {"PLANNER_NONCE": nonce, "PLANNER_MASK": mask_program(), **variables}
    head = "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())
    return f"{head}{_read('common.sh')}\n{body}"


def mask_program() -> str:
    """The awk library that masks secrets and denies files, on the machine."""
    return _read("mask.awk") + _read("clients.awk") + _read("deny.awk")


@cache
def _read(name: str) -> str:
    return (_REMOTE / name).read_text(encoding="utf-8")
