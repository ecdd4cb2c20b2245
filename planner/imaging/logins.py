"""Logins of repositories: in an address, or beside the entry. No image may hold one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from planner.model import Host

LOGIN = "it asks for a login, which no image may hold"
_AUTH = re.compile(r"/etc/apt/auth\.conf(\.d/[^/]+)?")
_TOKEN = re.compile(
    r"[0-9a-fA-F]{32,}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|(glpat-|gldt-|gh[opsu]_|github_pat_|eyJ)[A-Za-z0-9._-]{16,}"
)
_ASKED = re.compile(
    r"(?i)(^|[?&;])[a-z0-9_.-]*(token|password|passwd|secret|credentials?|signature|sig|auth|access"
    r"|(api|license|access)[_-]?key|key)="
)


def place(url: str) -> str:
    """Name that the build has to reach; of an address without one, all of it."""
    match = re.match(r"[A-Za-z0-9+.-]+://(?:[^/]*@)?([^/?#]+)", url)
    return match[1] if match else url


def within(url: str) -> bool:
    """Whether an address holds one: a user, what was masked, or a token in its path or query.

    Services with tokens in the path: packagecloud.io/priv/<token>, dl.cloudsmith.io/<token>.
    """
    head, _, query = url.partition("?")
    name, _, path = head.partition("://")[2].partition("/")
    words = path.split("/")
    if "***" in url or "@" in name or any(_TOKEN.fullmatch(word) for word in words):
        return True
    service = name.lower().partition(":")[0]
    if service == "packagecloud.io" and words[0] == "priv":
        return True
    if service == "dl.cloudsmith.io" and words[0] not in ("", "public"):
        return True
    return bool(_ASKED.search(query))


def beside(host: Host, place: str) -> bool:
    """Whether apt has a login for it beside its entry (apt_auth.conf(5))."""
    logins = re.compile(rf"machine\s+(\w+://)?{re.escape(place)}(?![\w.-])")
    texts = sorted((host.files.value or {}).items())
    return any(_AUTH.fullmatch(path) and logins.search(text.text) for path, text in texts)


def unseen(host: Host) -> Sequence[str]:
    """Files of apt's logins whose text was not carried."""
    found = {f.path for f in host.config_files.value or () if f.state != "deleted"}
    return sorted(p for p in found - {*(host.files.value or {})} if _AUTH.fullmatch(p))
