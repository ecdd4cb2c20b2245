"""How nginx is started: its arguments, from the unit or from the title of its process."""

from __future__ import annotations

import posixpath
import re

from planner.facts.execline import Exec
from planner.model import Adaptation
from planner.service import pins, places
from planner.service.command import Command
from planner.service.view import MASK, Service, commands

_MAIN = "/etc/nginx/nginx.conf"
_DAEMON = re.compile(r"(?:^|;)\s*daemon\s+(?:on|off)\s*(?=;|$)")


def options(service: Service) -> tuple[str, tuple[str, ...]]:
    """(main configuration file, arguments without -g daemon and the like)."""
    starts = commands(service, "ExecStart")
    argv = starts[0].argv if starts else _title(service)
    argv = argv if posixpath.basename(argv[0] if argv else "") in ("nginx", "openresty") else ()
    main, kept, directives = _MAIN, [], ""
    words = iter(argv[1:])
    for word in words:
        if word == "-g":
            directives += next(words, "") + ";"
        elif word in ("-c", "-p", "-e"):
            value = next(words, "")
            main = value if word == "-c" and value.startswith("/") else main
            kept += [word, value]
        elif word not in ("-t", "-q"):
            kept.append(word)
    others = _DAEMON.sub("", directives).strip("; \t\n")
    told = "; ".join(p.strip() for p in others.split(";") if p.strip())
    return places.clean(main), (*kept, "-g", f"daemon off; {told};" if told else "daemon off;")


def _title(service: Service) -> tuple[str, ...]:
    """Nginx writes its arguments into its title: ``nginx: master process /usr/sbin/nginx -c ...``,
    without quotes, so that only those before -g can be told apart.
    """
    argv = service.main.argv if service.main else ()
    text = argv[0] if len(argv) == 1 else ""
    match = re.fullmatch(r"nginx: master process (\S+)(.*)", text, re.DOTALL)
    if not match:
        return argv
    plain, _, directives = match[2].partition(" -g ")
    return (match[1], *plain.split(), *(("-g", directives) if directives else ()))


def command(service: Service, words: tuple[str, ...]) -> Command:
    """The command of the container, from what :func:`options` found."""
    starts = commands(service, "ExecStart")
    path = _program(service, starts)
    if any(MASK in word for word in words) or any(c.variables for c in starts):
        return Command(
            (),
            (),
            (
                "Its command holds a secret or a variable whose value is not "
                "known: its owner has to say how it is started.",
            ),
        )
    if not path:
        return Command((), (), ("Where the program nginx lies was not seen.",))
    change = Adaptation(
        "foreground",
        'started with "daemon off"',
        "a container lives as long as its main process stays in the foreground",
    )
    return Command((path, *words), (change,))


def _program(service: Service, starts: tuple[Exec, ...]) -> str:
    main = service.main
    title = _title(service)
    for path in (
        starts[0].path if starts else "",
        title[0] if title else "",
        main.exe if main else "",
    ):
        if path.startswith("/") and posixpath.basename(path) in ("nginx", "openresty"):
            return path
    return "/usr/sbin/nginx" if pins.installed(service.host, "nginx") else ""
