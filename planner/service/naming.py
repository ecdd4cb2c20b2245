"""Whether a workload holds a special device, or anything of it speaks of one."""

from __future__ import annotations

import re
from collections.abc import Collection

from planner.model import Host, Process, Workload
from planner.service.used import texts, unit_lines

_COMMON = (
    r"(null|zero|full|u?random|tty|console|ptmx|log|stdin|stdout|stderr|tcp|udp)(?![\w-])"
    r"|(pts|shm|mqueue|fd)(?![\w-])"
)
SPECIAL = re.compile(rf"/dev/(?!{_COMMON})\w")
"""Path of a device that not every container has."""
_BY_SYSTEM = (
    r"/(sys/(bus|class|dev|block|module|firmware|devices(?!/system))|proc/(bus|driver))(?!\w)"
)
"""Where the kernel shows devices besides: a card's memory is a file there."""
_HOLDS_ONE = re.compile(rf"{SPECIAL.pattern}|{_BY_SYSTEM}")
_NAMES_ONE = re.compile(rf"(?<![\w.-])(/dev/(?!{_COMMON})\w|{_BY_SYSTEM})")
_LOADS = re.compile(
    r"(?<!storage)(?<!storage[-_])engine|pkcs.?11|provider|preload|plugin|(?<![a-z])(load_?)?module"
    r"|\.so(?!\w)|(?<![a-z])(hsm|tpm2?|tss2?|token:|lua|perl|js|njs)[-_:]|smart_?card|accelerator",
    re.IGNORECASE,
)
"""What in settings brings code of others into a server, or hands its keys to a device."""
_COMMENT = re.compile(r"^[ \t]*[#;].*$", re.MULTILINE)
_FOLDERS = frozenset({"net", "bus", "usb", "input", "snd", "dri", "char", "block", "serial"})
_STEMS_OF_MANY = frozenset({"video", "audio", "event", "card", "media", "input", "channel"})


def touches(host: Host, workload: Workload, own: list[Process], names: Collection[str]) -> bool:
    """Whether it holds a device, or says wherever that was read something of one of these, of any
    below /dev or /sys, or of code of others that may use one."""
    every = (*(host.open_files.value or ()), *(host.open_devices.value or ()))
    held = any(f.pid in workload.pids and _HOLDS_ONE.match(f.path) for f in every)
    words = [*workload.argv, *workload.command, *unit_lines(host, workload)]
    words += [word for process in own for word in process.argv]
    words += [f"{v.name}={v.value}" for v in workload.environment]
    words += [f.text for f in texts(host, workload)]
    of_theirs = _naming(names)
    return held or any(
        _NAMES_ONE.search(word) or of_theirs.search(word) or _LOADS.search(_COMMENT.sub("", word))
        for word in words
    )


def _naming(names: Collection[str]) -> re.Pattern[str]:
    """What finds a device's name, with and without its number, or its driver's as a word."""
    found = {part for name in names for part in name.removeprefix("/dev/").split("/")} - _FOLDERS
    found |= {re.sub(r"[\d_-]*$", "", one) for one in found} - _STEMS_OF_MANY
    words = "|".join(re.escape(one) for one in sorted(found) if re.search("[a-zA-Z]", one))
    return re.compile(rf"(?<![a-z0-9])({words or '(?!)'})(?![a-z0-9])", re.IGNORECASE)
