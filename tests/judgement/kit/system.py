"""Text of the machine itself: name, system, kernel, firmware, processors, memory, devices."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from tests.judgement.kit import form
from tests.judgement.kit.draft import Draft
from tests.judgement.kit.form import wrong
from tests.judgement.kit.systems import DATA

Told = dict[str, Any]
Sections = dict[str, str]

KEYS = frozenset(
    form.named(
        "kernel cmdline modules virtualization dmi cloud cpus numa memory huge_pages pci usb "
        "devices sysctl fips timezone locale hostname hosts addresses"
    )
)
_FIRMWARE = {
    "kvm": ("QEMU", "Standard PC (Q35 + ICH9, 2009)", "SeaBIOS"),
    "qemu": ("QEMU", "Standard PC (i440FX + PIIX, 1996)", "SeaBIOS"),
    "vmware": ("VMware, Inc.", "VMware Virtual Platform", "Phoenix Technologies LTD"),
    "microsoft": ("Microsoft Corporation", "Virtual Machine", "American Megatrends Inc."),
    "xen": ("Xen", "HVM domU", "Xen"),
    "amazon": ("Amazon EC2", "m5.large", "Amazon EC2"),
    "oracle": ("innotek GmbH", "VirtualBox", "innotek GmbH"),
    "none": ("Dell Inc.", "PowerEdge R640", "Dell Inc."),
}
_CONTAINERS = ("openvz", "lxc", "docker")
_TAINTS = {"P": 0, "F": 1, "O": 12, "E": 13}
_PCI = ("060000 8086 29c0", "030000 1234 1111 bochs-drm", "060100 8086 2918 lpc_ich",
        "010601 8086 2922 ahci", "020000 1af4 1041 virtio-pci",
        "010000 1af4 1042 virtio-pci", "00ff00 1af4 1045 virtio-pci")  # fmt: skip
_PCI_TOLD = re.compile(r"([0-9a-f]{4}(?:[0-9a-f]{2})?) ([0-9a-f]{4}):([0-9a-f]{4})(?: (\S+))?")
_MODULES = ("virtio_net", "virtio_blk", "virtio_pci", "ext4", "jbd2", "mbcache", "crc32c_generic",
            "ip_tables", "x_tables", "autofs4")  # fmt: skip
_FLAGS = ("fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx "
          "fxsr sse sse2 ht syscall nx pdpe1gb rdtscp lm constant_tsc rep_good nopl pni pclmulqdq "
          "ssse3 fma cx16 sse4_1 sse4_2 x2apic movbe popcnt aes xsave avx f16c rdrand hypervisor "
          "lahf_lm abm avx2 bmi1 bmi2")  # fmt: skip


_KINDS = form.named(
    "tpm serial usb-serial gpu accelerator infiniband fpga watchdog ipmi tape video sound parallel "
    "bus userspace-io memory virtualization tunnel fuse modem token ptp rtc sr-iov iommu"
)
"""As the collector's s_devices has them."""


def sections(draft: Draft, told: Told) -> Sections:
    virtual = form.text(told.get("virtualization", "kvm"), "virtualization")
    form.one_of(virtual, "virtualization", (*_FIRMWARE, *_CONTAINERS))
    return {
        **_names(draft, told),
        **_kernel(draft, told),
        **_firmware(told, virtual, draft),
        **_processors(told, virtual),
        **_memory(told),
        **_devices(told, virtual),
    }


def _names(draft: Draft, told: Told) -> Sections:
    hostname = form.text(told.get("hostname", draft.name), "hostname")
    digest = hashlib.md5(draft.name.encode(), usedforsecurity=False).hexdigest()
    utc = f"{draft_time(draft.now)}"
    own = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback",
           f"127.0.1.1 {hostname}"]  # fmt: skip
    for address, names in form.table(told.get("hosts"), "hosts").items():
        own.append(f"{address} {form.text(names, 'hosts')}")
    addresses = ["1: lo    inet 127.0.0.1/8 scope host lo"]
    for number, one in enumerate(form.texts(told.get("addresses", ["10.20.0.10/24"]), "addresses")):
        name, _, address = f" {one}".rpartition(" ")
        link = name.strip() or f"eth{number}"
        kind = "inet6" if ":" in address else "inet"
        form.endpoint(f"[{address.partition('/')[0]}]:1", "addresses")
        addresses.append(f"{number + 2}: {link}    {kind} {address} scope global {link}")
    locale = form.text(told.get("locale", "C.UTF-8"), "locale")
    return {
        "identity": f"hostname={hostname}\nmachine_id={digest}\nuid=0\nuser=root\nlogin=root\n"
        f"utc={utc}\nboot={draft.boot}\n",
        "os-release": draft.system.release,
        "hosts": "".join(f"{line}\n" for line in own),
        "addresses": "".join(f"{line}\\       valid_lft forever\n" for line in addresses),
        "timezone": form.text(told.get("timezone", "Etc/UTC"), "timezone") + "\n",
        "locale": f"V\t/etc/default/locale\tLANG\t{locale}\nL\tC\nL\tPOSIX\nL\tC.utf8\n"
        + (f"L\t{locale}\n" if not locale.startswith("C") else ""),
    }


def draft_time(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _kernel(draft: Draft, told: Told) -> Sections:
    given = told.get("kernel", {})
    given = {"release": given} if isinstance(given, str) else given
    entry = form.table(given, "kernel", ("release", "version", "realtime", "taint"))
    release = form.text(entry.get("release", draft.system.kernel), "kernel.release")
    realtime = form.flag(entry.get("realtime", False), "kernel.realtime")
    version = form.text(entry.get("version", draft.system.version), "kernel.version")
    if realtime and "PREEMPT_RT" not in version:
        version = re.sub(r"SMP( PREEMPT\w*)?", "SMP PREEMPT_RT", version)
    taint, modules = 0, []
    for one in form.texts(told.get("modules"), "modules"):
        match = re.fullmatch(r"([\w-]+)(?:\(([A-Z]+)\))?", one)
        if not match:
            raise wrong("modules", f"'name' or 'name(OE)' is expected, not {one!r}")
        for letter in match[2] or "":
            taint |= 1 << _TAINTS[form.one_of(letter, "modules", _TAINTS)]
        modules.append(f"{match[1]}\t{match[2] or ''}")
    taint = form.number(entry.get("taint", taint), "kernel.taint")
    words = f"BOOT_IMAGE=/boot/vmlinuz-{release} root=/dev/vda1 ro quiet"
    if "cmdline" in told:
        words += " " + form.text(told["cmdline"], "cmdline")
    known = dict(line.split("\t", 1) for line in (DATA / "sysctl.txt").read_text().splitlines())
    for key, value in form.table(told.get("sysctl"), "sysctl").items():
        known[key] = form.text(value, f"sysctl.{key}")
    state = f"version={version}\ntainted={taint}\n" + ("realtime=1\n" if realtime else "")
    fips = int(form.flag(told.get("fips", False), "fips"))
    return {
        "uname": f"Linux\n{release}\n{draft.arch}\n",
        "cmdline": words + "\n",
        "kernel": state,
        "modules": "".join(f"{name}\t\n" for name in _MODULES) + "".join(f"{m}\n" for m in modules),
        "sysctl": "".join(f"{key}\t{value}\n" for key, value in known.items()),
        "fips": f"{fips}\n",
    }


def _firmware(told: Told, virtual: str, draft: Draft) -> Sections:
    cloud = told.get("cloud", {})
    cloud = form.table({"name": cloud} if isinstance(cloud, str) else cloud, "cloud",
                       ("name", "region", "zone", "instance_type"))  # fmt: skip
    maker, product, bios = _FIRMWARE.get(virtual, _FIRMWARE["kvm"])
    dmi = {"sys_vendor": maker, "product_name": product, "product_version": "1.0",
           "bios_vendor": bios, "bios_version": "1.15.0-1", "bios_date": "04/01/2014",
           "chassis_type": "23" if virtual == "none" else "1",
           "product_uuid": "3d5f7a91-2c4e-4b6d-8f0a-1c3e5a7b9d2f"}  # fmt: skip
    keys = (*dmi, "board_vendor", "board_name")
    for key, value in form.table(told.get("dmi"), "dmi", keys).items():
        dmi[key] = form.text(value, f"dmi.{key}")
    hints = [f"dmi.{key}={dmi[key]}" for key in ("sys_vendor", "product_name", "bios_vendor")]
    if cloud:
        name = form.text(cloud.get("name"), "cloud.name")
        hints = [f"init.cloud_id={name}", f"init.cloud_name={name}", f"init.platform={name}",
                 *(f"init.{'availability_zone' if k == 'zone' else k}={form.text(v, 'cloud')}"
                   for k, v in cloud.items() if k != "name"), *hints]  # fmt: skip
    word = virtual if virtual in _CONTAINERS else "none"
    return {
        "virt": f"{virtual}\n",
        "container": f"told={word}\n",
        "dmi": "".join(f"{key}={value}\n" for key, value in dmi.items()),
        "cloud": "".join(f"{line}\n" for line in hints),
    }


def _processors(told: Told, virtual: str) -> Sections:
    given = told.get("cpus", 2)
    given = {"count": given} if isinstance(given, int) else given
    entry = form.table(given, "cpus", ("count", "model", "sockets", "threads", "flags", "isolated",
                       "nohz_full", "kvm", "governor"))  # fmt: skip
    count = form.number(entry.get("count", 2), "cpus.count")
    sockets = form.number(entry.get("sockets", 1), "cpus.sockets")
    threads = form.number(entry.get("threads", 1), "cpus.threads")
    flags = _FLAGS if virtual != "none" else _FLAGS.replace(" hypervisor", " vmx")
    flags = " ".join([flags, *form.texts(entry.get("flags"), "cpus.flags")])
    lines = ["info.vendor_id=GenuineIntel", "info.cpu family=6",
             f"info.model name={entry.get('model', 'Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz')}",
             "info.cpu MHz=2494.140", f"info.flags={flags}", f"sockets={sockets}",
             f"cores={max(count // threads, 1)}", f"threads={count}",
             f"online=0-{count - 1}" if count > 1 else "online=0"]  # fmt: skip
    for key in ("isolated", "nohz_full", "governor"):
        if key in entry:
            lines.append(f"{key}={form.text(entry[key], f'cpus.{key}')}")
    if form.flag(entry.get("kvm", False), "cpus.kvm"):
        lines.append("kvm=1")
    return {"cpu": f"{count}\n", "processor": "".join(f"{line}\n" for line in lines)}


def _memory(told: Told) -> Sections:
    given = told.get("memory", "4G")
    entry = form.table(given if isinstance(given, dict) else {"total": given}, "memory",
                       ("total", "available"))  # fmt: skip
    total = form.size(entry.get("total", "4G"), "memory.total") // 1024
    free = form.size(entry.get("available", total * 768), "memory.available") // 1024
    if free > total:
        raise wrong("memory.available", "more than there is")
    nodes = form.number(told.get("numa", 1), "numa")
    numa = [f"{n}\t\t{total // nodes}\t{free // nodes // 2}" for n in range(nodes)]
    huge = form.table(told.get("huge_pages"), "huge_pages", ("2M", "1G", "transparent"))
    pools = {"1048576": huge.get("1G", 0), "2048": huge.get("2M", 0)}
    mode = form.one_of(huge.get("transparent", "madvise"), "huge_pages.transparent",
                       ("always", "madvise", "never"))  # fmt: skip
    modes = " ".join(f"[{m}]" if m == mode else m for m in ("always", "madvise", "never"))
    rows = [f"{kib}\t{form.number(pages, 'huge_pages')}\t0\t0\t0" for kib, pages in pools.items()]
    return {
        "meminfo": f"MemTotal: {total:>14} kB\nMemFree: {free // 2:>15} kB\n"
        f"MemAvailable: {free:>10} kB\nBuffers: {2204:>15} kB\nCached: {free // 3:>16} kB\n",
        "numa": "".join(f"{row}\n" for row in numa),
        "hugepages": "".join(f"{row}\n" for row in rows) + f"transparent\t{modes}\n",
    }


def _devices(told: Told, virtual: str) -> Sections:
    pci = [f"0000:00:{n:02x}.0\t" + "\t".join(one.split(" ", 3)) for n, one in enumerate(_PCI)]
    for number, one in enumerate(form.texts(told.get("pci"), "pci")):
        match = _PCI_TOLD.fullmatch(one)
        if not match:
            raise wrong("pci", f"'class vendor:device [driver]' is expected, not {one!r}")
        code = match[1].ljust(6, "0")
        slot = f"0000:{number + 0x3B:02x}:00.0"
        pci.append(f"{slot}\t{code}\t{match[2]}\t{match[3]}\t{match[4] or ''}")
    usb = ["1d6b\t0002\txHCI Host Controller", "0627\t0001\tQEMU USB Tablet"]
    usb = usb if virtual == "kvm" else usb[:1]
    for one in form.texts(told.get("usb"), "usb"):
        match = re.fullmatch(r"([0-9a-f]{4}):([0-9a-f]{4})(?: (.+))?", one)
        if not match:
            raise wrong("usb", f"'vendor:product [name]' is expected, not {one!r}")
        usb.append(f"{match[1]}\t{match[2]}\t{match[3] or ''}")
    devices = ["serial\tttyS0\t16550A irq:4 tx:20411 rx:0", "rtc\trtc0\trtc_cmos"]
    for one in form.texts(told.get("devices"), "devices"):
        kind, name, *rest = [*one.split(" ", 2), ""]
        form.one_of(kind, "devices", _KINDS)
        version = "version " if kind == "tpm" and rest[0][:1].isdigit() else ""
        devices.append(f"{kind}\t{name}\t{version}{rest[0]}")
    return {
        "pci": "".join(f"{line}\n" if line.count("\t") > 3 else f"{line}\t\n" for line in pci),
        "usb": "".join(f"{line}\n" for line in usb),
        "devices": "".join(f"{line}\n" for line in devices),
    }
