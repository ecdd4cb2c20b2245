"""Boots machines: systemd-nspawn for containers, qemu without KVM for virtual machines."""

import hashlib
import json
import os
import shutil
from pathlib import Path

from . import cgroups, network, process, provision
from .definition import Machine
from .errors import LabError
from .mounts import overlaid, overlay, unmount_under
from .rootfs import renewed
from .shell import run
from .state import State

_INOTIFY = Path("/proc/sys/fs/inotify/max_user_instances")
_BOX_NAMES = "box.lab.internal box"


def prepare_box() -> None:
    """Raise the box's inotify instances: each systemd takes several of the usual 128."""
    if int(_INOTIFY.read_text()) < 4096:
        _INOTIFY.write_text("4096\n")


def host_keys(state: State, machine: Machine) -> Path:
    """Folder with the machine's SSH host keys, which stay the same when it is built again."""
    folder = state.root / "hostkeys" / machine.name
    if not (folder / "etc/ssh/ssh_host_ed25519_key.pub").exists():
        (folder / "etc/ssh").mkdir(parents=True, exist_ok=True)
        run(["ssh-keygen", "-A", "-f", folder])
    return folder / "etc/ssh"


def key(state: State, machine: Machine, machines: list[Machine], layer: Path) -> str:
    """Return what changes when the machine has to be started anew to be as defined."""
    public = [path.read_text() for path in sorted(host_keys(state, machine).glob("*.pub"))]
    parts = [layer.name, _hosts(machines), *public, state.key.with_suffix(".pub").read_text()]
    parts += [str(machine.host), *machine.devices, Path(__file__).read_text()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def record(state: State, name: str) -> Path:
    """Return the process record of a machine."""
    return state.run / name / "process.json"


def console(state: State, name: str) -> Path:
    """Return what a machine prints while it boots; kept when it is down."""
    return state.root / "logs" / f"{name}.console"


def running(state: State, machine: Machine, current: str) -> bool:
    """Whether the machine runs, and from the present definitions."""
    mark = state.run / machine.name / "key"
    return (
        mark.exists()
        and mark.read_text() == current
        and process.alive(record(state, machine.name)) is not None
    )


def start(
    state: State, machine: Machine, machines: list[Machine], layers: list[Path], current: str
) -> None:
    """Start a machine afresh; what an earlier run wrote on its disk is gone."""
    stop(state, machine.name)
    place = state.run / machine.name
    place.mkdir(parents=True)
    log = console(state, machine.name)
    log.parent.mkdir(exist_ok=True)
    if machine.kind == "vm":
        disk = _disk(state, machine, machines, layers, current)
        network.raise_tap(machine.name)
        argv = cgroups.entering(machine.name, _qemu(machine, disk))
    else:
        root = overlay(layers, place)
        _personalize(state, machine, machines, root)
        argv = cgroups.entering(machine.name, _nspawn(machine, root))
    (place / "key").write_text(current)
    process.start(argv, record(state, machine.name), log, env=provision.NSPAWN_ENV)


def stop(state: State, name: str) -> None:
    """End a machine at once and removes its folder, mounts and cgroups; fine when it is down."""
    place = state.run / name
    cgroups.remove(name)
    process.stop(record(state, name))
    unmount_under(place)
    shutil.rmtree(place, ignore_errors=True)


def check_alive(state: State, machine: Machine) -> None:
    """Raise LabError with the console's last lines when the machine has died."""
    if process.alive(record(state, machine.name)) is None:
        log = console(state, machine.name)
        tail = log.read_text(errors="replace").splitlines()[-15:]
        raise LabError(f"{machine.name}: ended while it booted; {log} says\n" + "\n".join(tail))


def _nspawn(machine: Machine, root: Path) -> list[str | Path]:
    devices = [f"--bind={device}" for device in machine.devices]
    net = [f"--network-bridge={network.BRIDGE}", "--resolv-conf=off", "--timezone=off"]
    place = [f"--directory={root}", f"--machine={machine.name}", "--boot", "--link-journal=no"]
    return [*provision.NSPAWN, *place, *net, *devices]


def _qemu(machine: Machine, disk: Path) -> list[str | Path]:
    """Software emulation on purpose: /dev/kvm is missing on some boxes and hangs on others."""
    mac = f"52:54:00:12:34:{machine.host:02x}"
    return [
        "qemu-system-x86_64", "-name", machine.name, "-accel", "tcg,thread=multi", "-cpu", "max",
        "-smp", "2", "-m", "768", "-nographic", "-monitor", "none", "-no-reboot",
        "-kernel", f"{disk}/vmlinuz", "-initrd", f"{disk}/initrd.img",
        "-append", "console=ttyS0 root=/dev/vda rw net.ifnames=0 quiet",
        "-drive", f"file={disk}/disk.img,format=raw,if=virtio,snapshot=on",
        "-netdev", f"tap,id=lab,ifname={network.tap(machine.name)},script=no,downscript=no",
        "-device", f"virtio-net-pci,netdev=lab,mac={mac}",
        "-device", "virtio-rng-pci",
    ]  # fmt: skip


def _disk(
    state: State, machine: Machine, machines: list[Machine], layers: list[Path], current: str
) -> Path:
    """Folder with the machine's disk, kernel and initrd, built once for each `current`."""
    place = state.disks / f"{machine.name}-{current}"
    if not place.exists():
        part = renewed(place.with_suffix(".part"), machine.name)
        part.mkdir()
        with overlaid(layers, state.run / f"build-{machine.name}") as root:
            _personalize(state, machine, machines, root)
            for name in ("vmlinuz", "initrd.img"):
                shutil.copyfile(next((root / "boot").glob(f"{name}-*")), part / name)
            run(["mke2fs", "-q", "-t", "ext4", "-d", root, part / "disk.img", "3G"])
        renewed(state.run / f"build-{machine.name}")
        part.rename(place)
    return place


def _personalize(state: State, machine: Machine, machines: list[Machine], root: Path) -> None:
    """Give a root file system its name, address, machine id, host keys and the operator's key."""
    etc = root / "etc"
    (etc / "hostname").write_text(f"{machine.name}\n")
    (etc / "hosts").write_text(_hosts(machines))
    (etc / "machine-id").write_text(hashlib.md5(f"lab {machine.name}".encode()).hexdigest() + "\n")
    (etc / "systemd/network/10-lab.network").write_text(network.guest_unit(machine.host))
    for host_key in host_keys(state, machine).iterdir():
        shutil.copy(host_key, etc / "ssh" / host_key.name)
    home = root / ("root" if machine.login == "root" else "home/ops")
    (home / ".ssh").mkdir(mode=0o700, exist_ok=True)
    keys = home / ".ssh/authorized_keys"
    keys.write_text(state.key.with_suffix(".pub").read_text())
    user = provision.number(root, "passwd", machine.user)
    group = provision.number(root, "group", machine.user)
    for path in (home / ".ssh", keys):
        os.chown(path, user, group)


def _hosts(machines: list[Machine]) -> str:
    rows = [f"{network.BOX} {_BOX_NAMES}"]
    rows += [f"{machine.address} {' '.join(machine.names)}" for machine in machines]
    return "127.0.0.1 localhost\n::1 localhost ip6-localhost\n" + "".join(f"{r}\n" for r in rows)
