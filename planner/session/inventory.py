"""What the inventory says: hosts, their groups, and the few variables a snapshot may hold."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.model import Typed
from planner.session.folder import private_folder
from planner.session.guests import guest
from planner.session.guests.values import text
from planner.session.options import Options, inventory_arguments, program
from planner.session.shellless import why_no_shell

# fmt: off
ALLOWED = frozenset({
    "environment", "environment_name", "env", "stage", "tier", "role", "roles", "app",
    "application", "product", "service", "owner", "service_owner", "team", "contact",
    "cost_center", "business_unit", "site", "location", "region", "zone", "datacenter", "dc",
    "rack", "cluster", "criticality", "availability", "sla", "tenant", "exposed_to",
    "data_class", "data_classification", "classification", "compliance", "isolation", "pci_scope",
    "security_zone", "change_freeze", "maintenance_window",
    "backup_window", "decommissioned", "patch_group", "lifecycle", "guest_id", "guest_fullname",
    "vmware_uuid", "moref", "instance_uuid", "esxi_hostname", "proxmox_vmid", "proxmox_node",
    "proxmox_type", "instance_id", "instance_type", "placement_region", "image_id",
    "libvirt_uuid", "hyperv_id",
})
# fmt: on
"""Names of inventory variables that a snapshot takes; none is made to hold a secret."""


@dataclass(frozen=True)
class Target:
    """A host of the inventory."""

    name: str
    groups: tuple[str, ...] = ()
    """Sorted, without ``all`` and ``ungrouped``, with the parents of its groups."""
    variables: tuple[tuple[str, str], ...] = ()
    address: str = ""
    port: int = 0
    """Of the connection, where the inventory names one."""
    typed: tuple[tuple[str, Typed], ...] = ()
    """What the inventory's plugin says of the machine, by field of Host."""
    no_shell: str = ""
    """Why nobody should look: a network device. Empty: it may have a shell."""


def targets(options: Options) -> tuple[Target, ...]:
    """Hosts that the inventory and the limit select, sorted by name.

    InputError: an inventory that is missing or broken, a limit that nobody matches.
    """
    found = _read(listed(options))
    if not found:
        wanted = f"no host matches --limit {options.limit}" if options.limit else "no hosts in it"
        raise InputError(f"{_sources(options)}: {wanted}: see ansible-inventory --graph")
    return found


def listed(options: Options) -> dict[str, Any]:
    """The inventory as ``ansible-inventory --list`` has it, with every variable.

    InputError: an inventory that is missing or broken.
    """
    with private_folder() as folder:
        command = [program("ansible-inventory"), "--list"]
        command += inventory_arguments(options, folder)
        environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0"}
        environment |= {"COLUMNS": "100000", "ANSIBLE_VERBOSITY": "0", "ANSIBLE_DEBUG": "0"}
        done = subprocess.run(  # noqa: S603 - ansible-core's own program
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    if done.returncode:
        raise InputError(f"{_sources(options)}: {_error(done.stderr)}")
    _check_parsed(options, done.stderr)
    data: dict[str, Any] = json.loads(done.stdout)
    return data


def _sources(options: Options) -> str:
    if options.inventory:
        return f"inventory {', '.join(options.inventory)}"
    return "inventory of ansible.cfg (no -i given)"


def _check_parsed(options: Options, warnings: str) -> None:
    """Ansible only warns of a source that it could not read; for us that is an error."""
    for source in options.inventory:
        for path in {source, str(Path(source).absolute())}:
            if f"Unable to parse {path} as an inventory source" in warnings:
                raise InputError(f"inventory {source}: {_reason(warnings)}")


def _reason(warnings: str) -> str:
    """Choose the plugin's complaint that fits best, with its place if Ansible knows it."""
    blocks = [block.strip() for block in warnings.split("[WARNING]: ")]
    failures = [block for block in blocks if block.startswith("Failed to parse inventory with")]
    for plugin in ("'script'", "'yaml'", "'toml'", "'auto'", "'ini'"):
        for block in failures:
            first = block.splitlines()[0]
            if f"with {plugin} plugin: " in first:
                place = re.search(r"^Origin: \S*?(:\d+(?::\d+)?)$", warnings, re.M)
                where = f" (line {place.group(1)[1:]})" if place else ""
                return first.split(" plugin: ", 1)[1].rstrip(".") + where
    return "cannot be read as an inventory"


def _error(text: str) -> str:
    lines = [line.strip() for line in text.splitlines()]
    errors = [line for line in lines if line.startswith(("[ERROR]", "ERROR!"))]
    first = (errors or [line for line in lines if line] or ["ansible-inventory failed"])[0]
    return re.sub(r"^(\[ERROR\]:|ERROR!)\s*", "", first)


def _read(data: dict[str, Any]) -> tuple[Target, ...]:
    variables: dict[str, dict[str, Any]] = data.get("_meta", {}).get("hostvars", {})
    groups: dict[str, set[str]] = {}
    for name, group in data.items():
        if name != "_meta":
            for host in _hosts(data, name, set()):
                groups.setdefault(host, set()).add(name)
            for host in group.get("hosts", ()):
                groups.setdefault(host, set()).add(name)
    return tuple(
        Target(
            name,
            tuple(sorted(groups.get(name, set()) - {"all", "ungrouped"})),
            _allowed(variables.get(name, {})),
            text(variables.get(name, {}).get("ansible_host")) or "",
            _port(variables.get(name, {}).get("ansible_port")),
            _typed(variables.get(name, {})),
            why_no_shell(variables.get(name, {})),
        )
        for name in sorted(groups.keys() | variables.keys())
    )


def _port(value: object) -> int:
    said = str(value)
    return int(said) if said.isascii() and said.isdigit() and int(said) < 65536 else 0


def _hosts(data: dict[str, Any], name: str, seen: set[str]) -> set[str]:
    if name in seen or name not in data:
        return set()
    seen.add(name)
    found = set(data[name].get("hosts", ()))
    for child in data[name].get("children", ()):
        found |= _hosts(data, child, seen)
    return found


def _allowed(variables: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    texts = ((name, text(variables[name])) for name in sorted(ALLOWED & variables.keys()))
    return tuple((name, found) for name, found in texts if found)


def _typed(variables: dict[str, Any]) -> tuple[tuple[str, Typed], ...]:
    found = guest(variables)
    return (("guest", found),) if found else ()
