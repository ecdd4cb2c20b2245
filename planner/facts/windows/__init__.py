"""Facts of a Windows machine, from what collector.ps1 prints.

That script has never been executed: what these parsers read was constructed after Microsoft's
documentation, and each case says so.
"""

from __future__ import annotations

from typing import Any

import msgspec

from planner.facts.section import NOT_TOLD, fact, mapped
from planner.facts.windows import installed, running, system, tasks, web
from planner.model import Fact, Host, Snapshot, Windows

NOT_OF_WINDOWS = "not looked for on Windows"


def is_windows(snapshot: Snapshot) -> bool:
    """Whether the collector for Windows looked."""
    return snapshot.status == "seen" and "win-os" in snapshot.sections


def told(snapshot: Snapshot, host: Host) -> Host:
    """``host`` with the facts of Windows; what no section of it tells says so."""
    return msgspec.structs.replace(host, **_rest(host), **_facts(snapshot), windows=_own(snapshot))


def _rest(host: Host) -> dict[str, Fact[Any]]:
    values = {name: getattr(host, name) for name in host.__struct_fields__}
    return {
        name: Fact(value.section, unknown=NOT_OF_WINDOWS)
        for name, value in values.items()
        if isinstance(value, Fact) and value.unknown == NOT_TOLD and name not in _HERE
    }


def _facts(snapshot: Snapshot) -> dict[str, Fact[Any]]:
    services = fact(snapshot, "win-services", running.parse_services)
    owners = running.owners(services.value or ())
    computer = snapshot.sections.get("win-computer")
    words = computer.text if computer and computer.state != "missing" else ""
    return {
        "os": fact(snapshot, "win-os", system.parse_os),
        "kernel": fact(snapshot, "win-os", lambda text: system.parse_kernel(text, words)),
        "memory": fact(snapshot, "win-os", system.parse_memory),
        "cpus": fact(snapshot, "win-computer", system.parse_cpus),
        "virtualization": fact(snapshot, "win-computer", system.parse_virtualization),
        "dmi": fact(snapshot, "win-computer", system.parse_dmi),
        "init": mapped(services, lambda _: "windows"),
        "units": services,
        "processes": fact(
            snapshot, "win-processes", lambda text: running.parse_processes(text, owners)
        ),
        "listeners": fact(snapshot, "win-listeners", running.parse_listeners),
        "connections": fact(snapshot, "win-connections", running.parse_connections),
        "addresses": fact(snapshot, "win-network", system.parse_addresses),
        "space": fact(snapshot, "win-volumes", system.parse_space),
        "exports": fact(snapshot, "win-shares", system.parse_exports),
        "packages": fact(snapshot, "win-programs", installed.parse_programs),
        "pci": fact(snapshot, "win-devices", system.parse_pci),
        "usb": fact(snapshot, "win-devices", system.parse_usb),
        "certificates": fact(snapshot, "win-certificates", installed.parse_certificates),
    }


def _own(snapshot: Snapshot) -> Windows:
    return Windows(
        edition=fact(snapshot, "win-os", system.parse_edition),
        domain=fact(snapshot, "win-computer", system.parse_domain),
        features=fact(snapshot, "win-features", installed.parse_features),
        iis=fact(snapshot, "win-iis", web.parse),
        tasks=fact(snapshot, "win-tasks", tasks.parse),
        dotnet=fact(snapshot, "win-dotnet", installed.parse_dotnet),
        sql=fact(snapshot, "win-sql", installed.parse_sql),
        guests=fact(snapshot, "win-guests", installed.parse_guests),
        protection=fact(snapshot, "win-protection", installed.parse_protection),
        pending_reboot=fact(snapshot, "win-pending", installed.parse_pending),
        last_update=fact(snapshot, "win-updates", installed.parse_last_update),
        local_users=fact(snapshot, "win-accounts", installed.parse_local_users),
    )


_HERE = frozenset(
    _facts(Snapshot(1, "", "seen", "", "constructed"))  # names alone
) | {"machine_id", "hostname", "timezone", "host_entries", "fips"}

__all__ = ["NOT_OF_WINDOWS", "is_windows", "told"]
