"""A machine's plain ssh command, for what is too large to pass through Ansible's memory."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from planner.session.inventory import listed
from planner.session.options import Options

_NAMES = {
    "host": ("ansible_host", "ansible_ssh_host"),
    "port": ("ansible_port", "ansible_ssh_port"),
    "user": ("ansible_user", "ansible_ssh_user"),
    "key": ("ansible_ssh_private_key_file", "ansible_private_key_file"),
    "args": ("ansible_ssh_args",),
    "common": ("ansible_ssh_common_args",),
    "extra": ("ansible_ssh_extra_args",),
    "connection": ("ansible_connection",),
}


def commands(options: Options) -> dict[str, str]:
    """Command line for ``sh`` by host, to which the command to run there is added as one word.

    As inventory and flags say; what only ansible.cfg says of ssh has to stand in ssh's own
    settings, too. Empty where the machine is reached otherwise, or a variable is a template.
    """
    data = listed(options).get("_meta", {}).get("hostvars", {})
    return {name: command(name, variables, options) for name, variables in data.items()}


def command(name: str, variables: Mapping[str, Any], options: Options) -> str:
    """One machine's; never asks for anything on the terminal."""
    said = {what: _first(variables, names) for what, names in _NAMES.items()}
    if any("{{" in text for text in said.values()):
        return ""
    connection = options.connection or said["connection"]
    if connection == "local":
        return "sh -c"
    if connection not in ("", "ssh", "smart", "paramiko", "paramiko_ssh", "ansible.builtin.ssh"):
        return ""
    words = ["ssh", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={options.timeout or 10}"]
    try:
        for text in (said["args"], options.ssh_common_args or said["common"]):
            words += shlex.split(text)
        words += shlex.split(options.ssh_extra_args or said["extra"])
    except ValueError:
        return ""
    user = said["user"] or options.user
    key = said["key"] or options.private_key
    words += ["-p", said["port"]] if said["port"] else []
    words += ["-l", user] if user else []
    words += ["-i", key] if key else []
    return shlex.join([*words, "--", said["host"] or name])


def _first(variables: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(variables[n]) for n in names if variables.get(n) not in (None, "")), "")
