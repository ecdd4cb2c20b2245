"""Requests to a web server, its answer taken apart, and where its pages lead."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from planner.questions.talks import plain

MATTER = frozenset({
    "content-type", "content-encoding", "content-disposition", "location", "server",
    "cache-control", "www-authenticate", "allow", "set-cookie", "strict-transport-security",
    "content-security-policy", "access-control-allow-origin", "referrer-policy",
})  # fmt: skip
"""Headers that are compared, with every ``x-``: of ``server`` without its version, of cookies
their names."""
_BY_ITSELF = re.compile(
    r"x-(request|correlation|trace|amzn)-?.*id|x-runtime|x-.*time.*|x-cache.*|x-varnish"
)
_LINK = re.compile(r"""<[^<>]{0,400}?\b(?:href|src)\s*=\s*["']?([^"'\s>]{1,400})""", re.I)
_ACTS = re.compile(
    r"log-?(in|out|off)|sign-?(in|out|up)|delete|remove|destroy|drop|reset|subscribe|confirm|cancel"
    r"|approve|activate|enable|disable|start|stop|restart|shutdown|reboot|run|exec|trigger|add|new"
    r"|create|edit|update|save|send|buy|cart|vote|clear|flush|purge|cron|install\.php|setup",
    re.I,
)
METRICS = re.compile(r"text/plain\b.*;\s*version=0\.0\.4|application/openmetrics-text\b", re.I)
"""Content types of Prometheus's text format and of OpenMetrics."""
_SAMPLE = re.compile(r"^([A-Za-z_:][A-Za-z0-9_:]*)[{ ]", re.M)
MOST = 16
"""Links of one page that are followed."""


def request(site: str, path: str) -> bytes:
    """A GET that leaves nothing behind; the connection is closed after it."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {site}\r\nUser-Agent: planner-verify\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n"
    ).encode("latin-1", "replace")


def parts(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Status, headers that matter, body; empty: this is no HTTP."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = re.fullmatch(r"HTTP/\d(?:\.\d)? (\d{3})(?: .*)?", lines[0])
    if not status:
        return ()
    headers = [(n.strip().lower(), v.strip()) for n, _, v in (x.partition(":") for x in lines[1:])]
    if any(n == "transfer-encoding" and "chunked" in v.lower() for n, v in headers):
        rest = _dechunked(rest)
    kept: dict[str, str] = {}
    for name, value in headers:
        if name in MATTER or (name.startswith("x-") and not _BY_ITSELF.fullmatch(name)):
            said = _header(name, value)
            kept[name] = f"{kept[name]}, {said}" if name in kept else said
    body = rest.decode("utf-8", "surrogateescape")
    if int(status[1]) < 400 and METRICS.match(kept.get("content-type", "")):
        return (("status", status[1]), *sorted(kept.items()), ("metrics", metric_names(body)))
    # a server's own page of an error may name its version
    last = ("body", body) if int(status[1]) < 400 else ("error page", plain(body))
    return (("status", status[1]), *sorted(kept.items()), last)


def metric_names(body: str) -> str:
    """Names of the samples, a line each and each once: their values are of the moment."""
    return "".join(f"{name}\n" for name in sorted(set(_SAMPLE.findall(body))))


def _header(name: str, value: str) -> str:
    if name == "set-cookie":
        return value.partition("=")[0]
    return plain(re.sub(r"/\d\S*", "", value)) if name in ("server", "x-powered-by") else value


def _dechunked(raw: bytes) -> bytes:
    """Body of chunks; what is cut off stays away."""
    found = b""
    while raw:
        size, _, rest = raw.partition(b"\r\n")
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size.partition(b";")[0].strip()):
            break
        length = int(size.partition(b";")[0], 16)
        found += rest[:length]
        raw = rest[length + 2 :] if length else b""
    return found


def links(site: str, path: str, answer: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Paths on the same site that an answer leads to: what a reader may follow without doing
    anything. No query, no word that names an act."""
    said = dict(answer)
    found = [said["location"]] if "location" in said else []
    if "html" in said.get("content-type", ""):
        found += _LINK.findall(said.get("body", ""))
    paths = (_path(site, path, link) for link in found)
    safe = dict.fromkeys(p for p in paths if p and p != path and asks_only(p))
    return tuple(list(safe)[:MOST])


def _path(site: str, path: str, link: str) -> str:
    """Where a link of a page leads to on the same site; empty: elsewhere, or with a query."""
    bare = link.partition("#")[0]
    scheme = re.match(r"(?:(https?):)?//([^/:?]*)(?::\d+)?", bare, re.I)
    if scheme:
        bare = bare[scheme.end() :] or "/" if scheme[2].lower() == site.lower() else ""
    if not bare or "?" in bare or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", bare):
        return ""
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path) or "/", bare))
    return joined + ("/" if bare.endswith("/") and not joined.endswith("/") else "")


def asks_only(path: str) -> bool:
    """Whether a GET of this path is safe to send to a live machine, as far as its name tells."""
    if not re.fullmatch(r"/[A-Za-z0-9/_.~+,@:-]{0,300}", path) or ".." in path.split("/"):
        return False
    static = re.search(r"\.(css|js|html?|png|svg|ico|gif|jpe?g|webp|txt|woff2?)$", path)
    words = posixpath.dirname(path) if static else path
    return not any(_ACTS.fullmatch(w) for w in re.split(r"[/_.~+,@:-]", words))
