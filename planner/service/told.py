"""Facts that are made for rules: of the machine, and of one workload on it.

Unlike the fields of :mod:`planner.service.used`, each decides for itself what it lacks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from planner.model import (
    Confined,
    Fact,
    Host,
    Listener,
    PacketFilter,
    SpecialSocket,
    Workload,
)
from planner.service import (
    guarded,
    jobscripts,
    leases,
    reached,
    rights,
    routing,
    sessions,
    stores,
    users,
)
from planner.service.called import called
from planner.service.filtered import filtered, filters
from planner.service.mentions import Mention, mentions
from planner.service.rewritten import rewritten
from planner.service.taken import Taken, taken


@dataclass(frozen=True)
class OfHost:
    """How it is made, of which type, and from which facts of the machine."""

    read: Callable[[Host], Fact[Any]]
    type: Any
    needs: tuple[str, ...]


@dataclass(frozen=True)
class OfWorkload:
    """As :class:`OfHost`. ``running``: nothing can be said while no process of it runs."""

    read: Callable[[Host, Workload], Fact[Any]]
    type: Any
    needs: tuple[str, ...]
    running: bool = False


HOST = {
    "encrypted": OfHost(guarded.encrypted, tuple[str, ...], ("block_devices", "mounts")),
    "multilevel": OfHost(guarded.multilevel, bool, ("confinement", "selinux")),
    "people": OfHost(
        users.people, tuple[str, ...], ("accounts", "directory", "logins", "processes")
    ),
    "visitors": OfHost(
        users.visitors, tuple[str, ...], ("accounts", "directory", "logins", "processes")
    ),
    "programs": OfHost(users.programs, tuple[str, ...], ("processes",)),
    "service_users": OfHost(users.service_users, tuple[str, ...], ("accounts", "processes")),
    "tenants": OfHost(users.tenants, tuple[str, ...], ("accounts", "logins", "processes")),
    "joined": OfHost(users.joined_to, tuple[str, ...], ("directory",)),
    "guards": OfHost(guarded.guards, tuple[str, ...], ("confinement",)),
    "filters": OfHost(filters, tuple[PacketFilter, ...], ("firewall",)),
    "managers": OfHost(reached.managers, tuple[str, ...], ("processes", "units")),
    "huge_taken": OfHost(rights.huge_taken, int, ("huge_pages",)),
    "networks": OfHost(reached.networks, tuple[str, ...], ("addresses",)),
    "device_jobs": OfHost(
        jobscripts.device_jobs, tuple[jobscripts.DeviceJob, ...], ("cron", "files", "units")
    ),
    "unread_jobs": OfHost(jobscripts.unread, tuple[str, ...], ("cron", "files", "units")),
    "idle_devices": OfHost(jobscripts.idle_devices, tuple[str, ...], ("devices", "open_files")),
    "stores": OfHost(stores.memory, int, ("processes",)),
    "translates": OfHost(routing.translates, tuple[str, ...], ("firewall",)),
}
WORKLOAD = {
    "rivals": OfWorkload(reached.rivals, tuple[Listener, ...], ("listeners",)),
    "special_sockets": OfWorkload(
        reached.special_sockets, tuple[SpecialSocket, ...], ("special_sockets",)
    ),
    "capabilities": OfWorkload(rights.capabilities, tuple[str, ...], ("processes",)),
    "filtered": OfWorkload(filtered, tuple[str, ...], ("firewall", "listeners")),
    "called": OfWorkload(called, tuple[str, ...], ("addresses", "files", "host_entries")),
    "device_jobs": OfWorkload(
        jobscripts.devices_of, tuple[jobscripts.DeviceJob, ...], ("cron", "files")
    ),
    "scripts": OfWorkload(jobscripts.scripts, tuple[jobscripts.Script, ...], ("files",)),
    "taken": OfWorkload(taken, tuple[Taken, ...], ("processes", "open_files", "open_devices")),
    "mentions": OfWorkload(mentions, tuple[Mention, ...], ("addresses", "files")),
    "leased": OfWorkload(leases.leased, tuple[str, ...], ("addresses", "files", "listeners")),
    "relayed": OfWorkload(leases.relayed, tuple[str, ...], ("addresses", "files")),
    "persons": OfWorkload(
        sessions.persons,
        tuple[str, ...],
        ("accounts", "directory", "logins", "processes"),
        running=True,
    ),
    "strangers": OfWorkload(
        users.strangers, tuple[int, ...], ("accounts", "processes"), running=True
    ),
    "rewritten": OfWorkload(rewritten, tuple[str, ...], ("mapped", "open_files"), running=True),
    "confined": OfWorkload(guarded.confined, tuple[Confined, ...], ("confinement",), running=True),
}
