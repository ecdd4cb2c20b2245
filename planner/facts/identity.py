"""Who the machine is and what runs it: names, init."""

from __future__ import annotations

from collections.abc import Callable

from planner.facts.text import Parsed, UnreadableError, lines, pairs
from planner.facts.virtual import parse_virtualization as parse_virtualization
from planner.model import OS


def value_of(key: str) -> Callable[[str], Parsed[str]]:
    """Parser for one key of the section ``identity``."""

    def parse(text: str) -> Parsed[str]:
        found = pairs(text).get(key, "").strip()
        if not found:
            raise UnreadableError(f"no {key} told")
        return Parsed(found)

    return parse


def parse_init(text: str, os: OS | None) -> Parsed[str]:
    """From PID 1's ``comm`` and executable; ``os`` tells upstart's /sbin/init from System V's."""
    found = [line.strip() for line in lines(text) if line.strip()]
    if not found:
        raise UnreadableError("PID 1 could not be read")
    comm, exe = found[0], found[1] if len(found) > 1 else ""
    program = exe.rpartition("/")[2]
    for name in ("systemd", "upstart"):
        if comm == name or program == name:
            return Parsed(name)
    if "openrc" in comm or "openrc" in program:
        return Parsed("openrc")
    if program == "busybox":
        return Parsed("openrc" if os and os.family == "alpine" else "busybox")
    if comm != "init":
        return Parsed("other")
    if os is None:
        raise UnreadableError("PID 1 is init, of which system is not known")
    if os.family in ("alpine", "other", "bsd") or os.system != "linux":
        return Parsed("openrc" if os.family == "alpine" else "other")
    return Parsed("upstart" if _upstart(os) else "sysvinit")


def _upstart(os: OS) -> bool:
    major = os.version.partition(".")[0]
    if os.id == "ubuntu":
        return major.isascii() and major.isdigit() and len(major) < 5 and 6 <= int(major) < 15
    return os.family == "rhel" and (major == "6" or (os.id == "amzn" and major != "2"))
