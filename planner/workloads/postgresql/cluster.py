"""A cluster of PostgreSQL: where its program, data and configuration lie, and its settings."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from planner.model import Host
from planner.service import places
from planner.service.view import Service

_SETTING = re.compile(
    r"^[ \t]*([A-Za-z_.]+)[ \t]*(?:=[ \t]*|[ \t]+)(?:'((?:[^']|'')*)'|([^\s#]+))", re.MULTILINE
)


@dataclass(frozen=True)
class Cluster:
    """Where a cluster lies; empty: not known."""

    version: str
    program: str
    data: str
    config: str
    settings: dict[str, str]


def find(service: Service, instance: re.Match[str] | None) -> Cluster:
    """Look at the running program first, then at the instance of the unit."""
    host, main = service.host, service.main
    argv = main.argv if main else ()
    options = _options(argv)
    file = places.clean(options.get("config_file", ""))
    data = places.clean(options.get("-D", ""))
    version, program = "", ""
    if instance:
        version = instance[1]
        file = file or f"/etc/postgresql/{instance[1]}/{instance[2]}/postgresql.conf"
        program = f"/usr/lib/postgresql/{version}/bin/postgres"
    exe = main.exe.removesuffix(" (deleted)") if main else ""
    started = argv[0] if argv and argv[0].startswith("/") and len(argv) > 1 else ""
    program = started or exe or program
    if not version and (match := re.search(r"/(?:postgresql/?|pgsql-)(\d+(?:\.\d+)?)/", program)):
        version = match[1]
    settings = _settings(host, file or (f"{data}/postgresql.conf" if data else ""))
    data = places.clean(settings.get("data_directory", "")) or data
    return Cluster(
        version,
        program,
        data,
        file or (f"{data}/postgresql.conf" if data else ""),
        {**settings, **{k: v for k, v in options.items() if not k.startswith("-")}},
    )


def _options(argv: tuple[str, ...]) -> dict[str, str]:
    """``-D dir``, and ``-c name=value`` as name -> value."""
    found: dict[str, str] = {}
    words = iter(argv[1:])
    for word in words:
        if word in ("-D", "-p", "-k", "-h"):
            found[word] = next(words, "")
        elif word == "-c" or word.startswith("--"):
            name, _, value = (next(words, "") if word == "-c" else word[2:]).partition("=")
            found[name.replace("-", "_")] = value
        elif word.startswith("-D"):
            found["-D"] = word[2:]
    return found


def _settings(host: Host, file: str) -> dict[str, str]:
    """postgresql.conf, then what it includes; the last of a name counts."""
    files = host.files.value or {}
    found: dict[str, str] = {}

    def read(path: str, depth: int) -> None:
        if path not in files or depth > 5:
            return
        for match in _SETTING.finditer(files[path].text):
            name = match[1].lower()
            value = match[2].replace("''", "'") if match[2] is not None else match[3]
            target = places.clean(posixpath.join(posixpath.dirname(path), value))
            if name in ("include", "include_if_exists"):
                read(target, depth + 1)
            elif name == "include_dir":
                for other in sorted(files):
                    if posixpath.dirname(other) == target and other.endswith(".conf"):
                        read(other, depth + 1)
            else:
                found[name] = value

    read(file, 0)
    return found
