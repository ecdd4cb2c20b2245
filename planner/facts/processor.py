"""Processors and how memory hangs on them: /proc/cpuinfo, topology, NUMA, huge pages."""

from __future__ import annotations

import re

from planner.facts.text import Parsed, UnreadableError, each_line, fields, kilobytes, lines, number
from planner.model import HugePagePool, HugePages, NumaNode, Processor

_ASSIGNED = re.compile(r"([\w.]+)\s*[:=]\s*(.*)")
_ARM = {
    "0x41": "ARM", "0x42": "Broadcom", "0x43": "Cavium", "0x46": "Fujitsu", "0x48": "HiSilicon",
    "0x4e": "NVIDIA", "0x50": "APM", "0x51": "Qualcomm", "0x61": "Apple", "0xc0": "Ampere",
    "0x6d": "Microsoft",
}  # fmt: skip
_ARM_PARTS = {
    "0x41": {
        "0xc07": "Cortex-A7", "0xc09": "Cortex-A9", "0xc0f": "Cortex-A15", "0xd03": "Cortex-A53",
        "0xd05": "Cortex-A55", "0xd07": "Cortex-A57", "0xd08": "Cortex-A72", "0xd0b": "Cortex-A76",
        "0xd0c": "Neoverse-N1", "0xd40": "Neoverse-V1", "0xd49": "Neoverse-N2",
        "0xd4f": "Neoverse-V2", "0xd84": "Neoverse-V3", "0xd8e": "Neoverse-N3",
    },
    "0xc0": {"0xac3": "Ampere-1", "0xac4": "Ampere-1a"},
    "0x43": {"0x0a1": "ThunderX", "0x0af": "ThunderX2"},
}  # fmt: skip
"""Documentation/arch/arm64 and lscpu-arm.c of util-linux."""


def sysctls(text: str) -> dict[str, str]:
    """``name: value``, ``name=value`` or ``name = value``, as the sysctls of the BSDs print."""
    found = (_ASSIGNED.fullmatch(line.strip()) for line in lines(text))
    return {match[1]: match[2].strip() for match in found if match}


def _count(text: str) -> int:
    try:
        return number(text)
    except ValueError:
        return 0


def _mhz(text: str) -> int:
    match = re.match(r"\d{1,9}", text)
    return int(match[0]) if match else 0


def parse_processor(text: str) -> Parsed[Processor]:
    """``info.<key of /proc/cpuinfo>=value`` of the first processor, and values of /sys beside it;
    or ``sysctl`` and what a BSD's says.
    """
    first, _, rest = text.partition("\n")
    if first.strip() == "sysctl":
        return _bsd(sysctls(rest))
    told: dict[str, str] = {}
    for line in lines(text):
        key, eq, value = line.partition("=")
        if eq:
            told.setdefault(key, value.strip())
    info = {key[5:]: value for key, value in told.items() if key.startswith("info.")}
    if not info:
        raise UnreadableError("/proc/cpuinfo says nothing that is known here")
    sockets, cores, threads = (_count(told.get(key, "")) for key in ("sockets", "cores", "threads"))
    flags = info.get("flags") or info.get("Features") or info.get("features") or ""
    isolated, full = (told.get(key, "").strip("() ") for key in ("isolated", "nohz_full"))
    return Parsed(
        Processor(
            model=_model(info),
            vendor=info.get("vendor_id") or _ARM.get(info.get("CPU implementer", ""), ""),
            sockets=sockets,
            cores=cores // sockets if sockets else 0,
            threads=threads // cores if cores else 0,
            mhz=_mhz(info.get("cpu MHz") or info.get("clock", "")),
            mhz_max=_count(told.get("mhz_max", "")) // 1000,
            flags=tuple(sorted(set(flags.split()))),
            online=told.get("online", ""),
            isolated="" if isolated == "null" else isolated,
            nohz_full="" if full == "null" else full,
            governor=told.get("governor", ""),
            kvm="kvm" in told,
        )
    )


def _model(info: dict[str, str]) -> str:
    for key in ("model name", "cpu", "cpu model", "Processor", "uarch"):
        if info.get(key):
            return " ".join(info[key].split())
    implementer, part = info.get("CPU implementer", ""), info.get("CPU part", "")
    if implementer:
        return _ARM_PARTS.get(implementer, {}).get(part) or f"ARM {implementer} {part}".strip()
    machine = re.search(r"machine = (\w+)", info.get("processor 0", ""))
    return f"machine {machine[1]}" if machine else info.get("model", "")


def _bsd(told: dict[str, str]) -> Parsed[Processor]:
    if not told.get("hw.model"):
        raise UnreadableError("sysctl does not tell hw.model")
    mhz = next(
        (told[k] for k in ("dev.cpu.0.freq", "hw.cpuspeed", "hw.clockrate") if k in told), ""
    )
    return Parsed(
        Processor(
            model=told["hw.model"],
            threads=_count(told.get("kern.smp.threads_per_core", "")),
            mhz=_mhz(mhz),
        ),
        "sysctl tells neither flags nor sockets",
    )


def _node(line: str) -> NumaNode:
    node, cpus, total, free = fields(line, 4)
    return NumaNode(number(node), cpus, kilobytes(total or "0"), kilobytes(free or "0"))


def parse_numa(text: str) -> Parsed[tuple[NumaNode, ...]]:
    """Tabs: node, list of processors, total and free memory in KiB."""
    parsed = each_line(text, _node)
    return Parsed(tuple(sorted(parsed.value, key=lambda node: node.node)), parsed.partial)


def _pool(line: str) -> HugePagePool | None:
    size, total, free, reserved, surplus = fields(line, 5)
    counts = (number(count or "0") for count in (free, reserved, surplus))
    return HugePagePool(kilobytes(size), number(total), *counts)


def parse_huge_pages(text: str) -> Parsed[HugePages]:
    """Tabs: size in KiB, total, free, reserved, surplus; ``transparent`` and the kernel's list
    of modes, the one in use in brackets.
    """
    modes = [line for line in lines(text) if line.startswith("transparent\t")]
    rest = "\n".join(line for line in lines(text) if not line.startswith("transparent\t"))
    pools = each_line(rest, _pool)
    mode = re.search(r"\[(\w+)\]", modes[0]) if modes else None
    order = tuple(sorted(pools.value, key=lambda pool: pool.size))
    return Parsed(HugePages(order, mode[1] if mode else ""), pools.partial)
