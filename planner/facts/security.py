"""FIPS mode, SELinux and AppArmor, the audit."""

from __future__ import annotations

import re
from typing import Literal

from planner.facts.keyed import Reader, keyed, last
from planner.facts.text import (
    Parsed,
    UnreadableError,
    number,
    word,
)
from planner.model import Audit, Confined, Confinement

_SELINUX = ("enforcing", "permissive", "disabled", "absent")
_SECURE_BOOT: dict[str, Literal["on", "off", "no EFI"]] = {
    "1": "on",
    "0": "off",
    "no EFI": "no EFI",
}
_BRACKETS = re.compile(r"\[(\w+)\]")
_WATCH = re.compile(r"(?:^|\s)(?:-w\s+|-F\s+(?:path|dir)=)(\S+)")
_SYSCALL = re.compile(r"(?:^|\s)-S\s+(\S+)")
_IMMUTABLE = re.compile(r"(?:^|\s)-e\s+2(?:\s|$)")
_RULE = re.compile(r"(?:^|\s)-[aAw]\s")


_SINGLE = (
    "lsm", "lockdown", "evm", "ima", "apparmor", "selinux-mls", "selinux-config", "selinux-type",
    "crypto-policy", "secure-boot",
)  # fmt: skip
_CONFINEMENT: dict[str, Reader] = {
    **dict.fromkeys(_SINGLE, str),
    "profile": lambda name, mode: (name, mode),
    "process": lambda pid, label: Confined(number(pid), label),
}


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(text)
    return text == "1"


_AUDIT: dict[str, Reader] = {"installed": _flag, "running": _flag, "rule": str}


def parse_fips(text: str) -> Parsed[bool]:
    """/proc/sys/crypto/fips_enabled."""
    found = word(text).value
    if found not in ("0", "1"):
        raise UnreadableError("fips_enabled is neither 0 nor 1")
    return Parsed(found == "1")


def parse_selinux(text: str) -> Parsed[str]:
    """As getenforce says, in lower case; ``absent``: the kernel has none."""
    found = word(text).value.lower()
    if found not in _SELINUX:
        raise UnreadableError("not a state of SELinux")
    return Parsed(found)


def _count(text: str) -> int:
    return number(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def parse_confinement(text: str) -> Parsed[Confinement]:
    """Tabs: key, value (of /sys/kernel/security and the like); ``profile``, name, mode;
    ``process``, pid, label.
    """
    told = keyed(text, _CONFINEMENT)
    single = {key: last(told.value[key], "").strip() for key in _SINGLE}
    lockdown = _BRACKETS.search(single["lockdown"])
    found = Confinement(
        lsm=tuple(name for name in single["lsm"].split(",") if name),
        selinux_config=single["selinux-config"].lower(),
        selinux_type=single["selinux-type"],
        mls=single["selinux-mls"] == "1",
        apparmor=single["apparmor"] == "Y",
        profiles=dict(sorted(told.value["profile"])),
        processes=tuple(sorted(told.value["process"], key=lambda one: one.pid)),
        crypto_policy=single["crypto-policy"],
        lockdown=lockdown[1] if lockdown else "",
        secure_boot=_SECURE_BOOT.get(single["secure-boot"], ""),
        ima=_count(single["ima"]) > 1,
        evm=_count(single["evm"]) > 0,
    )
    return Parsed(found, told.partial)


def parse_audit(text: str) -> Parsed[Audit]:
    """Tabs: ``installed`` or ``running`` with 0 or 1; ``rule`` with a line of auditctl(8)."""
    told = keyed(text, _AUDIT)
    rules: list[str] = told.value["rule"]
    if not told.value["installed"]:
        raise UnreadableError("not told whether the audit is installed")
    watching = [rule for rule in rules if "never" not in rule]
    calls = {name for rule in watching for m in _SYSCALL.finditer(rule) for name in m[1].split(",")}
    found = Audit(
        installed=last(told.value["installed"], False),
        running=last(told.value["running"], False),
        rules=sum(bool(_RULE.search(rule)) for rule in rules),
        watches=tuple(sorted({m[1] for rule in watching for m in _WATCH.finditer(rule)})),
        syscalls=tuple(sorted(calls - {""})),
        immutable=any(_IMMUTABLE.search(rule) for rule in rules),
    )
    return Parsed(found, told.partial)
