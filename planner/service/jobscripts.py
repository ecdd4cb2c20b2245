"""What scheduled jobs run, as far as its text was carried, and the devices that it reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from planner.facts.section import mapped
from planner.facts.text import joined
from planner.model import CronJob, Data, Device, Fact, Host, Workload
from planner.service import jobs, places
from planner.service.view import owner

_LOOKS_WRITTEN = re.compile(r"\.{0,2}/.*|.*\.(sh|bash|ksh|py|pl|rb|php|js|jar)")
_HARDWARE = re.compile(
    r"(?<![\w.-])/dev/(tty(S|USB|ACM|AMA|mxc|r)\d|i2c-|spidev|bus/usb|usb/|hidraw|nvidia|dri/render"
    r"|video\d|u?lp\d|parport|n?st\d|sg\d|ipmi|fpga|xdma|dvb|cdrom|sr\d)"
)
_FOREIGN = {
    "fpga": "", "tape": "", "modem": "", "usb-serial": "", "token": "hasp|aks", "dvb": "",
    "gpu": "", "serial": r"ttyS([2-9]|\d\d)",
}  # fmt: skip
"""Kinds of devices that no virtual machine has by itself, with the names of those that count."""


class Script(Data, frozen=True):
    """A program that a job runs and no package owns."""

    path: str
    text: str = ""
    unread: bool = True


class DeviceJob(Data, frozen=True):
    """A job that names a device, in its command line or in the script that it runs."""

    source: str
    where: str
    device: str


def devices_of(host: Host, workload: Workload) -> Fact[tuple[DeviceJob, ...]]:
    """Devices of the hardware on which the jobs of a workload work."""
    found = tuple(
        dict.fromkeys(
            one
            for job in workload.jobs
            for one in _devices(host, CronJob(job.source, job.user, "", " ".join(job.command)))
        )
    )
    return mapped(scripts(host, workload), lambda _: found)


def scripts(host: Host, workload: Workload) -> Fact[tuple[Script, ...]]:
    """What the jobs of a workload run outside of packages. Known in part where a text may have been
    left out that the look carries otherwise.
    """
    found = tuple(
        dict.fromkeys(
            script
            for job in workload.jobs
            for script in _scripts(host, CronJob(job.source, job.user, "", " ".join(job.command)))
        )
    )
    lack = host.files.unknown or host.files.partial
    kept_back = any(s.unread and (host.files.unknown or _carried(s.path)) for s in found)
    return Fact(host.files.section, found, partial=lack if kept_back else "")


def _carried(path: str) -> bool:
    return places.role(path) == "config"


def _scripts(host: Host, job: CronJob) -> Iterator[Script]:
    texts = {**(host.init_texts.value or {}), **(host.files.value or {})}
    for word in jobs.programs(job):
        told = texts.get(places.follow(host, word).path) if word.startswith("/") else None
        if told is not None and not told.truncated:
            yield Script(word, told.text, unread=False)
        elif _LOOKS_WRITTEN.fullmatch(word) and not _packaged(host, word):
            yield Script(word)


def _packaged(host: Host, word: str) -> bool:
    """Whether it is a program of a package, as what lies beside them is unless it was asked for; so
    is what lies in /etc and is not listed there as changed or as nobody's.
    """
    if jobs.is_interpreter(word):
        return True
    listed = host.config_files.value
    if _carried(word) and listed is not None:
        return all(file.path != word for file in listed)
    if places.role(word) != "image" or not word.startswith("/"):
        return bool(owner(host, word))
    return (host.owners.value or {}).get(word) != ""


def unread(host: Host) -> Fact[tuple[str, ...]]:
    """Programs outside of packages that jobs of the machine run and whose text was not read."""

    def told(_: object) -> tuple[str, ...]:
        every = (s for job in jobs.of_host(host) for s in _scripts(host, job))
        return tuple(sorted({s.path for s in every if s.unread}))

    return mapped(host.cron, told)


def idle_devices(host: Host) -> Fact[tuple[str, ...]]:
    """Devices of other than the usual kinds that no process was seen to hold."""
    held = {f.path for f in (*(host.open_files.value or ()), *(host.open_devices.value or ()))}

    def told(devices: tuple[Device, ...]) -> tuple[str, ...]:
        return tuple(d.name for d in devices if _foreign(d) and not _held(d, held))

    return mapped(host.devices, told)


def _foreign(device: Device) -> bool:
    if device.kind == "gpu":
        return device.detail in ("nvidia", "amd")
    names = _FOREIGN.get(device.kind)
    return names is not None and re.match(names, device.name) is not None


def _held(device: Device, held: set[str]) -> bool:
    if device.kind == "gpu":
        return any(path.startswith(("/dev/nvidia", "/dev/dri/", "/dev/kfd")) for path in held)
    return f"/dev/{device.name}" in held


def device_jobs(host: Host) -> Fact[tuple[DeviceJob, ...]]:
    """Jobs of the machine, of cron and of timers, that work on a device of its hardware."""

    def told(_: object) -> tuple[DeviceJob, ...]:
        return tuple(
            dict.fromkeys(one for job in jobs.of_host(host) for one in _devices(host, job))
        )

    found = mapped(host.cron, told)
    lack = host.files.unknown
    return Fact(found.section, found.value, found.unknown, joined(found.partial, lack))


def _devices(host: Host, job: CronJob) -> Iterator[DeviceJob]:
    places_of = [("its command line", job.command)]
    places_of += [(s.path, s.text) for s in _scripts(host, job)]
    for where, text in places_of:
        lines = (line for line in text.split("\n") if not line.lstrip().startswith("#"))
        for match in _HARDWARE.finditer("\n".join(lines)):
            yield DeviceJob(job.source, where, match[0].strip())
