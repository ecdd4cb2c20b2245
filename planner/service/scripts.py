"""Init scripts of machines without systemd: which processes are theirs.

Nothing on such a machine says so; the script's name, its text and the packages tell. A process
that two scripts could have started stays with none of them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence

from planner.model import Host, Process, Unit
from planner.service import places
from planner.service.view import owner, stem

_PATH = re.compile(r"(?<![\w.$}*])/[A-Za-z0-9_.+@%/-]*[A-Za-z0-9_+@%-]")
_SET = re.compile(r"(?<![\w$])([A-Za-z_]\w*)=([\"']?)([^\s;\"'&|]+)\2")
_OWN = ("application", "data", "content", "home")
_RUNS_OTHERS = re.compile(r"(ba|da|k|z)?sh|perl|ruby|node|java|php|python[\d.]*|env|nohup|busybox")
_SHELL = re.compile(r"(ba|da|k|z)?sh|busybox")
_SWITCHES = {"rsync": "RSYNC_ENABLE"}
Score = tuple[int, int]


def assign(
    host: Host, units: Sequence[Unit], processes: Sequence[Process]
) -> dict[str, tuple[Process, ...]]:
    """Unit of an init script -> its processes: trees below init, each at the script that it fits
    best: by name, by what the script names, by package.
    """
    table = {p.pid: p for p in processes}
    roots = [p for p in processes if p.pid != 1 and (p.ppid == 1 or p.ppid not in table)]
    named = {u.name: _named(host, u) for u in units}
    found: dict[str, list[Process]] = {}
    claimed: dict[int, str] = {}
    for root in roots:
        scores = {u.name: _score(host, u, named[u.name], root) for u in units}
        best = max(scores.values(), default=(1, 0))
        winners = [name for name, score in scores.items() if score == best]
        if best > (1, 0) and len(winners) == 1:
            claimed[root.pid] = winners[0]
    for process in processes:
        if name := claimed.get(_root(process, table)):
            found.setdefault(name, []).append(process)
    return {name: tuple(own) for name, own in found.items()}


def switched_off(host: Host, unit: Unit) -> bool:
    """Whether a script of which nothing runs says itself that it starts nothing: rsync of Debian,
    without RSYNC_ENABLE. False where its text or its settings may say otherwise unseen.
    """
    name, path = stem(unit.name), script(unit)
    texts, settings = host.init_texts.value or {}, f"/etc/default/{name}"
    unread = host.files.unknown or host.files.partial or host.config_files.unknown
    if _SWITCHES.get(name) is None or path not in texts or unread or unit.active:
        return False
    listed = any(f.path == settings and f.state != "deleted" for f in host.config_files.value or ())
    files = [f for f in (texts[path], (host.files.value or {}).get(settings)) if f]
    if (listed and len(files) < 2) or any(f.truncated for f in files):
        return False
    values = [m[3] for m in _SET.finditer("\n".join(_lines(f.text for f in files)))
              if m[1] == _SWITCHES[name]]  # fmt: skip
    return bool(values) and set(values) == {"false"}


def wrappers(units: Sequence[Unit], processes: Iterable[Process]) -> dict[str, Process]:
    """Unit -> the shell that started its main process and waits for it, as ``mysqld_safe`` does:
    a child of init that is nobody's own and has no other children than that unit's.
    """
    table = {p.pid: p for p in processes}
    units_of: dict[int, set[str]] = {}
    for process in table.values():
        units_of.setdefault(process.ppid, set()).add(process.unit)
    mains = ((u.name, table[u.main_pid]) for u in units if u.main_pid in table)
    found = ((name, table[main.ppid]) for name, main in mains if main.ppid in table)
    return {
        name: shell
        for name, shell in found
        if shell.ppid == 1 and not shell.unit and units_of[shell.pid] == {name}
        if len(shell.argv) > 1 and _SHELL.fullmatch(posixpath.basename(shell.exe))
    }


def _root(process: Process, table: dict[int, Process]) -> int:
    seen = {process.pid}
    while process.ppid != 1 and (parent := table.get(process.ppid)) and parent.pid not in seen:
        seen.add(parent.pid)
        process = parent
    return process.pid


def script(unit: Unit) -> str:
    """Path of the init script that a unit stands for; empty: it is systemd's."""
    return unit.properties.get("SourcePath", "") if not unit.path else ""


def _score(host: Host, unit: Unit, named: frozenset[str], process: Process) -> Score:
    """How well a process fits a script, first what is sure; (1, 0): not at all."""
    name, program = stem(unit.name), posixpath.basename(process.exe)
    if {process.comm, program} & {name, f"{name}d"}:
        return 4, 0
    plain = {places.clean(word) for word in process.argv if word.startswith("/")}
    runs = plain if _RUNS_OTHERS.fullmatch(program) else {process.exe}
    if named & {path for path in runs if places.role(path) in _OWN or path == process.exe}:
        return 3, 0
    package = owner(host, process.exe)
    if package and (package in (name, owner(host, script(unit))) or package.startswith(f"{name}-")):
        return 2, int(package == name)
    said = {places.clean(w) for word in process.argv for w in re.findall(r"/[^\s:,;=]+", word)}
    own = {p for p in (process.exe, process.cwd, *said) if p and places.role(p) in _OWN}
    folders = {_folder(path) for path in named} - {""}
    return 1, len(own & named) + sum(any(places.below(p, f) for p in own) for f in folders)


def _folder(path: str) -> str:
    """The folder of the application that a program in a script is of; empty: of a package."""
    folder = posixpath.dirname(path)
    if posixpath.basename(folder) in ("bin", "sbin", "libexec"):
        folder = posixpath.dirname(folder)
    own = places.role(folder) in _OWN and not places.below(folder, "/var")
    return "" if places.shared_top(folder) or not own else folder


def _named(host: Host, unit: Unit) -> frozenset[str]:
    """Absolute paths in the text of a script and of its settings, variables filled in."""
    name = stem(unit.name)
    wanted = [f"{folder}/{name}" for folder in ("/etc/sysconfig", "/etc/default", "/etc/conf.d")]
    wanted += [script(unit), f"/etc/rc.d/init.d/{name}"]
    files = {**(host.files.value or {}), **(host.init_texts.value or {})}
    text = "\n".join(_lines(files[path].text for path in wanted if path in files))
    values = {m[1]: m[3] for m in _SET.finditer(text)}
    for _ in range(3):
        text = re.sub(
            r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))",
            lambda m: values.get(m[1] or m[2], m[0])[:4096],
            text[:262144],
        )
    found = (places.clean(m[0]) for m in _PATH.finditer(text))
    return frozenset(p for p in found if p)


def _lines(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield from (line for line in text.split("\n") if not line.lstrip().startswith("#"))
