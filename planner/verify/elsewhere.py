"""A host of the inventory to build and run on: reached by ssh as inventory and flags describe it,
as the data are."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from planner import session
from planner.change.names import moving
from planner.errors import InputError
from planner.model import Plan
from planner.session.inventory import targets
from planner.session.ssh import commands
from planner.verify.shell import shell

_WHO = (
    "for f in /etc/machine-id /proc/sys/kernel/random/boot_id; do "
    'echo "$(cat $f 2>/dev/null)"; done; echo "${SSH_CONNECTION-}"'
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
            raise _refused(host, f"{machine.name} is to be compared")
    _by_itself(plan, known, host)
    return known[host]


def _by_itself(plan: Plan, known: Mapping[str, str], host: str) -> None:
    """InputError if it says that it is one of them, whatever the inventory calls it.

    Where it was reached at an address that a machine of the plan has, both are asked who they are:
    behind a translation of addresses several have the same.
    """
    *itself, connection = _who(known[host])
    words = connection.split()
    reached = words[2].partition("%")[0] if len(words) == 4 else ""
    for machine in plan.hosts:
        own = {machine.address, *(a.partition("/")[0] for a in machine.addresses)}
        if not reached or reached not in own or not moving(machine):
            continue
        *other, _ = _who(known.get(machine.name, ""))
        if not all(other) or not all(itself):
            raise _refused(host, f"it has an address of {machine.name}, and one does not say who")
        if other == itself:
            raise _refused(host, f"it is {machine.name}, which is to be compared")


def _who(command: str) -> tuple[str, str, str]:
    """Id of a machine and of its start, and where the connection ends; empty: it does not tell."""
    if not command:
        return "", "", ""
    done = shell(f"{command} {shlex.quote(_WHO)}", os.environ, Path("/"), seconds=60)
    lines = done.stdout.decode("utf-8", "replace").splitlines()[-3:]
    return (lines[0], lines[1], lines[2]) if len(lines) == 3 else ("", "", "")


def _refused(host: str, why: str) -> InputError:
    return InputError(
        f"--on {host}: {why}, and nothing is changed there: "
        "name a host that nothing of this plan moves off"
    )
