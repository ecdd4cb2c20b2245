"""What is installed on Windows: roles, programs, .NET, SQL Server, updates, guests."""

from __future__ import annotations

import re

from planner.facts.text import Parsed, UnreadableError, lines, number
from planner.facts.windows.record import Record, records
from planner.model import (
    Certificate,
    DotNet,
    Feature,
    Guest,
    Package,
    Protection,
    SqlInstance,
)

_RELEASES = (
    (533320, "4.8.1"),
    (528040, "4.8"),
    (461808, "4.7.2"),
    (461308, "4.7.1"),
    (460798, "4.7"),
    (394802, "4.6.2"),
    (394254, "4.6.1"),
    (393295, "4.6"),
    (379893, "4.5.2"),
    (378675, "4.5.1"),
    (378389, "4.5"),
)
"""Least value of ``Release`` and what it stands for: Microsoft's "Determine which .NET Framework
versions are installed"."""


def parse_features(text: str) -> Parsed[tuple[Feature, ...]]:
    """By name; of Win32_ServerFeature, which has numbers, by display name."""
    found = records(
        text,
        lambda told: Feature(told.one("Name") or told.one("DisplayName"), told.one("DisplayName")),
    )
    return Parsed(tuple(sorted(found.value, key=lambda one: one.name)), found.partial)


def parse_programs(text: str) -> Parsed[tuple[Package, ...]]:
    """Entries of the registry's Uninstall keys, by name; the publisher is the origin."""
    found = records(text, _program)
    return Parsed(
        tuple(sorted(set(found.value), key=lambda one: (one.name, one.version, one.arch))),
        found.partial,
    )


def _program(told: Record) -> Package:
    arch = {"64": "x86_64", "32": "i686"}.get(told.one("Bits"), "")
    return Package(told.one("Name"), told.one("Version"), arch, told.one("Publisher"), manual=None)


def parse_dotnet(text: str) -> Parsed[tuple[DotNet, ...]]:
    """The framework's versions, and runtimes and SDKs of .NET by the names of their folders."""
    found = records(text, _dotnet)
    return Parsed(
        tuple(sorted(set(found.value), key=lambda one: (one.kind, one.name, one.version))),
        found.partial,
    )


def _dotnet(told: Record) -> DotNet | None:
    kind = told.one("Kind")
    if kind == "runtime":
        return DotNet("runtime", told.one("Name"), told.one("Version"))
    if kind == "sdk":
        return DotNet("sdk", told.one("Name"), told.one("Version"))
    if kind != "framework":
        raise ValueError(kind)
    release = told.number("Release")
    named = next((version for least, version in _RELEASES if release >= least), "")
    if not named and told.one("Key") == "v4\\Client":
        return None  # a part of v4\Full, which is there as well
    return DotNet("framework", ".NET Framework", named or told.one("Version"))


def parse_sql(text: str) -> Parsed[tuple[SqlInstance, ...]]:
    """Instances by kind and name."""
    found = records(text, _sql)
    return Parsed(tuple(sorted(found.value, key=lambda one: (one.kind, one.name))), found.partial)


def _sql(told: Record) -> SqlInstance:
    kind = told.one("Kind")
    return SqlInstance(
        kind="OLAP" if kind == "OLAP" else "RS" if kind == "RS" else "SQL",
        name=told.one("Instance"),
        version=told.one("PatchLevel") or told.one("Version"),
        edition=told.one("Edition"),
        port=told.one("Port") or told.one("DynamicPort"),
        data=told.one("DefaultData") or told.one("DataRoot"),
    )


def parse_last_update(text: str) -> Parsed[str]:
    """Newest ``InstalledOn``: an ISO time, or month/day/year as Windows writes it everywhere."""
    found = records(text, lambda told: _day(told.one("InstalledOn")))
    if not found.value:
        raise UnreadableError("no update tells when it was installed")
    return Parsed(max(found.value), found.partial)


def _day(text: str) -> str | None:
    if not text:
        return None
    if match := re.match(r"(\d{4})-(\d\d)-(\d\d)", text):
        return match[0]
    match = re.match(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    if not match:
        raise ValueError(text)
    return f"{match[3]}-{int(match[1]):02}-{int(match[2]):02}"


def parse_certificates(text: str) -> Parsed[tuple[Certificate, ...]]:
    """Of the machine's own store; ``path`` as in PowerShell's drive ``Cert:``."""
    found = records(text, _certificate)
    return Parsed(tuple(sorted(found.value, key=lambda one: one.path)), found.partial)


def _certificate(told: Record) -> Certificate:
    subject = told.one("Subject")
    name = re.search(r"(?:^|, )CN=([^,]+)", subject)
    return Certificate(
        path=f"Cert:\\LocalMachine\\My\\{told.one('Thumbprint')}",
        subject=name[1] if name else subject,
        issuer=told.one("Issuer"),
        not_before=told.one("NotBefore"),
        not_after=told.one("NotAfter"),
        self_signed=subject == told.one("Issuer"),
    )


def parse_guests(text: str) -> Parsed[tuple[Guest, ...]]:
    """EnabledState 2 is running."""
    found = records(
        text, lambda told: Guest("hyperv", told.one("Name"), told.one("EnabledState") == "2")
    )
    return Parsed(tuple(sorted(found.value, key=lambda one: one.name)), found.partial)


def parse_protection(text: str) -> Parsed[tuple[Protection, ...]]:
    """BitLocker's ProtectionStatus 1 is on; what was not told of a kind is not in the list."""
    return records(text, _protection)


def _protection(told: Record) -> Protection | None:
    kind, enabled = told.one("Kind"), told.one("Enabled").lower()
    if not enabled:
        return None
    if kind not in ("bitlocker", "tpm", "firewall"):
        raise ValueError(kind)
    return Protection(
        "bitlocker" if kind == "bitlocker" else "tpm" if kind == "tpm" else "firewall",
        told.one("Name") or told.one("Version"),
        enabled in ("1", "true"),
    )


def parse_pending(text: str) -> Parsed[tuple[str, ...]]:
    return Parsed(tuple(lines(text)))


def parse_local_users(text: str) -> Parsed[int]:
    found = records(text, lambda told: number(told.one("Enabled")))
    if not found.value:
        raise UnreadableError("no accounts told")
    return Parsed(found.value[0])
