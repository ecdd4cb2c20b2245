"""`python -m tests.lab up|run|capture|fixtures|down|ssh|status`, as root, from the tree's root."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Collection
from pathlib import Path

from . import chosen, lab, prove, registry, targets
from .capture import capture, fixtures
from .definition import FIXTURES, Machine, load_all
from .errors import LabError
from .state import DEFAULT, State


def main() -> int:
    """Return the exit status: 0, or 1 after an error that is printed."""
    arguments = _parser().parse_args()
    state = State(arguments.state.resolve())
    try:
        return int(arguments.run(state, arguments))
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def _up(state: State, arguments: argparse.Namespace) -> int:
    _down_when_interrupted(state)
    machines = load_all()
    _raise(state, machines, arguments.names or [machine.name for machine in machines])
    return 0


def _raise(
    state: State, machines: list[Machine], names: Collection[str], with_images: bool = True
) -> None:
    begun = time.monotonic()
    if unknown := set(names) - {machine.name for machine in machines}:
        raise LabError(f"{', '.join(sorted(unknown))}: no such machine")
    wanted = [machine for machine in machines if machine.name in names]
    rows = lab.up(state, wanted, machines, with_images)
    print(f"{'machine':<10}{'suite':<10}{'kind':<11}{'address':<13}ready after")
    for row in rows:
        machine = row.machine
        after = "nothing answers" if machine.kind == "none" else "was up"
        after = after if row.seconds is None else f"{row.seconds:.1f} s"
        print(
            f"{machine.name:<10}{machine.suite:<10}{machine.kind:<11}{machine.address:<13}{after}"
        )
    print(f"lab is up after {time.monotonic() - begun:.0f} s: ansible -i {state.inventory}")


def _run(state: State, arguments: argparse.Namespace) -> int:
    """Up, proof, down; with --keep the lab stays up for a look."""
    _down_when_interrupted(state)
    machines = load_all()
    wanted = chosen.chosen(machines, arguments.names, arguments.full)
    print(wanted.told or f"proving {', '.join(wanted.names)}", flush=True)
    _raise(state, machines, wanted.names)
    try:
        prove.run(state, wanted, machines)
    finally:
        if not arguments.keep:
            lab.down(state)
    return 0


def _capture(state: State, arguments: argparse.Namespace) -> int:
    for path in capture(state, arguments.folder):
        print(path)
    return 0


def _fixtures(state: State, arguments: argparse.Namespace) -> int:
    """The machines of fixtures/ instead of the lab's own; down again afterwards."""
    _down_when_interrupted(state)
    lab.down(state)
    machines = load_all(FIXTURES)
    try:
        _raise(state, machines, arguments.names or [machine.name for machine in machines], False)
        for path in fixtures(state, arguments.folder):
            print(path)
    finally:
        lab.down(state)
    return 0


def _registry(state: State, arguments: argparse.Namespace) -> int:
    registry.prove(state)
    return 0


def _targets(state: State, arguments: argparse.Namespace) -> int:
    for line in targets.check(state, arguments.folder):
        print(line)
    return 0


def _down(state: State, arguments: argparse.Namespace) -> int:
    lab.down(state)
    return 0


def _status(state: State, arguments: argparse.Namespace) -> int:
    for machine, pid in lab.status(state, load_all()):
        running = f"up, pid {pid}" if pid else "down"
        print(
            f"{machine.name:<10}{machine.suite:<10}{machine.kind:<11}{machine.address:<13}{running}"
        )
    return 0


def _ssh(state: State, arguments: argparse.Namespace) -> int:
    os.execvp("ssh", ["ssh", "-F", str(state.ssh_config), arguments.name, *arguments.command])


def _down_when_interrupted(state: State) -> None:
    """Turn this process into a `down` on the first signal.

    An exec ends all other threads, and with them the programs that they wait for.
    """

    def handler(number: int, frame: object) -> None:
        again = [sys.executable, "-m", "tests.lab", "--state", str(state.root), "down"]
        os.execv("/bin/sh", ["sh", "-c", '"$@"; exit 130', "sh", *again])

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    parser.add_argument(
        "--state",
        type=Path,
        default=Path(os.environ.get("PLANNER_LAB", DEFAULT)),
        help="state directory (default: $PLANNER_LAB or %(default)s)",
    )
    commands = parser.add_subparsers(required=True)
    for name, run, says in (
        ("down", _down, "take everything down; caches stay"),
        ("status", _status, "list the machines"),
        ("registry", _registry, "pin a plan by the digests of a registry, and pull by them"),
    ):
        commands.add_parser(name, help=says).set_defaults(run=run)
    raised = commands.add_parser(
        "up", help="build what is missing, boot the machines, wait until all answer"
    )
    raised.add_argument("names", nargs="*", help="only these machines")
    raised.set_defaults(run=_up)
    proof = commands.add_parser(
        "run",
        help="up, prove the planner against the machines (default: a sample that changes with the"
        " commit), down",
    )
    proof.add_argument("names", nargs="*", help="only these machines")
    proof.add_argument("--full", action="store_true", help="all machines")
    proof.add_argument("--keep", action="store_true", help="leave the lab up")
    proof.set_defaults(run=_run)
    taken = commands.add_parser("capture", help="the last run's snapshots into the demo fleet")
    taken.add_argument("folder", type=Path)
    taken.set_defaults(run=_capture)
    made = commands.add_parser("fixtures", help="snapshots of the machines of fixtures/")
    made.add_argument("folder", type=Path)
    made.add_argument("names", nargs="*", help="only these machines")
    made.set_defaults(run=_fixtures)
    valid = commands.add_parser(
        "targets", help="Quadlet's generator and Docker's reader of stacks, in trixie"
    )
    valid.add_argument(
        "folder", type=Path, nargs="?", help="a plan (default: the demo and hostile machines)"
    )
    valid.set_defaults(run=_targets)
    ssh = commands.add_parser("ssh", help="log in to a machine, or run a command there")
    ssh.add_argument("name")
    ssh.add_argument("command", nargs=argparse.REMAINDER)
    ssh.set_defaults(run=_ssh)
    return parser


if __name__ == "__main__":
    sys.exit(main())
