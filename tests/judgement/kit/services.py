"""Services of a machine: processes, sockets, files and packages that each of them means."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from tests.judgement.kit import base, carried, form, process, units
from tests.judgement.kit.draft import Draft, Package, Proc
from tests.judgement.kit.form import wrong

_PROCESS = form.named(
    "run program argv user group groups memory peak swapped locked huge cpu threads started policy "
    "nice cpus caps limits seccomp no_new_privileges namespaces cwd env listen connects accepts "
    "holds speaks writes reads libraries"
)
KEYS = frozenset(_PROCESS) | frozenset(
    form.named(
        "title state enabled type directives init_script unit_file package owner env_file config "
        "data children sockets timer"
    )
)
_CHILD = frozenset(_PROCESS) | {"times"}
_SHARED = re.compile(r"/(usr/)?s?bin/|/usr/lib/jvm/")
"""Where a package's programs serve others too."""


def package(told: Any, where: str) -> Package:
    """``name version [origin] [auto]``."""
    name, _, rest = form.text(told, where).partition(" ")
    version, _, origin = rest.strip().partition(" ")
    auto = origin == "auto" or origin.endswith(" auto")
    if not version:
        raise wrong(where, f"'name version [origin] [auto]' is expected, not {told!r}")
    return Package(name, version, origin.removesuffix("auto").strip(), auto)


def lay(draft: Draft, told: Any) -> None:
    """All services of a file, then the other ends of what they speak to."""
    for name, one in form.table(told, "services").items():
        if not re.fullmatch(r"[A-Za-z0-9_.@:+-]+", name):
            raise wrong(f"services.{name}", "a unit cannot have that name")
        if name in {unit.rpartition(".")[0] for unit in draft.units} | set(draft.scripts):
            raise wrong(f"services.{name}", "the base has it already")
        _service(draft, name, form.table(one, f"services.{name}", KEYS))
    _answers(draft)


def _service(draft: Draft, name: str, told: dict[str, Any]) -> None:
    where = f"services.{name}"
    if "run" not in told:
        raise wrong(f"{where}.run", "must be there")
    once = told.get("type") == "oneshot" or "timer" in told
    state = told.get("state", "stopped" if "timer" in told else "running")
    form.one_of(state, f"{where}.state", ("running", "stopped", "failed"))
    user = form.text(told.get("user", "root"), f"{where}.user")
    draft.user(user, f"{where}.user")
    owned = package(told["package"], f"{where}.package") if "package" in told else None
    if owned:
        draft.package(owned)
    owner = form.text(told["owner"], f"{where}.owner") if "owner" in told else None
    run, exe = _programs(draft, told, where, owned.name if owned else None, owner)
    main: Proc | None = None
    if state == "running" and not once:
        main = process.start(draft, name, told, where, exe, run)
        _children(draft, name, told, where, main)
    elif told.get("children"):
        raise wrong(f"{where}.children", "it does not run")
    carried.lay(draft, told, where, owned.name if owned else "")
    if owned:
        carried.shipped(draft, exe, owned.name)
    environment = carried.environment(draft, told, where)
    draft.users[name] = user
    units.lay(draft, name, told, where, main, run, environment, owned.name if owned else "")


def _programs(
    draft: Draft, told: dict[str, Any], where: str, owned: str | None, owner: str | None
) -> tuple[list[str], str]:
    """Command line as it is started, and the program that runs; both get their owner."""
    run = form.words(told["run"], f"{where}.run")
    exe = form.path(told.get("program", run[0]), f"{where}.program")
    files = {run[0]: owned} if run[0].startswith("/") else {}
    if exe != run[0]:
        guess = None if _SHARED.match(exe) else owned
        if process.INTERPRETERS.fullmatch(posixpath.basename(exe)) and "python" in exe:
            guess = base.python_owner(draft) or guess
        files[exe] = owner or guess
    elif owner:
        files[exe] = owner
    for path, package_name in files.items():
        if package_name is None and process.SYSTEM.match(path):
            raise wrong(where, f"{path} lies in the system's folders: which package owns it?")
        script = exe if path != exe and exe != run[0] else ""
        draft.program(path, package_name, script)
    return run, exe


def _children(draft: Draft, name: str, told: dict[str, Any], where: str, main: Proc) -> None:
    for one in form.items(told.get("children"), f"{where}.children"):
        entry = {"run": one} if isinstance(one, str) else one
        entry = form.table(entry, f"{where}.children", _CHILD)
        if "run" not in entry:
            raise wrong(f"{where}.children.run", "must be there")
        kept = ("started", "groups", "package")
        inherited: dict[str, Any] = {key: told[key] for key in kept if key in told}
        entry = {**inherited, **entry}
        run = form.words(entry["run"], f"{where}.children.run")
        exe = run[0] if run[0].startswith("/") else main.exe
        exe = form.path(entry.get("program", exe), f"{where}.children.program")
        if exe not in draft.owners:
            owned = form.text(told.get("package", ""), where).partition(" ")[0]
            if process.SYSTEM.match(exe) and not owned:
                raise wrong(f"{where}.children", f"{exe}: which package owns it?")
            draft.program(exe, owned or None)
        for _ in range(form.number(entry.get("times", 1), f"{where}.children.times")):
            process.start(draft, name, entry, f"{where}.children", exe, run, main)


def _answers(draft: Draft) -> None:
    """What serves on this machine has the other end of each connection to it."""
    for protocol, own, port, peer, there, _ in list(draft.connections):
        local = peer.startswith("127.") or peer == draft.own_address
        if not local or protocol != "tcp":
            continue
        for kind, address, listening, pids in draft.listeners:
            every = address in ("0.0.0.0", "*", "::")
            if (kind, listening) == (protocol, there) and (every or address == peer):
                draft.connections.append((protocol, peer, there, own, port, pids[0]))
                break
