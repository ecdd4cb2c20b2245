"""Apache's configuration: directives with the sections around them, includes followed, variables
filled in (https://httpd.apache.org/docs/2.4/configuring.html)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from planner.model import Host
from planner.service import included, places

_WORD = re.compile(r""""((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|(\S+)""")
_MOVED = (("/etc/httpd/logs", "/var/log/httpd"), ("/etc/httpd/run", "/run/httpd"))
"""Links of Red Hat's package, which no look follows."""


@dataclass(frozen=True)
class Directive:
    """``within``: names of the sections around it, outermost first; ``site``: number of the
    virtual host, 0 outside of all. Names are lower case."""

    name: str
    args: tuple[str, ...]
    within: tuple[str, ...]
    site: int


@dataclass(frozen=True)
class Configuration:
    """``files``: those whose text was read, by the paths where it lies."""

    root: str
    directives: tuple[Directive, ...] = ()
    files: frozenset[str] = frozenset()
    known: Mapping[str, str] = field(default_factory=dict)
    """Variables of its environment and of Define."""

    def each(self, *names: str) -> Iterator[Directive]:
        """Directives with one of these names, in order."""
        return (d for d in self.directives if d.name in names)

    def value(self, *names: str) -> str:
        """First argument of the last of these outside of all virtual hosts; empty: none."""
        found = [d.args[0] for d in self.each(*names) if d.args and not d.site]
        return found[-1] if found else ""

    def paths(self, *names: str, at: int = 0) -> tuple[str, ...]:
        """Paths that these directives name as argument number ``at``, cleaned, each once."""
        found = (self.place(d.args[at]) for d in self.each(*names) if len(d.args) > at)
        return tuple(dict.fromkeys(p for p in found if p))

    def place(self, word: str) -> str:
        """An absolute path: what is relative starts at ServerRoot. Empty: it is none."""
        if not word or re.search(r"[$%|*?]|^\w+:", word):
            return ""
        path = places.clean(posixpath.join(self.root, word))
        for link, real in _MOVED:
            if places.below(path, link):
                return real + path.removeprefix(link)
        return path


def parse(host: Host, main: str, root: str, variables: Mapping[str, str]) -> Configuration:
    """The configuration from its main file on. ``variables``: those of its environment."""
    known = dict(variables)
    files: set[str] = set()
    found = _Reader(host, known, files).read(main, root)
    return Configuration(root, tuple(found), frozenset(files), known)


@dataclass
class _Reader:
    host: Host
    known: dict[str, str]
    files: set[str]
    sites: int = 0

    def read(self, main: str, root: str) -> Iterable[Directive]:
        return list(self._walk(main, root, (), 0, 0))

    def _walk(
        self, path: str, root: str, within: tuple[str, ...], site: int, depth: int
    ) -> Iterator[Directive]:
        text = included.text(self.host, path)
        if text:
            self.files.add(included.real_path(self.host, path))
        stack = [(within, site)]
        for line in re.sub(r"\\\n", " ", text).split("\n"):
            line = line.strip()
            around, number = stack[-1]
            if not line or line.startswith("#"):
                continue
            if line.startswith("</"):
                stack = stack[:-1] or [(within, site)]
                continue
            section = line.startswith("<")
            words = self._words(line[1:].rpartition(">")[0] if section else line)
            if not words:
                continue
            name, args = words[0].lower(), tuple(words[1:])
            if section:
                self.sites += name == "virtualhost"
                inner = self.sites if name == "virtualhost" else number
                stack.append(((*around, name), inner))
                yield Directive(name, args, around, inner)
            elif name in ("include", "includeoptional") and args and depth < 8:
                for file in included.matching(self.host, posixpath.join(root, args[0])):
                    yield from self._walk(file, root, around, number, depth + 1)
            else:
                if name == "define" and args:
                    self.known[args[0]] = args[1] if len(args) > 1 else ""
                yield Directive(name, args, around, number)

    def _words(self, line: str) -> list[str]:
        filled = re.sub(r"\$\{(\w+)\}", lambda m: self.known.get(m[1], m[0]), line)
        found = (next(g for g in m.groups() if g is not None) for m in _WORD.finditer(filled))
        return [re.sub(r"\\(.)", r"\1", word) for word in found]
