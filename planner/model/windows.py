"""What only a Windows machine has."""

from __future__ import annotations

from typing import Literal

from planner.model.data import Data, Fact
from planner.model.engines import Guest


class Edition(Data, frozen=True):
    """Which Windows it is, beyond the name in ``OS``."""

    product: Literal["workstation", "domain-controller", "server"]
    installation: str = ""
    """Client, Server, Server Core, Nano Server: as the registry says; empty: not told."""
    edition: str = ""
    """ServerStandard, ServerDatacenter, Professional, ..."""
    build: str = ""
    """``17763.5458``: build and, where told, update revision."""
    installed: str = ""
    booted: str = ""


class Domain(Data, frozen=True):
    role: Literal["standalone", "member", "controller"]
    name: str = ""
    """Of the domain, or of the workgroup."""


class Feature(Data, frozen=True):
    """An installed role or feature; of old systems without names, the display name alone."""

    name: str
    title: str = ""


class Site(Data, frozen=True):
    name: str
    state: str = ""
    """Started, Stopped; empty: not told."""
    bindings: tuple[tuple[str, str], ...] = ()
    """(protocol, information): (``http``, ``*:80:shop.example.org``)."""


class WebApplication(Data, frozen=True):
    site: str
    path: str
    """``/`` is the site itself."""
    pool: str
    directory: str = ""
    framework: str = ""
    """``targetFramework`` of ASP.NET; empty: not told."""
    runs: str = ""
    """What ASP.NET Core's module starts, without secrets."""
    connections: tuple[str, ...] = ()
    """Names of its connection strings."""
    folders: tuple[tuple[str, str], ...] = ()
    """Other virtual directories: (path, folder)."""
    note: str = ""
    """Why its web.config was not read."""


class Pool(Data, frozen=True):
    name: str
    state: str = ""
    runtime: str = ""
    """``v4.0``, ``v2.0``; ``none``: no managed code; empty: IIS's default."""
    identity: str = ""
    user: str = ""


class Iis(Data, frozen=True):
    sites: tuple[Site, ...] = ()
    applications: tuple[WebApplication, ...] = ()
    pools: tuple[Pool, ...] = ()


class Task(Data, frozen=True):
    """A scheduled task that is not Windows' own."""

    path: str
    enabled: bool
    user: str = ""
    actions: tuple[str, ...] = ()
    """Command lines, without secrets."""
    triggers: tuple[str, ...] = ()
    """As the task's XML has them, without namespaces."""
    last_run: str = ""
    last_result: str = ""


class DotNet(Data, frozen=True):
    kind: Literal["framework", "runtime", "sdk"]
    name: str
    version: str
    """Of the framework from 4.5 on by its release number: ``4.8``."""


class SqlInstance(Data, frozen=True):
    kind: Literal["SQL", "OLAP", "RS"]
    """Database engine, Analysis Services, Reporting Services."""
    name: str
    version: str = ""
    edition: str = ""
    port: str = ""
    """Fixed or dynamic, as configured; empty: not told."""
    data: str = ""


class Protection(Data, frozen=True):
    """``bitlocker`` (by volume), ``tpm``, ``firewall`` (by profile)."""

    kind: Literal["bitlocker", "tpm", "firewall"]
    name: str
    enabled: bool


class Windows(Data, frozen=True):
    """Facts of a Windows machine; each is known, known in part or unknown by itself."""

    edition: Fact[Edition]
    domain: Fact[Domain]
    features: Fact[tuple[Feature, ...]]
    iis: Fact[Iis]
    tasks: Fact[tuple[Task, ...]]
    dotnet: Fact[tuple[DotNet, ...]]
    sql: Fact[tuple[SqlInstance, ...]]
    guests: Fact[tuple[Guest, ...]]
    """Virtual machines of Hyper-V on this machine."""
    protection: Fact[tuple[Protection, ...]]
    pending_reboot: Fact[tuple[str, ...]]
    """What waits for a restart; empty: nothing."""
    last_update: Fact[str]
    """Day of the newest update, ``2026-01-13``."""
    local_users: Fact[int]
    """Enabled ones."""
