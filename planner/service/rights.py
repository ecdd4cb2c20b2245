"""Rights that a workload's processes hold, and the huge pages that are taken on a machine."""

from __future__ import annotations

from planner.facts.section import mapped
from planner.facts.text import joined
from planner.model import Fact, Host, Workload

# fmt: off
CAPABILITIES = (
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID",
    "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW",
    "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT",
    "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD",
    "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG",
    "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
)
# fmt: on
"""By bit, as in linux/capability.h."""


def capabilities(host: Host, workload: Workload) -> Fact[tuple[str, ...]]:
    """Capabilities that its processes hold without being root, in the words of
    :data:`CAPABILITIES`. Those in a user namespace of their own hold none on the machine.
    """
    pids, mask, lacking = set(workload.pids), 0, 0
    for process in host.processes.value or ():
        if process.pid in pids and process.uid and "user" not in process.namespaces:
            lacking += "caps" in process.untold
            mask |= int(process.caps or "0", 16)
    names = tuple(name for bit, name in enumerate(CAPABILITIES) if mask >> bit & 1)
    reason = f"rights of {lacking} processes were not told" if lacking else ""
    found = mapped(host.processes, lambda _: names)
    return Fact(found.section, found.value, found.unknown, joined(found.partial, reason))


def huge_taken(host: Host) -> Fact[int]:
    """Bytes of huge pages that are taken from the pools, or promised to somebody: no process can
    hold more than that, whether or not its kernel says how many it holds.
    """
    return mapped(
        host.huge_pages,
        lambda told: sum(p.size * max(p.total - p.free + p.reserved, 0) for p in told.pools),
    )
