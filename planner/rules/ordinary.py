"""The ordinary machine and service that the examples of rules are laid over."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from planner.model import Fact, Host, Workload

AS_OF = "2026-08-22T00:00:00Z"

_FACTS: dict[str, Any] = {
    "os": {
        "id": "debian",
        "version": "13",
        "codename": "trixie",
        "name": "Debian GNU/Linux 13",
        "family": "debian",
        "system": "linux",
    },
    "kernel": {"release": "6.12.0-amd64", "arch": "x86_64"},
    "kernel_cmdline": ["quiet"],
    "machine_id": "0123456789abcdef0123456789abcdef",
    "hostname": "example",
    "clock": "2026-01-01T00:00:00Z",
    "virtualization": "kvm",
    "init": "systemd",
    "cpus": 2,
    "memory": {"total": 4294967296, "available": 2147483648},
    "container": "none",
    "kernel_state": {},
    "dmi": {},
    "cloud": {},
    "processor": {},
    "huge_pages": {},
    "locale": {},
    "engines": {},
    "load": {},
    "audit": {},
    "directory": {},
    "logins": {},
    "altered": {},
    "firewall": {},
    "special_sockets": {},
    "confinement": {},
    "sysctl": {},
    "init_texts": {},
    "boot": {},
    "guest": {"platform": "vmware", "passthrough": [], "disks": [], "snapshots": 0, "tpm": False},
    "fips": False,
    "selinux": "absent",
    "timezone": "UTC",
    "owners": {},
    "files": {},
    "paths": {},
    "sizes": {},
    "processes": [{"pid": 100, "ppid": 1, "uid": 33, "gid": 33, "rss": 1073741824}],
    "user_groups": [{"name": "example", "gid": 33}],
    "space": [{"path": "/", "size": 21474836480, "used": 4294967296}],
    "addresses": ["192.0.2.10/24"],
}
_HOST: dict[str, Any] = {
    "name": "example",
    "status": "seen",
    "taken_at": AS_OF,
    "door": "ansible",
    "groups": ["servers"],
    "login": {"user": "root", "uid": 0, "root": True},
}
_ACCOUNT = {"name": "example", "uid": 33, "gid": 33}
_WORKLOAD: dict[str, Any] = {
    "id": "example/service", "host": "example", "name": "service", "kind": "service",
    "title": "Example service", "state": "running", "unit": "example.service",
    "enabled": "enabled", "user": _ACCOUNT, "run_as": _ACCOUNT, "pids": [100],
    "argv": ["/usr/bin/example"], "command": ["/usr/bin/example"], "exe": "/usr/bin/example",
    "listeners": [{"protocol": "tcp", "address": "*", "port": 8080, "pids": [100]}],
    "resources": {"memory": 1073741824},
}  # fmt: skip


def host(changes: Mapping[str, Any]) -> Host:
    """Make the ordinary machine with *changes*; raises msgspec.ValidationError, ValueError."""
    facts = _fact_names()
    _refuse(changes, set(Host.__struct_fields__))
    data = {name: {"section": name, "value": _FACTS.get(name, [])} for name in facts} | _HOST
    for name, change in changes.items():
        data[name] = _fact(name, change) if name in facts else change
    return msgspec.convert(data, Host)


def workload(changes: Mapping[str, Any]) -> Workload:
    """Make the ordinary service with *changes*; raises msgspec.ValidationError, ValueError."""
    _refuse(changes, set(Workload.__struct_fields__))
    return msgspec.convert({**_WORKLOAD, **changes}, Workload)


@cache
def _fact_names() -> frozenset[str]:
    hints = typing.get_type_hints(Host)
    return frozenset(name for name, hint in hints.items() if typing.get_origin(hint) is Fact)


def _fact(name: str, change: Any) -> dict[str, Any]:
    if change == "unknown":
        return {"section": name, "unknown": "not looked at"}
    if isinstance(change, dict) and "partial" in change:
        return {"section": name, "partial": change["partial"], "value": change.get("value", [])}
    usual = _FACTS.get(name)
    merged = {**usual, **change} if isinstance(usual, dict) and isinstance(change, dict) else change
    return {"section": name, "value": merged}


def _refuse(changes: Mapping[str, Any], known: set[str]) -> None:
    for name in changes:
        if name not in known:
            raise ValueError(f"no fact {name!r}; there are {', '.join(sorted(known))}")
