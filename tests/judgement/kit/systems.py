"""The systems that a machine may have: what follows from a name like ``debian 12``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.judgement.kit.form import wrong

DATA = Path(__file__).with_name("data")

_LIKE = {"ubuntu": "debian", "centos": "rhel fedora", "rhel": "fedora",
         "rocky": "rhel centos fedora", "almalinux": "rhel centos fedora", "amzn": "fedora",
         "sles": "suse", "opensuse-leap": "suse opensuse"}  # fmt: skip
_NAMES = {"debian": "Debian GNU/Linux", "ubuntu": "Ubuntu", "centos": "CentOS Linux",
          "rhel": "Red Hat Enterprise Linux", "rocky": "Rocky Linux", "almalinux": "AlmaLinux",
          "amzn": "Amazon Linux", "sles": "SUSE Linux Enterprise Server",
          "opensuse-leap": "openSUSE", "alpine": "Alpine Linux"}  # fmt: skip
_IDS = {"alma": "almalinux", "amazon": "amzn", "opensuse": "opensuse-leap"}
_VENDORS = {"debian": "Debian", "ubuntu": "Ubuntu", "centos": "CentOS", "rhel": "Red Hat, Inc.",
            "rocky": "Rocky Enterprise Software Foundation", "almalinux": "AlmaLinux",
            "amzn": "Amazon Linux", "sles": "SUSE LLC <https://www.suse.com/>",
            "opensuse-leap": "openSUSE", "alpine": ""}  # fmt: skip


@dataclass(frozen=True)
class System:
    """``release``: text of the section os-release; ``manager``: dpkg, rpm or apk."""

    name: str
    id: str
    major: str
    codename: str
    release: str
    kernel: str
    version: str
    init: str
    manager: str
    vendor: str
    bash: str
    libc: str
    init_version: str
    ssh: str
    cron: str
    python: str

    @property
    def debian(self) -> bool:
        return self.manager == "dpkg"

    @property
    def selinux(self) -> str:
        return "enforcing" if self.manager == "rpm" and "suse" not in self.release else "absent"

    @property
    def unit_folder(self) -> str:
        merged = not self.debian or self.name in ("debian 13", "ubuntu 24.04")
        return "/usr/lib/systemd/system" if merged else "/lib/systemd/system"

    @property
    def library(self) -> str:
        """Folder of the C library's kind."""
        return "/lib/x86_64-linux-gnu" if self.debian else "/usr/lib64"


@cache
def _table() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = yaml.safe_load((DATA / "systems.yaml").read_text("utf-8"))
    return found


def names() -> tuple[str, ...]:
    return tuple(_table())


def system(name: str, where: str, release: str = "") -> System:
    """``release``: an os-release that stands for the system's own."""
    row = _table().get(name)
    if row is None:
        raise wrong(where, f"{name!r} is none of {', '.join(_table())}")
    pretty, codename, kernel, version, *versions = map(str, row)
    word, major = name.split()
    os_id = _IDS.get(word, word)
    manager = {"debian": "dpkg", "ubuntu": "dpkg", "alpine": "apk"}.get(os_id, "rpm")
    init = "openrc" if manager == "apk" else "systemd"
    if name in ("centos 6", "rhel 6", "ubuntu 14.04"):
        init = "upstart"
    own = release or _release(name, os_id, major, pretty, codename)
    vendor = _VENDORS[os_id]
    return System(
        name, os_id, major, codename, own, kernel, version, init, manager, vendor, *versions
    )


def _release(name: str, os_id: str, major: str, pretty: str, codename: str) -> str:
    if name in ("centos 6", "rhel 6"):
        word = "CentOS" if os_id == "centos" else "Red Hat Enterprise Linux Server"
        return f"FALLBACK=/etc/redhat-release\n{word} release {pretty}\n"
    version = {"sles": pretty.replace(" SP", "."), "opensuse-leap": pretty.removeprefix("Leap "),
               "debian": major, "ubuntu": major, "alpine": f"{major}.1"}.get(
        os_id, pretty.split()[0])  # fmt: skip
    lines = [f'NAME="{_NAMES[os_id]}"', f"ID={os_id}", f'VERSION_ID="{version}"',
             f'PRETTY_NAME="{_NAMES[os_id]} {pretty}"']  # fmt: skip
    if os_id in _LIKE:
        lines.append(f'ID_LIKE="{_LIKE[os_id]}"')
    if os_id in ("debian", "ubuntu") and name not in ("debian 8", "debian 9", "ubuntu 14.04"):
        lines.append(f"VERSION_CODENAME={codename}")
    return "\n".join(lines) + "\n"
