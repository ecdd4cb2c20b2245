"""Files of configuration by path or by pattern, as far as the look carried them."""

from __future__ import annotations

import fnmatch
import posixpath

from planner.model import Host
from planner.service import places


def text(host: Host, path: str) -> str:
    """Text of a file, also behind one link (``sites-enabled``); empty: it was not carried."""
    files = host.files.value or {}
    if path in files:
        return files[path].text
    real = _target(host, path)
    return files[real].text if real in files else ""


def real_path(host: Host, path: str) -> str:
    """Where the text of a file lies: the path itself, or the target of its link."""
    return path if path in (host.files.value or {}) else _target(host, path) or path


def _target(host: Host, path: str) -> str:
    links = {f.path: f.link for f in host.config_files.value or () if f.link}
    info = places.info(host, path)
    target = links.get(path) or (info.link if info else "")
    return places.clean(posixpath.join(posixpath.dirname(path), target)) if target else ""


def matching(host: Host, pattern: str) -> list[str]:
    """Paths that are known to be there and match an absolute pattern, sorted; hidden files are
    none of them."""
    full = places.clean(pattern)
    known = {
        *(host.files.value or {}),
        *(host.paths.value or {}),
        *(f.path for f in host.config_files.value or () if f.state != "deleted"),
    }
    depth = full.count("/")
    return sorted(
        p
        for p in known
        if p.count("/") == depth
        and fnmatch.fnmatchcase(p, full)
        and not posixpath.basename(p).startswith(".")
    )
