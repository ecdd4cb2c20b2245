"""Folders of data that the options of a command name, whether or not anything is open in them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence

from planner.model import Account
from planner.service import environment, places
from planner.service.places import Wanted
from planner.service.storage import Storage, folder_volume
from planner.service.view import MASK, Service, commands, program, setting

_PLACE = r"(dir|directory|folder|path|root|home|location)"
_DATA = re.compile(
    rf"(\w+[._-])*(data|(data|datas|databases?|db|storage|store|state|wal|repo|repository|spool"
    rf"|uploads?|persistence|persist|journal|index|blobs?|objects?|archive|backup)[._-]?"
    rf"(\w+[._-])*{_PLACE}|storage|spool|datastore|path[._-]data|data[._-]file[._-]directories)",
    re.IGNORECASE,
)
"""Names of options, of properties of Java and of variables."""
_OPTION = re.compile(r"(?:-[DE]|--?)?([A-Za-z][\w.-]*)")
_KEPT = ("data", "content", "home", "application", "cache")
_ENDING = re.compile(r"[^/]+\.(db\d?|sqlite\d?|json|rdb|mdb|log|dat|idx|ya?ml|conf|toml|ini|xml)")
_OTHERS = frozenset({"/", "/var", "/opt", "/home", "/root", "/var/lib", "/var/cache", "/var/www",
                     "/usr/local", "/var/spool"})  # fmt: skip
"""Folders of which no option makes a service's own."""


def of_options(
    service: Service, run_as: Account | None, application: Collection[str] = ()
) -> Storage:
    """Folders behind ``--data-dir``, ``-datadir``, ``--storage.tsdb.path``, ``-Epath.data=`` and
    their like, and in variables of the unit that are so named. ``application``: what is copied
    into the image; a folder around it, or around the program, is none of data.
    """
    wanted: list[Wanted] = []
    for name, value in _named(service):
        path = _folder(service, value)
        if not path or places.role(path) not in _KEPT or path in _OTHERS:
            continue
        runs = [program(service), *(p.exe for p in service.processes)]
        inside = [r for r in application if r != path]
        if any(places.below(one, path) for one in (*runs, *inside)):
            continue
        reason = f"its option {name} names it"
        wanted.append(folder_volume(service, path, run_as, reason))
    return Storage(tuple(wanted))


def _named(service: Service) -> Iterator[tuple[str, str]]:
    """Options and variables that are named after data, with their values."""
    lines: list[Sequence[str]] = [c.argv[1:] for c in commands(service, "ExecStart")]
    lines += [p.argv[1:] for p in service.processes]
    for argv in lines:
        for word, following in zip(argv, [*argv[1:], ""], strict=False):
            option, sign, value = word.partition("=")
            if not sign and option.startswith("-"):
                value = "" if following.startswith("-") else following
            match = _OPTION.fullmatch(option)
            if match and _DATA.fullmatch(match[1]) and value and MASK not in value:
                yield option, value
    for name, value in environment.told(service).items():
        if _DATA.fullmatch(name):
            yield name, value


def _folder(service: Service, value: str) -> str:
    """The folder of a value; empty: it is no place of files. What is written from the working
    directory on is one only where there is such a folder.
    """
    if value.startswith("/"):
        path = places.clean(value)
    else:
        base = setting(service, "WorkingDirectory") or (service.main.cwd if service.main else "")
        path = places.clean(posixpath.join(base, value)) if base.startswith("/") else ""
        known = places.info(service.host, path)
        if known is None or known.type != "dir":
            return ""
    info = places.info(service.host, path)
    single = info.type == "file" if info else _ENDING.fullmatch(posixpath.basename(path))
    return posixpath.dirname(path) if single else path
