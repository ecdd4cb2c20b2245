"""One process of a service: its arguments, figures, sockets and open files."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from tests.judgement.kit import form
from tests.judgement.kit.draft import FULL, Draft, Proc
from tests.judgement.kit.form import wrong

SYSTEM = re.compile(r"/(usr/(bin|sbin|lib\w*|share)|bin|sbin|lib\w*)/")
"""Folders of the system: what lies there belongs to a package."""
CAPABILITIES = form.named(
    "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable "
    "net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio "
    "sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time "
    "sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog "
    "wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore"
)
_POLICIES = {"other": 0, "fifo": 1, "rr": 2, "batch": 3, "idle": 5, "deadline": 6}
INTERPRETERS = re.compile(r"(python|ruby|perl|node|php|bash|sh)[\d.]*")

_ENGINES = form.named(
    "mysqld mariadbd mongod etcd influxd prometheus postgres postmaster cockroach beam.smp"
)
"""Programs that keep files in their data folders open all the time."""


def _argv(told: dict[str, Any], where: str, run: list[str], exe: str) -> list[str]:
    """As the process has it: behind its interpreter, where a script is started."""
    if "argv" in told:
        return form.words(told["argv"], f"{where}.argv")
    called = posixpath.basename(exe)
    match = INTERPRETERS.fullmatch(called)
    if exe == run[0] or not match or posixpath.basename(run[0]).startswith(match[1]):
        return run
    folder = posixpath.dirname(run[0])
    own = match[1] == "python" and folder.endswith("/bin") and not SYSTEM.match(run[0])
    return [f"{folder}/python3" if own else exe, *run]


def start(
    draft: Draft, name: str, told: dict[str, Any], where: str, exe: str, run: list[str],
    parent: Proc | None = None,
) -> Proc:  # fmt: skip
    pid = draft.next_pid()
    title = run[0].endswith(":")
    argv = [" ".join(run)] if title else _argv(told, where, run, exe)
    comm = parent.comm if parent and title else posixpath.basename(run[0])[:15]
    if "user" in told or parent is None:
        uid, gid = draft.user(form.text(told.get("user", "root"), where), f"{where}.user")
    else:
        uid, gid = parent.uid, parent.gid
    if "group" in told:
        gid = draft.group(form.text(told["group"], f"{where}.group"))
    proc = Proc(pid, argv, exe, parent.pid if parent else 1, uid, gid, comm)
    _measures(draft, proc, told, where)
    proc.cwd = form.path(told.get("cwd") or _directory(told) or "/", f"{where}.cwd")
    if proc.cwd != "/":
        draft.path(proc.cwd, "dir", uid, gid)
    if draft.init == "systemd":
        slice_name = "system.slice"
        if "@" in name:
            slice_name += f"/system-{name.partition('@')[0]}.slice"
        proc.cgroup = f"/{slice_name}/{name}.service"
    elif draft.init == "openrc":
        proc.cgroup = f"/openrc.{name}"
    proc.env = ["LANG", "PATH", *form.texts(told.get("env"), f"{where}.env")]
    _sockets(draft, proc, told, where)
    _opened(draft, proc, told, where)
    draft.procs.append(proc)
    return proc


def _directory(told: dict[str, Any]) -> str:
    directives = told.get("directives")
    found = directives.get("WorkingDirectory") if isinstance(directives, dict) else ""
    return str(found or "") if str(found).startswith("/") else ""


def _measures(draft: Draft, proc: Proc, told: dict[str, Any], where: str) -> None:
    proc.rss = form.size(told.get("memory", "50M"), f"{where}.memory")
    proc.peak = form.size(told.get("peak", proc.rss), f"{where}.peak")
    proc.swap = form.size(told.get("swapped", 0), f"{where}.swapped")
    proc.locked = form.size(told.get("locked", 0), f"{where}.locked")
    proc.huge = form.size(told.get("huge", 0), f"{where}.huge")
    proc.cpu = form.share(told.get("cpu", "0.5%"), f"{where}.cpu")
    proc.threads = form.number(told.get("threads", 1), f"{where}.threads")
    proc.start = form.moment(told.get("started", "20 days ago"), f"{where}.started", draft.now)
    proc.start = max(proc.start, draft.boot + 30)
    proc.nice = form.number(told.get("nice", 0), f"{where}.nice")
    policy, _, priority = form.text(told.get("policy", "other"), f"{where}.policy").partition(" ")
    proc.policy = _POLICIES[form.one_of(policy, f"{where}.policy", _POLICIES)]
    proc.priority = int(priority) if priority.isdigit() else 0
    if (policy in ("fifo", "rr")) != bool(proc.priority):
        raise wrong(f"{where}.policy", "fifo and rr have a priority (fifo 50), others have none")
    proc.cpus = form.text(told.get("cpus", ""), f"{where}.cpus")
    proc.no_new = form.flag(told.get("no_new_privileges", False), f"{where}.no_new_privileges")
    proc.seccomp = form.flag(told.get("seccomp", False), f"{where}.seccomp")
    proc.namespaces = form.texts(told.get("namespaces"), f"{where}.namespaces")
    for one in proc.namespaces:
        form.one_of(one, f"{where}.namespaces", ("mnt", "net", "pid", "user"))
    for limit, value in form.table(told.get("limits"), f"{where}.limits").items():
        form.one_of(limit, f"{where}.limits", ("nofile", "nproc", "memlock", "core", "stack", "as",
                    "fsize", "data", "msgqueue", "rtprio", "nice"))  # fmt: skip
        most = value if value == "unlimited" else form.size(value, f"{where}.limits.{limit}")
        proc.limits[limit] = f"{most}:{most}"
    for group in form.texts(told.get("groups"), f"{where}.groups"):
        proc.groups.append(draft.group(group))
    if "caps" in told:
        proc.caps = FULL if told["caps"] == "all" else _mask(told["caps"], f"{where}.caps")


def _mask(told: Any, where: str) -> int:
    found = 0
    for one in form.texts(told, where):
        name = one.lower().removeprefix("cap_")
        found |= 1 << CAPABILITIES.index(form.one_of(name, where, CAPABILITIES))
    return found


def _sockets(draft: Draft, proc: Proc, told: dict[str, Any], where: str) -> None:
    for one in form.items(told.get("listen"), f"{where}.listen"):
        protocol, address, port = form.endpoint(one, f"{where}.listen")
        draft.listeners.append((protocol, address, port, [proc.pid]))
    for one in form.items(told.get("connects"), f"{where}.connects"):
        protocol, address, port = form.endpoint(one, f"{where}.connects")
        if address in ("0.0.0.0", "*"):
            raise wrong(f"{where}.connects", f"{one!r} names no address")
        own = address if address.startswith("127.") else draft.own_address
        draft.connections.append((protocol, own, draft.next_port(), address, port, proc.pid))
    for one in form.texts(told.get("accepts"), f"{where}.accepts"):
        client, arrow, port_text = one.partition(" -> ")
        if not arrow or not port_text.isdigit():
            raise wrong(f"{where}.accepts", f"'10.0.0.7:51000 -> 80' is expected, not {one!r}")
        protocol, address, port = form.endpoint(client, f"{where}.accepts")
        ends = (draft.own_address, int(port_text), address, port)
        draft.connections.append((protocol, *ends, proc.pid))
    for one in form.texts(told.get("holds"), f"{where}.holds"):
        draft.holders.setdefault(one, []).append(proc.pid)
        if one.startswith("/"):
            draft.path(one, "socket", proc.uid, proc.gid)
    for one in form.texts(told.get("speaks"), f"{where}.speaks"):
        draft.speakers.append((one, proc.pid))


def _opened(draft: Draft, proc: Proc, told: dict[str, Any], where: str) -> None:
    for key, into in (("writes", proc.writes), ("reads", proc.reads)):
        for one in form.texts(told.get(key), f"{where}.{key}"):
            into.append(form.path(one, f"{where}.{key}"))
            kind = "device" if one.startswith("/dev/") else "file"
            draft.path(one, kind, *((0, 0) if kind == "device" else (proc.uid, proc.gid)))
            if kind == "file":
                draft.path(posixpath.dirname(one), "dir", proc.uid, proc.gid)
    if posixpath.basename(proc.exe or "") in _ENGINES:
        proc.writes += [f"{folder.rstrip('/')}/journal" for folder in told.get("data") or ()]
    for one in form.items(told.get("libraries"), f"{where}.libraries"):
        entry = {"path": one} if isinstance(one, str) else one
        entry = form.table(entry, f"{where}.libraries", ("path", "written", "package"))
        name = form.path(entry.get("path"), f"{where}.libraries")
        draft.map(name, proc.pid, form.flag(entry.get("written", False), f"{where}.libraries"))
        owner = entry.get("package")
        if owner is None and SYSTEM.match(name):
            owner = form.text(told.get("package", ""), where).partition(" ")[0]
        draft.own(name, form.text(owner or "", where))
