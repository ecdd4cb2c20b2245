"""Configuration of Redis and its kin: the file with its includes, options of the command, modules.

Directives: https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from planner.model import Host
from planner.service import config, places
from planner.service.view import Service, commands

_TITLE = re.compile(r"\S+:\d+( \[\w+\])?")
"""Address and port, as Redis calls itself once it runs: no file of configuration."""
_DEFAULT_FILES = ("/etc/redis/redis.conf", "/etc/redis.conf", "/etc/valkey/valkey.conf",
                  "/etc/keydb/keydb.conf")  # fmt: skip
_DROPPED = ("--supervised", "--daemonize", "--logfile", "--pidfile")


@dataclass(frozen=True)
class Configuration:
    """``settings``: the last of a name counts; ``modules``: paths of what it loads; ``files``: read
    ones; ``unread``: named ones that were not carried; ``options``: of the command, to be kept."""

    file: str
    options: tuple[str, ...]
    settings: dict[str, str]
    modules: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def read(service: Service) -> Configuration:
    """The file that its command names, or that its name stands for, and what goes before it."""
    file, options = _arguments(service)
    lines: list[tuple[str, str]] = []
    seen: list[str] = []
    lost: list[str] = []
    _read(service.host, file, lines, (seen, lost), 0)
    lines += _of_options(options)
    return Configuration(
        file,
        options,
        dict(lines),
        tuple(dict.fromkeys(places.clean(v.split(" ")[0]) for n, v in lines if n == "loadmodule")),
        tuple(seen),
        tuple(lost),
    )


def _arguments(service: Service) -> tuple[str, tuple[str, ...]]:
    """(configuration file, options) of the unit; without one, of the process: the title that
    Redis gives itself (``redis-server 127.0.0.1:6379``) says nothing of either.
    """
    starts = commands(service, "ExecStart")
    argv = starts[0].argv if starts else ()
    if not argv and service.main and len(service.main.argv) > 1:
        argv = service.main.argv
    words = list(argv[1:])
    file = words.pop(0) if words and not words[0].startswith("-") else ""
    if not file or _TITLE.fullmatch(file):
        known = _files_of(service.host)
        instance = service.name.partition("@")[2]
        own = (f"/etc/redis/redis-{instance}.conf",) if instance else ()
        file = next((f for f in (*own, *_DEFAULT_FILES) if f in known), "")
    kept: list[str] = []
    skip = False
    for word in words:
        if word.startswith("--"):
            skip = word in _DROPPED
        if not skip:
            kept.append(word)
    return places.clean(file), tuple(kept)


def _files_of(host: Host) -> frozenset[str]:
    """Files that are known to be there."""
    return frozenset({*(host.files.value or {}), *(host.paths.value or {})})


def of_others(service: Service, file: str) -> tuple[str, ...]:
    """Configuration of other instances of its template: beside its own, and not named in it."""
    text = (service.host.files.value or {}).get(file)
    if "@" not in service.name or text is None:
        return ()
    named = config.mentioned([text])
    return tuple(
        f.path
        for f in service.host.config_files.value or ()
        if f.path.endswith(".conf")
        and posixpath.dirname(f.path) == posixpath.dirname(file)
        and f.path not in (file, *named)
    )


def _read(
    host: Host,
    file: str,
    into: list[tuple[str, str]],
    which: tuple[list[str], list[str]],
    depth: int,
) -> None:
    """Directives of a file, those of what it includes in their place."""
    text = (host.files.value or {}).get(file)
    if text is None or depth > 5:
        which[1].extend([file] if file else [])
        return
    which[0].append(file)
    for line in text.text.split("\n"):
        name, _, value = line.strip().partition(" ")
        if not name or name.startswith("#"):
            continue
        if name.lower() != "include":
            into.append((name.lower(), _unquoted(value)))
            continue
        aim = places.clean(posixpath.join(posixpath.dirname(file), _unquoted(value)))
        every = [p for p in sorted(host.files.value or {}) if _matches(p, aim)]
        for other in every or ([aim] if "*" not in aim else []):
            _read(host, other, into, which, depth + 1)


def _matches(path: str, pattern: str) -> bool:
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch("[^/]*".join(parts), path) is not None


def _of_options(options: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    words = iter(options)
    for word in words:
        if word.startswith("--"):
            yield word[2:].lower(), next(words, "")


def _unquoted(value: str) -> str:
    try:
        return " ".join(shlex.split(value))
    except ValueError:
        return value.strip()
