"""Whether a container's root file system can be read-only: where the writes are known.

They are where the unit itself leaves the program nothing else: ``ProtectSystem=strict`` or
``ReadOnlyPaths=/`` (systemd.exec(5)). What was open at a look proves nothing of other days.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from planner.model import Data, Workload
from planner.service.places import below

_WRITABLE = ("ReadWritePaths", "ReadWriteDirectories")
_CLOSED = ("ReadOnlyPaths", "ReadOnlyDirectories")
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108
_SCRATCH = re.compile(r"/(run|var|tmp)/[A-Za-z0-9/_.@+-]+")


class Writes(Data, frozen=True):
    """``scratch``: folders beside the volumes that are writable and empty at every start."""

    read_only: bool = False
    scratch: tuple[str, ...] = ()
    reason: str = ""


def writes(w: Workload) -> Writes:
    """Return what is known of the places where a workload writes."""
    if not _closed(w):
        return Writes(
            reason="the root file system is writable: its unit does not say where it writes "
            "(ProtectSystem=strict)"
        )
    volumes = [v.target or v.path for v in w.volumes if not v.read_only]
    found = {d.path for d in w.directories if _SCRATCH.fullmatch(d.path)}
    for path in _said(w):
        if any(below(path, v) for v in volumes):
            continue
        kept = (*(c.path for c in w.copies), *(s.path for s in w.secrets))
        if any(below(p, path) for p in kept) or not _SCRATCH.fullmatch(path):
            return Writes(
                reason=f"the root file system is writable: its unit lets it write to {path}, which "
                "is in the image"
            )
        found.add(path)
    found = {re.sub("^/var/run/", "/run/", p) for p in found}
    scratch = {p for p in found if not any(below(p, v) or below(v, p) for v in volumes)}
    return Writes(
        read_only=True,
        scratch=tuple(sorted({*scratch, *_TEMPORARY})),
        reason="the root file system is read-only, as its unit made the machine's for it",
    )


def _closed(w: Workload) -> bool:
    said = [d.value for d in w.directives if d.name == "ProtectSystem"]
    root = any("/" in d.value.split() for d in w.directives if d.name in _CLOSED)
    return said[-1:] == ["strict"] or root


def _said(w: Workload) -> Iterator[str]:
    """Folders that the unit keeps writable; log links and the temporary ones aside."""
    linked = {posixpath.dirname(path) for path, _ in w.log_links}
    for directive in w.directives:
        if directive.name in _WRITABLE:
            for word in directive.value.split():
                path = re.sub("^/var/run/", "/run/", posixpath.normpath(word.lstrip("-+")))
                if path not in linked and path not in _TEMPORARY:
                    yield path
