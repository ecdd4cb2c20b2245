"""Repositories as the configuration of each package manager names them.

Formats: sources.list(5) in aptsources, yum.conf(5), apk-repositories(5), pacman.conf(5),
pkg.conf(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from planner.facts import aptsources
from planner.facts.rpmsources import rpm, sections, yes
from planner.facts.text import Parsed, lines, text_files
from planner.model import Repository, TextFile

_KEY_FOLDERS = (
    "/usr/share/keyrings/",
    "/usr/share/postgresql-common/pgdg/",
    "/etc/apt/keyrings/",
    "/etc/pki/rpm-gpg/",
)
"""Keys that are trusted for what names them, not for all."""
_VARIABLE = re.compile(r"\\\$(\w+|\\\{\w+\\\})")
"""Of yum.conf(5), in a pattern of ours."""
_UCL_TABLE = re.compile(r'(?<![\w.-])([\w.-]+)"?\s*:\s*\{((?:[^{}$]|\$\{[^}]{0,200}\}|\$)*)\}')
_UCL = re.compile(r'(?<!\w)(\w+)\s*[:=]\s*(?:"([^"]*)"|([^",}\s]+))')


def parse(text: str) -> Parsed[tuple[Repository, ...]]:
    """Multi-file format; files without text are keys that the package manager trusts for all.

    Sources of source packages are left out.
    """
    files = text_files(text)
    keys = tuple(f.path for f in files.value if _is_key(f.path))
    # what has a blank or a comma in its name can stand in no Signed-By
    apt_keys = tuple(k for k in keys if k.startswith("/etc/apt/") and not re.search(r"[\s,]", k))
    known = {f.path for f in files.value if _is_key(f.path) or f.path.startswith(_KEY_FOLDERS)}
    found = [
        _seen(repository, known)
        for file in files.value
        if file.path not in known
        for repository in _read(file, apt_keys, keys)
    ]
    order = sorted(found, key=lambda r: (r.path, r.id, r.suites, r.url))
    return Parsed(tuple(order), files.partial)


def _is_key(path: str) -> bool:
    return path.startswith(("/etc/apt/trusted.gpg", "/etc/apk/keys/"))


def _seen(repository: Repository, known: set[str]) -> Repository:
    """With the files of its keys that are there; of a path with variables all that fit."""
    named = (key.removeprefix("file://") for key in repository.signed_by)
    fits = "|".join(_VARIABLE.sub("[A-Za-z0-9_.]+", re.escape(path)) for path in named)
    return replace(repository, seen=tuple(sorted(p for p in known if re.fullmatch(fits, p))))


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
    return rpm(file)


def _apk(file: TextFile, keys: tuple[str, ...]) -> Iterator[Repository]:
    signed = tuple(path for path in keys if path.startswith("/etc/apk/"))
    for line in lines(file.text):
        words = line.partition("#")[0].split()
        if words:
            tag = words[0] if words[0].startswith("@") and len(words) > 1 else ""
            yield Repository(tag, "apk", words[-1], signed_by=signed, path=file.path)


def _pacman(file: TextFile) -> Iterator[Repository]:
    for name, values in sections(file.text):
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
            enabled=yes(values.get("enabled")) is not False,
            signed_by=(key,) if key else (),
            checked=kind != "none" if kind else None,
            path=file.path,
        )
