"""What lets others reach the machines: the Ansible inventory and OpenSSH's files."""

from typing import Any

import yaml

from . import boot
from .definition import Machine, group_vars
from .shell import run
from .state import State


def write(state: State, machines: list[Machine]) -> None:
    """Write inventory.yml, ssh_config and known_hosts; host key checking stays on."""
    state.inventory.write_text(yaml.safe_dump(_inventory(state, machines), sort_keys=False))
    state.known_hosts.write_text("".join(_known(state, m) for m in machines if m.kind != "none"))
    head = (
        f"Host *\n  IdentityFile {state.key}\n  IdentitiesOnly yes\n  BatchMode yes\n"
        f"  UserKnownHostsFile {state.known_hosts}\n  StrictHostKeyChecking yes\n"
    )
    hosts = (
        f"\nHost {' '.join(machine.names)}\n  HostName {machine.address}\n  User {machine.user}\n"
        for machine in machines
    )
    state.ssh_config.write_text("".join(hosts) + "\n" + head)


def operator_key(state: State) -> None:
    """Make the key that logs in everywhere, unless there is one."""
    if not state.key.exists():
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "operator@lab", "-f", state.key])


def _inventory(state: State, machines: list[Machine]) -> dict[str, Any]:
    common = f"-o UserKnownHostsFile={state.known_hosts} -o StrictHostKeyChecking=yes"
    groups: dict[str, Any] = {}
    for name, values in group_vars().items():
        hosts: dict[str, Any] = {machine.name: {} for machine in machines if name in machine.groups}
        groups[name] = {"vars": values, "hosts": hosts} if values else {"hosts": hosts}
    everywhere = groups.pop("all", {}).get("vars", {})
    return {
        "all": {
            "vars": {
                **everywhere,
                "ansible_ssh_private_key_file": str(state.key),
                "ansible_ssh_common_args": common,
            },
            "hosts": {machine.name: _host(machine) for machine in machines},
            "children": groups,
        }
    }


def _host(machine: Machine) -> dict[str, Any]:
    return {
        "ansible_host": machine.address,
        "ansible_port": 22,
        "ansible_user": machine.user,
        "ansible_become": machine.login == "sudo",
        **dict(machine.vars),
    }


def _known(state: State, machine: Machine) -> str:
    names = ",".join([machine.address, *machine.names])
    keys = sorted(boot.host_keys(state, machine).glob("*.pub"))
    return "".join(f"{names} {' '.join(key.read_text().split()[:2])}\n" for key in keys)
