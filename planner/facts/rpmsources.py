"""Repositories of dnf, yum and zypper: yum.conf(5), one section of an ini file each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from planner.facts.text import lines
from planner.model import Repository, TextFile

_SECTION = re.compile(r"\s*\[([^\]]+)\]\s*")
_OPTIONS = ("module_hotfixes", "priority", "exclude", "excludepkgs", "includepkgs", "repo_gpgcheck")
_ADDRESSES: dict[str, Literal["", "mirrorlist", "metalink"]] = {
    "baseurl": "",
    "mirrorlist": "mirrorlist",
    "metalink": "metalink",
}
_LOGIN = ("username", "password", "sslclientcert", "sslclientkey")
_WITH_LOGIN = re.compile(r"[A-Za-z+]+://[^/]*@")


def sections(text: str) -> Iterator[tuple[str, dict[str, str]]]:
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


def yes(value: str | None) -> bool | None:
    return None if not value else value.lower() in ("1", "yes", "true", "on")


def rpm(file: TextFile) -> Iterator[Repository]:
    """Those of a .repo file; yum.conf and dnf.conf may have some, too."""
    for name, values in sections(file.text):
        address = next((k for k in _ADDRESSES if values.get(k)), "")
        if name == "main" or not address:
            continue
        found = values[address]
        yield Repository(
            id=name,
            kind="rpm",
            url=found.split()[0],
            enabled=yes(values.get("enabled")) is not False,
            signed_by=tuple(values.get("gpgkey", "").replace(",", " ").split()),
            checked=yes(values.get("gpgcheck")),
            path=file.path,
            address=_ADDRESSES[address],
            login=any(values.get(name) for name in _LOGIN) or bool(_WITH_LOGIN.match(found)),
            options={option: values[option] for option in _OPTIONS if values.get(option)},
        )
