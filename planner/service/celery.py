"""Celery: workers that ``celery multi`` put into the background, and the schedule of its beat."""

from __future__ import annotations

import posixpath

from msgspec.structs import replace

from planner.model import Adaptation, Workload
from planner.service import places
from planner.service.command import Command, derive
from planner.service.view import MASK, Service, commands, setting

_DAEMON = ("--pidfile", "--detach", "-D", "--logfile", "-f")
_SCHEDULE = "celerybeat-schedule"
_ENDINGS = (".db", ".dat", ".dir", ".bak", "-shm", "-wal")


def command(service: Service) -> Command:
    """The command of a service of Python; a single worker of ``celery multi start`` as it runs, in
    the foreground and with its log on its output (celery-worker(1): ``--logfile`` is only needed
    to leave standard error).
    """
    words = [w for c in commands(service, "ExecStart") for w in c.argv]
    if "multi" not in words or not {"start", "restart"} & set(words):
        return derive(service)
    pids = {p.pid for p in service.processes}
    nodes = [p for p in service.processes if "worker" in p.argv and p.ppid not in pids]
    if len(nodes) != 1 or any(MASK in w for w in nodes[0].argv):
        problem = (
            f"celery multi starts {len(nodes)} workers: each is a container of its own, celery "
            "worker with its options in the foreground."
            if len(nodes) > 1
            else "Which worker celery multi starts was not seen."
        )
        return Command((), (), (problem,))
    argv = _foreground(nodes[0].argv)
    shown = Adaptation(
        "foreground",
        "its worker is started by itself, without celery multi",
        "celery multi leaves the foreground when its workers run",
    )
    return Command(argv, (shown,))


def _foreground(argv: tuple[str, ...]) -> tuple[str, ...]:
    kept: list[str] = []
    words = list(argv)
    while words:
        word = words.pop(0)
        name, sign, _ = word.partition("=")
        if name not in _DAEMON:
            kept.append(word)
        elif not sign and name not in ("--detach", "-D") and words:
            words.pop(0)
    return tuple(kept)


def schedule(service: Service) -> str:
    """The file of a beat that keeps its schedule in its working directory, where ``-s`` names no
    other; empty for any other program. Databases of dbm put an ending behind its name.
    """
    argv = service.main.argv if service.main else ()
    words = argv or tuple(w for c in commands(service, "ExecStart") for w in c.argv)
    beat = "beat" in words or ("worker" in words and {"-B", "--beat"} & set(words))
    if not any("celery" in w for w in words) or not beat:
        return ""
    named = [w for w in words if w == "-s" or w.startswith(("--schedule", "-s/"))]
    folder = places.clean(setting(service, "WorkingDirectory").lstrip("-"))
    if named or not folder:
        return ""
    return posixpath.join(folder, _SCHEDULE)


def files_of(path: str) -> tuple[str, ...]:
    """Names that the file may have; none without a path."""
    return (path, *(f"{path}{ending}" for ending in _ENDINGS)) if path else ()


def without_schedule(made: Workload, path: str) -> Workload:
    """The workload with the file in no copy: one of yesterday would make beat run at once whatever
    was due since."""
    if not path:
        return made
    files = files_of(path)
    copies = tuple(
        replace(c, exclude=tuple(sorted({*c.exclude, *files}))) if places.below(path, c.path) else c
        for c in made.copies
    )
    what = f"{path}, which beat writes, begins empty with every new container"
    why = "it says when each task last ran; without it, intervals start anew when beat starts"
    adaptations = (*made.adaptations, Adaptation("other", what, why))
    return replace(made, copies=copies, adaptations=adaptations)
