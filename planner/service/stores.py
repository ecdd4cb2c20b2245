"""What the stores that keep everything in memory take of a machine, all together."""

from __future__ import annotations

import re

from planner.facts.section import mapped
from planner.model import Fact, Host, Process
from planner.service import names, traits

_REDIS = re.compile(r"(redis|valkey|keydb)(-server)?[\d.]*")
_IN_MEMORY = frozenset({"cache", "in-memory-database"})


def memory(host: Host) -> Fact[int]:
    """Resident bytes of every Redis, memcached and other store in memory that runs. A child that
    one forked to write its data shares the parent's memory, and counts once.
    """

    def told(processes: tuple[Process, ...]) -> int:
        found = {p.pid: p for p in processes if _is_store(p)}
        return sum(p.rss for p in found.values() if p.ppid not in found)

    return mapped(host.processes, told)


def _is_store(process: Process) -> bool:
    called = {name.lower() for name in names.of_process(process)}
    if any(_REDIS.fullmatch(name) for name in called):
        return True
    return not _IN_MEMORY.isdisjoint(traits.by_name(called))
