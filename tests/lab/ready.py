"""Waits until a machine answers: sshd, a login, then everything that its definition names."""

import socket
import subprocess
import time
from collections.abc import Callable

from . import boot
from .definition import Machine
from .errors import LabError
from .http import ask
from .state import State


def wait(state: State, machine: Machine, timeout: float = 180) -> None:
    """Return when everything answers.

    Raises LabError naming what does not, when the machine dies or the time (seconds) is over.
    """
    deadline = time.monotonic() + timeout
    for what, answers in _checks(state, machine):
        while not answers():
            boot.check_alive(state, machine)
            if time.monotonic() > deadline:
                log = boot.console(state, machine.name)
                raise LabError(
                    f"{machine.name}: no answer from {what} in {timeout:.0f} s; see {log}"
                )
            time.sleep(0.3)


def _checks(state: State, machine: Machine) -> list[tuple[str, Callable[[], bool]]]:
    checks = [
        ("sshd", lambda: _tcp(machine, 22)),
        ("login", lambda: _command(state, machine, "true")),
    ]
    return checks + [(str(item), _check(state, machine, item)) for item in machine.ready]


def _check(state: State, machine: Machine, item: dict[str, str]) -> Callable[[], bool]:
    if "tcp" in item:
        return lambda: _tcp(machine, int(item["tcp"]))
    if "http" in item:
        return lambda: _http(machine, item["http"], item.get("contains", ""))
    if "command" in item:
        return lambda: _command(state, machine, item["command"])
    raise LabError(f"{machine.name}: ready has no tcp, http or command: {item}")


def _tcp(machine: Machine, port: int) -> bool:
    try:
        with socket.create_connection((machine.address, port), timeout=3):
            return True
    except OSError:
        return False


def _http(machine: Machine, url: str, contains: str) -> bool:
    answer = ask(machine.address, url)
    return answer.status == 200 and contains in answer.body.decode(errors="replace")


def _command(state: State, machine: Machine, command: str) -> bool:
    """Run a command on the machine as its login."""
    argv = ["ssh", "-F", str(state.ssh_config), "-o", "ConnectTimeout=10", machine.name, command]
    try:
        return (
            subprocess.run(
                argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=30
            ).returncode
            == 0
        )
    except subprocess.TimeoutExpired:
        return False
