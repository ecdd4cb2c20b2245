"""What a workload answers: asked of the machine, asked of its container, and compared."""

import shlex
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .definition import Machine
from .http import Answer, ask
from .state import State

Answers = Mapping[str, object]
"""What was asked, and what came back."""


@dataclass(frozen=True)
class Difference:
    """One question that the container answers otherwise than the machine."""

    question: str
    machine: object
    container: object

    def __str__(self) -> str:
        return f"{self.question}\n    machine:   {self.machine}\n    container: {self.container}"


def of_machine(state: State, machine: Machine, workload: str) -> Answers:
    """Ask the machine itself."""
    root = "" if machine.login == "root" else "sudo -n "

    def run(user: str, command: str) -> str:
        line = f"{root}runuser -u {user} -- sh -c {shlex.quote(command)}"
        return _output(["ssh", "-F", str(state.ssh_config), machine.name, line], {})

    return _ask(machine, workload, machine.address, run)


def of_container(
    machine: Machine, workload: str, container: str, env: Mapping[str, str]
) -> Answers:
    """Ask the container, whose ports are published on this box under the machine's numbers."""

    def run(user: str, command: str) -> str:
        argv = ["podman", "exec", "--user", user, container, "sh", "-c", command]
        return _output(argv, env)

    return _ask(machine, workload, "127.0.0.1", run)


def compare(machine: Answers, container: Answers) -> list[Difference]:
    """Every question with two answers; a question that one side was not asked is one, too."""
    return [
        Difference(question, machine.get(question), container.get(question))
        for question in sorted({*machine, *container})
        if machine.get(question) != container.get(question) or _silent(machine.get(question))
    ]


def _silent(answer: object) -> bool:
    """Two silences are equal and prove nothing."""
    return not answer or (isinstance(answer, Answer) and answer.status == 0)


def _ask(
    machine: Machine, workload: str, address: str, run: Callable[[str, str], str]
) -> dict[str, object]:
    found: dict[str, object] = {}
    for item in machine.answers:
        if item["workload"] != workload:
            continue
        if "http" in item:
            found[item["http"]] = ask(address, item["http"])
        else:
            found[item["command"]] = run(item["as"], item["command"])
    return found


def _output(argv: list[str], env: Mapping[str, str]) -> str:
    done = subprocess.run(
        argv, env=env or None, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    return done.stdout if done.returncode == 0 else ""
