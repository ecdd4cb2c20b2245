"""Applications on language runtimes: what they call themselves and what they are built from.

What a record of a kind holds: package.json (npm), composer.json, runtimeconfig.json (.NET) as
text; for the others keys that the collector took from Gemfile.lock, META-INF/MANIFEST.MF, the
build information of Go, .comment of rustc.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal

from planner.facts.text import (
    Parsed,
    UnreadableError,
    fields,
    moment,
    not_understood,
    number,
    records,
)
from planner.model import Application

Kind = Literal["node", "java", "php", "php-pool", "ruby", "go", "rust", "dotnet", "python"]
_KINDS: dict[str, Kind] = {
    "node": "node",
    "java": "java",
    "php": "php",
    "ruby": "ruby",
    "go": "go",
    "rust": "rust",
    "dotnet": "dotnet",
    "python": "python",
}
_START = ("start", "Start-Class", "Main-Class")
_NAME = ("name", "Implementation-Title")
_VERSION = ("version", "Implementation-Version")
_RUNTIME = ("runtime", "Build-Jdk-Spec", "Build-Jdk")
_TAKEN = {*_START, *_NAME, *_VERSION, *_RUNTIME}


def parse(text: str) -> Parsed[tuple[Application, ...]]:
    r"""Read records ``A <kind>\t<path>\t<size>\t<mtime>`` with lines ``k <key>=<value>``,
    ``p <name>==<version>`` and ``j <line of a JSON file>``; sorted by kind, path and name.
    """
    found: list[Application] = []
    bad: list[str] = []
    for head, body in records(text, "A"):
        try:
            found.append(_application(head, body, bad))
        except ValueError:
            bad.append(head or body[0])
    if bad and not found:
        raise UnreadableError(not_understood(bad))
    order = sorted(found, key=lambda a: (a.kind, a.path, a.name))
    return Parsed(tuple(order), not_understood(bad))


def _application(head: str, body: list[str], bad: list[str]) -> Application:
    kind, path, size, mtime = fields(head, 4)[:4]
    if kind not in _KINDS or not path.startswith("/"):
        raise ValueError(head)
    told: dict[str, str] = {}
    packages: set[str] = set()
    document: list[str] = []
    for line in body:
        mark, _, rest = line.partition(" ")
        if mark == "k" and "=" in rest:
            key, _, value = rest.partition("=")
            told[key] = value.strip()
        elif mark == "p" and "==" in rest:
            packages.add(rest.strip())
        elif mark == "j":
            document.append(rest)
        else:
            bad.append(line)
    if document:
        try:
            content = json.loads("\n".join(document))
        except (ValueError, RecursionError):
            bad.append(path)
        else:
            told = {**(_READ[kind](content) if kind in _READ else {}), **told}
    return Application(
        kind=_KINDS[kind],
        path=path,
        name=_first(told, _NAME),
        version=_first(told, _VERSION),
        runtime=_first(told, _RUNTIME),
        start=_first(told, _START),
        packages=tuple(sorted(packages)),
        size=number(size) if size else 0,
        modified=moment(mtime),
        details={key: told[key] for key in sorted(told.keys() - _TAKEN)},
    )


def _first(told: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((told[key] for key in keys if told.get(key)), "")


def _text(value: object) -> str:
    """A string of JSON; half a surrogate pair, which no text file can hold, is left out."""
    return value.encode("utf-8", "ignore").decode() if isinstance(value, str) else ""


def _table(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _node(document: object) -> dict[str, str]:
    top = _table(document)
    wanted = {_text(n): _text(v) for n, v in _table(top.get("dependencies")).items()}
    start = _text(_table(top.get("scripts")).get("start")) or _text(top.get("main"))
    found = {
        "name": _text(top.get("name")),
        "version": _text(top.get("version")),
        "runtime": _text(_table(top.get("engines")).get("node")),
        "start": start,
        "dependencies": " ".join(f"{n}@{v}" for n, v in sorted(wanted.items())),
    }
    return {key: value for key, value in found.items() if value}


def _composer(document: object) -> dict[str, str]:
    top = _table(document)
    found = {
        "name": _text(top.get("name")),
        "version": _text(top.get("version")),
        "runtime": _text(_table(top.get("require")).get("php")),
    }
    return {key: value for key, value in found.items() if value}


def _dotnet(document: object) -> dict[str, str]:
    options = _table(_table(document).get("runtimeOptions"))
    several = options.get("frameworks")
    listed = several if isinstance(several, list) else [options.get("framework")]
    names = (_table(one) for one in listed)
    found = [f"{_text(n.get('name'))} {_text(n.get('version'))}".strip() for n in names]
    runtime = ", ".join(filter(None, found))
    return {"runtime": runtime} if runtime else {}


_READ: dict[str, Callable[[object], dict[str, str]]] = {
    "node": _node,
    "php": _composer,
    "dotnet": _dotnet,
}
