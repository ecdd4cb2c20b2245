"""Scheduled tasks, as the Task Scheduler's scripting objects and the XML of each task tell them."""

from __future__ import annotations

from planner.facts.text import Parsed
from planner.facts.windows.record import Record, records
from planner.model import Task

_ACCOUNTS = {
    "S-1-5-18": "NT AUTHORITY\\SYSTEM",
    "S-1-5-19": "NT AUTHORITY\\LOCAL SERVICE",
    "S-1-5-20": "NT AUTHORITY\\NETWORK SERVICE",
}


def parse(text: str) -> Parsed[tuple[Task, ...]]:
    """Sorted by path; State 1 is disabled."""
    found = records(text, _task)
    return Parsed(tuple(sorted(found.value, key=lambda one: one.path)), found.partial)


def _task(told: Record) -> Task:
    path = told.one("Path")
    if not path.startswith("\\"):
        raise ValueError(path)
    user = told.one("User") or told.one("Group")
    return Task(
        path=path,
        enabled=told.one("Enabled") != "false" and told.one("State") != "1",
        user=_ACCOUNTS.get(user, user),
        actions=told.get("Action", ()),
        triggers=told.get("Trigger", ()),
        last_run=told.one("LastRun"),
        last_result=told.one("LastResult"),
    )
