"""Users and groups of /etc/passwd and /etc/group, without what is secret in them."""

from __future__ import annotations

from planner.facts.text import Parsed, each_line, number, unescape
from planner.model import Account, Group


def _account(line: str) -> Account:
    name, uid, gid, home, shell = unescape(line).split(":", 4)
    if not name:
        raise ValueError(line)
    return Account(name, number(uid), number(gid), home, shell)


def _group(line: str) -> Group:
    name, gid, members = unescape(line).split(":", 2)
    if not name:
        raise ValueError(line)
    return Group(name, number(gid), tuple(m for m in members.split(",") if m))


def parse_accounts(text: str) -> Parsed[tuple[Account, ...]]:
    """``name:uid:gid:home:shell``."""
    return each_line(text, _account)


def parse_groups(text: str) -> Parsed[tuple[Group, ...]]:
    """``name:gid:member,member``."""
    return each_line(text, _group)
