"""What `planner verify` does not ask: the values in the data, on the machine and in its container.

The items of a definition's `answers` that are commands. Those that are `http` are asked by
`planner verify`, too, as paths."""

import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from .definition import Machine
from .state import State


def differences(
    state: State, machine: Machine, workload: str, container: str, env: Mapping[str, str]
) -> Iterator[str]:
    """Commands to which the container answers otherwise; a silence on both sides is one, too."""
    root = "" if machine.login == "root" else "sudo -n "

    def there(user: str, command: str) -> str:
        line = f"{root}runuser -u {user} -- sh -c {shlex.quote(command)}"
        return _output(["ssh", "-F", str(state.ssh_config), machine.name, line], {})

    def here(user: str, command: str) -> str:
        return _output(["podman", "exec", "--user", user, container, "sh", "-c", command], env)

    for item in machine.answers:
        if item["workload"] == workload and "command" in item:
            yield from _compared(item, there, here)


def _compared(
    item: Mapping[str, str], there: Callable[[str, str], str], here: Callable[[str, str], str]
) -> Iterator[str]:
    was, now = there(item["as"], item["command"]), here(item["as"], item["command"])
    if not was or was != now:
        yield f"{item['command']}\n    machine:   {was}\n    container: {now}"


def asked_again(plan: Path, slug: str, env: Mapping[str, str]) -> str:
    """Run the script that `planner verify` wrote at the containers of the change; its complaint."""
    done = subprocess.run(
        ["sh", f"hosts/{slug}/verify.sh"],
        cwd=plan,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    if done.returncode == 0:
        return ""
    lines = [x for x in done.stdout.splitlines() if not x.startswith("same")]
    return "\n".join([*lines, done.stderr[-1000:]])


def _output(argv: list[str], env: Mapping[str, str]) -> str:
    limited = ["timeout", "60", *argv]
    done = subprocess.run(
        limited, env=env or None, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return done.stdout if done.returncode == 0 else ""
