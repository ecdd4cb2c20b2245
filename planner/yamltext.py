"""YAML that people write: read with the line of every key, so that an error can name its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NoReturn

import yaml

from planner.errors import InputError
from planner.store import printable

Path = tuple[str | int, ...]
"""Keys and indices from the top."""
Lines = dict[Path, int]
"""Line, from 1, by path; the top's is ``()``."""


DEEPEST = 50
"""Levels. libyaml's own composer overflows the stack of the process at some thousands."""
MOST = 100_000
"""Values, those of an alias counted each time: a few lines of aliases make billions."""


class _Loader(yaml.CSafeLoader):
    """A date stays text: times are text everywhere in the planner."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the class above declares it
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def read(file: str, text: str) -> tuple[Any, Lines]:
    """What one document holds, an empty mapping for nothing, and the lines of its keys and items.

    Raises InputError, with the line: no YAML, a key that is given twice or is no text, more values
    or levels than anybody writes.
    """
    loader = _Loader(text)
    try:
        _check_depth(file, text)
        node = loader.get_single_node()
        found = list(islice(_lines(node, (), ()), MOST + 1)) if node else []
        if len(found) > MOST:
            fail(file, {}, (), f"not YAML: more than {MOST} values, with its aliases: make it less")
        lines = dict(found)
        return (loader.construct_document(node) if node else {}), lines
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).split("\n")[0]
        line = mark.line + 1 if mark else 1
        fail(file, {(): line}, (), f"not YAML: {reason}: correct it")
    except (ValueError, AttributeError) as error:
        # A tag that its value does not fit, such as ``!!int x``: PyYAML lets Python's error out.
        fail(file, {}, (), f"not YAML: {error}: correct it")
    finally:
        loader.dispose()


def path_in(message: str) -> Path:
    """``... - at `$.examples.fires[0].host` `` as the path of keys; an unknown field as itself."""
    named = re.search(r"unknown field `([^`]+)`", message)
    found = re.search(r"at `(?:key in )?\$([^`]*)`", message)
    steps = re.findall(r"\.([A-Za-z_]+)|\[(\d+)\]", found.group(1) if found else "")
    keys: Path = tuple(int(index) if index else key for key, index in steps)
    return (*keys, named.group(1)) if named else keys


def fail(file: str, lines: Lines, path: Path, reason: str) -> NoReturn:
    """InputError at the path's line, or at that of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    raise InputError(printable(f"{file}:{lines.get(path, 1)}: {reason}"))


def _check_depth(file: str, text: str) -> None:
    depth = 0
    for event in yaml.parse(text, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            fail(file, {(): line}, (), f"not YAML: nested deeper than {DEEPEST}: make it flatter")


def _lines(
    node: yaml.Node, path: Path, around: tuple[yaml.Node, ...]
) -> Iterator[tuple[Path, int]]:
    yield path, node.start_mark.line + 1
    if any(node is other for other in around):
        raise yaml.MarkedYAMLError(problem="holds itself", problem_mark=node.start_mark)
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(
                    problem="a key that is no text", problem_mark=key.start_mark
                )
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value!r} twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
            yield from _lines(value, (*path, key.value), (*around, node))
            yield (*path, key.value), key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*path, index), (*around, node))
