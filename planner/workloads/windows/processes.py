"""Processes and names that the parts of this package share."""

from __future__ import annotations

from collections.abc import Iterable

from planner.model import Host, Process
from planner.service.view import safe_name


def descendants(host: Host, roots: Iterable[int]) -> tuple[Process, ...]:
    """The processes with these ids, in their order, then all that descend from them, by id."""
    by_pid = {p.pid: p for p in host.processes.value or ()}
    first = [pid for pid in dict.fromkeys(roots) if pid in by_pid]
    found = set(first)
    while more := {p.pid for p in by_pid.values() if p.ppid in found} - found:
        found |= more
    return (
        *(by_pid[pid] for pid in first),
        *(by_pid[pid] for pid in sorted(found - set(first))),
    )


def named(text: str) -> str:
    """A name for a workload; ``MSSQL$SQLEXPRESS`` becomes ``MSSQL@SQLEXPRESS``, as instances are
    written; two names that become one are told apart by a number later.
    """
    return safe_name(text.replace("$", "@").replace(" ", "-"))
