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
from planner.service import guarded, reached, users
from planner.service.filtered import filtered, filters
from planner.service.mentions import Mention, mentions


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
    "networks": OfHost(reached.networks, tuple[str, ...], ("addresses",)),
}
WORKLOAD = {
    "rivals": OfWorkload(reached.rivals, tuple[Listener, ...], ("listeners",)),
    "special_sockets": OfWorkload(
        reached.special_sockets, tuple[SpecialSocket, ...], ("special_sockets",)
    ),
    "filtered": OfWorkload(filtered, tuple[str, ...], ("firewall", "listeners")),
    "mentions": OfWorkload(mentions, tuple[Mention, ...], ("addresses", "files")),
    "strangers": OfWorkload(
        users.strangers, tuple[int, ...], ("accounts", "processes"), running=True
    ),
    "confined": OfWorkload(guarded.confined, tuple[Confined, ...], ("confinement",), running=True),
}
