"""Applications under PM2, each as a service of its own.

PM2's daemon gives itself the title ``PM2 v5.3.0: God Daemon (/home/deploy/.pm2)``; ``pm2 save``
writes what it keeps alive to ``dump.pm2`` in that folder, a JSON list (PM2's documentation,
"Startup Script"): ``name``, ``pm_exec_path``, ``pm_cwd``, ``args``, ``node_args``,
``exec_interpreter``, ``exec_mode`` (``fork_mode``, ``cluster_mode``), ``env``.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from msgspec.structs import replace as changed

from planner.model import Process, Unit
from planner.service import included, places
from planner.service.view import Service, safe_name

_DAEMON = re.compile(r"PM2 v?([\w.-]+): God Daemon \((/[^)]*)\)")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_SESSION = re.compile(
    r"PATH|HOME|PWD|OLDPWD|LANG|LC_\w+|USER|LOGNAME|SHELL|TERM|SHLVL|MAIL|HOSTNAME|PM2_\w+|SSH_\w+"
    r"|XDG_\w+|LS_COLORS|LESS\w*|INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_\w+|NODE_APP_INSTANCE|DBUS_\w+"
    r"|NVM_\w+|SUDO_\w+|MEMORY_PRESSURE_\w+|NOTIFY_SOCKET"
)
"""Variables of whoever started PM2, not of the application."""
_REPLACED = frozenset({"ExecStart", "ExecReload", "ExecStop", "ExecStartPre", "PIDFile", "Type",
                       "Restart", "WorkingDirectory", "Environment"})  # fmt: skip


@dataclass(frozen=True)
class _App:
    name: str
    script: str
    argv: tuple[str, ...]
    folder: str
    cluster: int
    """Number of its processes in cluster mode; 0: it is not."""
    environment: tuple[tuple[str, str], ...]


def daemon(service: Service) -> str:
    """PM2's folder, where this service is its daemon; empty: it is not."""
    for process in service.processes:
        for word in process.argv[:1]:
            if match := _DAEMON.match(word):
                return places.clean(match[2])
    return ""


def parts(service: Service) -> tuple[Service, ...]:
    """A service for each application that PM2 keeps alive; of any other service, itself alone."""
    home = daemon(service)
    if not home:
        return (service,)
    main = next(p for p in service.processes if p.argv and _DAEMON.match(p.argv[0]))
    saved = _saved(included.text(service.host, f"{home}/dump.pm2"))
    apps = saved or tuple(_running(service, main))
    found = [_service(service, main, app, apps, bool(saved)) for app in apps]
    return tuple(found) or (service,)


def _saved(text: str) -> tuple[_App, ...]:
    try:
        document = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return ()
    kept: dict[str, _App] = {}
    for entry in document if isinstance(document, list) else ():
        if not isinstance(entry, dict):
            continue
        script = places.clean(_text(entry, "pm_exec_path"))
        name = _text(entry, "name") or posixpath.splitext(posixpath.basename(script))[0]
        if not script or not name:
            continue
        cluster = _text(entry, "exec_mode") == "cluster_mode"
        before = kept[name].cluster if name in kept else 0
        kept[name] = _App(
            name,
            script,
            (*_interpreter(entry), script, *_list(entry, "args")),
            places.clean(_text(entry, "pm_cwd")),
            before + 1 if cluster else 0,
            tuple(_variables(entry.get("env"))),
        )
    return tuple(kept[name] for name in sorted(kept))


def _interpreter(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """With its options; nothing where the program runs by itself."""
    name = _text(entry, "exec_interpreter") or "node"
    return () if name == "none" else (name, *_list(entry, "node_args"))


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _list(entry: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = entry.get(name)
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _variables(value: object) -> Iterator[tuple[str, str]]:
    for name, text in sorted(value.items()) if isinstance(value, dict) else ():
        if _NAME.fullmatch(name) and not _SESSION.fullmatch(name) and isinstance(text, str | int):
            yield name, str(text)


def _running(service: Service, main: Process) -> Iterator[_App]:
    """What runs below the daemon, where nothing was saved: by title ``node /srv/app/server.js``."""
    seen: dict[str, Process] = {}
    for process in service.processes:
        words = " ".join(process.argv).split()
        script = next((w for w in words[1:] if w.startswith("/")), "")
        if process.ppid == main.pid and script and "/pm2/lib/" not in script:
            seen.setdefault(script, process)
    for script, process in sorted(seen.items()):
        name = posixpath.basename(posixpath.dirname(script)) or "app"
        argv = (process.exe or "node", *" ".join(process.argv).split()[1:])
        yield _App(name, places.clean(script), argv, places.clean(process.cwd), 0, ())


def _service(
    service: Service, main: Process, app: _App, apps: tuple[_App, ...], saved: bool
) -> Service:
    own = [p for p in service.processes if any(app.script in w for w in p.argv) and p is not main]
    pids = {p.pid for p in own}
    rest = [p for p in service.processes if p.pid not in pids and p.ppid in pids]
    processes = (*sorted(own, key=lambda p: p.pid), *rest)
    pids |= {p.pid for p in rest}
    listeners = tuple(
        entry
        for entry in service.listeners
        if pids.intersection(entry.pids) or (main.pid in entry.pids and _its(app, apps, entry.port))
    )
    exe = next((p.exe for p in own if p.exe), "")
    argv = (exe or app.argv[0], *app.argv[1:])
    return replace(
        service,
        name=safe_name(app.name),
        unit=_unit(service.unit, app, argv),
        processes=processes,
        listeners=listeners,
        unknowns=(*service.unknowns, *_said(app, saved)),
    )


def _its(app: _App, apps: tuple[_App, ...], port: int) -> bool:
    """Whether a port that the daemon holds for a cluster is this application's."""
    clusters = [a for a in apps if a.cluster]
    told = [a for a in clusters if str(port) in dict(a.environment).values()]
    return app in (told or clusters) and len(told or clusters) == 1


def _said(app: _App, saved: bool) -> tuple[str, ...]:
    found = []
    if app.cluster > 1:
        found.append(
            f"PM2 runs {app.cluster} processes of it that share its port, a container one: how "
            "many containers its load asks for is not known."
        )
    if not saved:
        found.append(
            "What PM2 was told of it (pm2 save) was not carried: its variables are not known."
        )
    return tuple(found)


def _unit(unit: Unit | None, app: _App, argv: tuple[str, ...]) -> Unit:
    """The daemon's unit, with what PM2 was told of the application in place of its own."""
    base = unit or Unit("pm2")
    kept = [d for d in base.directives if d[0] != "Service" or d[1] not in _REPLACED]
    own = [("ExecStart", " ".join(map(_word, argv))), ("Type", "simple"), ("Restart", "always")]
    own += [("WorkingDirectory", app.folder)] if app.folder else []
    own += [("Environment", _word(f"{name}={value}")) for name, value in app.environment]
    return changed(base, directives=(*kept, *(("Service", name, value) for name, value in own)))


def _word(text: str) -> str:
    """A word as systemd reads it back."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if re.search(r"[\s\"'\\]", text) or not text else escaped
