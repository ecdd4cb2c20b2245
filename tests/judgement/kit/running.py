"""Text of what runs: processes, sockets, mapped files, units and other inits."""

from __future__ import annotations

from tests.judgement.kit.draft import FULL, Draft, Proc, Unit

_USUAL = (
    "nofile=1024:524288 nproc=15200:15200 memlock=8388608:8388608 core=0:unlimited rtprio=0:0 "
    "nice=0:0 stack=8388608:unlimited as=unlimited:unlimited fsize=unlimited:unlimited "
    "data=unlimited:unlimited msgqueue=819200:819200"
)
Sections = dict[str, str]


def escape(text: str) -> str:
    for char, letter in (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        text = text.replace(char, letter)
    return text


def sections(draft: Draft) -> Sections:
    draft.procs.sort(key=lambda proc: proc.pid)
    names = {proc.pid: proc.comm for proc in draft.procs}
    found = {
        "processes": _processes(draft),
        "listeners": _listeners(draft, names),
        "connections": _connections(draft, names),
        "unix-sockets": _unix(draft, names),
        "mapped": _mapped(draft),
    }
    return found | (_systemd(draft) if draft.init == "systemd" else _inits(draft))


def _processes(draft: Draft) -> str:
    lines = ["clock 100", f"boot {draft.boot}", f"usual {_USUAL}"]
    for proc in draft.procs:
        lines += _process(proc, draft)
    return "\n".join(lines) + "\n"


def _process(proc: Proc, draft: Draft) -> list[str]:
    caps = proc.caps if proc.caps is not None else 0 if proc.uid else FULL
    mask = f"{caps:016x}"
    start = (proc.start - draft.boot) * 100
    ticks = round(proc.cpu * max(draft.now - proc.start, 0) * 100)
    realtime = proc.priority if proc.policy in (1, 2) else 0
    lines = [
        f"P {proc.pid}", f"ppid {proc.ppid}", f"uid {proc.uid}", f"gid {proc.gid}",
        f"comm {escape(proc.comm)}", f"caps {mask}", f"rss {proc.rss // 1024}",
        f"stat S {ticks * 3 // 4} {ticks - ticks * 3 // 4} {proc.nice} {proc.threads} {start} "
        f"{realtime} {proc.policy}",
        f"mem {max(proc.peak, proc.rss) // 1024} {proc.swap // 1024} {proc.locked // 1024} "
        f"{proc.huge // 1024}",
        f"sets {mask} {FULL:016x} {0:016x} {int(proc.no_new)} {2 if proc.seccomp else 0}",
    ]  # fmt: skip
    if proc.groups:
        lines.append("groups " + " ".join(map(str, sorted(proc.groups))))
    if proc.cpus:
        lines.append(f"cpus {proc.cpus}")
    if proc.limits:
        lines.append("limits " + " ".join(f"{k}={v}" for k, v in proc.limits.items()))
    if proc.namespaces:
        inode = 4026530000 + proc.pid % 10000
        lines.append("ns " + " ".join(f"{kind}:[{inode}]" for kind in proc.namespaces))
    if proc.cgroup:
        lines.append(f"cgroup {proc.cgroup}")
    lines += [f"exe {escape(proc.exe)}", f"cwd {escape(proc.cwd)}"]
    lines += [f"a {escape(word)}" for word in proc.argv]
    lines += [f"e {escape(word)}" for word in proc.env]
    lines += [f"w {escape(word)}" for word in proc.writes]
    lines += [f"r {escape(word)}" for word in proc.reads]
    return lines


def _users(pids: list[int], names: dict[int, str]) -> str:
    told = [f'("{names[pid]}",pid={pid},fd={number})' for number, pid in enumerate(pids, 5)]
    return f" users:({','.join(told)})" if told else ""


def _place(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _listeners(draft: Draft, names: dict[int, str]) -> str:
    lines = []
    for protocol, address, port, pids in draft.listeners:
        state = "UNCONN" if protocol == "udp" else "LISTEN"
        peer = "[::]:*" if ":" in address else "*:*" if address == "*" else "0.0.0.0:*"
        lines.append(f"{protocol}   {state} 0      128    {_place(address, port)}       {peer}   "
                     f"{_users(pids, names)}")  # fmt: skip
    return "".join(f"{line}\n" for line in lines)


def _connections(draft: Draft, names: dict[int, str]) -> str:
    lines = [
        f"{protocol}   0      0      {_place(own, port)}      {_place(peer, there)}"
        f"{_users([pid], names)}"
        for protocol, own, port, peer, there, pid in draft.connections
    ]
    return "".join(f"{line}\n" for line in lines)


def _unix(draft: Draft, names: dict[int, str]) -> str:
    """A stream for each; who speaks to it has an end without a name, and the holder one with."""
    lines, inode = [], 11000
    datagram = ("/dev/log", "/run/systemd/journal/dev-log")
    holders = dict(draft.holders)
    for path, _ in draft.speakers:
        holders.setdefault(path, [1])
    for path, pids in holders.items():
        inode += 1
        kind, state = ("u_dgr", "UNCONN") if path in datagram else ("u_str", "LISTEN")
        lines.append(f"{kind} {state} 0      128    {path} {inode}            * 0   "
                     f"{_users(pids, names)}")  # fmt: skip
    for path, pid in draft.speakers:
        inode += 2
        kind = "u_dgr" if path in datagram else "u_str"
        holder = holders[path][:1]
        lines.append(f"{kind} ESTAB 0      0      {path} {inode}            * {inode + 1}   "
                     f"{_users(holder, names)}")  # fmt: skip
        lines.append(f"{kind} ESTAB 0      0      * {inode + 1}            * {inode}   "
                     f"{_users([pid], names)}")  # fmt: skip
    return "".join(f"{line}\n" for line in lines)


def _mapped(draft: Draft) -> str:
    pids = " ".join(str(proc.pid) for proc in draft.procs)
    libc = {"apk": "/lib/ld-musl-x86_64.so.1"}.get(
        draft.system.manager, f"{draft.system.library}/libc.so.6"
    )
    draft.own(libc, {"apk": "musl", "dpkg": "libc6", "rpm": "glibc"}[draft.system.manager])
    lines = [f"G {pids}", f"M - {libc}"]
    for path, (group, written) in sorted(draft.mapped.items()):
        lines += [f"G {' '.join(map(str, sorted(group)))}", f"M {'w' if written else '-'} {path}"]
    return "\n".join(lines) + "\n"


def file_text(path: str, text: str, mode: str = "644", uid: int = 0, gid: int = 0,
              masked: int = 0) -> str:  # fmt: skip
    """One file in the collector's format of many."""
    body = "".join(f"|{line}\n" for line in text.removesuffix("\n").split("\n")) if text else ""
    return f"F\t{escape(path)}\t{mode}\t{uid}\t{gid}\t{masked}\t0\n{body}"


def _systemd(draft: Draft) -> Sections:
    blocks = "\n".join(_block(unit) for _, unit in sorted(draft.units.items()))
    texts = {unit.path: unit.text for unit in draft.units.values()}
    listed: dict[str, str] = {}
    for unit in draft.units.values():
        listed[unit.path.rpartition("/")[2]] = unit.enabled
    here = "systemd runs here: see unit"
    return {
        "units": blocks,
        "unit-files": "".join(f"{n:<38} {s:<14} {s}\n" for n, s in sorted(listed.items())),
        "unit-text": "".join(file_text(path, text) for path, text in sorted(texts.items())),
        "init": "systemd\n/usr/lib/systemd/systemd\n",
        "sysv": f"!missing {here}s",
        "inits": "",
        "init-text": "",
        "user-units": "",
    }


def _block(unit: Unit) -> str:
    told = dict(unit.properties)
    several = told.pop("", "")
    state = {key: told.pop(key) for key in ("ActiveState", "SubState")}
    running = state["ActiveState"] == "active"
    stamps = ("19512000", "19526000") if running else ("0", "0")
    lines = [f"{key}={value}" for key, value in told.items()]
    lines += [several] if several else []
    load = "masked" if unit.enabled == "masked" else "loaded"
    lines += [
        f"Id={unit.name}", f"Names={unit.name}", f"LoadState={load}",
        *(f"{key}={value}" for key, value in state.items()), f"FragmentPath={unit.path}",
        f"UnitFileState={unit.enabled}", f"InactiveExitTimestampMonotonic={stamps[0]}",
        f"ActiveEnterTimestampMonotonic={stamps[1]}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _inits(draft: Draft) -> Sections:
    openrc = draft.init == "openrc"
    rows, told, texts = [], ["runlevel\t" + ("default" if openrc else "3")], []
    for name, script in sorted(draft.scripts.items()):
        if script.text:
            texts.append(file_text(script.path, script.text, "644" if script.upstart else "755"))
        if script.upstart:
            state = f"start/running\t{script.pid}" if script.pid else "stop/waiting\t"
            told.append(f"upstart\t{name}\t{state}")
            continue
        levels = ("default" if openrc else script.levels) if script.enabled else ""
        rows.append(f"{name}\t{int(script.enabled)}\t{script.path}\t{levels}")
        if script.pid:
            told.append(f"pidfile\t/var/run/{name}.pid\t{script.pid}")
        if openrc and script.pid:
            told.append(f"openrc\t{name}")
    program = {"openrc": "/bin/busybox", "sysvinit": "/sbin/init", "upstart": "/sbin/init"}
    none = "!missing systemd does not run here"
    return {
        "sysv": "".join(f"{row}\n" for row in rows),
        "inits": "".join(f"{line}\n" for line in told),
        "init-text": "".join(texts),
        "init": f"init\n{program[draft.init]}\n",
        **dict.fromkeys(("units", "unit-files", "unit-text", "user-units"), none),
    }
