"""Builds a Host for tests: every fact known and empty unless it is given or said to be unknown."""

from __future__ import annotations

from typing import Any

from planner.facts import unitfile
from planner.model import (
    OS,
    Account,
    Audit,
    Boot,
    Cloud,
    ConfigFile,
    Confinement,
    DirectoryMembership,
    Dmi,
    Engines,
    Fact,
    Firewall,
    Group,
    Host,
    HugePages,
    KernelState,
    Listener,
    Load,
    Locale,
    Logins,
    Package,
    PathInfo,
    Process,
    Processor,
    SpecialSockets,
    TextFile,
    Unit,
    VirtualMachine,
)

EMPTY: dict[str, Any] = {
    "machine_id": "a" * 32,
    "hostname": "h1",
    "clock": "2026-01-01T00:00:00Z",
    "os": OS("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)", "debian"),
    "virtualization": "qemu",
    "init": "systemd",
    "guest": VirtualMachine("vmware", passthrough=(), disks=(), snapshots=0, tpm=False),
    "cpus": 2,
    "owners": {},
    "altered": {},
    "files": {},
    "paths": {},
    "sizes": {},
    "fips": False,
    "selinux": "absent",
    "timezone": "Etc/UTC",
    "accounts": (
        Account("root", 0, 0, "/root", "/bin/bash"),
        Account("www-data", 33, 33, "/var/www", "/usr/sbin/nologin"),
        Account("postgres", 102, 104, "/var/lib/postgresql", "/bin/bash"),
        Account("redis", 100, 102, "/var/lib/redis", "/usr/sbin/nologin"),
        Account("shop", 995, 996, "/var/lib/shop", "/bin/sh"),
    ),
    "user_groups": (Group("www-data", 33), Group("ssl-cert", 103, ("postgres",))),
    "kernel": None,
    "confinement": Confinement(),
    "audit": Audit(),
    "firewall": Firewall(),
    "special_sockets": SpecialSockets(),
    "directory": DirectoryMembership(),
    "logins": Logins(),
    "load": Load(),
    "engines": Engines(),
    "memory": None,
    "kernel_state": KernelState(),
    "container": "none",
    "dmi": Dmi(),
    "cloud": Cloud(),
    "processor": Processor(),
    "huge_pages": HugePages(),
    "locale": Locale(),
    "sysctl": {},
    "boot": Boot(),
    "init_texts": {},
}

# fmt: off
_PLAIN = frozenset({
    "name", "status", "taken_at", "reason", "origin", "origin_note", "door", "collector", "address",
    "groups", "variables", "login", "windows",
})
# fmt: on


def host(name: str = "h1", unknown: dict[str, str] | None = None, **facts: Any) -> Host:
    """A machine that was seen; ``unknown``: fact -> reason."""
    reasons = unknown or {}
    fields: dict[str, Any] = {}
    for field in Host.__struct_fields__:
        if field in _PLAIN:
            continue
        if field in reasons:
            fields[field] = Fact(field, unknown=reasons[field])
        elif field in facts:
            value = facts.pop(field)
            fields[field] = value if isinstance(value, Fact) else Fact(field, value)
        else:
            fields[field] = Fact(field, EMPTY.get(field, ()))
    return Host(name=name, status="seen", taken_at="2026-01-01T00:00:00Z", **fields, **facts)


def unit(name: str, text: str = "", **fields: Any) -> Unit:
    """A running, enabled unit with the directives of its text."""
    given = {
        "load": "loaded",
        "active": "active",
        "sub": "running",
        "enabled": "enabled",
        "path": f"/lib/systemd/system/{name}",
        **fields,
    }
    return Unit(name=name, directives=unitfile.parse(text).value, **given)


def process(pid: int, *argv: str, uid: int = 0, unit: str = "", **fields: Any) -> Process:
    """A child of init; the first argument is its program, unless ``exe`` says otherwise."""
    given = {
        "ppid": 1,
        "gid": uid,
        "exe": argv[0] if argv[0].startswith("/") else "",
        "comm": argv[0].rpartition("/")[2][:15],
        **fields,
    }
    return Process(pid=pid, uid=uid, argv=argv, unit=unit, **given)


def tcp(port: int, *pids: int, address: str = "0.0.0.0") -> Listener:
    return Listener("tcp", address, port, pids)


def deb(name: str, version: str, **fields: Any) -> Package:
    return Package(name, version, "amd64", "Debian", **fields)


def text(path: str, content: str, **fields: Any) -> dict[str, TextFile]:
    return {path: TextFile(path, content, "0644", **fields)}


def path(
    name: str, kind: Any = "dir", uid: int = 0, mode: str = "0755", **fields: Any
) -> dict[str, PathInfo]:
    return {name: PathInfo(name, kind, mode, uid, uid, **fields)}


def unowned(name: str, **fields: Any) -> ConfigFile:
    return ConfigFile(name, "unowned", mode=fields.pop("mode", "0644"), **fields)
