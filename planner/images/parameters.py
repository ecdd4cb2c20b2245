"""Kernel parameters (sysctl): what is usual, and which of them a container has of its own.

Usual values are the kernel's defaults (Documentation/admin-guide/sysctl), those that systemd sets
(fs.nr_open) and those of tuned's profile for virtual machines, which Enterprise Linux has active.
Parameters whose usual value follows the size of the machine or differs by distribution are not in
the table. The IPC namespace has kernel.shm*, kernel.msg*, kernel.sem and fs.mqueue.*, the network
namespace most of net.*; a container can have those of its own, the others are the whole kernel's.
"""

from __future__ import annotations

from collections.abc import Mapping

from planner.model import Data

_HOST: dict[str, tuple[str, ...]] = {
    "vm.swappiness": ("60", "30"),
    "vm.overcommit_memory": ("0",),
    "vm.overcommit_ratio": ("50",),
    "vm.max_map_count": ("65530", "524288", "1048576", "2147483642"),
    "vm.nr_hugepages": ("0",),
    "vm.nr_overcommit_hugepages": ("0",),
    "vm.hugetlb_shm_group": ("0",),
    "vm.dirty_ratio": ("20", "30", "40", "0"),
    "vm.dirty_background_ratio": ("10", "5", "0"),
    "vm.zone_reclaim_mode": ("0",),
    "vm.vfs_cache_pressure": ("100",),
    "vm.panic_on_oom": ("0",),
    "kernel.sched_rt_runtime_us": ("950000",),
    "kernel.randomize_va_space": ("2",),
    "fs.aio-max-nr": ("65536",),
    "fs.nr_open": ("1048576", "1073741816", "2147483584"),
    "net.core.rmem_max": ("212992", "229376", "124928", "129024", "131071", "4194304"),
    "net.core.wmem_max": ("212992", "229376", "124928", "129024", "131071", "4194304"),
    "net.core.netdev_max_backlog": ("1000",),
    "net.core.busy_poll": ("0",),
    "net.ipv4.neigh.default.gc_thresh3": ("1024",),
}
_OWN: dict[str, tuple[str, ...]] = {
    "net.core.somaxconn": ("128", "4096"),
    "net.ipv4.ip_local_port_range": ("32768 60999", "32768 61000"),
    "net.ipv4.ip_nonlocal_bind": ("0",),
    "net.ipv4.tcp_fin_timeout": ("60",),
    "net.ipv4.tcp_tw_reuse": ("0", "2"),
    "net.ipv4.tcp_keepalive_time": ("7200",),
    "net.ipv4.tcp_keepalive_intvl": ("75",),
    "net.ipv4.tcp_keepalive_probes": ("9",),
    "net.ipv4.tcp_retries2": ("15",),
    "net.ipv4.tcp_slow_start_after_idle": ("1",),
    "kernel.shmmax": ("33554432", "68719476736", "18446744073692774399", "18446744073709551615"),
    "kernel.shmall": ("2097152", "4294967296", "18446744073692774399", "18446744073709551615"),
    "kernel.shmmni": ("4096",),
    "kernel.sem": ("250 32000 32 128", "32000 1024000000 500 32000"),
    "kernel.msgmax": ("8192", "65536"),
    "kernel.msgmnb": ("16384", "65536"),
    "fs.mqueue.msg_max": ("10",),
    "fs.mqueue.queues_max": ("256",),
}


class Parameter(Data, frozen=True):
    name: str
    value: str
    namespaced: bool
    """A container can have a value of its own."""
    shown: str
    """``vm.swappiness=1 (usual: 60)``."""


def unusual(sysctl: Mapping[str, str]) -> list[Parameter]:
    """Parameters whose value is none of the usual ones, by name."""
    found = []
    for name, value in sorted(sysctl.items()):
        usual = _HOST.get(name) or _OWN.get(name)
        if usual and value not in usual:
            shown = f"{name}={value} (usual: {usual[0]})"
            found.append(Parameter(name, value, name in _OWN, shown))
    return found
