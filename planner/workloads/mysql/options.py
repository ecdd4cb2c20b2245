"""Settings of MariaDB and MySQL: option files with their includes, then the command line.

Order and groups: https://mariadb.com/kb/en/configuring-mariadb-with-option-files/ and
https://dev.mysql.com/doc/refman/8.4/en/option-files.html.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from planner.model import ConfigFile, Host
from planner.service import formats, places

_DEFAULT_FILES = ("/etc/my.cnf", "/etc/mysql/my.cnf", "/usr/etc/my.cnf")
_BEHIND_LINK = ("/etc/mysql/mariadb.cnf", "/etc/mysql/mysql.cnf")
"""Where Debian's /etc/mysql/my.cnf leads, by way of /etc/alternatives."""
_GROUPS = re.compile(
    r"(mysqld|server|mariadb|mariadbd|client-server|galera)(-\d+(\.\d+)*)?", re.IGNORECASE
)


@dataclass(frozen=True)
class Options:
    """``values``: names in lower case with ``_``, the last of a name counts; a flag without a value
    is ``ON``. ``files``: option files that were read. ``unread``: those that were not carried."""

    values: dict[str, str]
    files: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def read(host: Host, argv: Iterable[str]) -> Options:
    """What counts for a server that is started with these arguments."""
    words = tuple(argv)
    line = dict(_of_arguments(words))
    suffix = line.get("defaults_group_suffix", "")
    found, seen, lost = {}, [], []  # type: dict[str, str], list[str], list[str]
    for path in _files(host, line):
        _read(host, path, suffix, (found, seen, lost), 0)
    return Options({**found, **line}, tuple(seen), tuple(dict.fromkeys(lost)))


def _files(host: Host, line: dict[str, str]) -> tuple[str, ...]:
    if "no_defaults" in line:
        return ()
    if only := places.clean(line.get("defaults_file", "")):
        return (only,)
    known = host.files.value or {}
    real = [p if p in known else places.follow(host, p).path for p in _DEFAULT_FILES]
    there = [p for p in real if p in known]
    if not any(places.below(p, "/etc/mysql") for p in there):
        there += [p for p in _BEHIND_LINK if p in known][:1]
    extra = places.clean(line.get("defaults_extra_file", ""))
    return tuple(dict.fromkeys((*there, *([extra] if extra else ()))))


def _read(
    host: Host,
    path: str,
    suffix: str,
    into: tuple[dict[str, str], list[str], list[str]],
    depth: int,
) -> None:
    found, seen, lost = into
    file = (host.files.value or {}).get(path)
    if file is None or depth > 8:
        lost.append(path)
        return
    seen.append(path)
    counts = False
    for line in (raw.strip() for raw in file.text.split("\n")):
        if match := re.fullmatch(r"!include(dir)?\s+(\S+)", line):
            aim = places.clean(posixpath.join(posixpath.dirname(path), match[2]))
            for other in _listed(host, aim) if match[1] else (aim,):
                _read(host, other, suffix, into, depth + 1)
        elif match := re.fullmatch(r"\[([^\]]*)\].*", line):
            name = match[1].strip()
            group = name.removesuffix(suffix) if suffix else name
            counts = _GROUPS.fullmatch(group) is not None
        elif counts and line and line[0] not in "#;!":
            found.update(_of_line(line))


def _listed(host: Host, folder: str) -> tuple[str, ...]:
    """Files of a folder that is included, in the order of their names."""
    every = {*(host.files.value or {}), *(f.path for f in _present(host))}
    return tuple(
        sorted(p for p in every if posixpath.dirname(p) == folder and p.endswith((".cnf", ".ini")))
    )


def _present(host: Host) -> tuple[ConfigFile, ...]:
    every = host.config_files.value or ()
    return tuple(f for f in every if f.state != "deleted")


def _of_line(line: str) -> Iterable[tuple[str, str]]:
    name, sign, value = line.partition("=")
    if quoted := re.match(r"\s*(\"[^\"]*\"|'[^']*')", value):
        value = formats.unquoted(quoted[1])
    else:
        value = value.partition("#")[0].strip()
    yield from _named(name.partition("#")[0], value if sign else None)


def _of_arguments(words: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    for word in words:
        if word.startswith("--"):
            name, sign, value = word[2:].partition("=")
            yield from _named(name, value if sign else None)


def _named(name: str, value: str | None) -> Iterable[tuple[str, str]]:
    """``skip_name`` also says that ``name`` is off; ``loose_name`` is ``name``."""
    plain = name.strip().lower().replace("-", "_").removeprefix("loose_")
    if plain.startswith(("skip_", "disable_")) and value is None:
        yield plain.partition("_")[2], "OFF"
    yield plain, "ON" if value is None else value


def on(value: str) -> bool:
    """Whether a switch is on."""
    return value.strip().lower() in ("on", "1", "true", "yes")
