"""What runs on a Windows machine: web sites, databases, roles, other services, tasks.

They are told so that the plan says what stays and why; no command, image or volume is derived,
since a container of this planner runs on Linux (rule other-operating-system).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from planner.model import Account, Agent, Host, Listener, Process, Unit, Windows, Workload
from planner.service import network, traits
from planner.service.view import why_unknown
from planner.workloads.windows import names, sites, tasks
from planner.workloads.windows.names import ROLES, SQL_HELPERS
from planner.workloads.windows.processes import descendants, named

_STATES = {"active": "running", "activating": "running", "failed": "failed"}
_ENGINE = re.compile(r"mssqlserver|mssql\$.+|msolap\$.+|mssqlserverolapservice|reportserver(\$.+)?|"
                     r"sqlserverreportingservices|powerbireportserver", re.IGNORECASE)  # fmt: skip
_SMB = 445
_NOT_OWN_SHARES = frozenset({"sysvol", "netlogon", "print$"})


def detect(host: Host, windows: Windows) -> tuple[tuple[Workload, ...], tuple[Agent, ...]]:
    """Workloads and agents of a Windows machine, in no order; names may come twice."""
    workloads: list[Workload] = list(sites.detect(host, windows))
    agents: list[Agent] = []
    for unit in host.units.value or ():
        found = _service(host, windows, unit)
        if isinstance(found, Agent):
            agents.append(found)
        elif found is not None:
            workloads.append(found)
    claimed = {pid for workload in workloads for pid in workload.pids}
    workloads += _loose(host, claimed | {u.main_pid for u in host.units.value or ()})
    workloads += tasks.detect(host, windows)
    if not workloads and host.units.value is None:
        return (), tuple(agents)
    return tuple(workloads), tuple(agents)


def _service(host: Host, windows: Windows, unit: Unit) -> Workload | Agent | None:
    name = unit.name.lower()
    if unit.active == "inactive" and unit.enabled != "enabled":
        return None
    if purpose := names.agent(name):
        return Agent(unit.name, unit.name, purpose, names.fate(purpose))
    if SQL_HELPERS.fullmatch(name):
        return Agent(unit.name, unit.name, "part of SQL Server, which it stays with")
    if name in ROLES:
        kind, title, known = ROLES[name]
        return _workload(host, unit, kind, title, known)
    if name == "lanmanserver" and (shares := _shares(host)):
        return _workload(
            host, unit, "file-server", f"File server: {', '.join(shares)}", ("file-server",)
        )
    if _ENGINE.fullmatch(name):
        return _sql(host, windows, unit)
    path = unit.properties.get("Program") or unit.properties.get("PathName", "")
    if not path or names.of_system(path) or names.is_plumbing(name):
        return None
    program = re.split(r"[\\/]", path.partition(".exe")[0].strip('"'))[-1]
    return _workload(host, unit, "service", _title(unit), traits.by_name({name, program}))


def _title(unit: Unit) -> str:
    told = unit.properties
    title = told.get("DisplayName") or unit.name
    product, company = told.get("Product", ""), told.get("Company", "")
    if product and product.lower() not in title.lower():
        title += f" ({product}{f' by {company}' if company else ''})"
    return title


def _shares(host: Host) -> tuple[str, ...]:
    return tuple(
        one.name for one in host.exports.value or () if one.name.lower() not in _NOT_OWN_SHARES
    )


def _sql(host: Host, windows: Windows, unit: Unit) -> Workload:
    instance = unit.name.partition("$")[2] or "MSSQLSERVER"
    low = unit.name.lower()
    kind = "OLAP" if "olap" in low else "RS" if "report" in low else "SQL"
    told = next(
        (
            s
            for s in windows.sql.value or ()
            if (s.kind, s.name.lower()) == (kind, instance.lower())
        ),
        None,
    )
    what = {"SQL": "SQL Server", "OLAP": "SQL Server Analysis Services"}.get(
        kind, "SQL Server Reporting Services"
    )
    return _workload(
        host,
        unit,
        {"SQL": "mssql", "OLAP": "mssql-olap", "RS": "mssql-reports"}[kind],
        f"{what} {instance}" + (f" ({told.edition})" if told and told.edition else ""),
        ("database", "vendor-database") if kind != "RS" else ("web",),
        version=told.version if told else "",
        unknowns=why_unknown(windows.sql, "Its version and edition"),
    )


def _workload(
    host: Host,
    unit: Unit,
    kind: str,
    title: str,
    traits: tuple[str, ...] = (),
    *,
    version: str = "",
    unknowns: Sequence[str] = (),
) -> Workload:
    processes = _tree(host, unit.main_pid)
    pids = frozenset(p.pid for p in processes)
    listeners = tuple(e for e in host.listeners.value or () if pids & set(e.pids))
    if kind == "file-server":  # the kernel's own socket
        listeners = tuple(e for e in host.listeners.value or () if e.port == _SMB)
    account = unit.properties.get("StartName", "")
    name = named(unit.name)
    state = _STATES.get(unit.active, "stopped")
    return Workload(
        id=f"{host.name}/{name}",
        host=host.name,
        name=name,
        kind=kind,
        title=title[:120],
        state="running" if state == "running" else "failed" if state == "failed" else "stopped",
        traits=traits,
        unit=unit.name,
        enabled=unit.enabled,
        user=Account(account, -1, -1) if account else None,
        pids=tuple(sorted(pids)),
        argv=processes[0].argv if processes else (),
        exe=unit.properties.get("Program", "") or (processes[0].exe if processes else ""),
        version=version or unit.properties.get("ProductVersion", ""),
        listeners=listeners,
        peers=network.peers(host, pids, listeners, ()),
        resources={"memory": sum(p.rss for p in processes)} if processes else {},
        unknowns=(
            *unknowns,
            *why_unknown(host.listeners, "Where it listens"),
            *why_unknown(host.processes, "Which processes it has"),
        ),
    )


def _tree(host: Host, main: int) -> tuple[Process, ...]:
    """The process of a service and its descendants; of one shared by several services, none."""
    alone = [u.name for u in host.units.value or () if main and u.main_pid == main]
    return descendants(host, (main,)) if len(alone) == 1 else ()


def _loose(host: Host, known: set[int]) -> Iterable[Workload]:
    """Programs that listen, lie outside of Windows, and no service started: one for each path."""
    services = {p.pid for u in host.units.value or () for p in _tree(host, u.main_pid)}
    by_path: dict[str, list[Process]] = {}
    listening = {pid for e in host.listeners.value or () for pid in e.pids}
    for process in host.processes.value or ():
        own = process.exe and not names.of_system(process.exe)
        if own and process.pid in listening and process.pid not in known | services:
            by_path.setdefault(process.exe, []).append(process)
    for path, processes in sorted(by_path.items()):
        pids = frozenset(p.pid for p in processes)
        listeners: tuple[Listener, ...] = tuple(
            e for e in host.listeners.value or () if pids & set(e.pids)
        )
        name = named(path.rpartition("\\")[2].removesuffix(".exe"))
        yield Workload(
            id=f"{host.name}/{name}",
            host=host.name,
            name=name,
            kind="service",
            title=path,
            state="running",
            pids=tuple(sorted(pids)),
            argv=processes[0].argv,
            exe=path,
            listeners=listeners,
            peers=network.peers(host, pids, listeners, ()),
            resources={"memory": sum(p.rss for p in processes)},
            unknowns=("No service starts it: what brings it back after a restart is not known.",),
        )
