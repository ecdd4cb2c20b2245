"""Start ansible-runner, and hand over each machine's answer as soon as it is there."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import ansible_runner

from planner.errors import RunError
from planner.session import guard
from planner.session.folder import private_folder
from planner.session.options import Options, inventory_arguments, play_arguments, program

_PLAYBOOK = Path(__file__).parent / "ansible" / "look.yml"
EVERYWHERE = ""
"""Key of ``scripts`` for machines that have none of their own."""
POWERSHELL = "#!powershell\n"
"""First line of a script that only Windows gets, instead of those for ``sh``."""
SECONDS = 1800
"""For one machine, unless the caller says otherwise."""
MOST = 64 * 2**20
"""Bytes of one answer; a batch of extract's has 33 MB. A worker that is flooded takes up to nine
times this before it is stopped, most often three times."""
_PLAIN = re.compile(r"\w[\w.-]*", re.ASCII)


@dataclass(frozen=True)
class Answer:
    """What came of one machine. ``files`` live only as long as the callback runs."""

    host: str
    status: Literal["ok", "failed", "unreachable"]
    reason: str = ""
    """Why it failed; with ``ok``: how the login fell short of what was asked for."""
    files: tuple[Path, ...] = ()
    """One for each script, in order; fewer when it failed on the way."""


def run(
    options: Options,
    scripts: Mapping[str, Sequence[str]],
    marker: str,
    on_answer: Callable[[Answer], None],
    places: tuple[Path, ...] = (),
    seconds: int = SECONDS,
    most: int = MOST,
    only: Sequence[str] = (),
    retry: bool = True,
) -> None:
    """Feed scripts to /bin/sh of machines; ``scripts`` by host, or by ``EVERYWHERE`` for the rest.

    An answer begins at ``marker``, which a script prints first. Machines without a script are left
    alone. What cannot be reached or fails is an answer too; RunError only when Ansible itself could
    not work. ``places``: folders to choose from for the private one (default: memory first).

    ``seconds``: for each machine, from the connection to the last byte; what arrived until then is
    an answer. ``most``: bytes of one answer; more are cut, and the machine is hung up on. ``only``:
    hosts to ask (default: all that inventory and limit select). ``retry``: whether ssh tries again
    as often as ansible.cfg says. However this ends, no program that
    it started here goes on.
    """
    with private_folder(places) as folder, _nothing_left(folder):
        _write_jobs(folder, scripts, only)
        (folder / "runner").mkdir(mode=0o700)
        options = _limited(options, only, folder)
        arguments = inventory_arguments(options, folder) + play_arguments(options, folder)
        collector = _Collector(folder, on_answer)
        command = [program("ansible-playbook"), *arguments, str(_PLAYBOOK)]
        result = ansible_runner.run(
            private_data_dir=str(folder / "runner"),
            project_dir=os.getcwd(),
            binary="/usr/bin/env",
            cmdline=shlex.join([*_unset(), *command]),
            envvars=_environment(folder, marker, seconds, most)
            | ({} if retry else {"ANSIBLE_SSH_RETRIES": "0"}),
            settings={
                "suppress_ansible_output": True,
                "suppress_output_file": True,
                "pexpect_timeout": 1,
            },
            event_handler=collector.event,
            cancel_callback=lambda: collector.broken is not None,
            fact_cache_type="memory",
            quiet=True,
        )
        if collector.broken is not None:
            raise collector.broken
        if not collector.finished:
            how = "was killed" if result.rc is None else f"gave up ({result.rc})"
            raise RunError(f"ansible-playbook {how}: {collector.complaint()}")


@contextmanager
def _nothing_left(folder: Path) -> Iterator[None]:
    """End what was started when the run breaks off; when we are killed, a guard does it."""
    command = [sys.executable, "-I", "-S", guard.__file__, str(folder)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, bufsize=0, start_new_session=True
    ) as watch:
        assert watch.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            yield
        except BaseException:
            guard.end_all(str(folder))
            raise
        finally:
            with suppress(OSError):
                watch.stdin.write(guard.FINE)


class _Collector:
    """Turns the events of one run into answers."""

    def __init__(self, folder: Path, on_answer: Callable[[Answer], None]) -> None:
        self.folder = folder
        self.on_answer = on_answer
        self.broken: BaseException | None = None
        self.finished = False
        self.said: list[str] = []

    def event(self, event: dict[str, Any]) -> bool:
        """Ansible-runner's event handler; what it must not see is an exception of ours."""
        try:
            self._event(event)
        except BaseException as error:
            self.broken = self.broken or error
            guard.end_all(str(self.folder))
        return False  # nothing is left on disk; runner's own statistics, which it reads there, lack

    def _event(self, event: dict[str, Any]) -> None:
        kind = event.get("event", "")
        data = event.get("event_data", {})
        if kind in ("runner_on_ok", "runner_on_failed", "runner_on_unreachable"):
            self._answer(kind, data)
        elif kind == "playbook_on_stats":
            self.finished = True
        elif kind in ("error", "verbose", "warning") and event.get("stdout"):
            self.said.append(event["stdout"])

    def _answer(self, kind: str, data: dict[str, Any]) -> None:
        result = data.get("res") or {}
        files = tuple(self.folder / "out" / name for name in result.get("planner_files", ()))
        reason = str(result.get("planner_note") or result.get("msg") or "")
        status: Literal["ok", "failed", "unreachable"] = "ok"
        if kind != "runner_on_ok":
            status = "failed" if kind == "runner_on_failed" else "unreachable"
            reason = reason or "Ansible gave no reason"
        try:
            self.on_answer(Answer(data["host"], status, _one_line(reason), files))
        finally:
            for file in files:
                file.unlink(missing_ok=True)

    def complaint(self) -> str:
        lines = [line for text in self.said for line in text.splitlines() if line.strip()]
        errors = [line for line in lines if "ERROR" in line] or lines
        return _one_line(errors[0]) if errors else "it said nothing"


_WORDY = re.compile(
    r"Task failed: |Action failed: |Data could not be sent to remote host \S+ "
    r"|Make sure this host can be reached over ssh: |Failed to connect to the host via \w+: "
)


def _one_line(text: str) -> str:
    """Ansible's complaint without the sentences that it puts around the reason."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return " ".join(_WORDY.sub("", plain).split())[:500]


def _write_jobs(
    folder: Path, scripts: Mapping[str, Sequence[str]], only: Sequence[str] = ()
) -> None:
    (folder / "out").mkdir(mode=0o700)
    (folder / "jobs").mkdir(mode=0o700)
    for host, texts in scripts.items():
        jobs = folder / "jobs" / (_name(host) if host != EVERYWHERE else "all")
        jobs.mkdir(mode=0o700)
        for number, text in enumerate(texts):
            suffix = "ps1" if text.startswith(POWERSHELL) else "sh"
            (jobs / f"{number:05}.{suffix}").write_text(text, encoding="utf-8")
    if only and EVERYWHERE in scripts:
        (folder / "jobs" / "all").rename(folder / "jobs" / "some")
        for host in set(only) - scripts.keys():
            (folder / "jobs" / _name(host)).symlink_to("some")


def _name(host: str) -> str:
    return hashlib.sha256(host.encode()).hexdigest()


def _limited(options: Options, only: Sequence[str], folder: Path) -> Options:
    """A limit of exactly these hosts; a name that would be a pattern leaves it to the jobs."""
    if not only or not all(_PLAIN.fullmatch(host) for host in only):
        return options
    names = folder / "only"
    names.write_text("".join(f"{host}\n" for host in only), encoding="utf-8")
    return replace(options, limit=f"@{names}")


def _environment(folder: Path, marker: str, seconds: int, most: int) -> dict[str, str]:
    """Additions to the user's environment."""
    return {
        guard.NAME: str(folder),
        "PLANNER_MARKER": marker,
        "PLANNER_SECONDS": str(seconds),
        "PLANNER_MOST": str(most),
        # the plugin's own limit comes first and keeps what arrived; this is for a plugin that hangs
        "ANSIBLE_TASK_TIMEOUT": str(seconds + 30),
        # what a task says at these levels holds the answers of the machines
        "ANSIBLE_VERBOSITY": "0",
        "ANSIBLE_DEBUG": "0",
    }


def _unset() -> tuple[str, ...]:
    """Arguments of env: runner switches host key checking off where the environment is silent."""
    name = "ANSIBLE_HOST_KEY_CHECKING"
    return () if os.environ.get(name) else ("-u", name)
