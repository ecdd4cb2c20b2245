"""The operating system by the name that a hypervisor has for it.

Names: VMware's ``VirtualMachineGuestOsIdentifier`` (vSphere Web Services API: ``rhel8_64Guest``,
``windows2019srv_64Guest``) and its full names, Proxmox VE's ``ostype`` (qm(1): ``l26``, ``win10``),
VirtualBox's OS types, EC2's platform details, and what tools inside report (``PRETTY_NAME``).
"""

from __future__ import annotations

import re

from planner.facts.osrelease import family
from planner.facts.text import Parsed
from planner.model import OS, VirtualMachine

# First match wins: a name of a distribution goes before the word that it is derived from.
_NAMES = (
    (r"windows|^win(?:\d|xp|net|lon|vis)|^w(?:2k|xp|vista)", "windows"),
    (r"red ?hat|^rhel", "rhel"),
    (r"cent ?os", "centos"),
    (r"rocky", "rocky"),
    (r"alma", "almalinux"),
    (r"oracle ?linux|oraclelinux", "ol"),
    (r"amazon ?linux", "amzn"),
    (r"fedora", "fedora"),
    (r"opensuse leap", "opensuse-leap"),
    (r"opensuse", "opensuse"),
    (r"suse|^sles", "sles"),
    (r"ubuntu", "ubuntu"),
    (r"debian", "debian"),
    (r"alpine", "alpine"),
    (r"arch ?linux", "arch"),
    (r"photon", "photon"),
    (r"freebsd", "freebsd"),
    (r"openbsd", "openbsd"),
    (r"netbsd", "netbsd"),
    (r"solaris", "solaris"),
    (r"darwin|mac ?os", "darwin"),
    (r"netware", "netware"),
)
_SYSTEMS = ("windows", "freebsd", "openbsd", "netbsd", "solaris", "darwin", "netware")
# VMware kept the code name: windows9Server is what was sold as 2016 (same source as above).
_CODE_NAMES = {
    "windows7server": "2008 R2",
    "windows8server": "2012",
    "windows9server": "2016",
    "winlonghorn": "2008",
    "w2k8": "2008",
    "w2k3": "2003",
}
_VAGUE = re.compile(r"or later|or newer|\d/\d|^win(?:7|8|10|11)$", re.IGNORECASE)
_BITS = re.compile(
    r"\(?(?:32|64)[- ]?bit\)?|_?64(?=guest|_guest|$)|guest$|[_-]x?64$", re.IGNORECASE
)
_VERSION = re.compile(r"\d+(?:\.\d+)*(?: R2)?")


def read(guest: VirtualMachine) -> Parsed[OS] | None:
    """What runs inside, as tools report it or, failing that, as it was configured.

    None where the name tells no system (``otherGuest``), or only that it is some Linux.
    """
    for name, source in (
        (guest.os_name, "by what tools inside report"),
        (guest.guest_os, "by what the virtual machine was made for, which may be another release"),
    ):
        if os := _named(name):
            return Parsed(os, f"{source} ({name})")
    return None


def _named(name: str) -> OS | None:
    for pattern, os_id in _NAMES:
        if re.search(pattern, name, re.IGNORECASE):
            system = os_id if os_id in _SYSTEMS else "linux"
            group = "windows" if os_id == "windows" else family(os_id)
            version = _version(name)
            if os_id == "ubuntu":
                version = ".".join(version.split(".")[:2])  # 22.04.4 is a medium of 22.04
            return OS(os_id, version, name=name, family=group, system=system)
    return None


def _version(name: str) -> str:
    lower = name.lower()
    for code, version in _CODE_NAMES.items():
        if lower.startswith(code):
            return version
    if _VAGUE.search(name):
        return ""
    found = _VERSION.search(_BITS.sub("", name))
    return found[0] if found else ""
