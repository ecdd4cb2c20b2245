"""FIPS mode, SELinux, time zone: one word each."""

from __future__ import annotations

from planner.facts.text import Parsed, UnreadableError, word

_SELINUX = ("enforcing", "permissive", "disabled", "absent")


def parse_fips(text: str) -> Parsed[bool]:
    """/proc/sys/crypto/fips_enabled."""
    found = word(text).value
    if found not in ("0", "1"):
        raise UnreadableError("fips_enabled is neither 0 nor 1")
    return Parsed(found == "1")


def parse_selinux(text: str) -> Parsed[str]:
    """As getenforce says, in lower case; ``absent``: the kernel has none."""
    found = word(text).value.lower()
    if found not in _SELINUX:
        raise UnreadableError("not a state of SELinux")
    return Parsed(found)
