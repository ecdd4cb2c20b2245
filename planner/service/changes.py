"""What is done differently in the container, because of its user, its ports and its logs."""

from __future__ import annotations

from planner.model import Account, Adaptation
from planner.service import accounts
from planner.service.storage import Storage
from planner.service.view import Service, setting


def of_ports(
    service: Service, run_as: Account | None
) -> tuple[tuple[tuple[str, str], ...], tuple[Adaptation, ...]]:
    low = sorted({x.port for x in service.listeners if x.port < 1024})
    if not low or run_as is None or run_as.uid == 0:
        return (), ()
    named = ", ".join(str(port) for port in low)
    return (
        (("net.ipv4.ip_unprivileged_port_start", "0"),),
        (
            Adaptation(
                "port",
                f"opens port {named} without root: ports from 0 are free in its network "
                "namespace (sysctl net.ipv4.ip_unprivileged_port_start=0)",
                "below 1024 the kernel asks for a capability that an unprivileged user has not",
            ),
        ),
    )


def of_user(
    service: Service, user: Account | None, run_as: Account | None
) -> tuple[Adaptation, ...]:
    if user is None:
        return ()
    if run_as is None:
        why = (
            "it starts its processes under several users, which only root can"
            if accounts.needs_root(service)
            else "it runs as root on the machine, and whether it needs that is not known"
        )
        return (Adaptation("user", "runs as root in the container", why),)
    if run_as.uid != user.uid:
        return (
            Adaptation(
                "user",
                f"runs as {run_as.name} ({run_as.uid}) from the start",
                f"on the machine {user.name} starts it and its processes then run as {run_as.name}",
            ),
        )
    started = setting(service, "User")
    if run_as.uid and service.unit and service.unit.directives and started in ("", "root", "0"):
        return (
            Adaptation(
                "user",
                f"runs as {run_as.name} ({run_as.uid}) from the start",
                "on the machine root starts it and it changes to that user by itself",
            ),
        )
    return ()


def of_logs(kept: Storage) -> tuple[Adaptation, ...]:
    if not kept.log_links:
        return ()
    named = ", ".join(path for path, _ in kept.log_links)
    return (
        Adaptation(
            "logs",
            f"{named}: links to the container's output",
            "the engine collects and rotates what a container writes there",
        ),
    )
