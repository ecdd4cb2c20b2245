"""What the user says about inventory and login: the words of ansible-playbook."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from planner.errors import InputError, RunError


@dataclass(frozen=True)
class Options:
    """Flags as ``ansible-playbook`` knows them; empty means: as ansible.cfg says."""

    inventory: tuple[str, ...] = ()
    """-i, each a file, a folder, an executable or a list of hosts with a comma."""
    limit: str = ""
    forks: int = 0
    user: str = ""
    become: bool = False
    """-b; False leaves it to the inventory."""
    become_method: str = ""
    become_user: str = ""
    extra_vars: tuple[str, ...] = ()
    vault_password_file: tuple[str, ...] = ()
    vault_id: tuple[str, ...] = ()
    private_key: str = ""
    connection: str = ""
    ssh_common_args: str = ""
    ssh_extra_args: str = ""
    timeout: int = 0
    """-T: seconds for a connection."""
    password: str | None = None
    """Answer to -k, asked by the caller."""
    become_password: str | None = None
    """Answer to -K, asked by the caller."""
    vault_password: str | None = None
    """Answer to --ask-vault-pass, asked by the caller."""


def program(name: str) -> str:
    """Path of an Ansible program: beside our interpreter first, then on PATH. RunError without."""
    for folder in (Path(sys.executable).parent, *map(Path, os.get_exec_path())):
        found = folder / name
        if found.is_file() and os.access(found, os.X_OK):
            return str(found)
    raise RunError(f"{name}: not found beside {sys.executable} or on PATH: install ansible-core")


def inventory_arguments(options: Options, folder: Path) -> list[str]:
    """Arguments that ansible-inventory and ansible-playbook share.

    Passwords go into files of the private folder, never into arguments. InputError: a named file
    is missing.
    """
    arguments: list[str] = []
    for source in options.inventory:
        if "," not in source and not os.path.exists(source):
            raise InputError(f"inventory {source}: no such file: name one with -i")
        arguments += ["-i", source]
    if options.limit:
        arguments += ["--limit", options.limit]
    for text in options.extra_vars:
        if text.startswith("@") and not os.path.exists(text[1:]):
            raise InputError(f"extra variables {text[1:]}: no such file: correct -e")
        arguments += ["-e", text]
    for name in options.vault_password_file:
        if not os.path.exists(name):
            raise InputError(f"vault password file {name}: no such file")
        arguments += ["--vault-password-file", name]
    for name in options.vault_id:
        arguments += ["--vault-id", name]
    if options.vault_password is not None:
        arguments += ["--vault-password-file", _secret(folder, "vault", options.vault_password)]
    return arguments


def play_arguments(options: Options, folder: Path) -> list[str]:
    """Arguments of ansible-playbook alone."""
    arguments: list[str] = []
    for flag, value in (
        ("--forks", str(options.forks or "")),
        ("--user", options.user),
        ("--become-method", options.become_method),
        ("--become-user", options.become_user),
        ("--connection", options.connection),
        ("--timeout", str(options.timeout or "")),
    ):
        if value:
            arguments += [flag, value]
    if options.private_key:
        if not os.path.exists(options.private_key):
            raise InputError(f"private key {options.private_key}: no such file")
        arguments += ["--private-key", options.private_key]
    if options.ssh_common_args:
        arguments.append(f"--ssh-common-args={options.ssh_common_args}")
    if options.ssh_extra_args:
        arguments.append(f"--ssh-extra-args={options.ssh_extra_args}")
    if options.become:
        # as a variable too, so that the plugin sees that somebody decided
        arguments += ["--become", "-e", '{"ansible_become": true}']
    if options.password is not None:
        path = _secret(folder, "connection", options.password)
        arguments += ["--connection-password-file", path]
    if options.become_password is not None:
        path = _secret(folder, "become", options.become_password)
        arguments += ["--become-password-file", path]
    return arguments


def _secret(folder: Path, name: str, text: str) -> str:
    path = folder / f"{name}.secret"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
    return str(path)
