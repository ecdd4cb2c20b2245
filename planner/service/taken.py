"""Special hardware of a machine that others than one workload use, where it is sure of that one
that it uses none: what a rule needs to leave a card to the service that works with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from planner.facts.section import mapped
from planner.model import Data, Fact, Host, Process, Workload
from planner.service import apart, naming

_MAKERS = (
    (r"/dev/ttyr\d+", r"npreal2\w*"),
    (r"/dev/EtherCAT\d+", r"ec_\w+"),
    (r"/dev/dahdi/.+", r"dahdi\w*|wc(t|b|axx|fxo)\w*|oct612x"),
    (r"/dev/comedi\d+", r"comedi\w*|ni_\w+"),
    (r"/dev/dvb/.+", r"ddbridge|saa71\w+|cx88\w*"),
)
"""Paths of devices, and the modules that make them where the name does not say it."""
_INTERFACES = re.compile(
    "peak_|pcan|kvaser|sja1000|flexcan|mcp251|ems_|esd_|plx_pci|v?s?l?can([_0-9]|$)|gs_usb|[cm]_can"
    "|softing|usb_8dev|ucan|hi311|gpib|ni_usb_gpib|.*_gpib"
)
"""Modules of CAN, whose interfaces are of the network and no process holds them, and of GPIB, whose
libraries open a device for each exchange: who uses them is never seen."""
_SERIAL = re.compile(r"/dev/tty(USB|ACM)\d+")
_COMMENTS = re.compile(
    r"/\*.*?(\*/|\Z)|<!--.*?(-->|\Z)|(^|(?<=\s))(#|;|//|--|%|!|'|\*|rem\s).*?$",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
# fmt: off
_ORDINARY_USB = frozenset({
    "1d6b", "0627", "80ee", "0e0f", "46f4", "203a", "8087", "0624", "046b",
})
# fmt: on
"""Vendors of hubs, of what hypervisors show, and of consoles of servers."""


class Taken(Data, frozen=True):
    """A device of the machine that a process of others uses."""

    pid: int
    device: str
    driver: str = ""
    """The kernel module that makes the device. Empty where that is not told by the device's name,
    where several cards are the module's, and where a device of the module is in nobody's hands:
    another workload may use that one."""
    named: bool = False
    """It is set up to use the device, and did not hold it at the look."""


def taken(host: Host, workload: Workload) -> Fact[tuple[Taken, ...]]:
    """Special devices that processes of others hold, or are set up to use; sorted.

    Empty wherever anything of that, or anything that ties this workload to hardware, was not seen:
    who asks may take it for known.
    """
    found: list[Taken] = []
    if apart.seen(host):
        held = _held(host, workload)
        users = [
            *(Taken(pid, path, name) for pid, path in held for name in _drivers(host, path, held)),
            *(Taken(pid, path, named=True) for pid, path in _named(host, workload)),
        ]
        names = {name for u in users for name in (u.device, u.driver)}
        if users and apart.is_apart(host, workload, {u.pid for u in users}, names):
            found = users
    return mapped(host.processes, lambda _: tuple(sorted(set(found), key=_order)))


def _order(one: Taken) -> tuple[int, str, str]:
    return one.pid, one.device, one.driver


def _held(host: Host, workload: Workload) -> list[tuple[int, str]]:
    """(process, path) of special devices that processes of others hold open."""
    every = (*(host.open_files.value or ()), *(host.open_devices.value or ()))
    own = set(workload.pids)
    return [(f.pid, f.path) for f in every if f.pid not in own and naming.SPECIAL.match(f.path)]


def _drivers(host: Host, path: str, held: list[tuple[int, str]]) -> tuple[str, ...]:
    cards = Counter(d.driver for d in host.pci.value or () if d.driver)
    names = {m.name for m in host.modules.value or ()} | set(cards)
    idle = {f"/dev/{d.name}" for d in host.devices.value or ()} - {p for _, p in held}
    found = tuple(
        name
        for name in names
        if _makes(name, path) and cards[name] < 2 and not any(_makes(name, i) for i in idle)
    )
    return found or ("",)


def _makes(driver: str, path: str) -> bool:
    stem = re.sub(r"[-_]?\d.*", "", path.split("/")[2]).lower()
    named = len(stem) > 3 and not stem.startswith(("tty", "nvidia")) and driver.lower() == stem
    listed = any(re.fullmatch(p, path) and re.fullmatch(d, driver) for p, d in _MAKERS)
    return (named or listed) and not _INTERFACES.match(driver)


def _named(host: Host, workload: Workload) -> Iterator[tuple[int, str]]:
    """The machine's only USB adapter, by whose process of others it is named in its command or in
    what it reads, and to whose user it is open."""
    foreign = [u for u in host.usb.value or () if u.vendor not in _ORDINARY_USB]
    ports = [f"/dev/{d.name}" for d in host.devices.value or () if d.kind == "usb-serial"]
    if host.usb.partial or len(foreign) != 1 or len(ports) != 1 or not _SERIAL.fullmatch(ports[0]):
        return
    word = re.compile(re.escape(ports[0]) + r"(?!\w)")
    for process in host.processes.value or ():
        other = process.pid not in workload.pids and apart.has_devices(host, process)
        if other and any(word.search(text) for text in _read(host, process)):
            yield process.pid, ports[0]


def _read(host: Host, process: Process) -> Iterator[str]:
    yield from process.argv
    folders = tuple(w.rstrip("/") for w in process.argv if w.count("/") > 1 and w.startswith("/"))
    for path, file in (host.files.value or {}).items():
        if any(path == one or path.startswith(f"{one}/") for one in folders):
            yield _COMMENTS.sub("", file.text)
