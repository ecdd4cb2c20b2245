"""Repositories of apt: sources.list(5), in one line or as stanzas (deb822)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from planner.facts.text import lines
from planner.model import Repository, TextFile

_OPTIONS = ("check-valid-until", "allow-weak", "allow-downgrade-to-insecure", "by-hash")
_ONE_LINE = re.compile(r"deb(?:-src)?\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*(.*)")


def _apt(
    file: TextFile, url: str, suite: str, components: tuple[str, ...], options: dict[str, str]
) -> Repository:
    signed = tuple(options.get("signed-by", "").replace(",", " ").split())
    trusted = options.get("trusted", "").lower()
    return Repository(
        id=_apt_lists(url, suite),
        kind="apt",
        url=url,
        enabled=options.get("enabled", "yes").lower() not in ("no", "false", "0", "off"),
        suites=(suite,),
        components=components,
        signed_by=signed,
        checked=False if trusted in ("yes", "true", "1", "on") else None,
        path=file.path,
        key=options.get("key", ""),
        login="@" in url.partition("://")[2].partition("/")[0],
        options={name: options[name] for name in _OPTIONS if options.get(name)},
    )


def _apt_lists(url: str, suite: str) -> str:
    """What the names of apt's lists begin with: the address without scheme and login."""
    place = re.sub(r"^[A-Za-z+]+:/*(?:[^/@]*@)?", "", url).rstrip("/")
    where = f"{place}/{suite.rstrip('/')}" if suite.endswith("/") else f"{place}/dists/{suite}"
    return where.replace("_", "%5f").replace("/", "_") + "_"


def one_line(file: TextFile, keys: tuple[str, ...]) -> Iterator[Repository]:
    """``deb [option=value ...] URI suite component ...``; ``keys``: trusted without Signed-By."""
    for line in lines(file.text):
        match = _ONE_LINE.fullmatch(line.partition("#")[0].strip())
        if not match or line.lstrip().startswith("deb-src"):
            continue
        options = {
            key.lower(): value
            for key, _, value in (word.partition("=") for word in (match[1] or "").split())
        }
        options["signed-by"] = options.get("signed-by") or " ".join(keys)
        yield _apt(file, match[2], match[3], tuple(match[4].split()), options)


def deb822(file: TextFile, keys: tuple[str, ...]) -> Iterator[Repository]:
    """Stanzas of fields; ``keys``: trusted without Signed-By."""
    stanza: dict[str, str] = {}
    last = ""
    for line in [*lines(file.text), ""]:
        if line.startswith("#"):
            continue
        if line[:1] in (" ", "\t") and last:
            stanza[last] += "\n" + line.strip()
        elif ":" in line:
            last, _, value = line.partition(":")
            last = last.strip().lower()
            stanza[last] = value.strip()
        elif not line.strip():
            yield from _stanza(file, stanza, keys)
            stanza, last = {}, ""


def _stanza(file: TextFile, stanza: dict[str, str], keys: tuple[str, ...]) -> Iterator[Repository]:
    if "deb" not in stanza.get("types", "deb").split():
        return
    signed = stanza.get("signed-by", "")
    if "-----BEGIN" in signed:
        stanza["signed-by"], stanza["key"] = "inline", signed
    elif not signed:
        stanza["signed-by"] = " ".join(keys)
    for url in stanza.get("uris", "").split():
        for suite in stanza.get("suites", "").split():
            yield _apt(file, url, suite, tuple(stanza.get("components", "").split()), stanza)
