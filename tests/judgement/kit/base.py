"""The quiet machine that everything is laid over: its system's own processes and packages."""

from __future__ import annotations

from tests.judgement.kit.draft import Draft, Package, Proc, Script, Text, Unit
from tests.judgement.kit.systems import System

_DEBIAN_USERS = ("root:0:0:/root:/bin/bash daemon:1:1:/usr/sbin:/usr/sbin/nologin "
    "bin:2:2:/bin:/usr/sbin/nologin sys:3:3:/dev:/usr/sbin/nologin "
    "mail:8:8:/var/mail:/usr/sbin/nologin www-data:33:33:/var/www:/usr/sbin/nologin "
    "nobody:65534:65534:/nonexistent:/usr/sbin/nologin "
    "messagebus:100:107:/nonexistent:/usr/sbin/nologin "
    "sshd:101:65534:/run/sshd:/usr/sbin/nologin")  # fmt: skip
_OTHER_USERS = ("root:0:0:/root:/bin/bash bin:1:1:/bin:/sbin/nologin "
    "daemon:2:2:/sbin:/sbin/nologin adm:3:4:/var/adm:/sbin/nologin "
    "mail:8:12:/var/spool/mail:/sbin/nologin nobody:65534:65534:/:/sbin/nologin "
    "dbus:81:81:/:/sbin/nologin sshd:74:74:/usr/share/empty.sshd:/sbin/nologin")  # fmt: skip
_DEBIAN_GROUPS = ("root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:8 dialout:20 "
    "fax:21 cdrom:24 tape:26 sudo:27 audio:29 www-data:33 backup:34 shadow:42 video:44 "
    "plugdev:46 users:100 messagebus:107 input:104 kvm:108 render:109 "
    "nogroup:65534")  # fmt: skip
_OTHER_GROUPS = ("root:0 bin:1 daemon:2 sys:3 adm:4 tty:5 disk:6 lp:7 mem:8 kmem:9 wheel:10 "
    "mail:12 dialout:18 tape:33 video:39 audio:63 users:100 input:104 kvm:36 render:109 "
    "plugdev:46 dbus:81 sshd:74 nobody:65534")  # fmt: skip


def names(system: System) -> dict[str, str]:
    """Unit of each of the base's services, as this system names it."""
    return {
        "ssh": "ssh" if system.debian else "sshd",
        "cron": "cron" if system.debian or "suse" in system.release else "crond",
        "dbus": "dbus",
    }


def lay(draft: Draft) -> None:
    """Accounts, the system's own packages and what always runs."""
    system = draft.system
    for line in (_DEBIAN_GROUPS if system.debian else _OTHER_GROUPS).split():
        name, gid = line.split(":")
        draft.groups[name] = (int(gid), [])
    for line in (_DEBIAN_USERS if system.debian else _OTHER_USERS).split():
        name, uid, gid, home, shell = line.split(":")
        draft.accounts[name] = (int(uid), int(gid), home, shell)
    own = _packages(system, draft.init)
    for name, version in own.items():
        draft.package(Package(name, version))
    _processes(draft)
    files = {"bash": "/bin/bash"} if system.manager != "apk" else {"busybox": "/bin/busybox"}
    for package, path in files.items():
        draft.path(path, "file", mode="755")
        draft.own(path, package)
    draft.own("/etc/ssh", _owner(system, "ssh"))
    _jobs(draft)


def _packages(system: System, init: str) -> dict[str, str]:
    if system.debian:
        manager = {"systemd": "systemd", "upstart": "upstart"}.get(init, "sysvinit-core")
        python = "python2.7" if system.name == "debian 8" else "python3"
        return {"bash": system.bash, "libc6": system.libc, manager: system.init_version,
                "openssh-server": system.ssh, "cron": system.cron, "dbus": "1.12.2-1",
                "udev": system.init_version, "util-linux": "2.30-1", python: system.python + "-1",
                "coreutils": "8.30-3", "apt": "2.0.1", "dpkg": "1.20.5"}  # fmt: skip
    if system.manager == "apk":
        return {"alpine-base": f"{system.major}.1-r0", "musl": system.libc,
                "busybox": system.cron, "openrc": system.init_version, "openssh-server": system.ssh,
                "apk-tools": "2.14.0-r5", "linux-virt": system.kernel.partition("-")[0] + "-r0",
                "busybox-openrc": system.cron}  # fmt: skip
    manager = {"upstart": "upstart"}.get(init, "systemd")
    ssh = "openssh-server" if "suse" not in system.release else "openssh"
    python = "python" if system.major in ("6", "7", "2", "12") else "python3"
    return {"bash": system.bash, "glibc": system.libc, manager: system.init_version,
            ssh: system.ssh, "cronie": system.cron, "dbus": "1.12.8-24", "rpm": "4.14.3-28",
            "coreutils": "8.30-15", "util-linux": "2.32.1-43", python: system.python + "-1",
            "setup": "2.12.2-9", "filesystem": "3.8-6"}  # fmt: skip


def _owner(system: System, what: str) -> str:
    table = {
        "dpkg": {"ssh": "openssh-server", "cron": "cron", "init": "systemd", "udev": "udev"},
        "apk": {"ssh": "openssh-server", "cron": "busybox", "init": "busybox", "udev": "busybox"},
        "rpm": {"ssh": "openssh-server" if "suse" not in system.release else "openssh",
                "cron": "cronie", "init": "systemd", "udev": "systemd"},
    }[system.manager]  # fmt: skip
    return table.get(what, "dbus")


def python_owner(draft: Draft) -> str:
    """Package of the system's own python; empty: it has none."""
    return next((n for n in ("python3", "python2.7", "python") if n in draft.packages), "")


def _processes(draft: Draft) -> None:
    system, boot = draft.system, draft.boot
    if draft.init == "systemd":
        first = "/usr/lib/systemd/systemd" if not system.debian else "/lib/systemd/systemd"
    else:
        first = "/sbin/init" if system.manager != "apk" else "/bin/busybox"
    group = "/init.scope" if draft.init == "systemd" else "/"
    comm = "systemd" if draft.init == "systemd" else "init"
    inits = ("systemd", "upstart", "sysvinit-core", "openrc")
    owner = next(name for name in inits if name in draft.packages)
    owner = "busybox" if system.manager == "apk" else owner
    draft.procs.append(Proc(1, ["/sbin/init"], first, 0, comm=comm, cgroup=group, start=boot + 1))
    draft.program(first, owner)
    known = names(system)
    cron = "/usr/sbin/" + ("cron" if known["cron"] == "cron" else "crond")
    daemons = [("ssh", ["/usr/sbin/sshd", "-D"]), ("cron", [cron, "-f" if system.debian else "-n"])]
    if system.manager != "apk":
        daemons.append(("dbus", ["/usr/bin/dbus-daemon", "--system", "--nofork", "--nopidfile"]))
    for number, (word, argv) in enumerate(daemons):
        pid = 700 + 31 * number
        proc = daemon(draft, known[word], argv, pid, _owner(system, word))
        if word == "dbus":
            user = "messagebus" if system.debian else "dbus"
            proc.uid, proc.gid = draft.user(user, "base")
            draft.holders["/run/dbus/system_bus_socket"] = [pid]
        if word == "ssh":
            draft.listeners.append(("tcp", "0.0.0.0", 22, [pid]))
            draft.listeners.append(("tcp", "::", 22, [pid]))
    if draft.init == "systemd":
        folder = first.rpartition("/")[0]
        for pid, word in ((400, "journald"), (433, "udevd"), (690, "logind")):
            daemon(draft, f"systemd-{word}", [f"{folder}/systemd-{word}"], pid, "systemd")
        draft.holders["/run/systemd/journal/dev-log"] = [400, 1]


def daemon(draft: Draft, name: str, argv: list[str], pid: int, package: str) -> Proc:
    """A process of the system's own with its unit or init script."""
    start = draft.boot + 20
    proc = Proc(pid, argv, argv[0], comm=argv[0].rpartition("/")[2][:15], start=start)
    proc.env = ["LANG", "PATH"]
    draft.procs.append(proc)
    draft.program(argv[0], package)
    if draft.init == "systemd":
        proc.cgroup = f"/system.slice/{name}.service"
        path = f"{draft.system.unit_folder}/{name}.service"
        text = f"[Unit]\nDescription={name}\n\n[Service]\nExecStart={' '.join(argv)}\n\n"
        text += "[Install]\nWantedBy=multi-user.target\n"
        unit = Unit(f"{name}.service", path, text)
        unit.properties = {"Type": "simple", "MainPID": str(pid), "NRestarts": "0",
                           "ControlGroup": proc.cgroup, "ActiveState": "active",
                           "SubState": "running"}  # fmt: skip
        draft.units[unit.name] = unit
        draft.own(path, package)
    else:
        proc.cgroup = f"/openrc.{name}" if draft.init == "openrc" else ""
        script = f"/etc/init.d/{name}"
        draft.scripts[name] = Script(name, script, "", pid)
        draft.own(script, package)
        draft.path(script, "file", mode="755")
    return proc


def _jobs(draft: Draft) -> None:
    if draft.system.manager == "apk":
        lines = "*/15\t*\t*\t*\t*\trun-parts /etc/periodic/15min\n"
        draft.cron["/var/spool/cron/crontabs/root"] = Text(lines, "600")
        return
    text = "SHELL=/bin/sh\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n\n"
    if draft.system.debian:
        text += "17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly\n"
        text += "25 6\t* * *\troot\tcd / && run-parts --report /etc/cron.daily\n"
    draft.cron["/etc/crontab"] = Text(text)
