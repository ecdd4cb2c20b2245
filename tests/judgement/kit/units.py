"""What starts a service: units of systemd with their text, or scripts and jobs of other inits."""

from __future__ import annotations

import re
import shlex
from typing import Any

from tests.judgement.kit import form
from tests.judgement.kit.draft import Draft, Proc, Script, Unit
from tests.judgement.kit.form import wrong

_STATES = {"running": ("active", "running"), "stopped": ("inactive", "dead"),
           "failed": ("failed", "failed")}  # fmt: skip
_SECTIONS = ("Unit", "Service", "Install")


def lay(
    draft: Draft, name: str, told: dict[str, Any], where: str, main: Proc | None, run: list[str],
    environment: list[str], package: str,
) -> None:  # fmt: skip
    """``main`` None: it does not run now."""
    enabled = told.get("enabled", "static" if "timer" in told else "enabled")
    form.one_of(enabled, f"{where}.enabled", ("enabled", "disabled", "static", "masked"))
    if draft.init != "systemd":
        for key in ("directives", "sockets", "timer"):
            if key in told:
                raise wrong(f"{where}.{key}", f"there is no systemd: {draft.init}")
        _script(draft, name, told, where, main, run, enabled == "enabled", package)
        return
    if "init_script" in told:
        raise wrong(f"{where}.init_script", "systemd runs here")
    command = _quoted(form.text(told["run"], where), run)
    sections = _directives(told, where, name, command, environment)
    stem = re.sub("@.+", "@", name)
    folder = draft.system.unit_folder if package else "/etc/systemd/system"
    path = form.path(told.get("unit_file", f"{folder}/{stem}.service"), f"{where}.unit_file")
    unit = Unit(f"{name}.service", path, _text(sections), enabled)
    state = told.get("state", "stopped" if "timer" in told else "running")
    once = told.get("type") == "oneshot" and state == "running"
    active, sub = ("active", "exited") if once else _STATES[state]
    unit.properties = {
        "Type": dict(sections["Service"]).get("Type", "simple"),
        "Restart": dict(sections["Service"]).get("Restart", "no"),
        "MainPID": str(main.pid if main else 0), "NRestarts": "0",
        "Result": "exit-code" if state == "failed" else "success",
    }  # fmt: skip
    for key in ("User", "Group", "WorkingDirectory"):
        if value := dict(sections["Service"]).get(key):
            unit.properties[key] = value
    if main:
        unit.properties["ControlGroup"] = main.cgroup
        unit.properties["MemoryCurrent"] = str(main.rss)
    unit.properties |= {"ActiveState": active, "SubState": sub}
    _add(draft, unit, package)
    _socket(draft, name, told, where, unit, package)
    _timer(draft, name, told, where, unit, package)


def _add(draft: Draft, unit: Unit, package: str) -> None:
    draft.units[unit.name] = unit
    draft.own(unit.path, package)
    draft.path(unit.path, "file")
    if not package and unit.path.startswith("/etc/"):
        draft.changed.setdefault(unit.path, "")


def _quoted(told: str, run: list[str]) -> str:
    """The command line as it was written, unless it holds what a unit file does not take."""
    return told.strip() if "\n" not in told.strip() else shlex.join(run)


def _directives(
    told: dict[str, Any], where: str, name: str, command: str, environment: list[str]
) -> dict[str, list[tuple[str, str]]]:
    kind = "oneshot" if "timer" in told else told.get("type", "simple")
    form.one_of(kind, f"{where}.type", ("simple", "notify", "forking", "oneshot", "dbus", "exec"))
    found: dict[str, list[tuple[str, str]]] = {
        "Unit": [("Description", form.text(told.get("title", name), f"{where}.title"))],
        "Service": [("Type", str(kind)), ("ExecStart", command)],
        "Install": [] if "timer" in told else [("WantedBy", "multi-user.target")],
    }
    for key, directive in (("user", "User"), ("group", "Group")):
        if key in told and told[key] != "root":
            found["Service"].append((directive, form.text(told[key], f"{where}.{key}")))
    if kind != "oneshot":
        found["Service"].append(("Restart", "on-failure"))
    found["Service"] += [("EnvironmentFile", path) for path in environment]
    return _replaced(found, told.get("directives"), f"{where}.directives")


def _replaced(
    found: dict[str, list[tuple[str, str]]], told: Any, where: str
) -> dict[str, list[tuple[str, str]]]:
    for key, value in form.table(told, where).items():
        section, dot, directive = key.rpartition(".")
        section = section if dot else "Service"
        form.one_of(section, where, (*_SECTIONS, *(k for k in found if k not in _SECTIONS)))
        kept = [pair for pair in found[section] if pair[0] != directive]
        values = value if isinstance(value, list) else [] if value is None else [value]
        words = {True: "yes", False: "no"}
        for one in values:
            said = words[one] if isinstance(one, bool) else form.text(one, f"{where}.{key}")
            kept.append((directive, said))
        found[section] = kept
    return found


def _text(sections: dict[str, list[tuple[str, str]]]) -> str:
    blocks = [
        "\n".join([f"[{name}]", *(f"{key}={value}" for key, value in pairs)])
        for name, pairs in sections.items()
        if pairs
    ]
    return "\n\n".join(blocks) + "\n"


def _socket(
    draft: Draft, name: str, told: dict[str, Any], where: str, unit: Unit, package: str
) -> None:
    if "sockets" not in told:
        return
    where = f"{where}.sockets"
    entry = form.table(told["sockets"], where, ("listen", "accept"))
    places = form.items(entry.get("listen"), f"{where}.listen")
    accept = "yes" if form.flag(entry.get("accept", False), where) else "no"
    pairs = [("ListenStream", form.text(place, where)) for place in places]
    pairs.append(("Accept", accept))
    sections = {"Unit": [("Description", f"Socket of {name}")], "Socket": pairs,
                "Install": [("WantedBy", "sockets.target")]}  # fmt: skip
    path = unit.path.removesuffix("service") + "socket"
    made = Unit(f"{name}.socket", path, _text(sections))
    listen = "\n".join(f"Listen={place} (Stream)" for place in places)
    made.properties = {"Accept": accept, "Result": "success", "Triggers": unit.name,
                       "": listen, "ActiveState": "active", "SubState": "listening"}  # fmt: skip
    _add(draft, made, package)
    unit.properties["TriggeredBy"] = made.name
    for place in places:
        if isinstance(place, str) and place.startswith(("/", "@")):
            draft.holders.setdefault(place, []).append(1)
        else:
            protocol, address, port = form.endpoint(place, where)
            draft.listeners.append((protocol, address, port, [1]))


def _timer(
    draft: Draft, name: str, told: dict[str, Any], where: str, unit: Unit, package: str
) -> None:
    if "timer" not in told:
        return
    when = told["timer"]
    entry = form.table({"OnCalendar": when} if isinstance(when, str) else when, f"{where}.timer")
    pairs = [(key, form.text(value, f"{where}.timer")) for key, value in entry.items()]
    if not pairs or not all(re.fullmatch("(On|Persistent|Randomized|Accuracy)[A-Za-z]*", k)
                            for k, _ in pairs):  # fmt: skip
        raise wrong(f"{where}.timer", "directives of systemd.timer(5) are expected")
    sections = {"Unit": [("Description", f"Timer of {name}")], "Timer": pairs,
                "Install": [("WantedBy", "timers.target")]}  # fmt: skip
    path = unit.path.removesuffix("service") + "timer"
    made = Unit(f"{name}.timer", path, _text(sections))
    calendars = [value for key, value in pairs if key == "OnCalendar"]
    told_by = "\n".join(f"TimersCalendar={{ OnCalendar={c} ; next_elapse=n/a }}" for c in calendars)
    made.properties = {"Unit": unit.name, "Result": "success", "Triggers": unit.name,
                       "ActiveState": "active", "SubState": "waiting"}  # fmt: skip
    if told_by:
        made.properties[""] = told_by
    _add(draft, made, package)
    unit.properties["TriggeredBy"] = made.name


def _script(
    draft: Draft, name: str, told: dict[str, Any], where: str, main: Proc | None, run: list[str],
    enabled: bool, package: str,
) -> None:  # fmt: skip
    text = form.text(told.get("init_script", _plain(draft, name, told, run)), where)
    upstart = draft.init == "upstart" and "start on" in text
    path = f"/etc/init/{name}.conf" if upstart else f"/etc/init.d/{name}"
    made = Script(name, path, text, main.pid if main else 0, enabled, upstart)
    draft.scripts[name] = made
    draft.own(path, package)
    draft.path(path, "file", mode="644" if upstart else "755")
    if not package:
        draft.changed.setdefault(path, "")


def _plain(draft: Draft, name: str, told: dict[str, Any], run: list[str]) -> str:
    user = told.get("user", "root")
    title = told.get("title", name)
    if draft.init == "openrc":
        return (f'#!/sbin/openrc-run\n\ndescription="{title}"\ncommand="{run[0]}"\n'
                f'command_args="{shlex.join(run[1:])}"\ncommand_user="{user}"\n'
                f'command_background="yes"\npidfile="/run/{name}.pid"\n')  # fmt: skip
    return (f"#!/bin/sh\n# chkconfig: 2345 80 20\n### BEGIN INIT INFO\n# Provides: {name}\n"
            f"# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n# Short-Description: {title}\n"
            f"### END INIT INFO\nDAEMON={run[0]}\nPIDFILE=/var/run/{name}.pid\nUSER={user}\n"
            'case "$1" in\nstart) start-stop-daemon --start --chuid $USER --background '
            f"--make-pidfile --pidfile $PIDFILE --exec $DAEMON -- {shlex.join(run[1:])} ;;\n"
            "stop) start-stop-daemon --stop --pidfile $PIDFILE ;;\nesac\n")  # fmt: skip
