"""From a snapshot to a Host: what the machine said, typed, with unknown as a value.

A module for each tool turns the text of one section into data; ``section`` says where unknown and
partial come from; ``compose`` joins sections. Sections that nobody here knows are left alone.
"""

from __future__ import annotations

from planner.facts import (
    accounts,
    blocks,
    certificates,
    compose,
    cron,
    engines,
    exports,
    files,
    firewall,
    firmware,
    hardware,
    identity,
    inetd,
    initscripts,
    kernel,
    locales,
    logins,
    mappings,
    network,
    osrelease,
    packages,
    processes,
    processor,
    programs,
    repositories,
    security,
    sockets,
    specialsockets,
    storage,
    systemd,
    unixsockets,
    usage,
    virtual,
    virtualenvs,
    waiting,
    windows,
)
from planner.facts.section import fact, mapped
from planner.facts.text import word
from planner.facts.typed import NO_GUEST, joined_doors
from planner.model import Environment, Fact, Host, OpenFile, Process, Snapshot


def read(snapshot: Snapshot) -> Host:
    """Every fact of the machine. Raises nothing, whatever the sections hold; of a snapshot that
    is not ``seen``, every fact is unknown for the snapshot's reason.
    """
    os = compose.operating_system(snapshot)
    family = os.value.family if os.value else ""
    hostname = fact(snapshot, "identity", identity.value_of("hostname"))
    running = fact(snapshot, "processes", processes.parse)
    units = compose.units(snapshot, mapped(running, _processes))
    host = Host(
        name=snapshot.host,
        status=snapshot.status,
        taken_at=snapshot.taken_at,
        machine_id=fact(snapshot, "identity", identity.value_of("machine_id")),
        hostname=hostname,
        clock=fact(snapshot, "identity", identity.value_of("utc")),
        os=os,
        kernel=compose.kernel(snapshot),
        kernel_state=fact(snapshot, "kernel", kernel.parse_state),
        kernel_cmdline=fact(snapshot, "cmdline", osrelease.parse_cmdline),
        sysctl=fact(snapshot, "sysctl", kernel.parse_sysctl),
        virtualization=fact(snapshot, "virt", virtual.parse_virtualization),
        container=fact(snapshot, "container", virtual.parse_container),
        dmi=fact(snapshot, "dmi", firmware.parse_dmi),
        cloud=fact(snapshot, "cloud", firmware.parse_cloud),
        init=compose.init(snapshot, os.value),
        cpus=fact(snapshot, "cpu", hardware.parse_cpus),
        processor=fact(snapshot, "processor", processor.parse_processor),
        memory=fact(snapshot, "meminfo", hardware.parse_memory),
        numa=fact(snapshot, "numa", processor.parse_numa),
        huge_pages=fact(snapshot, "hugepages", processor.parse_huge_pages),
        pci=fact(snapshot, "pci", hardware.parse_pci),
        usb=fact(snapshot, "usb", hardware.parse_usb),
        devices=fact(snapshot, "devices", hardware.parse_devices),
        modules=fact(snapshot, "modules", hardware.parse_modules),
        mounts=fact(snapshot, "mountinfo", storage.parse_mounts),
        space=fact(snapshot, "df", storage.parse_space),
        inodes=fact(snapshot, "inodes", storage.parse_inodes),
        block_devices=fact(snapshot, "block", blocks.parse),
        swap=fact(snapshot, "swap", storage.parse_swap),
        exports=fact(snapshot, "exports", exports.parse),
        addresses=fact(snapshot, "addresses", network.parse_addresses),
        host_entries=fact(snapshot, "hosts", lambda text: network.parse_hosts(text, hostname)),
        accounts=fact(snapshot, "passwd", accounts.parse_accounts),
        user_groups=fact(snapshot, "group", accounts.parse_groups),
        processes=compose.in_units(mapped(running, _processes), units),
        environments=mapped(running, _environments),
        open_files=mapped(running, _open_files),
        open_devices=mapped(running, _open_devices),
        mapped=fact(snapshot, "mapped", mappings.parse),
        listeners=compose.owned(fact(snapshot, "listeners", sockets.parse_listeners)),
        connections=compose.owned(fact(snapshot, "connections", sockets.parse_connections)),
        udp_connections=compose.owned(fact(snapshot, "connections", sockets.parse_udp_connections)),
        unix_sockets=compose.owned(fact(snapshot, "unix-sockets", unixsockets.parse)),
        special_sockets=fact(snapshot, "special-sockets", specialsockets.parse),
        units=units,
        at_jobs=fact(snapshot, "at-jobs", waiting.parse_at),
        user_units=fact(snapshot, "user-units", waiting.parse_user_units),
        inetd=fact(snapshot, "inetd", inetd.parse),
        boot=mapped(fact(snapshot, "inits", initscripts.parse_inits), lambda told: told.boot),
        init_texts=fact(snapshot, "init-text", systemd.parse_texts),
        cron=fact(snapshot, "cron", lambda text: cron.parse(text, family)),
        packages=compose.installed(snapshot, family),
        repositories=fact(snapshot, "repositories", repositories.parse),
        unowned=fact(snapshot, "unowned", programs.parse_unowned),
        altered=fact(snapshot, "altered", packages.parse_owners),
        owners=fact(snapshot, "owners", packages.parse_owners),
        config_files=fact(snapshot, "config-files", files.parse_config_files),
        files=fact(snapshot, "files", files.parse_files),
        paths=fact(snapshot, "paths", files.parse_paths),
        sizes=fact(snapshot, "sizes", files.parse_sizes),
        virtualenvs=fact(snapshot, "virtualenvs", virtualenvs.parse),
        runtimes=fact(snapshot, "runtimes", programs.parse_runtimes),
        applications=compose.installed_applications(snapshot),
        certificates=fact(snapshot, "certificates", certificates.parse),
        fips=fact(snapshot, "fips", security.parse_fips),
        selinux=fact(snapshot, "selinux", security.parse_selinux),
        confinement=fact(snapshot, "confinement", security.parse_confinement),
        audit=fact(snapshot, "audit", security.parse_audit),
        firewall=fact(snapshot, "firewall", firewall.parse_firewall),
        directory=fact(snapshot, "directory", logins.parse_directory),
        logins=fact(snapshot, "logins", logins.parse_logins),
        load=fact(snapshot, "load", usage.parse_load),
        history=fact(snapshot, "history", usage.parse_history),
        engines=fact(snapshot, "engines", engines.parse_engines),
        timezone=fact(snapshot, "timezone", word),
        locale=fact(snapshot, "locale", locales.parse),
        guest=Fact("guest", unknown=_nobody(snapshot)),
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
    host = windows.told(snapshot, host) if windows.is_windows(snapshot) else host
    return joined_doors(host, snapshot)


def _nobody(snapshot: Snapshot) -> str:
    reason = fact(snapshot, "guest", word).unknown
    return reason if snapshot.status != "seen" else NO_GUEST


def _processes(found: tuple[processes.Running, ...]) -> tuple[Process, ...]:
    return tuple(one.process for one in found)


def _environments(found: tuple[processes.Running, ...]) -> tuple[Environment, ...]:
    return tuple(one.environment for one in found if one.environment)


def _open_devices(found: tuple[processes.Running, ...]) -> tuple[OpenFile, ...]:
    return tuple(file for one in found for file in one.open_devices)


def _open_files(found: tuple[processes.Running, ...]) -> tuple[OpenFile, ...]:
    return tuple(file for one in found for file in one.open_files)
