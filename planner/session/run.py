"""Start ansible-runner, and hand over each machine's answer as soon as it is there."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import ansible_runner

from planner.errors import RunError
from planner.session.folder import private_folder
from planner.session.options import Options, inventory_arguments, play_arguments, program

_PLAYBOOK = Path(__file__).parent / "ansible" / "look.yml"
EVERYWHERE = ""
"""Key of ``scripts`` for machines that have none of their own."""


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
) -> None:
    """Feed scripts to /bin/sh of machines; ``scripts`` by host, or by ``EVERYWHERE`` for the rest.

    An answer begins at ``marker``, which a script prints first. Machines without a script are left
    alone. What cannot be reached or fails is an answer too; RunError only when Ansible itself could
    not work. ``places``: folders to choose from for the private one (default: memory first).
    """
    with private_folder(places) as folder:
        _write_jobs(folder, scripts)
        (folder / "runner").mkdir(mode=0o700)
        arguments = inventory_arguments(options, folder) + play_arguments(options, folder)
        collector = _Collector(folder, on_answer)
        result = ansible_runner.run(
            private_data_dir=str(folder / "runner"),
            project_dir=os.getcwd(),
            binary=program("ansible-playbook"),
            cmdline=shlex.join([*arguments, str(_PLAYBOOK)]),
            envvars=_environment(folder, marker),
            settings={"suppress_ansible_output": True, "suppress_output_file": True},
            event_handler=collector.event,
            cancel_callback=lambda: collector.broken is not None,
            fact_cache_type="memory",
            quiet=True,
        )
        if collector.broken is not None:
            raise collector.broken
        if not collector.finished:
            raise RunError(f"ansible-playbook gave up ({result.rc}): {collector.complaint()}")


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
        return True  # or the statistics, which close a run, stay empty

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


def _write_jobs(folder: Path, scripts: Mapping[str, Sequence[str]]) -> None:
    (folder / "out").mkdir(mode=0o700)
    for host, texts in scripts.items():
        name = hashlib.sha256(host.encode()).hexdigest() if host != EVERYWHERE else "all"
        jobs = folder / "jobs" / name
        jobs.mkdir(parents=True, mode=0o700)
        for number, text in enumerate(texts):
            (jobs / f"{number:05}.sh").write_text(text, encoding="utf-8")


def _environment(folder: Path, marker: str) -> dict[str, str]:
    """Additions to the user's environment; runner would switch host key checking off."""
    return {
        "PLANNER_SPOOL": str(folder),
        "PLANNER_MARKER": marker,
        "ANSIBLE_HOST_KEY_CHECKING": _host_key_checking(),
        # what a task says at these levels holds the answers of the machines
        "ANSIBLE_VERBOSITY": "0",
        "ANSIBLE_DEBUG": "0",
    }


def _host_key_checking() -> str:
    """The user's own setting, from environment, ansible.cfg or Ansible's default."""
    if chosen := os.environ.get("ANSIBLE_HOST_KEY_CHECKING"):
        return chosen
    command = [program("ansible-config"), "dump", "--format", "json"]
    done = subprocess.run(  # noqa: S603 - ansible-core's own program
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    try:
        settings = json.loads(done.stdout)
    except ValueError:
        return "True"
    for setting in settings:
        if setting.get("name") == "HOST_KEY_CHECKING":
            return str(setting.get("value"))
    return "True"
