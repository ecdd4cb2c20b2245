"""Configuration that lies ready and that nothing switches on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from planner.model import Host, TextFile

_READY = re.compile(r"/etc/(nginx|apache2|freeradius/[^/]+)/(sites|mods|modules|conf)-available/")
_COMMENT = re.compile(r"^\s*[#;].*$", re.MULTILINE)


def switched_off(host: Host, files: Collection[TextFile]) -> frozenset[str]:
    """Paths of the files below ``*-available`` that no link in /etc has for its target.

    Only where all links were listed: Debian makes them at installation, so that no package owns
    them, while RPM packages own theirs. None where the configuration names such a folder.
    """
    ready = [f.path for f in files if _READY.match(f.path)]
    links, os = host.config_files, host.os.value
    if not ready or links.value is None or links.partial or os is None or os.family != "debian":
        return frozenset()
    if any(f.truncated or "-available" in _COMMENT.sub("", f.text) for f in files):
        return frozenset()
    # By name alone: a target may lead through links of folders.
    on = {posixpath.basename(f.link.rstrip("/")) for f in links.value if f.link}
    return frozenset(p for p in ready if not on & set(p.split("/")))
