"""What waits or runs for users: jobs of at, units of users whose systemd needs no login."""

from __future__ import annotations

import re

from planner.facts.text import Parsed, each_line, fields, moment, number
from planner.model import AtJob, UserUnit

_JOB = re.compile(r"([A-Za-z=])([0-9a-f]{5})([0-9a-f]{8})")


def parse_at(text: str) -> Parsed[tuple[AtJob, ...]]:
    """Tabs: path, owner. at names a file by queue, number of the job (5 hexadecimal digits) and
    minutes since the epoch (8); ``=`` is the queue of a job that runs just now.
    """

    def read(line: str) -> AtJob:
        path, uid = fields(line, 2)[:2]
        match = _JOB.fullmatch(path.rpartition("/")[2])
        if not match:
            raise ValueError(line)
        return AtJob(path, number(uid), moment(str(int(match[3], 16) * 60)), match[1])

    found = each_line(text, read)
    return Parsed(tuple(sorted(found.value, key=lambda job: (job.at, job.path))), found.partial)


def parse_user_units(text: str) -> Parsed[tuple[UserUnit, ...]]:
    """Tabs: ``linger`` and a user, ``unit``, its user, its name and 1 where it is enabled."""

    def read(line: str) -> UserUnit:
        kind, user, *rest = fields(line, 2)
        if kind == "linger":
            return UserUnit(user)
        if kind != "unit" or rest[1] not in ("0", "1"):
            raise ValueError(line)
        return UserUnit(user, rest[0], rest[1] == "1")

    found = each_line(text, read)
    own = {one.user for one in found.value if one.name}
    kept = (one for one in found.value if one.name or one.user not in own)
    return Parsed(tuple(sorted(kept, key=lambda one: (one.user, one.name))), found.partial)
