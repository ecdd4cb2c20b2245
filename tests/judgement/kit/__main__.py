"""Checks machines' files and shows what the look at each would find."""

from __future__ import annotations

import sys
from pathlib import Path

from planner import facts, workloads
from planner.model import Fact, Host
from tests.judgement.kit import Machine, WrongMachineError, find, load


def report(machine: Machine) -> str:
    """Facts that are not whole, what was found, and which label means what."""
    host = facts.read(machine.snapshot)
    found = workloads.detect(host).workloads
    lines = [f"{machine.name}: {host.status}, {host.os.value.name if host.os.value else 'unknown'}"]
    for name in Host.__struct_fields__:
        fact = getattr(host, name)
        if isinstance(fact, Fact) and host.status == "seen" and (fact.unknown or fact.partial):
            lines.append(f"  {name}: {fact.unknown or 'in part, ' + fact.partial}")
    lines += [f"  found: {one.name} ({one.kind}, {one.unit or 'no unit'})" for one in found]
    for label in machine.labels:
        meant = find(label, found)
        lines.append(f"  label {label} -> {meant.name if meant else 'NOT FOUND'}")
    lines += [
        f"  without label: {one.name}"
        for one in found
        if all(find(label, (one,)) is None for label in machine.labels)
    ]
    return "\n".join(lines)


def main(paths: list[str]) -> int:
    wrong = 0
    for path in paths:
        try:
            print(report(load(Path(path))))
        except WrongMachineError as error:
            wrong += 1
            print(error, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
