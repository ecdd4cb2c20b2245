"""Machines behind a program that takes the place of ssh: they answer, refuse, hang or flood.

Each is a shell script in the folder, ``<host>.sh``; ``$1`` is the command that Ansible sends. It
can be replaced between two runs. ``<host>.calls`` has a line for each connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

WELL = 'exec /bin/sh -c "$1"'
REFUSED = "echo 'ssh: connect to host x port 22: Connection refused' >&2; exit 255"
HANGS = "cat >/dev/null; sleep 600; echo late"
_SSH = """#!/bin/sh
host= command=
for argument; do host=$command; command=$argument; done
echo call >>{folder}/$host.calls
. {folder}/$host.sh
"""


def fleet(folder: Path, **machines: str) -> str:
    """An inventory of these machines; each value is what its script does."""
    folder.mkdir(exist_ok=True)
    ssh = folder / "ssh"
    ssh.write_text(
        _SSH.format(folder=folder).replace(f". {folder}", f'set -- "$command"; . {folder}')
    )
    ssh.chmod(0o755)
    for host, script in machines.items():
        behave(folder, host, script)
    inventory = folder / "inventory.ini"
    lines = [f"{host} ansible_ssh_executable={ssh} ansible_become=no" for host in machines]
    inventory.write_text("\n".join(["[all]", *lines, ""]))
    return str(inventory)


def behave(folder: Path, host: str, script: str) -> None:
    """From now on this is what the machine does."""
    (folder / f"{host}.sh").write_text(f"{script}\n")


def calls(folder: Path, host: str) -> int:
    """How many connections there were."""
    file = folder / f"{host}.calls"
    return len(file.read_text().splitlines()) if file.exists() else 0


def look(nonce: str, seconds: int, end: str = "") -> Sequence[str]:
    """In the collector's place: says who the machine is; ``end``: what it does before its end."""
    lines = ("B identity", "|uid=0", "|login=ada", "E identity ok 0 1 2 ")
    said = "".join(f"{nonce} {line}\n" for line in lines)
    return [f"cat <<'X'\n{said}X\n{end}\necho '{nonce} Z 1 2'\n"]
