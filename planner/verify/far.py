"""A machine of the inventory on which the engine works: reached by ssh as inventory and flags
describe it, as the data are. It gets a private folder, which is removed afterwards."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

from planner import session
from planner.change.names import moving
from planner.errors import InputError, RunError
from planner.model import Plan
from planner.session.inventory import targets
from planner.session.ssh import commands
from planner.verify.engine import Engine
from planner.verify.shell import complaint, shell

_MAKE = (
    "for p in /dev/shm /tmp; do mktemp -d $p/planner-verify-far-XXXXXXXXXX 2>/dev/null && exit; "
    "done; exit 1"
)


def reach(plan: Plan, options: session.Options, host: str) -> str:
    """Command that runs a line for sh on this host of the inventory.

    InputError: it is not in the inventory, cannot be reached by plain ssh, or is a machine that
    something moves off: nothing is ever changed there.
    """
    known = commands(options)
    if host not in known:
        raise InputError(f"--on {host}: not in the inventory")
    if not known[host]:
        raise InputError(f"--on {host}: no ssh command follows from the inventory")
    addresses = {t.name: (t.address or t.name, t.port or 22) for t in targets(options)}
    for machine in plan.hosts:
        same = addresses.get(machine.name) == addresses.get(host, ())
        if moving(machine) and (machine.name == host or same):
            raise InputError(
                f"--on {host}: {machine.name} is to be compared, and nothing is changed there: "
                "name a host that nothing of this plan moves off"
            )
    return known[host]


def with_folder(engine: Engine) -> Engine:
    """The engine with a new private folder on its machine; RunError if there can be none."""
    if not engine.far:
        return engine
    done = _there(engine, _MAKE)
    folder = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode or not folder.startswith("/"):
        raise RunError(f"no private folder on the engine's machine: {complaint(done)}")
    return replace(engine, folder=folder)


def remove_folder(engine: Engine) -> None:
    """Remove that folder."""
    if engine.far and engine.folder:
        _there(engine, f"rm -rf -- {shlex.quote(engine.folder)}")


def handed_over(engine: Engine, path: Path) -> None:
    """Move a file of the private folder to the one there, if that is another machine's."""
    if not engine.far:
        return
    inner = shlex.quote(str(path.relative_to(engine.place)))
    unpack = f"umask 077; tar -C {shlex.quote(engine.folder)} -xpf -"
    line = f"tar -cf - {inner} | {engine.far} {shlex.quote(unpack)}"
    done = shell(line, engine.environment, engine.place, seconds=120)
    path.unlink()
    if done.returncode:
        raise RunError(f"the engine's machine did not take {path.name}: {complaint(done)}")


def table(engine: Engine) -> str:
    """/proc/net/route of the engine's machine, if that is not this one."""
    return _there(engine, "cat /proc/net/route").stdout.decode("utf-8", "replace")


def _there(engine: Engine, line: str) -> subprocess.CompletedProcess[bytes]:
    return shell(f"{engine.far} {shlex.quote(line)}", engine.environment, engine.place, seconds=60)
