"""Programs that the machine's init keeps in the foreground, without systemd: what upstart tracks,
what OpenRC's supervise-daemon watches over, and what it puts into the background itself.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from planner.model import Process, TextFile
from planner.service import places, scripts
from planner.service.view import Service

Argv = tuple[str, ...]
_WATCHER = "supervise-daemon"
_BLOCK = re.compile(r"^[ \t]*(?:(?:pre|post)-(?:start|stop)[ \t]+)?script\b.*?^[ \t]*end script\b",
                    re.MULTILINE | re.DOTALL)  # fmt: skip
_EXEC = re.compile(r"^[ \t]*exec[ \t]+\S", re.MULTILINE)
_EXPECT = re.compile(r"^[ \t]*expect[ \t]+\S", re.MULTILINE)
_SETS = re.compile(r"^[ \t]*(?:export|env)[ \t]+([A-Za-z_]\w*)(?:=(.*)|[ \t]*)$", re.MULTILINE)
_LITERAL = re.compile(r"""([^\s\\$`;&|<>"'#]*)|"([^"\\$`]*)"|'([^']*)'""")


def watches(process: Process) -> bool:
    """Whether a process is OpenRC's supervise-daemon; the kernel cuts names at 15 letters."""
    return posixpath.basename(process.exe) == _WATCHER or process.comm == _WATCHER[:15]


def child(first: Process, own: Sequence[Process]) -> Process:
    """The program that supervise-daemon started, where *first* is that; else *first* itself."""
    started = [p for p in own if p.ppid == first.pid]
    return started[0] if watches(first) and len(started) == 1 else first


def arguments(service: Service) -> Argv | None:
    """The command of a program that stays in the foreground under its init; None: it is not known
    to. Upstart takes a job without ``expect`` for ended when the process that ``exec`` gave ends;
    supervise-daemon has the command behind its own options, the program before ``--``; what a
    script has put into the background does not go there by itself.
    """
    main, unit = service.main, service.unit
    if main is None or unit is None:
        return None
    watcher = next((p for p in service.processes if watches(p)), None)
    if watcher is not None:
        at = watcher.argv.index("--") if "--" in watcher.argv else 0
        told = (*watcher.argv[at - 1 : at], *watcher.argv[at + 1 :]) if at > 1 else ()
        if told and told[0].startswith("/"):
            return told
        return None if main is watcher else main.argv
    text = _text(service)
    outside = _BLOCK.sub("", text)
    tracked = unit.properties.get("Init") == "upstart" and unit.main_pid == main.pid
    if tracked and _EXEC.search(outside) and not _EXPECT.search(outside):
        return main.argv
    return main.argv if _put_behind(text, main) else None


def _put_behind(text: str, main: Process) -> bool:
    """Whether a script of OpenRC leaves it to start-stop-daemon to put this very program into the
    background (``command_background=yes``): on its own, it stays in the foreground.
    """
    plain = not re.search(r"^[ \t]*(start|supervisor)\b[ \t]*(\(|=)", text, re.MULTILINE)
    asked = re.findall(r"^[ \t]*command_background=[\"']?(\w+)", text, re.MULTILINE)
    runs = re.findall(r"^[ \t]*command=[\"']?(/[^\s\"'$]+)[\"']?[ \t]*$", text, re.MULTILINE)
    said = bool(asked) and all(one.lower() in ("yes", "true", "1", "on") for one in asked)
    return plain and said and len(runs) == 1 and runs[0] in (main.exe, *main.argv[:1])


def workdir(service: Service) -> str:
    """Where an attended program runs, if that is a folder of its own; empty: nowhere special."""
    if arguments(service) is None or service.main is None:
        return ""
    found = places.clean(service.main.cwd)
    own = places.role(found) in ("application", "content", "data", "home") if found else False
    return found if own and not places.below(found, "/var") else ""


def variables(service: Service) -> dict[str, str | None]:
    """What its job or script sets for it; None: the value is not written out. Empty where it is
    not an attended program.
    """
    found: dict[str, str | None] = {}
    if arguments(service) is None:
        return found
    for match in _SETS.finditer(_text(service)):
        literal = _LITERAL.fullmatch((match[2] or "").strip()) if match[2] is not None else None
        value = "".join(literal.groups("")) if literal else None
        found[match[1]] = value if found.get(match[1], value) == value else None
    return found


def _text(service: Service) -> str:
    """Text of the job or script, and of what overrides it (``.override`` of upstart, OpenRC's
    settings); empty where it was not carried whole.
    """
    path = scripts.script(service.unit) if service.unit else ""
    every = {**(service.host.files.value or {}), **(service.host.init_texts.value or {})}
    settings = f"/etc/conf.d/{posixpath.basename(path)}"
    files = [
        every[p] for p in (path, f"{path.removesuffix('.conf')}.override", settings) if p in every
    ]
    return "" if any(f.truncated for f in files) else "\n".join(map(_uncommented, files))


def _uncommented(file: TextFile) -> str:
    return re.sub(r"^[ \t]*#.*$", "", file.text, flags=re.MULTILINE)
