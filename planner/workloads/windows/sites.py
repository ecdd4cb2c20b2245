"""Sites of IIS, a workload each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from planner.model import (
    Account,
    Host,
    Iis,
    Listener,
    Pool,
    Site,
    WebApplication,
    Windows,
    Workload,
)
from planner.service import network
from planner.service.view import why_unknown
from planner.workloads.windows.processes import descendants, named

_VERSIONS = {"2008-r2": "7.5", "2012": "8.0", "2012-r2": "8.5"}
"""IIS by Windows Server; 10.0 since 2016 (Microsoft's "IIS versions")."""
_PROTOCOLS = ("http", "https", "ftp", "net.tcp")


def detect(host: Host, windows: Windows) -> tuple[Workload, ...]:
    """A workload for each site; one for IIS as a whole where its sites could not be seen."""
    if windows.iis.value is None:
        return tuple(_blind(host, windows))
    return tuple(_site(host, windows, windows.iis.value, site) for site in windows.iis.value.sites)


def _blind(host: Host, windows: Windows) -> Iterable[Workload]:
    for unit in host.units.value or ():
        if unit.name.lower() == "w3svc" and (unit.active == "active" or unit.enabled == "enabled"):
            yield Workload(
                id=f"{host.name}/iis",
                host=host.name,
                name="iis",
                kind="iis",
                title="Internet Information Services",
                state="running" if unit.active == "active" else "stopped",
                traits=("web",),
                unit=unit.name,
                enabled=unit.enabled,
                version=_version(host),
                unknowns=why_unknown(windows.iis, "Which sites it serves"),
            )


def _site(host: Host, windows: Windows, iis: Iis, site: Site) -> Workload:
    applications = tuple(a for a in iis.applications if a.site == site.name)
    wanted = {a.pool for a in applications}
    pools = tuple(p for p in iis.pools if p.name in wanted)
    workers = [p.pid for p in host.processes.value or () if _pool_of(p.argv) in wanted]
    processes = descendants(host, workers)
    shared = wanted & {a.pool for a in iis.applications if a.site != site.name}
    pids = frozenset(p.pid for p in processes)
    listeners = tuple(_listeners(host, site))
    name = named(f"iis-{site.name}")
    pool = pools[0] if pools else None
    user = (pool.user or f"IIS APPPOOL\\{pool.name}") if pool else ""
    return Workload(
        id=f"{host.name}/{name}",
        host=host.name,
        name=name,
        kind="iis",
        title=_title(site, applications, pools)[:120],
        state="stopped" if site.state == "Stopped" else "running" if site.state else "unknown",
        traits=_traits(applications),
        unit="W3SVC",
        user=Account(user, -1, -1) if user else None,
        pids=tuple(sorted(pids)),
        argv=processes[0].argv if processes else (),
        exe=processes[0].exe if processes else "",
        version=_version(host),
        listeners=listeners,
        peers=network.peers(host, pids, listeners, ()),
        resources={"memory": sum(p.rss for p in processes)} if processes else {},
        sites=tuple(sorted({n for n in map(_host_name, site.bindings) if n})),
        unknowns=(
            *(f"What {a.path} runs is not known: {a.note}." for a in applications if a.note),
            *(f"It shares the pool {p} with another site." for p in sorted(shared)),
            *why_unknown(windows.iis, "Its configuration"),
            *why_unknown(host.processes, "Which processes it has"),
        ),
    )


def _title(site: Site, applications: tuple[WebApplication, ...], pools: tuple[Pool, ...]) -> str:
    runs = sorted({_runs(a) for a in applications} - {""})
    clr = sorted({p.runtime for p in pools} - {"", "none"})
    parts = [*runs, *(f"pool with CLR {one}" for one in clr if not runs)]
    if len(applications) > 1:
        parts.append(f"{len(applications)} applications")
    return f"IIS site {site.name}" + (f" ({', '.join(parts)})" if parts else "")


def _runs(application: WebApplication) -> str:
    if application.runs:
        return "ASP.NET Core"
    return f"ASP.NET {application.framework}" if application.framework else ""


def _traits(applications: tuple[WebApplication, ...]) -> tuple[str, ...]:
    found = {"web"}
    found |= {"aspnet-core"} if any(a.runs for a in applications) else set()
    found |= {"aspnet"} if any(a.framework for a in applications) else set()
    return tuple(sorted(found))


def _pool_of(argv: tuple[str, ...]) -> str | None:
    """``w3wp.exe -ap "DefaultAppPool" ...``: IIS names the pool to its worker."""
    if not argv or not argv[0].lower().endswith("w3wp.exe"):
        return None
    return next((after for word, after in pairwise(argv) if word == "-ap"), None)


def _listeners(host: Host, site: Site) -> Iterable[Listener]:
    """Bindings are ``<address or *>:<port>:<host name>``, for net.tcp ``<port>:*``."""
    seen: set[tuple[str, int]] = set()
    for protocol, information in site.bindings:
        match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:]*):(\d{1,5}):(.*)", information)
        if protocol == "net.tcp":
            match = re.fullmatch(r"()(\d{1,5}):(.*)", information)
        if protocol not in _PROTOCOLS or not match or int(match[2]) > 65535:
            continue
        address, port = match[1].strip("[]") or "*", int(match[2])
        if (address, port) not in seen:
            seen.add((address, port))
            pids = {pid for e in host.listeners.value or () if e.port == port for pid in e.pids}
            yield Listener("tcp", address, port, tuple(sorted(pids)))


def _host_name(binding: tuple[str, str]) -> str:
    name = binding[1].rpartition(":")[2]
    return name if re.fullmatch(r"[A-Za-z0-9*]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", name) else ""


def _version(host: Host) -> str:
    os = host.os.value
    if os is None:
        return ""
    year = os.version[:4]
    newer = year.isascii() and year.isdigit() and int(year) >= 2016
    return _VERSIONS.get(os.version, "10.0" if newer else "")
