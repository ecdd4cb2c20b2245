"""Repositories as the configuration of each package manager names them.

Formats: sources.list(5) in aptsources, yum.conf(5), apk-repositories(5), pacman.conf(5),
pkg.conf(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from planner.facts import aptsources
from planner.facts.text import Parsed, lines, text_files
from planner.model import Repository, TextFile

_SECTION = re.compile(r"\s*\[([^\]]+)\]\s*")
_UCL_TABLE = re.compile(r'(?<![\w.-])([\w.-]+)"?\s*:\s*\{((?:[^{}$]|\$\{[^}]{0,200}\}|\$)*)\}')
_UCL = re.compile(r'(?<!\w)(\w+)\s*[:=]\s*(?:"([^"]*)"|([^",}\s]+))')


def parse(text: str) -> Parsed[tuple[Repository, ...]]:
    """Multi-file format; files without text are keys that the package manager trusts for all.

    Sources of source packages are left out.
    """
    files = text_files(text)
    keys = tuple(f.path for f in files.value if _is_key(f.path))
    apt_keys = tuple(path for path in keys if path.startswith("/etc/apt/"))
    found = [
        repository
        for file in files.value
        if not _is_key(file.path)
        for repository in _read(file, apt_keys, keys)
    ]
    order = sorted(found, key=lambda r: (r.path, r.id, r.suites, r.url))
    return Parsed(tuple(order), files.partial)


def _is_key(path: str) -> bool:
    return path.startswith(("/etc/apt/trusted.gpg", "/etc/apk/keys/"))


def _read(file: TextFile, apt_keys: tuple[str, ...], keys: tuple[str, ...]) -> Iterable[Repository]:
    if file.path.endswith(".sources"):
        return aptsources.deb822(file, apt_keys)
    if file.path.startswith("/etc/apt/"):
        return aptsources.one_line(file, apt_keys)
    if file.path.startswith("/etc/apk/"):
        return _apk(file, keys)
    if file.path == "/etc/pacman.conf":
        return _pacman(file)
    if "/pkg/" in file.path:
        return _pkg(file)
    return _rpm(file)


def _sections(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Sections of an ini file; a line that begins with white space goes on with the last value."""
    name, values, last = "", dict[str, str](), ""
    for line in lines(text):
        head = _SECTION.fullmatch(line)
        if head:
            if name:
                yield name, values
            name, values, last = head[1].strip(), {}, ""
        elif line[:1] in (" ", "\t") and last:
            values[last] += " " + line.strip()
        elif not line.lstrip().startswith(("#", ";")):
            key, _, value = line.partition("=")
            last = key.strip().lower()
            values.setdefault(last, value.strip())
    if name:
        yield name, values


def _yes(value: str | None) -> bool | None:
    return None if not value else value.lower() in ("1", "yes", "true", "on")


def _rpm(file: TextFile) -> Iterator[Repository]:
    for name, values in _sections(file.text):
        found = next(
            (values[k] for k in ("baseurl", "mirrorlist", "metalink") if values.get(k)), ""
        )
        if name == "main" or not found:
            continue
        yield Repository(
            id=name,
            kind="rpm",
            url=found.split()[0],
            enabled=_yes(values.get("enabled")) is not False,
            signed_by=tuple(values.get("gpgkey", "").replace(",", " ").split()),
            checked=_yes(values.get("gpgcheck")),
            path=file.path,
        )


def _apk(file: TextFile, keys: tuple[str, ...]) -> Iterator[Repository]:
    signed = tuple(path for path in keys if path.startswith("/etc/apk/"))
    for line in lines(file.text):
        words = line.partition("#")[0].split()
        if words:
            tag = words[0] if words[0].startswith("@") and len(words) > 1 else ""
            yield Repository(tag, "apk", words[-1], signed_by=signed, path=file.path)


def _pacman(file: TextFile) -> Iterator[Repository]:
    for name, values in _sections(file.text):
        if name == "options":
            continue
        level = values.get("siglevel", "")
        yield Repository(
            id=name,
            kind="pacman",
            url=values.get("server") or values.get("include", ""),
            checked="Never" not in level if level else None,
            path=file.path,
        )


def _pkg(file: TextFile) -> Iterator[Repository]:
    """``name: { url: "...", enabled: yes, ... }``."""
    for match in _UCL_TABLE.finditer(file.text):
        values = {m[1].lower(): m[2] or m[3] or "" for m in _UCL.finditer(match[2])}
        key = values.get("fingerprints") or values.get("pubkey", "")
        kind = values.get("signature_type", "").lower()
        yield Repository(
            id=match[1],
            kind="pkg",
            url=values.get("url", ""),
            enabled=_yes(values.get("enabled")) is not False,
            signed_by=(key,) if key else (),
            checked=kind != "none" if kind else None,
            path=file.path,
        )
