"""nginx's configuration: directives with the blocks around them, includes followed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planner.model import Host
from planner.service import included, places

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|([{};])|((?:\\.|\$\{[^}]*\}|[^\s{};])+)""",
    re.DOTALL,
)


@dataclass(frozen=True)
class Directive:
    """One directive with the names of the blocks around it, outermost first."""

    name: str
    args: tuple[str, ...]
    within: tuple[str, ...]
    server: int
    """Number of the server block around it; 0: none."""


def parse(host: Host, main: str) -> Iterator[Directive]:
    """Every directive of the main file and of what it includes, as far as the text was carried."""
    counter = [0]
    prefix = posixpath.dirname(main)

    def walk(path: str, within: tuple[str, ...], server: int, depth: int) -> Iterator[Directive]:
        stack = [(within, server)]
        words: list[str] = []
        for piece, bare in _tokens(included.text(host, path)):
            around, number = stack[-1]
            if not bare or piece not in "{};":
                words.append(piece)
                continue
            if piece == "}":
                stack = stack[:-1] or [(within, server)]
            elif words:
                name, args = words[0], tuple(words[1:])
                if piece == ";" and name == "include" and args and depth < 8:
                    for file in included.matching(host, posixpath.join(prefix, args[0])):
                        yield from walk(file, around, number, depth + 1)
                elif piece == "{":
                    counter[0] += name == "server"
                    inner = counter[0] if name == "server" else number
                    stack.append(((*around, name), inner))
                    yield Directive(name, args, around, inner)
                else:
                    yield Directive(name, args, around, number)
            words = []

    yield from walk(main, (), 0, 0)


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """(token, bare): a quoted ``;`` is no end of a directive."""
    for match in _TOKEN.finditer(text):
        quoted, sign, word = match.groups()
        if quoted:
            yield re.sub(r"\\(.)", r"\1", quoted[1:-1]), False
        elif sign or word:
            yield sign or word, bool(sign)


def values(found: Iterable[Directive], names: tuple[str, ...]) -> tuple[str, ...]:
    """First arguments that are absolute paths without variables, or relative to /etc/nginx."""
    values = (
        places.clean(posixpath.join("/etc/nginx", d.args[0]))
        for d in found
        if d.name in names and d.args and "$" not in d.args[0]
    )
    return tuple(dict.fromkeys(v for v in values if v))
