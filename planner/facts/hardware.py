"""Processors, memory, devices and kernel modules."""

from __future__ import annotations

import re

from planner.facts.processor import sysctls
from planner.facts.text import Parsed, UnreadableError, each_line, fields, kilobytes, lines, number
from planner.model import Device, Memory, Module, PciDevice, UsbDevice

_MEMINFO = re.compile(r"(\w+):\s+(\d{1,15}) kB", re.ASCII)
_HEX6 = re.compile("[0-9a-f]{6}")
_HEX4 = re.compile("[0-9a-f]{4}")


def parse_cpus(text: str) -> Parsed[int]:
    """One number; zero is none."""
    try:
        found = number(text.strip())
    except ValueError:
        found = 0
    if not found:
        raise UnreadableError("no number of processors told")
    return Parsed(found)


def parse_memory(text: str) -> Parsed[Memory]:
    """/proc/meminfo. Kernels before 3.14 lack MemAvailable: free, buffers and cache instead. Or
    ``sysctl`` and what a BSD's says: free, inactive and cached pages.
    """
    first, _, rest = text.partition("\n")
    if first.strip() == "sysctl":
        return _bsd_memory(sysctls(rest))
    found: dict[str, int] = {}
    for line in lines(text):
        match = _MEMINFO.match(line)
        if match:
            found[match[1]] = kilobytes(match[2])
    total = found.get("MemTotal", 0)
    if not total:
        raise UnreadableError("no MemTotal in meminfo")
    if "MemAvailable" in found:
        return Parsed(Memory(total, found["MemAvailable"]))
    parts = [found.get(key) for key in ("MemFree", "Buffers", "Cached")]
    if None in parts:
        return Parsed(Memory(total), "available memory not told")
    return Parsed(Memory(total, sum(part for part in parts if part)))


def _bsd_memory(told: dict[str, str]) -> Parsed[Memory]:
    try:
        total = number(told.get("hw.physmem64") or told["hw.physmem"])
        if not total:
            raise ValueError(told)
    except (KeyError, ValueError):
        raise UnreadableError("sysctl does not tell hw.physmem") from None
    pages = [told.get(f"vm.stats.vm.v_{name}_count", "") for name in ("free", "inactive", "cache")]
    try:
        size = number(told["hw.pagesize"])
        available = size * (number(pages[0]) + number(pages[1]) + number(pages[2] or "0"))
    except (KeyError, ValueError):
        return Parsed(Memory(total), "available memory not told")
    return Parsed(Memory(total, min(available, total)))


def _hex(text: str, pattern: re.Pattern[str]) -> str:
    found = text.strip().lower().removeprefix("0x")
    if not pattern.fullmatch(found):
        raise ValueError(text)
    return found


def _pci(line: str) -> PciDevice:
    slot, class_code, vendor, device, *rest = fields(line, 4)
    return PciDevice(
        slot=slot,
        class_code=_hex(class_code, _HEX6),
        vendor=_hex(vendor, _HEX4),
        device=_hex(device, _HEX4),
        driver=rest[0] if rest else "",
    )


def _usb(line: str) -> UsbDevice:
    vendor, product, *rest = fields(line, 2)
    return UsbDevice(_hex(vendor, _HEX4), _hex(product, _HEX4), rest[0].strip() if rest else "")


def _module(line: str) -> Module:
    name, *rest = fields(line, 1)
    taint = rest[0] if rest else ""
    if not re.fullmatch(r"[\w.-]+", name) or not re.fullmatch("[A-Z]*|-", taint):
        raise ValueError(line)
    if taint == "-":
        return Module(name, untold=("out_of_tree", "proprietary"))
    return Module(name, out_of_tree="O" in taint, proprietary="P" in taint)


def parse_pci(text: str) -> Parsed[tuple[PciDevice, ...]]:
    """Tabs: slot, class, vendor, device, driver."""
    return each_line(text, _pci)


def parse_usb(text: str) -> Parsed[tuple[UsbDevice, ...]]:
    """Tabs: vendor, product, name. Root hubs (vendor 1d6b) are among them."""
    return each_line(text, _usb)


def parse_modules(text: str) -> Parsed[tuple[Module, ...]]:
    """Tabs: name, taint letters (``-``: this kernel tells none). Or ``kldstat`` and what FreeBSD's
    prints.
    """
    first, _, rest = text.partition("\n")
    return each_line(rest, _kldstat) if first == "kldstat" else each_line(text, _module)


def _kldstat(line: str) -> Module | None:
    """``Id Refs Address Size Name``; the kernel itself is the first."""
    words = line.split()
    if words[0] == "Id" or words[-1] == "kernel":
        return None
    if len(words) < 5 or not re.fullmatch(r"[\w.-]+", words[4]):
        raise ValueError(line)
    return Module(words[4].removesuffix(".ko"))


def _device(line: str) -> Device:
    kind, name, *rest = fields(line, 2)
    if not kind or not name:
        raise ValueError(line)
    return Device(kind, name, rest[0] if rest else "")


def parse_devices(text: str) -> Parsed[tuple[Device, ...]]:
    """Tabs: kind, name, detail."""
    return each_line(text, _device)
