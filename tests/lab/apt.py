"""The box's own apt configuration, turned into the sources of another suite.

Mirrors are read at run time, so that no committed file names one.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .errors import LabError

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_ROLLING = ("sid", "unstable")
"""Suites without updates and security beside them."""
_OPTIONS = re.compile(r'^(Acquire::(?:Check-\S+|https?::Proxy\S*|Retries) ".*";)$', re.MULTILINE)


def sources(suite: str, etc: Path = Path("/etc")) -> str:
    """Return deb822 sources of `suite`, from the archives that the box uses for its own suite.

    Raises LabError when the box's configuration names no archive for its own suite.
    """
    own = _codename(etc / "os-release")
    uris: dict[str, str] = {}
    for uri, names in _entries(etc / "apt"):
        for name in names:
            uris.setdefault(name, uri)
    if own not in uris:
        raise LabError(f"{etc}/apt: no source for {own}, the suite of this box; add one")
    if suite in _ROLLING:
        return _stanza(uris[own], suite)
    text = _stanza(uris[own], f"{suite} {suite}-updates")
    security = uris.get(f"{own}-security")
    return text + ("\n" + _stanza(security, f"{suite}-security") if security else "")


def options() -> str:
    """Return the box's apt settings that a root file system needs to reach the same archives."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True)
    return "".join(line + "\n" for line in _OPTIONS.findall(dump.stdout))


def _stanza(uri: str, suites: str) -> str:
    return f"Types: deb\nURIs: {uri}\nSuites: {suites}\nComponents: main\nSigned-By: {KEYRING}\n"


def _codename(os_release: Path) -> str:
    found = re.search(r"^VERSION_CODENAME=(\S+)$", os_release.read_text(), re.MULTILINE)
    if not found:
        raise LabError(f"{os_release}: no VERSION_CODENAME; the lab needs a Debian box")
    return found[1]


def _entries(apt: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield (URI, suites) of every source, one-line and deb822 form."""
    parts = apt / "sources.list.d"
    for path in [apt / "sources.list", *sorted(parts.glob("*.list"))]:
        if path.exists():
            for line in path.read_text().splitlines():
                found = re.match(r"deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)", line.strip())
                if found:
                    yield found[1], [found[2]]
    for path in sorted(parts.glob("*.sources")):
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        for stanza in re.split(r"\n\s*\n", "\n".join(lines)):
            fields = dict(re.findall(r"^(\S+):[ \t]*(.*)$", stanza, re.MULTILINE))
            if "URIs" in fields and "Suites" in fields:
                yield fields["URIs"].split()[0], fields["Suites"].split()
