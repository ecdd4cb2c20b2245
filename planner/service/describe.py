"""Puts the parts of a workload together; a detector adds what only its kind knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from planner.model import (
    Account,
    Adaptation,
    Copy,
    Health,
    Pin,
    TextFile,
    Workload,
)
from planner.service import (
    accounts,
    attended,
    changes,
    directives,
    environment,
    flagged,
    network,
    places,
    storage,
    traits,
    unread,
)
from planner.service.command import Command
from planner.service.config import Carried
from planner.service.directives import Fate
from planner.service.storage import Storage
from planner.service.view import Service, setting, why_unknown

_SIGNALS = re.compile(r"(SIG)?(TERM|INT|QUIT|HUP|USR1|USR2|WINCH|KILL|ABRT|RTMIN\+\d+)")


_YOUNG = 60
"""Seconds below which an average says nothing."""


@dataclass(frozen=True)
class Kind:
    """What a detector knows of its kind before it looks at configuration."""

    kind: str
    title: str
    traits: tuple[str, ...] = ()
    version: str = ""
    stop_signal: str = ""
    needs_init: bool = False


def workload(
    service: Service,
    kind: Kind,
    *,
    command: Command,
    packages: Sequence[Pin] = (),
    carried: Carried | None = None,
    kept: Storage | None = None,
    files: Iterable[TextFile] = (),
    health: Health | None = None,
    decided: Mapping[str, Fate] | None = None,
    adaptations: Sequence[Adaptation] = (),
    unknowns: Sequence[str] = (),
    preparations: tuple[str, ...] = (),
    removals: Sequence[str] = (),
    run_as: Account | None = None,
    links: tuple[tuple[str, str], ...] = (),
) -> Workload:
    """The workload of a service. ``files``: its configuration, for the peers that it names;
    ``run_as``: the container's user, by default :func:`container_user`; ``links``: to what it
    copies.
    """
    carried, kept, files = carried or Carried(), kept or Storage(), tuple(files)
    host, unit, main = service.host, service.unit, service.main
    user = accounts.of_service(service)
    run_as = run_as or container_user(service)
    of_kernel = "kernel-service" in kind.traits
    roots = [c.path for c in carried.copies if c.kind == "application"]
    everything = storage.joined(
        storage.of_unit(service, run_as),
        kept,
        storage.of_pid_file(service, run_as),
        Storage() if of_kernel else flagged.of_options(service, run_as, roots),
    )
    variables, env_secrets, env_unknowns = environment.of_unit(service)
    zone_env, zone_pins = environment.of_zone(service)
    merged_env = {e.name: e for e in (*everything.environment, *zone_env, *variables)}
    volumes = places.volumes(host, everything.wanted)
    sysctls, port_changes = changes.of_ports(service, run_as)
    every_trait = tuple(dict.fromkeys((*kind.traits, *traits.of(service))))
    unseen = unread.of(
        host,
        carried,
        (command.argv, main.argv if main else ()),
        environment.files(service),
        files,
    )
    fate = dict(command.decided)
    if not command.argv:
        fate["ExecStart"] = ("lost", "no safe command could be derived from it")
    elif service.unit and service.unit.directives and "ExecStart" not in fate:
        fate["ExecStart"] = ("carried", "command of the container, in the foreground")
    return Workload(
        id=f"{host.name}/{service.name}",
        host=host.name,
        name=service.name,
        kind=kind.kind,
        title=kind.title,
        state=state(service),
        traits=every_trait,
        unit=unit.name if unit else "",
        enabled=unit.enabled if unit else "",
        started_by=tuple(sorted(unit.properties.get("TriggeredBy", "").split())) if unit else (),
        user=user,
        groups=accounts.groups_of(host, run_as or user),
        pids=tuple(sorted(service.pids)),
        argv=main.argv if main else (),
        exe=main.exe if main else "",
        version=kind.version,
        packages=(*packages, *(p for p in zone_pins if p not in packages)),
        listeners=tuple(sorted(service.listeners, key=lambda x: (x.port, x.protocol, x.address))),
        peers=network.peers(host, service.pids, service.listeners, files),
        command=command.argv,
        workdir=_workdir(service),
        run_as=run_as,
        environment=tuple(merged_env[name] for name in sorted(merged_env)),
        copies=_without(
            carried,
            tuple(v.path for v in volumes),
            tuple(d.path for d in everything.directories if d.tmpfs),
        ),
        secrets=tuple(
            sorted(
                (
                    *env_secrets,
                    *(s for s in carried.secrets if s.path not in {e.path for e in env_secrets}),
                ),
                key=lambda s: s.path,
            )
        ),
        volumes=volumes,
        directories=everything.directories,
        log_links=everything.log_links,
        links=links,
        touch=everything.touch,
        unread=unseen,
        removals=tuple(dict.fromkeys((*carried.removals, *removals))),
        preparations=preparations,
        stop_signal=kind.stop_signal or _signal(service),
        restart=_restart(service),
        needs_init=kind.needs_init,
        sysctls=sysctls,
        health=health,
        directives=directives.fates(service, {**fate, **(decided or {})}, every_trait),
        adaptations=(
            *command.adaptations,
            *changes.of_user(service, user, run_as),
            *port_changes,
            *changes.of_logs(everything),
            *adaptations,
        ),
        resources=_resources(service),
        unknowns=tuple(
            dict.fromkeys(
                (
                    *service.unknowns,
                    *command.unknowns,
                    *env_unknowns,
                    *everything.unknowns,
                    *carried.unknowns,
                    *unread.sentences(unseen, host),
                    *traits.unknowns(service),
                    *_seen(service, user),
                    *unknowns,
                )
            )
        ),
    )


def state(service: Service) -> Literal["running", "stopped", "failed", "unknown"]:
    """From the unit; without one, from its processes. Of an init script without processes that
    could be told to be its own, nothing is known.
    """
    if service.processes:
        return "running"
    unit = service.unit
    if unit is None:
        return "running" if service.listeners else "stopped"
    if not unit.active:
        return "running" if service.listeners else "unknown"
    if unit.active == "failed":
        return "failed"
    return "running" if unit.active in ("active", "activating", "reloading") else "stopped"


def container_user(service: Service) -> Account | None:
    """The machine's user of the service; where that is root, the one its workers run as."""
    user = accounts.of_service(service)
    if user is not None and user.uid == 0:
        return accounts.of_workers(service)
    return user


def _without(
    carried: Carried, volumes_of: tuple[str, ...], emptied: tuple[str, ...]
) -> tuple[Copy, ...]:
    """Copies without what lies in a volume; volumes, secrets and what is empty at every start are
    left out of trees."""
    found = []
    for copy in carried.copies:
        if any(places.below(copy.path, v) for v in volumes_of):
            continue
        inside = [
            p
            for p in (*volumes_of, *emptied, *(s.path for s in carried.secrets))
            if places.below(p, copy.path)
        ]
        found.append(replace(copy, exclude=tuple(sorted({*copy.exclude, *inside}))))
    return tuple(found)


def _resources(service: Service) -> dict[str, int]:
    """Resident bytes now and at each process's highest, and thousandths of a processor on average
    since the oldest of them started; without what was not told.
    """
    running = service.processes
    if not running:
        return {}
    found = {"memory": min([sum(p.rss for p in running), *_charged(service)])}
    if all(p.peak for p in running if p.rss):
        found["memory_peak"] = sum(p.peak for p in running)
    starts = [p.started for p in running if p.started]
    spent = [p.cpu for p in running if p.cpu is not None]
    clock = service.host.clock.value
    if clock and len(starts) == len(spent) == len(running):
        age = _seconds(clock) - min(_seconds(start) for start in starts)
        if age >= _YOUNG:
            found["cpu_milli"] = round(sum(spent) * 1000 / age)
    return found


def _charged(service: Service) -> list[int]:
    """What the kernel charges the unit: memory that its processes share counts once there."""
    told = service.unit.properties.get("MemoryCurrent", "") if service.unit else ""
    return [int(told)] if told.isascii() and told.isdigit() and int(told) else []


def _seconds(moment: str) -> float:
    try:
        return datetime.fromisoformat(moment).timestamp()
    except ValueError:
        return float("inf")  # a clock that tells no time: no age


def _workdir(service: Service) -> str:
    found = setting(service, "WorkingDirectory").lstrip("-") or attended.workdir(service)
    if found == "~":
        user = accounts.of_service(service)
        return user.home if user else ""
    return places.clean(found) if found.startswith("/") else ""


def _signal(service: Service) -> str:
    match = _SIGNALS.fullmatch(setting(service, "KillSignal"))
    return f"SIG{match[2]}" if match else "SIGTERM"


def _restart(service: Service) -> Literal["no", "on-failure", "always"]:
    found = setting(service, "Restart")
    if found == "always":
        return "always"
    return (
        "on-failure"
        if found in ("on-failure", "on-abnormal", "on-abort", "on-watchdog", "on-success")
        else "no"
    )


def _seen(service: Service, user: Account | None) -> tuple[str, ...]:
    host = service.host
    found = [
        *why_unknown(host.listeners, "Where it listens"),
        *why_unknown(host.connections, "Whom it speaks to"),
    ]
    if state(service) == "unknown":
        found.append("Whether it runs is not known: no process was told to be its init script's.")
    if user is None:
        found.append("Which user it runs as is not known.")
    if service.unit is not None and not service.unit.directives:
        reason = host.units.unknown or host.units.partial or "its text was not carried"
        found.append(f"What its unit file says is not known: {reason}")
    return tuple(found)
