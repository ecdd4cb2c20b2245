"""Services that work on the machine's kernel: VPN, firewall, NFS, hypervisor, container host,
directory controller, cluster. They are named for the rules; no container is derived.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from planner.model import Host, Workload
from planner.service import config, forwarding, known, pins, places, traits
from planner.service.command import Command
from planner.service.describe import Kind, workload
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called, stem

_SHARED = {"samba-controller": "directory", "vrrp": "cluster", "drbd": "cluster"}
"""Entries of the table that are told apart there and are one kind."""


def detect(service: Service) -> Workload | None:
    """A kernel-level service by its unit or program; any other: None. A packet filter is one only
    where the machine forwards for others.
    """
    if entry := traits.kernel(service):
        return _workload(service, _SHARED.get(entry.key, entry.key), entry.kernel, entry.folder)
    names = called(service) | ({stem(service.unit.name)} if service.unit else frozenset())
    if any(known.is_filter(name) for name in names) and forwarding.routes(service.host):
        return _workload(service, "firewall", "packet filter", "/etc/nftables.conf")
    return None


def _workload(service: Service, kind: str, title: str, folder: str) -> Workload:
    package = pins.main_package(service)
    instance = service.name.partition("@")[2]
    exports = kind == "nfs-server"
    folders = (folder,) if folder else ()
    made = workload(
        service,
        Kind(
            kind,
            f"{title} {instance}".strip(),
            ("kernel-service",) if kind != "firewall" else ("kernel-service", "firewall"),
            pins.version_of(service, package),
        ),
        command=Command(
            (), (), ("It works on the machine's kernel: no container command is derived.",)
        ),
        packages=pins.pins(service.host, [(package, "the program")] if package else []),
        carried=config.changed(service.host, folders, {package} - {""}, None),
        kept=Storage(_exported(service.host)) if exports else None,
        # What exports names are those that come to it, not those that it speaks to.
        files=() if exports else config.texts(service.host, folders),
    )
    # It stays as it is: nothing is adapted, and its unit goes on to be its unit.
    return replace(made, run_as=None, adaptations=(), sysctls=(), touch=(), directives=())


def _exported(host: Host) -> tuple[Wanted, ...]:
    """Folders that /etc/exports and its like name."""
    files = config.texts(host, ("/etc/exports", "/etc/exports.d"))
    text = "\n".join(file.text for file in files).replace("\\\n", " ")
    found: list[Wanted] = []
    for line in text.split("\n"):
        match = re.match(r'\s*(?:"(/[^"]*)"|(/\S*))', line)
        path = places.clean(match[1] or match[2]) if match else ""
        if path and not places.shared_top(path):
            why = "clients write while it is copied"
            found.append(Wanted(path, "data", "it is exported", "stop", why))
    return tuple(found)
