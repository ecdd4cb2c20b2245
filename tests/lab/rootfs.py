"""Root file systems: the base of every machine of one suite, and slim ones for images."""

import hashlib
import shutil
from pathlib import Path

from . import apt
from .shell import run
from .state import State

_PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "libpam-systemd", "openssh-server", "iproute2", "procps",
    "netbase",
)  # fmt: skip
_DOCKER_CLEAN = (
    'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };\n'
    'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";\n'
)
_APT = "etc/apt/apt.conf.d"
_SLIM = {
    f"{_APT}/docker-clean": _DOCKER_CLEAN,
    f"{_APT}/docker-gzip-indexes": 'Acquire::GzipIndexes "true";\n',
    f"{_APT}/docker-no-languages": 'Acquire::Languages "none";\n',
    f"{_APT}/docker-autoremove-suggests": 'Apt::AutoRemove::SuggestsImportant "false";\n',
    "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
}
"""What Docker's official Debian images add to a minimal system."""
_SLIM_WITHOUT = (
    "/usr/share/doc/*", "/usr/share/info/*", "/usr/share/linda/*", "/usr/share/lintian/*",
    "/usr/share/locale/*", "/usr/share/man/*", "/usr/share/groff/*",
)  # fmt: skip


def key(suite: str) -> str:
    """Return what changes with this file and with the box's apt configuration."""
    parts = [suite, apt.sources(suite), apt.options(), Path(__file__).read_text()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def base(state: State, suite: str) -> Path:
    """Root file system with systemd, sshd and networkd, without host keys; built once."""
    place = state.bases / f"{suite}-{key(suite)}"
    if not place.exists():
        part = renewed(place.with_suffix(".part"), suite)
        hook = 'chroot "$1" systemctl enable systemd-networkd'
        include = f"--include={','.join(_PACKAGES)}"
        _debootstrap(suite, part, [include, "--skip=cleanup/apt/lists", f"--customize-hook={hook}"])
        for host_key in (part / "etc/ssh").glob("ssh_host_*"):
            host_key.unlink()
        part.rename(place)
    return place


def slim(suite: str, place: Path) -> None:
    """Make at `place` what `debian:SUITE-slim` holds, with sources that this box reaches."""
    without = [f"--dpkgopt=path-exclude={pattern}" for pattern in _SLIM_WITHOUT]
    keep = "--dpkgopt=path-include=/usr/share/doc/*/copyright"
    _debootstrap(suite, place, [*without, keep])
    for name, text in _SLIM.items():
        (place / name).write_text(text)
    (place / "usr/sbin/policy-rc.d").chmod(0o755)


def renewed(place: Path, older: str = "") -> Path:
    """Return an absent `place` in a folder that exists, also after a run that was killed in it.

    `older` is the name whose earlier versions, `OLDER-KEY`, go too.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    versions = place.parent.glob(f"{older}-{'[0-9a-f]' * 12}*") if older else ()
    for path in [place, *versions]:
        shutil.rmtree(path, ignore_errors=True)
    return place


def _debootstrap(suite: str, place: Path, options: list[str]) -> None:
    """Run mmdebstrap into a folder, without the marks that the build leaves."""
    given = place.parent / f"{place.name}.apt"
    given.mkdir(exist_ok=True)
    sources = given / "debian.sources"
    sources.write_text(apt.sources(suite))
    (given / "options").write_text(apt.options())
    how = ["--quiet", "--mode=root", "--variant=minbase", "--dpkgopt=force-unsafe-io"]
    how.append(f"--aptopt={given / 'options'}")
    run(["mmdebstrap", *how, *options, suite, place, sources], tree=True)
    shutil.rmtree(given)
    parts = place / "etc/apt/sources.list.d"
    (parts / "0000debian.sources").rename(parts / "debian.sources")
    dpkg = place / "etc/dpkg/dpkg.cfg.d/99mmdebstrap"
    kept = [line for line in dpkg.read_text().splitlines(True) if "unsafe-io" not in line]
    dpkg.write_text("".join(kept))
    (place / "etc/resolv.conf").write_text("")
    (place / "etc/hostname").write_text("localhost\n")
