"""The collector only reads: its system calls on this machine, and the judge of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from lab.trace import arguments, violations

from planner.gather.look import collector
from planner.session.framing import decode

NONCE = "feedfacefeedfacefeedfacefeedface"


def judge(*lines: str) -> list[str]:
    trace = ['7 execve("/bin/sh", ["/bin/sh", "-s"], 0x7ffd /* 9 vars */) = 0', *lines]
    return [v.call.partition("(")[0] for v in violations(trace, "/bin/sh")]


@pytest.mark.parametrize(
    "line",
    [
        '7 openat(AT_FDCWD, "/etc/x", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3',
        '7 openat(AT_FDCWD, "/etc/x", O_RDWR <unfinished ...>',
        '7 open("/var/lib/rpm/.rpm.lock", O_RDWR|O_CREAT, 0644) = -1 EACCES (Permission denied)',
        '7 openat(AT_FDCWD, "/tmp", O_RDWR|O_TMPFILE, 0600) = 3',
        '7 unlinkat(AT_FDCWD, "/tmp/x", 0) = 0',
        '7 mkdir("/run/x", 0755) = -1 EEXIST (File exists)',
        '7 renameat2(AT_FDCWD, "/a", AT_FDCWD, "/b", 0) = 0',
        "7 fchmod(3, 0600) = 0",
        '7 utimensat(AT_FDCWD, "/a", NULL, 0) = 0',
        '7 mount("none", "/mnt", "tmpfs", 0, NULL) = 0',
        '7 finit_module(3, "", 0) = 0',
        "7 ptrace(PTRACE_ATTACH, 1) = 0",
        "7 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=0x1}, 16) = 0",
        '7 connect(3, {sa_family=AF_UNIX, sun_path="/run/x.sock"}, 20) = 0',
        '7 bind(3, {sa_family=AF_UNIX, sun_path="/tmp/x"}, 20) = 0',
        "7 kill(1, SIGTERM) = 0",
        "7 kill(-812, SIGKILL) = 0",
        '7 ioctl(3, SIOCSIFADDR, {ifr_name="eth0"}) = 0',
        "7 sendto(3, [{nlmsg_len=32, nlmsg_type=RTM_DELROUTE}], 32, 0, NULL, 0) = 32",
    ],
)
def test_what_could_change_something_is_found(line: str) -> None:
    assert len(judge(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        '7 openat(AT_FDCWD, "/etc/x", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = 3',
        '7 openat(AT_FDCWD, "/dev/null", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3',
        '7 openat(AT_FDCWD, "/etc/O_RDWR x", O_RDONLY) = 3'.replace("O_RDWR ", "x-"),
        '7 connect(3, {sa_family=AF_UNIX, sun_path="/run/systemd/private"}, 22) = 0',
        "7 connect(3, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 0",
        "7 bind(3, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 0",
        '7 bind(3, {sa_family=AF_UNIX, sun_path=@"47ddfade14c7ad98/bus/systemctl/"}, 34) = 0',
        "7 ioctl(1, TCGETS, 0x7ffe) = -1 ENOTTY (Inappropriate ioctl for device)",
        "7 kill(7, 0) = 0",
        "7 sendto(3, [{nlmsg_len=20, nlmsg_type=RTM_GETADDR}], 20, 0, NULL, 0) = 20",
        "+++ exited with 0 +++",
    ],
)
def test_what_only_reads_is_not(line: str) -> None:
    assert judge(line) == []


def test_a_command_is_named_and_a_child_may_be_ended() -> None:
    trace = [
        "5 setns(3, CLONE_NEWNS) = 0",
        '5 execve("/bin/sh", ["/bin/sh", "-s"], 0x1 /* 9 vars */) = 0',
        "5 clone(child_stack=NULL, flags=CLONE_CHILD <unfinished ...>",
        "5 <... clone resumed>, child_tidptr=0x7) = 6",
        '6 execve("/usr/bin/touch", ["touch", "/tmp/x"], 0x1 /* 9 vars */) = 0',
        '6 openat(AT_FDCWD, "/tmp/x", O_WRONLY|O_CREAT, 0666) = 3',
        "5 kill(6, SIGTERM) = 0",
    ]
    trace += [
        "5 <... vfork resumed>) = 9 /* 1009 in strace's PID NS */",
        "5 kill(9 /* 1009 in strace's PID NS */, SIGTERM) = 0",
    ]
    found = [str(v) for v in violations(trace, "/bin/sh")]
    assert found == ['touch /tmp/x: openat(AT_FDCWD, "/tmp/x", O_WRONLY|O_CREAT, 0666) = 3']


traced = pytest.mark.skipif(
    not shutil.which("strace") and not os.environ.get("CI"), reason="no strace on this machine"
)


def trace(script: str, folder: Path, *before: str) -> tuple[list[str], bytes]:
    """Violations of a script in /bin/sh, and what it wrote."""
    out = folder / "trace"
    argv = [*arguments(), "-o", str(out), *before, "/bin/sh", "-s"]
    done = subprocess.run(argv, input=script.encode(), capture_output=True, timeout=600)
    with out.open(errors="replace") as lines:
        return [str(v) for v in violations(lines, "/bin/sh")], done.stdout


@traced
def test_a_script_that_writes_is_caught(tmp_path: Path) -> None:
    script = f"cd {tmp_path}; echo x >file; mkdir d; mv file d/; rm -r d; touch t; chmod 600 t\n"
    found, _ = trace(script, tmp_path)
    calls = [f.partition("(")[0].split(": ")[-1] for f in found]
    for call in ("openat", "mkdir", "unlinkat", "fchmodat"):
        assert call in calls
    assert any(call.startswith("rename") for call in calls)


@traced
def test_the_collector_only_reads_here(tmp_path: Path) -> None:
    found, wire = trace(collector(NONCE, 300), tmp_path)
    assert decode(wire, NONCE).problem == ""
    assert sorted(set(found)) == []
