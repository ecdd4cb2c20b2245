"""Base images by the machine's distribution and release.

The names stand as of :data:`AS_OF` against docker-library/official-images and the vendors' own
registries (Rocky Linux, SUSE and Red Hat keep theirs outside of the official ones). A name that
was removed, or that no vendor ever gave, is refused with the reason; no tag is made up from a
version.
"""

from __future__ import annotations

import re

from planner.model import OS, Data

AS_OF = "2026-08-21"
SOURCE = "docker-library/official-images"


class Base(Data, frozen=True):
    """``image`` is empty where there is none; ``problem`` then says why and what to do."""

    image: str = ""
    reason: str = ""
    family: str = ""
    problem: str = ""
    rebuilt: bool = True
    """False: the tag can be pulled, but nobody rebuilds it with fixes any more."""


NO_BASE = Base(problem="the machine's operating system is not known, so its base image is not")

_HUB = "docker.io/library/"
_DEBIAN = {"13": "trixie", "12": "bookworm", "11": "bullseye"}
_UBUNTU = {"24.04": True, "22.04": True, "20.04": False, "18.04": False}
_ALPINE = ("3.24", "3.23", "3.22", "3.21")
_ALPINE_OLD = tuple(f"3.{minor}" for minor in range(12, 21))
_LEAP = {"16.0": True, "15.6": False, "15.5": False}
_MAJORS = {
    "almalinux": (f"{_HUB}almalinux", ("8", "9", "10")),
    "rocky": ("docker.io/rockylinux/rockylinux", ("8", "9", "10")),
    "rhel": ("registry.access.redhat.com/ubi{}/ubi", ("8", "9", "10")),
    "ol": (f"{_HUB}oraclelinux", ("7", "8", "9", "10")),
    "amzn": (f"{_HUB}amazonlinux", ("2", "2023")),
    "fedora": (f"{_HUB}fedora", ("43", "44", "45")),
}
_FAMILIES = {"fedora": "rhel", "amzn": "rhel"}

REFUSED = {
    "centos": "CentOS's images left the registry when the distribution ended: rebuild on a "
    "successor (AlmaLinux, Rocky Linux) first",
    "scientific": "Scientific Linux has ended and its image (sl) left the registry",
    "clear-linux-os": "Clear Linux has ended",
    "sles": "SUSE Linux Enterprise's images ask for a subscription's own registry: name the base "
    "image by hand",
    "raspbian": "there is no image of Raspberry Pi OS: Debian's has other packages",
}
"""Distributions without a base image that one may use, and why."""


def base_for(os: OS) -> Base:
    """Return the base image that is of the same distribution and release as the machine."""
    if os.system != "linux":
        return Base(problem=f"{os.system} is no Linux: a Linux container cannot run its programs")
    name = os.name or os.id
    if os.id in REFUSED:
        return Base(problem=f"{name}: {REFUSED[os.id]}")
    found = _RELEASES[os.id](os) if os.id in _RELEASES else _major(os)
    return found or Base(
        problem=f"{name or 'this system'}: no base image of this release is in the table "
        f"(state of {AS_OF}): move to a supported release first, or name one by hand"
    )


def _reason(os: OS) -> str:
    return f"same distribution and release as the machine ({os.name or f'{os.id} {os.version}'})"


def _debian(os: OS) -> Base | None:
    codename = _DEBIAN.get(os.version.partition(".")[0], "")
    if not codename and os.codename in _DEBIAN.values():
        codename = os.codename
    image = f"{_HUB}debian:{codename}-slim"
    return Base(image, _reason(os), "debian") if codename else None


def _ubuntu(os: OS) -> Base | None:
    if os.version not in _UBUNTU:
        return None
    return _aged(f"{_HUB}ubuntu:{os.version}", os, "debian", _UBUNTU[os.version])


def _alpine(os: OS) -> Base | None:
    match = re.match(r"\d+\.\d+", os.version)
    series = match[0] if match else ""
    if series not in (*_ALPINE, *_ALPINE_OLD):
        return None
    return _aged(f"{_HUB}alpine:{series}", os, "alpine", series in _ALPINE)


def _leap(os: OS) -> Base | None:
    if os.version not in _LEAP:
        return None
    return _aged(f"registry.opensuse.org/opensuse/leap:{os.version}", os, "suse", _LEAP[os.version])


def _tumbleweed(os: OS) -> Base:
    return Base("registry.opensuse.org/opensuse/tumbleweed:latest", _reason(os), "suse")


def _arch(os: OS) -> Base:
    return Base(f"{_HUB}archlinux:base", _reason(os), "arch")


def _aged(image: str, os: OS, family: str, rebuilt: bool) -> Base:
    old = "" if rebuilt else f"; not rebuilt any more as of {AS_OF}: fixes come from apt alone"
    if family != "debian" and old:
        old = f"; not rebuilt any more as of {AS_OF}"
    return Base(image, _reason(os) + old, family, rebuilt=rebuilt)


def _major(os: OS) -> Base | None:
    image, majors = _MAJORS.get(os.id, ("", ()))
    major = os.version.partition(".")[0]
    if major not in majors:
        return None
    made = image.format(major) if "{}" in image else image
    # Red Hat's own tags are builds; "latest" follows the major release of its name.
    tag = "latest" if os.id == "rhel" else major
    reason = _reason(os)
    if os.id == "rhel":
        reason = f"Red Hat's freely usable image of the same major release ({os.name})"
    return Base(f"{made}:{tag}", reason, _FAMILIES.get(os.id, "rhel"))


_RELEASES = {
    "debian": _debian,
    "ubuntu": _ubuntu,
    "alpine": _alpine,
    "opensuse-leap": _leap,
    "opensuse-tumbleweed": _tumbleweed,
    "arch": _arch,
}
