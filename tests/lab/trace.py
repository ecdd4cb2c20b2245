"""Reads what strace wrote of a look, and says what in it could have changed the machine."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CHANGING = [
    "creat", "mkdir", "mkdirat", "mknod", "mknodat", "link", "linkat", "symlink", "symlinkat",
    "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "truncate", "ftruncate",
    "fallocate", "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown",
    "fchownat", "utime", "utimes", "utimensat", "futimesat", "setxattr", "lsetxattr",
    "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "mount", "umount", "umount2",
    "pivot_root", "move_mount", "mount_setattr", "fsopen", "fsconfig", "fsmount", "chroot",
    "swapon", "swapoff", "init_module", "finit_module", "delete_module", "sethostname",
    "setdomainname", "settimeofday", "clock_settime", "reboot", "kexec_load", "kexec_file_load",
    "ptrace", "bpf", "setns", "unshare", "acct", "quotactl", "iopl", "ioperm", "keyctl",
    "add_key", "perf_event_open", "process_vm_writev",
]  # fmt: skip
"""Calls that have no reading form."""

JUDGED = [
    "open", "openat", "openat2", "connect", "bind", "kill", "tkill", "tgkill", "ioctl",
    "sendto", "sendmsg",
]  # fmt: skip
FORKS = ("clone", "clone3", "fork", "vfork")
STRACE = (
    "strace",
    "-f",
    "--seccomp-bpf",
    "-qq",
    "--pidns-translation",
    "-s",
    "400",
    "-e",
    "signal=none",
)

DEVICES = {"/dev/null", "/dev/tty"}
SOCKETS = {
    "/run/systemd/private": "systemctl asks the manager",
    "/run/dbus/system_bus_socket": "systemctl, loginctl and others ask over the bus",
    "/var/run/dbus/system_bus_socket": "the same",
    "/run/systemd/userdb/": "the C library looks up users",
    "/run/systemd/resolve/": "the C library looks up names",
    "/var/run/nscd/socket": "the C library asks for its cache",
    "/run/nscd/socket": "the same",
    "/var/lib/sss/pipes/nss": "the C library asks sssd",
    "/run/docker.sock": "docker lists containers",
    "/var/run/docker.sock": "the same",
    "/run/podman/podman.sock": "podman lists containers",
    "/run/containerd/containerd.sock": "the same for containerd",
}
"""Where a look may connect to, and who does; a folder ends in a slash."""

_CALL = re.compile(r"^(?:\[pid +)?(\d+)\]? +(?:<\.\.\. )?(\w+)(\(| resumed>)(.*)$")
_WRITES = re.compile(r"\bO_(?:WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
_RETURNED = re.compile(r"= (?:\d+ /\* )?(\d+)")
_TRANSLATED = re.compile(r"-?\d+ /\* (\d+) in strace's PID NS \*/")
"""A process of a container has one number inside and another here: strace tells both."""
_IOCTL = re.compile(
    r"\b(SIOCS\w+|SIOC(?:ADD|DEL)\w+|FS_IOC_(?:SET|FSSET)\w+|BLK(?:RRPART|DISCARD|ROSET|ZEROOUT)|FITRIM|"
    r"FIFREEZE|LOOP_(?:SET|CLR|CTL)\w+|DM_(?!VERSION|LIST|TABLE_STATUS|DEV_STATUS|TABLE_DEPS)\w+|TIOCSTI)\b"
)
_NETLINK = re.compile(r"nlmsg_type=\w*(?:NEW|DEL|SET)\w*")


@dataclass(frozen=True)
class Violation:
    """A call that could change something, and the command that made it."""

    command: str
    call: str

    def __str__(self) -> str:
        return f"{self.command}: {self.call}"


def arguments() -> list[str]:
    """Strace with the calls that are judged."""
    names = "?" + ",?".join([*CHANGING, *JUDGED, "execve", *FORKS])
    return [*STRACE, "-e", f"trace={names}"]


def violations(lines: Iterable[str], shell: str) -> Iterator[Violation]:
    """What follows the start of *shell* in a trace (``strace -f -o``) and is not only reading.

    What comes before (the entering of the machine) is not judged.
    """
    begun = False
    commands: dict[str, str] = {}
    for line in lines:
        found = _CALL.match(line)
        if not found:
            continue
        pid, call, how, rest = found.groups()
        resumed = how != "("
        if call == "execve" and not resumed:
            path = _PATH.search(rest)
            argv = _PATH.findall(rest.partition("[")[2].partition("]")[0])
            begun = begun or bool(path and path[1] == shell)
            commands[pid] = " ".join(argv)[:160] or (path[1] if path else "?")
        elif call in FORKS and (child := _RETURNED.search(rest.rpartition(")")[2])):
            commands.setdefault(child[1], commands.get(pid, "?"))
        if begun and not resumed and (call in CHANGING or _judged(call, rest, commands)):
            yield Violation(commands.get(pid, "?"), f"{call}({rest}"[:300])


def _judged(call: str, rest: str, ours: dict[str, str]) -> bool:
    if call in ("open", "openat", "openat2"):
        path = _PATH.search(rest)
        return bool(_WRITES.search(rest)) and not (path and path[1] in DEVICES)
    if call == "connect":
        path = _PATH.search(rest)
        if "AF_NETLINK" in rest or "AF_UNSPEC" in rest:
            return False
        return not ("AF_UNIX" in rest and path and _known(path[1]))
    if call == "bind":
        # an abstract name, as systemctl of systemd 254 and later gives its end, is no file
        return "AF_NETLINK" not in rest and 'sun_path=@"' not in rest
    if call in ("kill", "tkill", "tgkill"):
        target = _TRANSLATED.sub(r"\1", rest).split(",")[0].strip().lstrip("-")
        return target not in ours and target != "0" and not re.search(r", 0\)", rest)
    if call == "ioctl":
        return bool(_IOCTL.search(rest))
    if call in ("sendto", "sendmsg"):
        return "nlmsg_type" in rest and bool(_NETLINK.search(rest))
    return False


def _known(path: str) -> bool:
    return any(path == s or (s.endswith("/") and path.startswith(s)) for s in SOCKETS)
