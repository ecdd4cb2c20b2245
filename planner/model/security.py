"""Users, and what isolates, filters or watches the machine."""

from __future__ import annotations

from typing import Literal

from planner.model.data import Data


class Account(Data, frozen=True):
    name: str
    uid: int
    gid: int
    home: str = ""
    shell: str = ""


class Group(Data, frozen=True):
    name: str
    gid: int
    members: tuple[str, ...] = ()


class Confined(Data, frozen=True):
    """A process with a label of SELinux or a profile of AppArmor, ``name (mode)``."""

    pid: int
    label: str


class Confinement(Data, frozen=True):
    """Mandatory access control and what guards the kernel. Empty text: the machine does not say."""

    lsm: tuple[str, ...] = ()
    """Security modules in the kernel's order: lockdown, capability, apparmor, selinux, ..."""
    selinux_config: str = ""
    """SELINUX= of /etc/selinux/config: what it is after the next boot."""
    selinux_type: str = ""
    """targeted, mls, minimum, ..."""
    mls: bool = False
    apparmor: bool = False
    profiles: dict[str, str] = {}
    """Profile of AppArmor -> enforce, complain, kill, unconfined, ..."""
    processes: tuple[Confined, ...] = ()
    crypto_policy: str = ""
    lockdown: str = ""
    """none, integrity or confidentiality."""
    secure_boot: Literal["", "on", "off", "no EFI"] = ""
    ima: bool = False
    """The kernel measures more than its own start: a policy of IMA is loaded."""
    evm: bool = False


class Audit(Data, frozen=True):
    """The audit of Linux as it is configured, and whether its daemon runs."""

    installed: bool = False
    running: bool = False
    rules: int = 0
    watches: tuple[str, ...] = ()
    """Paths under watch."""
    syscalls: tuple[str, ...] = ()
    """System calls that are recorded: execve, connect, ..."""
    immutable: bool = False
    """``-e 2``: rules change only with a reboot."""


class PacketFilter(Data, frozen=True):
    """Rules of one tool from one source: the kernel's own, or a file that is loaded at boot."""

    kind: Literal["nft", "iptables", "ip6tables", "ufw", "firewalld"]
    source: str
    """``kernel``, a path, or the default zone of firewalld."""
    active: bool | None = None
    """None: a file that something may or may not load."""
    rules: int = 0
    policies: dict[str, str] = {}
    """Chain at a hook -> accept or drop: ``filter INPUT``, ``inet filter input``, ``INPUT``."""
    opened: tuple[str, ...] = ()
    """What a rule lets in, in its words: ``tcp/22``, ``udp/60000-61000``, ``service/ssh``."""
    translations: tuple[str, ...] = ()
    """Kinds of address translation: dnat, masquerade, redirect, snat, forward-port."""
    text: str = ""


class Firewall(Data, frozen=True):
    forwarding: tuple[Literal["ipv4", "ipv6"], ...] = ()
    """The kernel passes packets on between interfaces: a router, a gateway, or an engine's host."""
    filters: tuple[PacketFilter, ...] = ()
