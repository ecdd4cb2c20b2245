"""Facts of Ansible's ``setup`` (and its Windows sibling) as typed sections.

Names and shapes: lib/ansible/module_utils/facts of ansible-core 2.16 to 2.19 and
plugins/modules/setup.ps1 of ansible.windows. Every fact is named here; what is not
(``ansible_env``, ``ansible_local``, host keys, facts that somebody set) stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.facts.typed import told
from planner.imports import cache, devices, machine, modules
from planner.imports.result import Imported
from planner.imports.values import at, mapping, moment, word
from planner.model import SNAPSHOT_SCHEMA, Snapshot, Typed

DOOR = "setup"


def read(paths: Sequence[Path], prefix: str = "") -> Imported:
    """A snapshot for each host of fact caches and ``--tree`` folders.

    A file of no use is a problem and costs only its host. Raises InputError for a path that cannot
    be read or holds nothing.
    """
    hosts, problems = cache.read(paths, prefix)
    return Imported(tuple(_snapshot(host) for host in hosts), tuple(problems))


def _snapshot(found: cache.Told) -> Snapshot:
    facts = found.facts
    taken = moment(mapping(facts.get("ansible_date_time")).get("iso8601")) or at(found.changed)
    return Snapshot(
        schema=SNAPSHOT_SCHEMA,
        host=found.host,
        status=found.status,
        taken_at=taken,
        origin="captured",
        reason=found.reason,
        door=DOOR,
        typed=typed(facts) if found.status == "seen" else {},
    )


def typed(facts: Mapping[str, Any]) -> dict[str, Typed]:
    """Facts by field of Host; what these facts do not tell is not there."""
    found = {
        "machine_id": _known(_machine_id(facts)),
        "hostname": _known(word(facts.get("ansible_nodename") or facts.get("ansible_hostname"))),
        "os": machine.operating_system(facts),
        "kernel": machine.kernel(facts),
        "kernel_cmdline": machine.cmdline(facts),
        "virtualization": machine.virtualization(facts),
        "container": machine.container(facts),
        "init": machine.init(facts),
        "cpus": machine.cpus(facts),
        "memory": machine.memory(facts),
        "dmi": machine.dmi(facts),
        "processor": devices.processor(facts),
        "block_devices": devices.block_devices(facts),
        "confinement": devices.confinement(facts),
        "mounts": modules.mounts(facts),
        "space": modules.space(facts),
        "addresses": machine.addresses(facts),
        "selinux": machine.selinux(facts),
        "fips": machine.fips(facts),
        "timezone": machine.timezone(facts),
        "packages": modules.packages(facts),
        "units": modules.units(facts),
        "listeners": modules.listeners(facts),
    }
    return {name: section for name, section in found.items() if section is not None}


def _known(text: str) -> Typed | None:
    return told(DOOR, text) if text else None


def _machine_id(facts: Mapping[str, Any]) -> str:
    """Only the 32 digits of /etc/machine-id: on Windows it is the domain's SID."""
    found = word(facts.get("ansible_machine_id"))
    return found if re.fullmatch("[0-9a-f]{32}", found) else ""
