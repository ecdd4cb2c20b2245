"""Operating system and kernel: /etc/os-release, its predecessors, uname, /proc/cmdline."""

from __future__ import annotations

import re
import shlex

from planner.facts.text import Parsed, UnreadableError, lines
from planner.model import OS

_FAMILIES = {
    "debian": "debian ubuntu raspbian linuxmint kali devuan pop elementary neon proxmox deepin "
    "pureos parrot mx zorin univention",
    "rhel": "rhel centos rocky almalinux ol amzn fedora scientific cloudlinux eurolinux "
    "miraclelinux virtuozzo oraclelinux redhat anolis openeuler photon mariner azurelinux",
    "suse": "suse sles sled sles_sap sle_hpc opensuse opensuse-leap opensuse-tumbleweed sle-micro",
    "alpine": "alpine postmarketos",
    "arch": "arch archlinux archarm manjaro endeavouros artix",
    "bsd": "freebsd openbsd netbsd dragonfly ghostbsd pfsense opnsense hardenedbsd",
}
_FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names.split()}

_RELEASE_NAMES = (
    ("centos", "centos"),
    ("red hat", "rhel"),
    ("rocky", "rocky"),
    ("almalinux", "almalinux"),
    ("oracle", "ol"),
    ("enterprise linux enterprise linux", "ol"),
    ("scientific", "scientific"),
    ("fedora", "fedora"),
    ("amazon", "amzn"),
    ("cloudlinux", "cloudlinux"),
    ("gentoo", "gentoo"),
    ("slackware", "slackware"),
    ("opensuse", "opensuse"),
    ("linux enterprise desktop", "sled"),
    ("suse", "sles"),
)


def family(os_id: str, like: tuple[str, ...] = ()) -> str:
    """Family of a distribution by its ``ID``, then by each word of ``ID_LIKE``."""
    for name in (os_id, *like):
        if name.lower() in _FAMILY_OF:
            return _FAMILY_OF[name.lower()]
    return "other"


def parse(text: str) -> Parsed[OS]:
    """``os-release``: assignments as sh reads them, or ``FALLBACK=<path>`` and that file's text."""
    first, _, rest = text.partition("\n")
    if first.startswith("FALLBACK="):
        return Parsed(_fallback(first.removeprefix("FALLBACK=").strip(), rest.strip()))
    values: dict[str, str] = {}
    for line in lines(text):
        key, eq, value = line.strip().partition("=")
        if eq and not key.startswith("#"):
            values[key] = _unquoted(value)
    if not values.get("ID") and not values.get("NAME"):
        raise UnreadableError("neither ID nor NAME in os-release")
    os_id = (values.get("ID") or "linux").lower()
    return Parsed(
        OS(
            id=os_id,
            version=values.get("VERSION_ID", ""),
            codename=values.get("VERSION_CODENAME") or values.get("UBUNTU_CODENAME", ""),
            name=values.get("PRETTY_NAME") or values.get("NAME", ""),
            family=family(os_id, tuple(values.get("ID_LIKE", "").split())),
        )
    )


def _unquoted(value: str) -> str:
    try:
        return " ".join(shlex.split(value, comments=False))
    except ValueError:
        return value.strip("\"'")


def _fallback(path: str, text: str) -> OS:
    if "arch-release" in path:
        return OS("arch", name="Arch Linux", family="arch")  # the file is empty
    if not text:
        raise UnreadableError(f"{path or 'fallback'} is empty")
    if "lsb-release" in path:
        return _lsb(text, path)
    first = lines(text)[0].strip()
    version = re.search(r"\d+(?:\.\d+)*", first)
    patch = re.search(r"^PATCHLEVEL = (\d+)", text, re.MULTILINE)
    number = (version[0] if version else "") + (f".{patch[1]}" if patch else "")
    if "debian_version" in path:
        return OS("debian", number, name=f"Debian GNU/Linux {first}", family="debian")
    if "alpine" in path:
        return OS("alpine", number, name=f"Alpine Linux {first}", family="alpine")
    for word, os_id in _RELEASE_NAMES:
        if word in first.lower():
            codename = re.search(r"\(([A-Za-z ]+)\)", first)
            name = codename[1] if codename else ""
            return OS(os_id, number, name, name=first, family=family(os_id))
    raise UnreadableError(f"no distribution known by what {path or 'the fallback'} says")


def _lsb(text: str, path: str) -> OS:
    """/etc/lsb-release of Ubuntu before 12.04 and its like."""
    values = {k: _unquoted(v) for k, _, v in (s.partition("=") for s in lines(text))}
    os_id = values.get("DISTRIB_ID", "").lower()
    if not os_id:
        raise UnreadableError(f"no distribution known by what {path} says")
    return OS(
        os_id,
        values.get("DISTRIB_RELEASE", ""),
        values.get("DISTRIB_CODENAME", ""),
        values.get("DISTRIB_DESCRIPTION", ""),
        family(os_id),
    )


def parse_uname(text: str) -> Parsed[tuple[str, str, str]]:
    """``uname -s``, ``-r`` and ``-m`` on a line each: (system in lower case, release, machine)."""
    found = [line.strip() for line in lines(text)]
    if len(found) < 3 or not all(found[:3]):
        raise UnreadableError("uname did not say system, release and machine")
    return Parsed((found[0].lower(), found[1], found[2]))


def from_uname(system: str, release: str) -> OS | None:
    """Name the system by ``uname`` alone: BSD and Unix have no distribution. None: a Linux."""
    if system == "linux":
        return None
    version = re.match(r"\d+(?:\.\d+)*", release)
    return OS(
        id=system,
        version=version[0] if version else "",
        name=f"{system} {release}",
        family=family(system),
        system=system,
    )


def parse_cmdline(text: str) -> Parsed[tuple[str, ...]]:
    """Parameters of the kernel; double quotes hold one together, as the kernel does."""
    found = re.findall(r'(?:[^\s"]|"[^"]*"?)+', text)
    return Parsed(tuple(found))
