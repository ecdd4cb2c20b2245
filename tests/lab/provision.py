"""Provisioning: from a base and a definition to the machine's own layer, before it ever boots."""

import hashlib
import os
import sys
from pathlib import Path

from . import cgroups
from .definition import Machine
from .errors import LabError
from .mounts import overlaid
from .rootfs import renewed
from .shell import run
from .state import State

NSPAWN = ("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--settings=no")
"""`--register=no --keep-unit`: the box itself need not run systemd."""
NSPAWN_ENV = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}

_KERNEL = ("linux-image-cloud-amd64", "udev")
_PYTHON = {"bookworm": "3.11", "trixie": "3.13"}
_INSTALL = """\
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io {packages}
apt-get clean
"""


def key(machine: Machine, base: Path) -> str:
    """Return what changes with the definition, the base, and this file."""
    parts = [machine.digest(), base.name, Path(__file__).read_text()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def layer(state: State, machine: Machine, base: Path) -> Path:
    """Return the folder that goes on top of `base`: packages, users, files, what commands made."""
    place = state.layers / f"{machine.name}-{key(machine, base)}"
    if not place.exists():
        build = renewed(state.run / f"build-{machine.name}")
        with overlaid([base], build) as root:
            _inside(root, machine, _install(machine))
            for file in machine.files:
                _put(root, file.path, file.content, file.owner, file.mode)
            _inside(root, machine, "\n".join(machine.commands), _wheels(state, machine))
            (root / "usr/sbin/policy-rc.d").unlink()
        renewed(place, machine.name)
        (build / "upper").rename(place)
        renewed(build)
    return place


def _install(machine: Machine) -> str:
    packages = [*machine.packages, *(_KERNEL if machine.kind == "vm" else ())]
    lines = []
    if machine.login == "sudo":
        packages.append("sudo")
        lines = ["echo 'ops ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/ops"]
    if machine.login != "root":
        lines.append("useradd --create-home --shell /bin/bash ops")
    lines += [f"useradd {arguments}" for arguments in machine.users]
    return _INSTALL.format(packages=" ".join(packages)) + "\n".join(lines)


def _inside(root: Path, machine: Machine, script: str, wheels: Path | None = None) -> None:
    """Run shell commands as the machine's root, on the box's network, without an init."""
    bind = [f"--bind-ro={wheels}:/var/cache/wheels"] if wheels else []
    name = f"build-{machine.name}"
    place = [f"--directory={root}", f"--machine={name}", "--as-pid2", "--pipe"]
    box = ["--resolv-conf=bind-host", "--timezone=off", *bind]
    argv: list[str | Path] = [*NSPAWN, *place, *box, "/bin/sh", "-euc", script]
    try:
        run(cgroups.entering(name, argv), env=NSPAWN_ENV)
    except LabError as error:
        said = str(error).partition("\n")[2]
        raise LabError(f"machines/{machine.name}.yml: provisioning failed:\n{said}") from error
    cgroups.remove(name)
    if wheels:
        (root / "var/cache/wheels").rmdir()


def _put(root: Path, path: str, content: bytes, owner: str, mode: int) -> None:
    """Write a file with an owner that only the machine knows."""
    target = root / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    target.chmod(mode)
    user, group = owner.split(":")
    os.chown(target, number(root, "passwd", user), number(root, "group", group))


def number(root: Path, table: str, name: str) -> int:
    """Numeric id of a user (`passwd`) or group (`group`) of the machine."""
    rows = (line.split(":") for line in (root / "etc" / table).read_text().splitlines())
    return next(int(row[2]) for row in rows if row[0] == name)


def _wheels(state: State, machine: Machine) -> Path | None:
    """Wheels for the machine's Python, fetched on the box with the box's own pip settings."""
    if not machine.requirements:
        return None
    wanted = next(f.content for f in machine.files if f.path == machine.requirements)
    digest = hashlib.sha256(machine.suite.encode() + wanted).hexdigest()[:12]
    place = state.wheels / f"{machine.name}-{digest}"
    if not place.exists():
        part = renewed(place.with_suffix(".part"), machine.name)
        version = ["--python-version", _PYTHON[machine.suite], "--only-binary=:all:"]
        pip: list[str | Path] = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", part]
        part.mkdir()
        (part / "requirements.txt").write_bytes(wanted)
        run([*pip, *version, "--requirement", part / "requirements.txt"])
        part.rename(place)
    return place
