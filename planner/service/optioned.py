"""Options of daemons written in Go: long flags, often in a variable of an environment file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from msgspec.structs import replace

from planner.facts import execline
from planner.model import Adaptation, Workload
from planner.service import environment
from planner.service.command import Command, derive
from planner.service.directives import Fate
from planner.service.view import MASK, Service, commands, program

TRUSTED = ("ca-certificates", "servers of others are known by their certificates")
"""Package and reason: a slim image has no certificates, and what asks over TLS trusts nobody."""
_FLAG = re.compile(r"--?([A-Za-z][\w.-]*)(?:=(.*))?", re.DOTALL)
_ASSIGNED = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=", re.MULTILINE)


def argv(service: Service) -> tuple[str, ...]:
    """Program and arguments: of the running process, else of ExecStart= with the variables of its
    environment files filled in. Empty: not known, or a part of it is a secret.
    """
    main, path = service.main, program(service)
    if main and main.argv and posixpath.basename(main.argv[0]) == posixpath.basename(path):
        return () if _masked(main.argv) else (path, *main.argv[1:])
    starts = commands(service, "ExecStart")
    if len(starts) != 1 or starts[0].specifiers:
        return ()
    told = environment.told(service)
    found: list[str] = []
    for written in starts[0].argv[1:]:
        word = written
        names = [n for n in starts[0].variables if word == f"${n}" or f"${{{n}}}" in word]
        if any(n not in told for n in names):
            return ()
        if names and word == f"${names[0]}":
            found += _split(told[names[0]])
            continue
        for name in names:
            word = word.replace(f"${{{name}}}", told[name])
        found.append(word)
    return () if _masked(found) else (starts[0].path, *found)


def _split(value: str) -> list[str]:
    try:
        return list(execline.words(value))
    except ValueError:
        return [MASK]


def _masked(words: Sequence[str]) -> bool:
    return any(MASK in word for word in words)


def flags(words: Sequence[str]) -> dict[str, str]:
    """Long options by name, the last of a name; one without a value is ``true``. ``words``: a
    command line with its program."""
    found: dict[str, str] = {}
    rest = list(words[1:])
    while rest:
        match = _FLAG.fullmatch(rest.pop(0))
        if match:
            value = match[2]
            if value is None:
                value = rest.pop(0) if rest and not rest[0].startswith("-") else "true"
            found[match[1]] = value
    return found


def command(service: Service, words: Sequence[str]) -> Command:
    """``words`` as they are, where :func:`argv` knew them; else what the unit says."""
    if not words:
        return derive(service)
    starts = commands(service, "ExecStart")
    if not any(start.variables for start in starts):
        return Command(tuple(words))
    change = Adaptation(
        "environment-file",
        "the options of its environment file stand in the command",
        "they are no secret, and the program reads its arguments only",
    )
    fate: Fate = ("carried", "its variables are filled in the command of the container")
    own = "ExecStart" if starts else ""
    return Command(tuple(words), (change,), (), ((own, fate),) if own else ())


def settled(service: Service, made: Workload) -> Workload:
    """``made`` without the environment files that only hold the options which stand in its command
    by now: nothing in them is secret, and they would be asked for in vain.
    """
    used = {name for start in commands(service, "ExecStart") for name in start.variables}
    if not used or made.command[:2] == ("/bin/sh", "-c") or not made.command:
        return made
    spent = {path for path in environment.files(service) if _spent(service, path, used)}
    how = "its options stand in the command of the container"
    return replace(
        made,
        secrets=tuple(s for s in made.secrets if s.form != "env" or s.path not in spent),
        directives=tuple(
            replace(d, fate="replaced", how=how)
            if d.name == "EnvironmentFile" and d.value.lstrip("-") in spent
            else d
            for d in made.directives
        ),
    )


def _spent(service: Service, path: str, used: set[str]) -> bool:
    text = (service.host.files.value or {}).get(path)
    if text is None or text.masked or text.truncated or MASK in text.text:
        return False
    return set(_ASSIGNED.findall(text.text)) <= used


def port(address: str, default: int) -> int:
    """Port of ``:9090``, ``0.0.0.0:9090``, ``[::]:9090``; ``default`` where it names none."""
    match = re.fullmatch(r".*:(\d{1,5})", address)
    return int(match[1]) if match else default
