"""From a snapshot to a Host: what the machine said, typed, with unknown as a value.

A module for each tool turns the text of one section into data; ``section`` says where unknown and
partial come from; ``compose`` joins sections. Sections that nobody here knows are left alone.
"""

from __future__ import annotations

from planner.facts import (
    accounts,
    compose,
    cron,
    files,
    hardware,
    identity,
    network,
    osrelease,
    packages,
    processes,
    security,
    sockets,
    storage,
    virtualenvs,
)
from planner.facts.section import fact, mapped
from planner.facts.text import word
from planner.model import Environment, Host, OpenFile, Process, Snapshot


def read(snapshot: Snapshot) -> Host:
    """Every fact of the machine. Raises nothing, whatever the sections hold; of a snapshot that
    is not ``seen``, every fact is unknown for the snapshot's reason.
    """
    os = compose.operating_system(snapshot)
    family = os.value.family if os.value else ""
    hostname = fact(snapshot, "identity", identity.value_of("hostname"))
    running = fact(snapshot, "processes", processes.parse)
    return Host(
        name=snapshot.host,
        status=snapshot.status,
        taken_at=snapshot.taken_at,
        machine_id=fact(snapshot, "identity", identity.value_of("machine_id")),
        hostname=hostname,
        os=os,
        kernel=compose.kernel(snapshot),
        kernel_cmdline=fact(snapshot, "cmdline", osrelease.parse_cmdline),
        virtualization=fact(snapshot, "virt", identity.parse_virtualization),
        init=compose.init(snapshot, os.value),
        cpus=fact(snapshot, "cpu", hardware.parse_cpus),
        memory=fact(snapshot, "meminfo", hardware.parse_memory),
        pci=fact(snapshot, "pci", hardware.parse_pci),
        usb=fact(snapshot, "usb", hardware.parse_usb),
        modules=fact(snapshot, "modules", hardware.parse_modules),
        mounts=fact(snapshot, "mountinfo", storage.parse_mounts),
        space=fact(snapshot, "df", storage.parse_space),
        addresses=fact(snapshot, "addresses", network.parse_addresses),
        host_entries=fact(snapshot, "hosts", lambda text: network.parse_hosts(text, hostname)),
        accounts=fact(snapshot, "passwd", accounts.parse_accounts),
        user_groups=fact(snapshot, "group", accounts.parse_groups),
        processes=mapped(running, _processes),
        environments=mapped(running, _environments),
        open_files=mapped(running, _open_files),
        listeners=fact(snapshot, "listeners", sockets.parse_listeners),
        connections=fact(snapshot, "connections", sockets.parse_connections),
        units=compose.units(snapshot),
        cron=fact(snapshot, "cron", lambda text: cron.parse(text, family)),
        packages=compose.installed(snapshot, family),
        owners=fact(snapshot, "owners", packages.parse_owners),
        config_files=fact(snapshot, "config-files", files.parse_config_files),
        files=fact(snapshot, "files", files.parse_files),
        paths=fact(snapshot, "paths", files.parse_paths),
        sizes=fact(snapshot, "sizes", files.parse_sizes),
        virtualenvs=fact(snapshot, "virtualenvs", virtualenvs.parse),
        fips=fact(snapshot, "fips", security.parse_fips),
        selinux=fact(snapshot, "selinux", security.parse_selinux),
        timezone=fact(snapshot, "timezone", word),
        reason=snapshot.reason,
        origin=snapshot.origin,
        origin_note=snapshot.origin_note,
        door=snapshot.door,
        collector=snapshot.collector,
        address=snapshot.address,
        groups=snapshot.groups,
        variables=snapshot.variables,
        login=snapshot.login,
    )


def _processes(found: tuple[processes.Running, ...]) -> tuple[Process, ...]:
    return tuple(one.process for one in found)


def _environments(found: tuple[processes.Running, ...]) -> tuple[Environment, ...]:
    return tuple(one.environment for one in found if one.environment)


def _open_files(found: tuple[processes.Running, ...]) -> tuple[OpenFile, ...]:
    return tuple(file for one in found for file in one.open_files)
