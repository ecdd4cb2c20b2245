"""User space against a kernel that is not its own: which C library a release has, and what that
asks of the kernel below it.

Sources, read on :data:`AS_OF`: the C libraries of the releases from the distributions' own package
lists; the oldest kernel of each glibc from its release notes (sourceware.org/glibc/wiki, "Glibc
Timeline") and, of Arch, its PKGBUILD (``--enable-kernel``); the page of old system calls from the
kernel's arch/x86/Kconfig (glibc before 2.14 needs it) and from Debian's kernel package, which has
left it out since 4.11 ("breaks (e)glibc 2.13 and earlier"); new system calls from moby/moby#42680
(clone3, Linux 5.3, tried first since glibc 2.34) and Alpine's notes on 3.14 (faccessat2, Linux
5.8); what Enterprise Linux runs on from Red Hat's Container Compatibility Matrix.
"""

from __future__ import annotations

import re

from planner.model import OS, Data, Package

AS_OF = "2026-08-22"

_PAGE_GONE = "4.11"
_ENTERPRISE = ("centos", "rhel", "rocky", "almalinux", "ol", "oracle", "scientific")
_GLIBC = {
    "el": {"5": "2.5", "6": "2.12", "7": "2.17", "8": "2.28", "9": "2.34", "10": "2.39"},
    "amzn": {"1": "2.17", "2": "2.26", "2018.03": "2.17", "2023": "2.34"},
    "debian": {
        "5": "2.7", "6": "2.11", "7": "2.13", "8": "2.19", "9": "2.24", "10": "2.28", "11": "2.31",
        "12": "2.36", "13": "2.41",
    },
    "ubuntu": {
        "8.04": "2.7", "10.04": "2.11", "12.04": "2.15", "14.04": "2.19", "16.04": "2.23",
        "18.04": "2.27", "20.04": "2.31", "22.04": "2.35", "24.04": "2.39",
    },
    "sles": {
        "10": "2.4", "11": "2.11", "12": "2.22", "15": "2.26", "15.3": "2.31", "15.4": "2.31",
        "15.5": "2.31", "15.6": "2.38", "15.7": "2.38",
    },
    "opensuse-leap": {"15.3": "2.31", "15.4": "2.31", "15.5": "2.31", "15.6": "2.38"},
}  # fmt: skip
_OLDEST = (((2, 26), "3.2"), ((2, 20), "2.6.32"), ((2, 17), "2.6.16"))
"""Of glibc 2.24 and 2.25 on other processors than x86 it is 3.2 already."""


class UserSpace(Data, frozen=True):
    """Empty text: nothing is documented."""

    libc: str
    """glibc or musl."""
    version: str
    """Of glibc ``2.17``; of musl the release of Alpine."""
    kernel: str = ""
    """Oldest kernel on which its programs start at all."""
    tested: str = ""
    """Oldest kernel that its vendor supports, or that has the system calls that it tries first."""
    before: str = ""
    """First kernel from which distributions leave out what it calls: the fixed page (vsyscall)."""


def user_space(os: OS, packages: tuple[Package, ...] | None) -> UserSpace | None:
    """What the release of the system says, else its installed C library; None: neither tells."""
    if os.system != "linux":
        return None
    if os.id == "alpine":
        release = _numbers(os.version)[:2]
        tested = "5.8" if release >= (3, 14) else ""
        return UserSpace("musl", ".".join(map(str, release)), tested=tested) if release else None
    version = _of_release(os) or _installed(packages or ())
    return _glibc(version, os) if version else None


def _glibc(version: str, os: OS) -> UserSpace:
    number = _numbers(version)
    oldest = next((kernel for since, kernel in _OLDEST if number >= since), "")
    tested = "5.3" if number >= (2, 34) else ""
    if os.id in _ENTERPRISE and os.version.partition(".")[0] == "9":
        tested = "4.18"
    return UserSpace(
        libc="glibc",
        version=version,
        kernel="4.4" if os.id == "arch" else oldest,
        tested=tested,
        before=_PAGE_GONE if number < (2, 14) else "",
    )


def _of_release(os: OS) -> str:
    known = _GLIBC.get({"sles_sap": "sles", "sled": "sles"}.get(os.id, os.id), {})
    if os.id in _ENTERPRISE:
        known = _GLIBC["el"]
    return known.get(os.version) or known.get(os.version.partition(".")[0], "")


def _installed(packages: tuple[Package, ...]) -> str:
    """The oldest, where several are installed side by side."""
    found = [p.version for p in packages if p.name in ("glibc", "libc6")]
    versions = [".".join(map(str, _numbers(v)[:2])) for v in found if _numbers(v)]
    return min(versions, key=_numbers, default="")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall("[0-9]+", version.rpartition(":")[2].partition("-")[0])))
