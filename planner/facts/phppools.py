"""Pools of php-fpm in carried configuration (php-fpm.conf: sections, ``key = value``)."""

from __future__ import annotations

import re

from planner.model import Application, TextFile

_POOL = re.compile(r"/(?:php-fpm\.d|pool\.d)/[^/]+\.conf$")


def pools(files: dict[str, TextFile]) -> tuple[Application, ...]:
    """Pools of php-fpm in carried configuration: name, where it listens, and its settings."""
    found: list[Application] = []
    for path, file in sorted(files.items()):
        if _POOL.search(path):
            found.extend(_in_file(path, file.text))
    return tuple(found)


def _in_file(path: str, text: str) -> list[Application]:
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in text.split("\n"):
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            current = found.setdefault(line[1:-1], {})
        elif "=" in line and not line.startswith((";", "#")):
            key, _, value = line.partition("=")
            current[key.strip()] = value.strip()
    found.pop("global", None)
    return [
        Application(
            kind="php-pool",
            path=path,
            name=name,
            start=values.get("listen", ""),
            details=dict(sorted(values.items())),
        )
        for name, values in sorted(found.items())
        if values
    ]
