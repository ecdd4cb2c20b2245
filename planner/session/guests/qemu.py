"""Devices that are handed to a machine on QEMU's own command line, past the platform."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_PLACE = re.compile(r"[0-9a-fA-Fx:.]{1,40}")
_HARMLESS = frozenset(
    ("boot", "cpu", "enable-kvm", "fw_cfg", "global", "k", "m", "machine", "M", "name", "no-hpet",
     "no-reboot", "no-shutdown", "rtc", "smbios", "smp", "uuid", "vga", "vnc")
)  # fmt: skip
"""Options that hand no device over: qemu(1)."""


def devices(configured: Iterable[str | None], arguments: object) -> tuple[str, ...] | None:
    """What is handed over, by the configuration and by arguments; None: not known.

    ``configured``: None for a device that may be one of the hypervisor's host. What is known for
    certain is told, whatever else is not readable. Of the arguments only addresses are told.
    """
    said = list(configured)
    words = arguments.split() if isinstance(arguments, str) else ["?"] if arguments else []
    found = [*filter(None, said), *_named(words)]
    return tuple(found) if found or (None not in said and _harmless(words)) else None


def _named(words: list[str]) -> Iterator[str]:
    """Of ``vfio-pci,host=01:00.0`` and ``usb-host,vendorid=0x1234,productid=0xbeef``."""
    for word in words:
        driver, *options = word.strip("'\"").split(",")
        said = dict(option.partition("=")[::2] for option in options)
        if driver.startswith("vfio-"):
            places = [said.get("host", ""), said.get("sysfsdev", "").rpartition("/")[2]]
            yield f"pci {next(filter(_PLACE.fullmatch, places), 'device')}"
        elif driver == "usb-host":
            ids = [said.get(key, "").removeprefix("0x") for key in ("vendorid", "productid")]
            yield f"usb {':'.join(ids) if all(map(_PLACE.fullmatch, ids)) else 'device'}"


def _harmless(words: list[str]) -> bool:
    """Whatever has no option before it is not understood."""
    options = [word.lstrip("-") for word in words if word.startswith("-")]
    return all(one in _HARMLESS for one in options) and (not words or words[0].startswith("-"))
