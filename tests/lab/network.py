"""The lab's private network: one bridge, on which the box has an address too."""

import os
from pathlib import Path

from .errors import LabError
from .shell import run, succeeds
from .state import State

NUMBER = int(os.environ.get("PLANNER_LAB_NET", "213"))
"""Second number of every address. Labs of different numbers and state directories stand side by
side."""
BRIDGE = f"lab{NUMBER}"


def address(host: int) -> str:
    """Address of the machine whose definition says `address: HOST`."""
    return f"10.{NUMBER}.0.{host}"


BOX = address(1)


def tap(name: str) -> str:
    """Name of the interface that a virtual machine's network card is plugged into."""
    return f"{BRIDGE}-{name}"[:15]


def raise_bridge(state: State) -> None:
    """Make the bridge, unless it stands; raises LabError when another lab's stands there."""
    marker = state.run / "bridge"
    if Path(f"/sys/class/net/{BRIDGE}").exists():
        if not marker.exists():
            raise LabError(
                f"{BRIDGE}: exists, of another state directory; take that lab down first"
            )
        return
    marker.touch()
    run(["ip", "link", "add", BRIDGE, "type", "bridge"])
    run(["ip", "address", "add", f"{BOX}/24", "dev", BRIDGE])
    run(["ip", "link", "set", BRIDGE, "up"])


def raise_tap(name: str) -> None:
    """Make a fresh interface for a virtual machine and plugs it into the bridge."""
    drop(tap(name))
    run(["ip", "tuntap", "add", tap(name), "mode", "tap"])
    run(["ip", "link", "set", tap(name), "master", BRIDGE, "up"])


def drop_all(state: State, names: list[str]) -> None:
    """Remove the bridge and the machines' interfaces, as far as this lab made them."""
    marker = state.run / "bridge"
    if not marker.exists():
        return
    for name in names:
        drop(tap(name))
    # the end of a namespace takes its interfaces along only some time later
    for member in Path(f"/sys/class/net/{BRIDGE}/brif").glob("*"):
        drop(member.name)
    drop(BRIDGE)
    marker.unlink()


def drop(interface: str) -> None:
    """Remove an interface where there is one."""
    if Path(f"/sys/class/net/{interface}").exists():
        succeeds(["ip", "link", "delete", interface])


def guest_unit(host: int) -> str:
    """Return a machine's systemd-networkd file: `host0` in a container, `eth0` in a virtual one."""
    quiet = "LinkLocalAddressing=no\nIPv6AcceptRA=no\n"
    return f"[Match]\nName=host0 eth0\n\n[Network]\nAddress={address(host)}/24\n{quiet}"
