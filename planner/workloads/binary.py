"""Programs of one's own in Go and Rust: what they open, and whether they need a distribution."""

from __future__ import annotations

import re

from msgspec.structs import replace

from planner.model import Adaptation, Application, Health, Host, Workload
from planner.service import health, places, traits
from planner.service.general import Known, described, main_package
from planner.service.view import Service, program

_LANGUAGES = {"go": "Go", "rust": "Rust"}
_VERSION = re.compile(r"v?(\d+\.\d+[\w.+-]*)")


def detect(service: Service) -> Workload | None:
    """A program whose file says that Go or Rust made it, that no package owns and that the table
    of products does not know; any other: None.
    """
    found = _application(service)
    if found is None or main_package(service) or traits.entries(service):
        return None
    match = _VERSION.fullmatch(found.version)
    named = found.name or found.start
    what = f" {named}" if re.fullmatch(r"[\w./-]+", named) else ""
    made = described(
        service,
        Known(
            found.kind,
            f"{_LANGUAGES[found.kind]} program{what}",
            version=match[1] if match else "",
        ),
    )
    # Behind sh, for a variable or a umask, the image has busybox's.
    others = any(p.name != "tzdata" for p in made.packages)
    if not _alone(service, found) or not made.command or others:
        return replace(made, health=made.health or health.of_listeners(service.listeners))
    shown = Adaptation(
        "other",
        "runs on an image without a distribution: accounts, certificates and busybox alone",
        "its program is static, has no library in memory, and nothing in it starts another program",
    )
    return replace(
        made,
        static=True,
        needs_init=False,
        health=_health(service),
        adaptations=(*made.adaptations, shown),
    )


def _application(service: Service) -> Application | None:
    path = places.clean((service.main.exe if service.main else "") or program(service))
    every = service.host.applications.value or ()
    return next((a for a in every if a.kind in _LANGUAGES and a.path == path), None)


def _alone(service: Service, found: Application) -> bool:
    """Whether it needs nothing of a distribution: seen while it ran, all of its memory known, no
    library in it; and the Go linker left nothing in that starts programs (package os/exec). What
    Rust starts cannot be told from its file.
    """
    host: Host = service.host
    family = host.os.value.family if host.os.value else ""
    if found.kind != "go" or found.details.get("executes") != "no" or family != "debian":
        return False
    if not service.processes or host.mapped.value is None or host.mapped.partial:
        return False
    if len({p.exe for p in service.processes}) != 1:
        return False
    return not any(service.pids.intersection(entry.pids) for entry in host.mapped.value)


def _health(service: Service) -> Health | None:
    """With busybox: whether a connection is accepted."""
    for entry in sorted(service.listeners, key=lambda x: x.port):
        address = health.target(entry)
        if entry.protocol == "tcp" and address.startswith("127."):
            command = ("nc", "-w", "3", address, str(entry.port), "-e", "true")
            return Health(command, f"accepts connections on port {entry.port}")
    return None
