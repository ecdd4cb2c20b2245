"""Text of disks, file systems, swap and what other machines are given."""

from __future__ import annotations

import re
from typing import Any

from tests.judgement.kit import form
from tests.judgement.kit.draft import Draft
from tests.judgement.kit.form import wrong
from tests.judgement.kit.running import escape

KEYS = frozenset(form.named("disks luks mounts space inodes swap exports"))
_WAYS = {
    "virtio": "../devices/pci0000:00/0000:00:05.0/virtio1/block/{}",
    "scsi": "../devices/pci0000:00/0000:00:05.0/host0/target0:0:0/0:0:0:0/block/{}",
    "sas": "../devices/pci0000:00/host0/port-0:0/end_device-0:0/block/{}",
    "ata": "../devices/pci0000:00/0000:00:1f.2/ata1/host1/block/{}",
    "nvme": "../devices/pci0000:00/0000:01:00.0/nvme/nvme0/{}",
    "iscsi": "../devices/platform/host2/session1/target2:0:0/block/{}",
    "fc": "../devices/pci0000:00/host3/rport-3:0-0/target3:0:0/block/{}",
    "usb": "../devices/pci0000:00/usb1/1-1/host4/block/{}",
}
_TYPES = {"crypt": "CRYPT-LUKS2-0a1b2c3d-{}", "lvm": "LVM-{}", "mpath": "mpath-{}"}
_NOT_LOCAL = ("nfs", "nfs4", "cifs", "smb3", "fuse", "ceph", "glusterfs", "9p", "afs", "lustre",
              "gpfs", "tmpfs", "hugetlbfs", "proc", "sysfs", "beegfs", "ocfs2", "overlay",
              "virtiofs", "autofs")  # fmt: skip
_SYSTEM = (
    "22 1 253:1 / / rw,relatime - {root} /dev/vda1 rw",
    "23 22 0:20 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw",
    "24 22 0:21 / /sys rw,nosuid,nodev,noexec,relatime - sysfs sysfs rw",
    "25 22 0:5 / /dev rw,nosuid - devtmpfs devtmpfs rw,size=1951244k,mode=755",
    "26 25 0:22 / /dev/shm rw,nosuid,nodev - tmpfs tmpfs rw",
    "27 25 0:23 / /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,gid=5,mode=620",
    "28 22 0:24 / /run rw,nosuid,nodev - tmpfs tmpfs rw,mode=755",
)


def sections(draft: Draft, told: dict[str, Any]) -> dict[str, str]:
    mounts, local = _mounts(draft, told)
    return {
        "block": _blocks(told, local),
        "mountinfo": mounts,
        **_space(told, local),
        "swap": _swap(told),
        "exports": _exports(told),
    }


def _mounts(draft: Draft, told: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The section, and the local file systems: path -> source."""
    root = "ext4" if draft.system.debian or draft.system.manager == "apk" else "xfs"
    lines, local = [line.format(root=root) for line in _SYSTEM], {"/": "/dev/vda1"}
    for number, (path, one) in enumerate(form.table(told.get("mounts"), "mounts").items(), 40):
        if one is None:
            raise wrong(
                "mounts", f"{path!r} has no value (a comma within {{ }} ends one: quote it?)"
            )
        form.path(path, "mounts")
        words = form.text(one, f"mounts.{path}").split()
        if len(words) not in (2, 3):
            raise wrong(f"mounts.{path}", f"'type source [options]' is expected, not {one!r}")
        kind, source, options = [*words, "relatime"][:3]
        if not re.match("r[ow](,|$)", options):
            options = f"rw,{options}"
        base = kind.partition(".")[0]
        device = f"253:{number}" if base not in _NOT_LOCAL else f"0:{number}"
        end = f"{kind} {_octal(source)} rw"
        lines.append(f"{number} 22 {device} / {_octal(path)} {options} - {end}")
        if base not in _NOT_LOCAL:
            local[path] = source
    return "".join(f"{line}\n" for line in lines), local


def _octal(text: str) -> str:
    return text.replace("\\", "\\134").replace(" ", "\\040")


def _space(told: dict[str, Any], local: dict[str, str]) -> dict[str, str]:
    df, inodes = [], []
    spaces, counts = (form.table(told.get(key), key) for key in ("space", "inodes"))
    for key, given in (("space", spaces), ("inodes", counts)):
        for path in given:
            if path not in local:
                raise wrong(f"{key}.{path}", "no local file system is mounted there")
    for path, source in local.items():
        usual = "40G 12G" if path == "/" else "200G 80G"
        words = form.text(spaces.get(path, usual), f"space.{path}").split()
        if len(words) != 2:
            raise wrong(f"space.{path}", "'size used' is expected")
        size, used = (form.size(word, f"space.{path}") // 1024 for word in words)
        share = 100 * used // max(size, 1)
        df.append(f"{source:<24} {size} {used} {max(size - used, 0)} {share}% {path}\n")
        numbers = form.text(counts.get(path, "2621440 104000"), f"inodes.{path}").split()
        if len(numbers) != 2 or not all(word.isdigit() for word in numbers):
            raise wrong(f"inodes.{path}", "'number used' is expected")
        total, taken = map(int, numbers)
        inodes.append(f"{source:<24} {total} {taken} {total - taken} 4% {path}\n")
    return {"df": "".join(df), "inodes": "".join(inodes)}


def _blocks(told: dict[str, Any], local: dict[str, str]) -> str:
    disks: dict[str, dict[str, Any]] = {}
    for name, one in form.table(told.get("disks"), "disks").items():
        entry = one if isinstance(one, dict) else {"size": one}
        disks[name] = form.table(entry, f"disks.{name}", ("size", "type", "transport", "model",
                                 "removable", "rotational", "read_only", "parent"))  # fmt: skip
    luks = form.table(told.get("luks"), "luks")
    for source in [*local.values(), *map(str, luks.values())]:
        match = re.fullmatch(r"/dev/([a-z]+|nvme\d+n\d+)(p?\d+)?", source)
        if not match or match[1] == "vda":
            continue
        disks.setdefault(match[1], {"size": "200G"})
        if match[2]:
            disks.setdefault(f"{match[1]}{match[2]}", {"size": "199G", "parent": match[1]})
    rows = ["vda\tsize=83886080\trotational=1\tvendor=0x1af4",
            "vda1\tsize=83884032\tparent=vda"]  # fmt: skip
    at = [f"at\tvda\t{_WAYS['virtio'].format('vda')}"]
    for name, entry in disks.items():
        rows.append(_disk(name, entry))
        if "parent" not in entry:
            way = form.one_of(entry.get("transport", "virtio"), f"disks.{name}.transport", _WAYS)
            at.append(f"at\t{name}\t{_WAYS[way].format(name)}")
    for number, (name, device) in enumerate(luks.items()):
        below = form.path(device, f"luks.{name}").removeprefix("/dev/")
        rows.append(f"dm-{number}\tsize=417333248\tdm_name={name}\t"
                    f"dm_uuid={_TYPES['crypt'].format(name)}\tslaves={below}")  # fmt: skip
    return "".join(f"{line}\n" for line in [*rows, *at])


def _disk(name: str, entry: dict[str, Any]) -> str:
    fields = [name, f"size={form.size(entry.get('size', '200G'), f'disks.{name}') // 512}"]
    marks = {"removable": "removable", "rotational": "rotational", "read_only": "ro"}
    for key, word in marks.items():
        if form.flag(entry.get(key, False), f"disks.{name}.{key}"):
            fields.append(f"{word}=1")
    for key in ("model", "parent"):
        if key in entry:
            fields.append(f"{key}={escape(form.text(entry[key], f'disks.{name}.{key}'))}")
    kind = entry.get("type", "disk")
    form.one_of(kind, f"disks.{name}.type", ("disk", *_TYPES))
    if kind in _TYPES:
        fields += [f"dm_name={name}", f"dm_uuid={_TYPES[kind].format(name)}"]
    return "\t".join(fields)


def _swap(told: dict[str, Any]) -> str:
    head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
    used = form.size(told.get("swap", 0), "swap") // 1024
    return f"{head}/swapfile                               file\t\t1048572\t\t{used}\t\t-2\n"


def _exports(told: dict[str, Any]) -> str:
    lines = []
    for one in form.texts(told.get("exports"), "exports"):
        kind, _, rest = one.partition(" ")
        if kind == "nfs":
            lines.append(f"nfs\t/etc/exports\t{rest}")
            continue
        files = {"smb": "/etc/samba/smb.conf", "rsync": "/etc/rsyncd.conf", "iscsi": "kernel",
                 "nvme": "kernel"}  # fmt: skip
        form.one_of(kind, "exports", files)
        name, _, path = rest.partition(" ")
        lines.append(f"{kind}\t{files[kind]}\t{name}\t{path}")
    return "".join(f"{line}\n" for line in lines)
