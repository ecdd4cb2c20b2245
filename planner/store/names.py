"""Names from machines and inventories, made safe for file systems and for one line of text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Set as AbstractSet

from planner.errors import InputError

_SAFE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}(?<!\.)")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def slug(name: str, taken: AbstractSet[str] = frozenset()) -> str:
    """Name of a file for any name: ``[a-z0-9][a-z0-9_.-]*``, at most 63 characters.

    The same name always gives the same file, whatever else is in the fleet: what is safe stays as
    it is, anything else is cleaned and gets a hash of the original, so that ``WEB`` and ``web``
    differ also on file systems that fold case. ``taken`` is only for names made to collide.
    """
    if _SAFE.fullmatch(name) and not _RESERVED.fullmatch(name) and name not in taken:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    clean = re.sub(r"[^a-z0-9_.-]+", "-", name.lower()).strip("-_.")[:40].rstrip("-_.") or "x"
    for length in range(8, 22):
        made = f"{clean}-{digest[:length]}"
        if made not in taken:
            return made
    raise InputError(f"{printable(name)}: no free file name left for it: rename it")


def context_folder(host_slug: str, workload: str) -> str:
    """Folder of a workload's image in the plan's folder: ``workloads/<host>/<workload>``."""
    return f"workloads/{host_slug}/{slug(workload)}"


def printable(text: object) -> str:
    """One line for a message or a terminal: control characters are shown escaped."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(text)
    )
