"""Lines of a container's log that tell of the comparison itself, not of the program's errors."""

from __future__ import annotations

import re

_OURS = re.compile(rb"planner-v")
"""User agent, path and client name of our own requests (planner.questions.http, talks)."""
_CLIENT_ERROR = re.compile(
    # "GET /x HTTP/1.1" 404, as in common logs; status of JSON and of key=value lines
    rb'\bHTTP/[0-9.]+\\?"? 4[0-9][0-9]\b|"(?:status|status_code|statuscode|code)": ?"?4[0-9][0-9]\b'
    rb"|\b(?:status|status_code|code)=\"?4[0-9][0-9]\b",
    re.I,
)
"""A request that was refused: whoever is on that network is the comparison or runs beside it."""
_STARTING = re.compile(
    rb"the database system is (?:starting up|not yet accepting connections)", re.I
)


def own_errors(log: bytes) -> bytes:
    """A log without those lines."""
    return b"".join(line for line in log.splitlines(keepends=True) if not _excused(line))


def _excused(line: bytes) -> bool:
    return any(kind.search(line) for kind in (_OURS, _CLIENT_ERROR, _STARTING))
