"""The command of a container: from the unit or the running process, kept in the foreground."""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import dataclass

from planner.facts.execline import Exec
from planner.model import Adaptation
from planner.service import attended, programs
from planner.service.directives import Fate
from planner.service.foreground import Argv, foreground
from planner.service.view import MASK, Service, commands, setting


@dataclass(frozen=True)
class Command:
    """``argv`` is empty where no safe command is known; ``unknowns`` then says why."""

    argv: Argv = ()
    adaptations: tuple[Adaptation, ...] = ()
    unknowns: tuple[str, ...] = ()
    decided: tuple[tuple[str, Fate], ...] = ()


def derive(service: Service) -> Command:
    """The command of a service that no detector knows better."""
    starts = commands(service, "ExecStart")
    kind = setting(service, "Type")
    if starts and len(starts) == 1 and kind != "forking":
        return _from_unit(service, starts[0])
    if len(starts) > 1:
        return _unknown(
            "Its unit runs several commands one after another (ExecStart=): which of "
            "them is the container's has to be decided by its owner."
        )
    return _from_process(service, starts[0].argv if starts else (), kind)


def _from_unit(service: Service, start: Exec) -> Command:
    if start.specifiers:
        return _unknown(
            f"The specifiers {', '.join(start.specifiers)} of its ExecStart= are not "
            "known, so its command is not either."
        )
    argv = (start.path, *start.argv[1:])
    problem = _unusable(argv)
    if problem:
        return _unknown(problem)
    found = foreground(argv)
    changed = found is not None and found != argv
    adaptations = (_kept(found or argv),) if changed else ()
    return _prepared(service, start, found or argv, adaptations)


def _prepared(
    service: Service, start: Exec, argv: Argv, adaptations: tuple[Adaptation, ...]
) -> Command:
    """``argv`` alone, or behind ``sh`` where a variable, a umask or ExecStartPre= asks for it."""
    before, decided = _before(service)
    if "|" in start.prefixes:
        return _unknown(
            "Its command is run through a login shell of its user (ExecStart=|): "
            "what that sets is not known."
        )
    if not before and not start.variables:
        return Command(argv, adaptations, (), tuple(decided))
    steps = [*before, "exec " + _shell(argv, start.variables)]
    if start.variables:
        adaptations = (
            *adaptations,
            Adaptation(
                "environment-file",
                f"{', '.join(start.variables)} of the command are filled in by sh when it starts",
                "their values come from the environment file, which stays out of the image",
            ),
        )
    if any(word == f"${name}" for word in argv for name in start.variables):
        steps.insert(0, "set -f")
    return Command(("/bin/sh", "-c", " && ".join(steps)), adaptations, (), tuple(decided))


def _before(service: Service) -> tuple[list[str], list[tuple[str, Fate]]]:
    """Lines of ``sh`` before the program, and what became of ExecStartPre=."""
    lines: list[str] = []
    lost: list[str] = []
    every = commands(service, "ExecStartPre")
    for command in every:
        argv = (command.path, *command.argv[1:])
        if makes_directories(argv):
            continue
        privileged = bool(set("+!") & set(command.prefixes))
        if privileged or command.specifiers or _unusable(argv) or _HOST_ONLY.search(" ".join(argv)):
            lost.append(command.path)
        else:
            line = _shell(argv, command.variables)
            lines.append(f"{{ {line} || :; }}" if "-" in command.prefixes else line)
    mask = setting(service, "UMask")
    if re.fullmatch("[0-7]{1,4}", mask) and int(mask, 8) != 0o022:
        lines.insert(0, f"umask {mask}")
    if not every:
        return lines, []
    how = "run by the container's command before the program, as its user"
    fate: Fate = ("carried", how)
    if lost:
        why = "it asks for more privileges than the container has, or for the machine itself"
        fate = ("lost", f"{', '.join(lost)} is not run any more: {why}")
    elif all(makes_directories((c.path, *c.argv[1:])) for c in every):
        fate = ("replaced", "directories of the image")
    return lines, [("ExecStartPre", fate)]


def makes_directories(argv: Argv) -> tuple[str, ...]:
    """Directories in /run that ``mkdir`` or ``install -d`` makes; empty for any other command."""
    name = posixpath.basename(argv[0]) if argv else ""
    if name != "mkdir" and not (name == "install" and {"-d", "--directory"} & set(argv)):
        return ()
    found = tuple(w for w in argv[1:] if w.startswith("/"))
    return found if all(w.startswith(("/run/", "/var/run/")) for w in found) else ()


_HOST_ONLY = re.compile(
    r"\b(systemctl|systemd-\w+|loginctl|modprobe|sysctl|ip|iptables|nft|mount|udevadm|hostnamectl)\b"
)


def _shell(argv: Argv, variables: Argv) -> str:
    """Words of ``sh``: everything quoted but the variables that systemd would have filled in:
    ``${NAME}`` inside a word as it is, ``$NAME`` alone split at blanks.
    """
    return " ".join(_shell_word(word, variables) for word in argv)


def _shell_word(word: str, variables: Argv) -> str:
    if word.startswith("$") and word[1:] in variables:
        return f"${{{word[1:]}-}}"
    out: list[str] = []
    end = 0
    for match in re.finditer(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", word):
        if match[1] in variables:
            out += [
                shlex.quote(word[end : match.start()]) if match.start() > end else "",
                f'"${{{match[1]}-}}"',
            ]
            end = match.end()
    rest = word[end:]
    return "".join(out) + (shlex.quote(rest) if rest or not out else "")


def _from_process(service: Service, started: Argv, kind: str) -> Command:
    main = service.main
    stays = attended.arguments(service)
    argv = stays or (main.argv if main else ())
    real = bool(argv) and (argv[0].startswith("/") or bool(main and main.exe))
    if real and main and not argv[0].startswith("/"):
        # A title that the program gave itself ("nginx: master process ...") is no command.
        real = len(argv) > 1 or posixpath.basename(main.exe) == argv[0]
        argv = (main.exe, *argv[1:])
    if real:
        argv = (programs.lasting(argv[0], argv[0]), *argv[1:])
    for candidate in (argv if real else (), started):
        found = foreground(candidate) if candidate and not _unusable(candidate) else None
        if found:
            return Command(found, (_kept(found),) if found != candidate else ())
    if stays and real:
        problem = _unusable(argv)
        return _unknown(problem) if problem else Command(argv)
    if kind == "forking" or (service.unit and not service.unit.directives):
        what = started[0] if started else (argv[0] if argv else service.name)
        return _unknown(
            f"{what} leaves the foreground when it starts, and how it stays there is "
            "not in the table of known daemons: its owner has to say."
        )
    if not real:
        return _unknown("How it is started was not seen.")
    problem = _unusable(argv)
    if problem:
        return _unknown(problem)
    return Command(
        argv,
        (),
        (
            "Its command is that of the running process: what started it, and "
            "whether it stays in the foreground on its own, is not known.",
        ),
    )


def _unusable(argv: Argv) -> str:
    if any(MASK in word for word in argv):
        return (
            "An argument of its command is a secret and stayed on the machine: it has to move "
            "into a secret file or the environment first."
        )
    return ""


def _unknown(sentence: str) -> Command:
    return Command((), (), (sentence,))


def _kept(argv: Argv) -> Adaptation:
    return Adaptation(
        "foreground",
        f"runs as {shlex.join(argv)}",
        "a container lives as long as its main process stays in the foreground",
    )
