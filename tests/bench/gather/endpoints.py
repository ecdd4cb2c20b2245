"""Many addresses of loopback that answer on SSH: real sshd, no other machine involved."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PORT = 22022
_EACH = 16
"""Addresses that one sshd listens on at most (MAX_LISTEN_SOCKS in OpenSSH's sshd.c)."""

_CONFIG = """\
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/client_key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxStartups 1000
LogLevel ERROR
"""


@dataclass(frozen=True)
class Endpoints:
    """Where they listen, and how to get in."""

    addresses: tuple[str, ...]
    port: int
    user: str
    key: Path
    options: tuple[str, ...]
    """For ssh: the same for every way that is compared."""


@contextmanager
def endpoints(count: int, folder: Path) -> Iterator[Endpoints]:
    """Start them, and end every one of them afterwards. RuntimeError: there is no sshd."""
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        raise RuntimeError("no sshd here: install openssh-server")
    addresses = tuple(f"127.{70 + n // 250}.0.{n % 250 + 1}" for n in range(count))
    for name in ("host_key", "client_key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    public = (folder / "host_key.pub").read_text().split()[:2]
    known = folder / "known_hosts"
    known.write_text("".join(f"[{a}]:{PORT} {' '.join(public)}\n" for a in addresses))
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    servers = []
    try:
        for start in range(0, count, _EACH):
            config = folder / f"sshd-{start}.conf"
            listen = "".join(f"ListenAddress {a}\n" for a in addresses[start : start + _EACH])
            config.write_text(_CONFIG.format(port=PORT, folder=folder) + listen)
            servers.append(subprocess.Popen([program, "-D", "-e", "-f", str(config)]))
        for address in addresses:
            _wait(address)
        options = (
            "-o", "ControlMaster=no", "-o", "ControlPath=none", "-o", f"UserKnownHostsFile={known}",
            "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes",
        )  # fmt: skip
        user = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout
        yield Endpoints(addresses, PORT, user.strip(), folder / "client_key", options)
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait()


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            socket.create_connection((address, PORT), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{address}:{PORT}: no sshd answers")
