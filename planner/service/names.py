"""Every name that a service's programs go by, whatever starts them: a shell, Java, Erlang."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

from planner.model import Process
from planner.service.view import Service, commands

_SHELLS = r"(ba|da|z|k|a)?sh"
_SCRIPTED = re.compile(
    rf"({_SHELLS}|python|pypy|perl|ruby|php|node(js)?|bun|deno)[\d.]*|\w*ruby[\d.]+"
)
_STARTERS = re.compile(
    rf"{_SHELLS}|env|nohup|sudo|su|runuser|gosu|su-exec|setpriv|chpst|setuidgid|nice|ionice|taskset"
    r"|numactl|chroot|stdbuf|tini|dumb-init|catatonit|daemon|daemonize|start-stop-daemon|runsv"
    r"|runsvdir|s6-supervise|supervise(-daemon)?|supervisord|circusd|setsid|timeout|jsvc|wrapper"
    r"|bundle|rbenv|mysqld_safe|mariadbd-safe|systemd-cat"
)
"""What starts another program and stays beside it or becomes it."""
_JAVA = re.compile(r"java[\d.]*|jsvc")
_VALUED = frozenset({"-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules",
                     "--add-opens", "--add-exports", "--add-reads", "-user", "-outfile", "-errfile",
                     "-pidfile", "-home", "-cwd", "-wait", "-procname"})  # fmt: skip
_LAUNCHERS = re.compile(r"org\.tanukisoftware\.wrapper\.\w+|com\.install4j\.runtime\.\w+")
_ENDINGS = re.compile(r"\.(py|pyc|rb|pl|js|mjs|php|sh|bin)$")


def names(service: Service) -> frozenset[str]:
    """Base names, in lower case, of what its unit starts and of what runs in it that is nobody's
    child there, or the child of what only starts others; a script by itself, a module of Node.js
    by its folder.
    """
    found: set[str] = set()
    for argv in _commands(service):
        found.update(of_words(argv))
    for process in _roots(service):
        found.update(of_process(process))
    return frozenset(name.lower() for name in found - {""})


def each(service: Service) -> list[frozenset[str]]:
    """Names of each program that is not merely what starts another: of those that run, without any
    of those that the unit starts.
    """
    running = [of_process(p) for p in _roots(service)]
    found = running or [frozenset(of_words(argv)) for argv in _commands(service)]
    return [called for called in found if not any(map(_STARTERS.fullmatch, called))] or found


def java(service: Service) -> frozenset[str]:
    """Main classes and archives that its Java programs run, in lower case."""
    every = (*_commands(service), *(p.argv for p in _roots(service)))
    return frozenset(name.lower() for argv in every for name in _of_java(argv) if name)


def of_process(process: Process) -> frozenset[str]:
    """What one process is called: executable, first argument or title, script or module."""
    exe = posixpath.basename(process.exe.removesuffix(" (deleted)"))
    return frozenset({exe, process.comm, *of_words(process.argv)} - {""})


def of_words(argv: Sequence[str]) -> Iterator[str]:
    """Names by a command line; what starts others is looked behind."""
    first = _title(argv[0]) if argv else ""
    yield first
    if _SCRIPTED.fullmatch(first):
        yield from _of_script(argv[1:])
    elif first.startswith("beam"):
        yield from (argv[i + 1] for i, w in enumerate(argv[:-1]) if w in ("-s", "-progname"))
    elif _STARTERS.fullmatch(first):
        word = next((w for w in argv[1:] if not w.startswith("-") and "=" not in w), "")
        yield posixpath.basename(word)


def _commands(service: Service) -> list[tuple[str, ...]]:
    return [(c.path, *c.argv[1:]) for c in commands(service, "ExecStart")]


def _title(word: str) -> str:
    """``nginx: master process`` -> ``nginx``; ``sidekiq 6.5.1 app`` -> ``sidekiq``."""
    if word.startswith("/"):
        return posixpath.basename(word.partition(" ")[0])
    return posixpath.basename(word.partition(" ")[0].partition(":")[0])


def _of_script(words: Sequence[str]) -> Iterator[str]:
    for index, word in enumerate(words):
        if word == "-m" and index + 1 < len(words):
            yield words[index + 1].partition(".")[0]
            return
        if word.startswith("-"):
            continue
        yield posixpath.basename(word)
        yield _ENDINGS.sub("", posixpath.basename(word))
        module = re.search(r"/node_modules/((?:@[\w.-]+/)?[\w.-]+)/", word)
        if module:
            yield posixpath.basename(module[1])
        return


def _of_java(argv: Sequence[str]) -> Iterator[str]:
    if not argv or not _JAVA.fullmatch(_title(argv[0])):
        return
    words = iter(argv[1:])
    for word in words:
        if word in _VALUED:
            next(words, "")
        elif word in ("-jar", "-m", "--module"):
            told = next(words, "")
            yield posixpath.basename(told) if word == "-jar" else told.partition("/")[0]
            yield told.partition("/")[2] if word != "-jar" else ""
            return
        elif not word.startswith(("-", "@")):
            yield word
            if _LAUNCHERS.fullmatch(word):
                yield from (w for w in words if re.fullmatch(r"[a-z]\w*(\.\w+)+", w))
            return


def _roots(service: Service) -> Iterable[Process]:
    """Processes whose parent is outside of the service, and those behind what only starts."""
    table = {p.pid: p for p in service.processes}

    def starts(process: Process | None, seen: frozenset[int] = frozenset()) -> bool:
        if process is None:
            return True
        if process.pid in seen or not any(map(_STARTERS.fullmatch, of_process(process))):
            return False
        return starts(table.get(process.ppid), seen | {process.pid})

    return [p for p in service.processes if p is service.main or starts(table.get(p.ppid))]
