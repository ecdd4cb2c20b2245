"""Text of what the machine carries and does: engines, guests, clusters, desktop, load."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.judgement.kit import base, form
from tests.judgement.kit.draft import Draft, Package, Proc
from tests.judgement.kit.form import wrong

KEYS = frozenset(form.named("engines containers guests clusters load history desktop user_units"))
_DAEMONS = {"docker": ("/usr/bin/dockerd", "docker-ce 24.0.7-1"),
            "containerd": ("/usr/bin/containerd", "containerd.io 1.6.26-1"),
            "kubelet": ("/usr/bin/kubelet", "kubelet 1.28.5-1.1"),
            "libvirt": ("/usr/sbin/libvirtd", "libvirt-daemon-system 9.0.0-4"),
            "k3s": ("/usr/local/bin/k3s", ""), "nomad": ("/usr/bin/nomad", "nomad 1.7.2-1"),
            "lxd": ("/usr/bin/lxd", "lxd 4.0.9-1"), "crio": ("/usr/bin/crio", "cri-o 1.28.1-1"),
            "virtualbox": ("/usr/lib/virtualbox/VBoxSVC", "virtualbox-7.0 7.0.14-1"),
            "podman": ("/usr/bin/podman", "podman 4.3.1-8"),
            "lxc": ("/usr/bin/lxc-start", "lxc 5.0.2-1"),
            "qemu": ("/usr/bin/qemu-system-x86_64", "qemu-system-x86 7.2-1"),
            "nspawn": ("/usr/bin/systemd-nspawn", "systemd-container 252-1")}  # fmt: skip
_SHARES = ("cpu", "iowait", "steal", "load", "run_queue")
_BYTES = ("memory", "disk_read", "disk_write", "net_in", "net_out")
_CLUSTERS = form.named("kubernetes k3s rke2 microk8s k0s swarm nomad ecs corosync proxmox")


def lay(draft: Draft, told: dict[str, Any]) -> list[str]:
    """Daemons and processes into the draft; the lines of the section engines."""
    lines = []
    for number, (name, state) in enumerate(form.table(told.get("engines"), "engines").items()):
        form.one_of(name, "engines", _DAEMONS)
        runs = form.one_of(state, f"engines.{name}", ("running", "installed")) == "running"
        program, package = _DAEMONS[name]
        lines.append(f"engine\t{name}\t{program}\t{int(runs)}")
        owner, _, version = package.partition(" ")
        if owner:
            draft.package(Package(owner, version))
        if runs and name not in ("podman", "lxc", "nspawn", "qemu"):
            unit = {"libvirt": "libvirtd"}.get(name, name)
            base.daemon(draft, unit, [program], 900 + number, owner)
        else:
            draft.own(program, owner)
    return [*lines, *_containers(draft, told), *_guests(draft, told), *_clusters(told)]


def _fields(one: Any, where: str, keys: tuple[str, ...]) -> dict[str, str]:
    """A mapping, or its words in the order of its keys."""
    if isinstance(one, dict):
        return {k: form.text(v, where) for k, v in form.table(one, where, keys).items()
                if not isinstance(v, bool)}  # fmt: skip
    return dict(zip(keys, form.text(one, where).split(" ", len(keys) - 1), strict=False))


def _containers(draft: Draft, told: dict[str, Any]) -> list[str]:
    lines = []
    keys = ("engine", "name", "image", "project", "folder", "state")
    for one in form.items(told.get("containers"), "containers"):
        entry = _fields(one, "containers", keys)
        for key in ("engine", "name"):
            if not entry.get(key):
                raise wrong(f"containers.{key}", "must be there")
        name, engine = entry["name"], entry["engine"]
        form.one_of(engine, "containers.engine", ("docker", "podman", "containerd", "crio"))
        ident = hashlib.sha256(f"{draft.name}/{name}".encode()).hexdigest()
        state = entry.get("state", "Up 3 days" if engine == "docker" else "")
        rest = "\t".join([entry.get(k, "") for k in ("image", "project", "folder")] + [state])
        lines.append(f"container\t{engine}\t{ident[:12]}\t{name}\t{rest}")
        if state.startswith("Exited"):
            continue
        lines.append(f"cgroup\t{engine}\t{ident[:12]}\t1\t")
        word = {"podman": "libpod", "containerd": "cri-containerd"}.get(engine, engine)
        pid = draft.next_pid()
        program = f"/usr/local/bin/{name}"
        proc = Proc(pid, [program], program, comm=name[:15], start=draft.now - 3 * 86400)
        proc.cgroup = f"/system.slice/{word}-{ident}.scope"
        proc.namespaces = ["mnt", "net", "pid"]
        draft.procs.append(proc)
    return lines


def _guests(draft: Draft, told: dict[str, Any]) -> list[str]:
    lines = []
    for number, one in enumerate(form.items(told.get("guests"), "guests"), 1):
        entry = _fields(one, "guests", ("kind", "name", "running"))
        kinds = ("libvirt", "qemu", "virtualbox", "vmware", "lxc", "nspawn")
        kind, name = entry.get("kind"), entry.get("name", "")
        form.one_of(kind, "guests.kind", kinds)
        runs = not (isinstance(one, dict) and one.get("running") is False)
        lines.append(f"machine\t{kind}\t{name}\t{int(runs)}")
        if runs and kind in ("libvirt", "qemu"):
            program = "/usr/bin/qemu-system-x86_64"
            argv = [program, "-name", f"guest={name},debug-threads=on", "-m", "4096"]
            proc = Proc(draft.next_pid(), argv, program, comm="qemu-system-x86", rss=4 << 30)
            proc.start = draft.boot + 120
            proc.cgroup = f"/machine.slice/machine-qemu\\x2d{number}\\x2d{name}.scope"
            draft.procs.append(proc)
            draft.own(program, "qemu-system-x86")
    return lines


def _clusters(told: dict[str, Any]) -> list[str]:
    lines = []
    for one in form.texts(told.get("clusters"), "clusters"):
        cluster, _, role = one.partition(" ")
        form.one_of(cluster, "clusters", _CLUSTERS)
        form.one_of(role, "clusters", ("control-plane", "server", "manager", "agent", "node"))
        lines.append(f"cluster\t{cluster}\t{role}\t")
    return lines


def desktop(draft: Draft, told: dict[str, Any]) -> None:
    """A display manager with a session of somebody on the screen."""
    if "desktop" not in told:
        return
    manager, _, person = form.text(told["desktop"], "desktop").partition(" ")
    form.one_of(manager, "desktop", ("gdm", "lightdm", "sddm"))
    if person not in form.table(told.get("people"), "people"):
        raise wrong("desktop", f"'{manager} PERSON' is expected, and the person among people")
    unit = "gdm3" if manager == "gdm" and draft.system.debian else manager
    server = "xserver-xorg-core" if draft.system.debian else "xorg-x11-server-Xorg"
    for name in (unit, server, "gnome-session-bin"):
        draft.package(Package(name, "43.0-1"))
    base.daemon(draft, unit, [f"/usr/sbin/{unit}"], 960, unit)
    uid, gid = draft.user(person, "desktop")
    for argv, package in (
        (["/usr/lib/xorg/Xorg", "vt2", "-displayfd", "3"], server),
        (["/usr/libexec/gnome-session-binary", "--systemd"], "gnome-session-bin"),
        (["/usr/bin/gnome-shell"], "gnome-session-bin"),
    ):
        proc = Proc(draft.next_pid(), argv, argv[0], 960, uid, gid, argv[0].rpartition("/")[2][:15])
        proc.start, proc.rss = draft.boot + 300, 120 << 20
        proc.cgroup = f"/user.slice/user-{uid}.slice/session-2.scope"
        proc.writes = ["/dev/tty2", "/dev/dri/card0"] if "Xorg" in argv[0] else []
        draft.procs.append(proc)
        draft.program(argv[0], package)


def sections(draft: Draft, told: dict[str, Any], engines: list[str]) -> dict[str, str]:
    lines = []
    for one in form.texts(told.get("user_units"), "user_units"):
        user, slash, unit = one.partition("/")
        draft.user(user, "user_units")
        lines += [f"linger\t{user}", *([f"unit\t{user}\t{unit}\t1"] if slash else [])]
    found = {"engines": "".join(f"{line}\n" for line in engines), "load": _load(draft, told),
             "history": _history(draft, told)}  # fmt: skip
    if draft.init == "systemd":
        found["user-units"] = "".join(f"{line}\n" for line in lines)
    return found


def _load(draft: Draft, told: dict[str, Any]) -> str:
    keys = ("uptime", "average", "busy", "iowait", "steal", "oom_kills")
    entry = form.table(told.get("load"), "load", keys)
    uptime = draft.now - draft.boot
    usual = {"busy": 0.05, "iowait": 0.005, "steal": 0}
    busy, iowait, steal = (form.share(entry.get(k, v), f"load.{k}") for k, v in usual.items())
    if busy + iowait > 1 or steal > busy:
        raise wrong("load", "the shares are of one whole, and busy holds steal")
    average = [form.text(one, "load.average") for one in entry.get("average", [0.1, 0.1, 0.1])]

    def line(seconds: int) -> str:
        total = seconds * 200
        user = round(total * (busy - steal))
        waits, stolen = round(total * iowait), round(total * steal)
        return f"cpu  {user} 0 0 {total - user - waits - stolen} {waits} 0 0 {stolen} 0 0"

    pressure = "avg10=0.00 avg60=0.00 avg300=0.00 total=0"
    kills = form.number(entry.get("oom_kills", 0), "load.oom_kills")
    rows = [f"before\t512\t{line(uptime - 5)}", f"/proc/stat\t{line(uptime)}",
            f"/proc/loadavg\t{' '.join(average)} 1/180 21437",
            f"/proc/uptime\t{uptime}.00 {uptime}.00", "/proc/vmstat\tpswpin 0",
            "/proc/vmstat\tpswpout 0", "/proc/vmstat\tpgmajfault 900",
            f"/proc/vmstat\toom_kill {kills}",
            *(f"/proc/pressure/{what}\tsome {pressure}" for what in ("cpu", "memory", "io")),
            "/proc/net/dev\t  eth0: 91204411 81220 0 0 0 0 0 0 122904411 74117 0 0 0 0 0 0",
            "/proc/diskstats\t 252 0 vda 212904 7096 9120448 63871 312099 104033 6112044 62419 0 "
            "35467 68806"]  # fmt: skip
    return "".join(f"{row}\n" for row in rows)


def _history(draft: Draft, told: dict[str, Any]) -> str:
    if "history" not in told:
        return "!missing sysstat is not installed, or has kept nothing"
    entry = form.table(told["history"], "history", ("days", *_SHARES, *_BYTES))
    days = form.number(entry.pop("days", 14), "history.days")
    today, lines = datetime.fromtimestamp(draft.now, UTC).date(), []
    for ago in range(days, 0, -1):
        day = today - timedelta(days=ago)
        for measure, given in entry.items():
            three = form.items(given, f"history.{measure}")
            if len(three) != 3:
                raise wrong(f"history.{measure}", "[average, p95, peak] is expected")
            values = [float(form.size(v, "history")) if measure in _BYTES
                      else form.share(v, "history") for v in three]  # fmt: skip
            told_by = "\t".join(f"{value:.4f}" for value in values)
            lines.append(f"H\t{day}\t{measure}\t143\t{told_by}\t10:00:01\n")
    return "".join(lines)
