# SPDX-License-Identifier: GPL-3.0-or-later
"""Feed scripts to /bin/sh of one machine, and write what comes back into files, in the worker.

The planner's session says by environment variables where the private folder is:
``PLANNER_SPOOL/jobs/<sha256 of the host's name>/*.sh`` (or ``jobs/all``) are the scripts, in order;
answers go to ``PLANNER_SPOOL/out/<sha256>.<script>``. An answer counts once it holds
``PLANNER_MARKER``; what stands before it (banners, a sudo message) is dropped.
Nothing but names and sizes returns in the result.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import shlex
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleAuthenticationFailure, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

PLAIN = "/bin/sh -s"
# Where the inventory leaves open how to become root: without a password or not at all.
TRY_SUDO = (
    'if [ "$(id -u)" != 0 ] && sudo -n /bin/sh -c : </dev/null >/dev/null 2>&1; '
    "then sudo -n /bin/sh -s; else /bin/sh -s; fi"
)


class ActionModule(ActionBase):  # type: ignore[misc]
    _requires_connection = True
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        name = hashlib.sha256(task_vars["inventory_hostname"].encode()).hexdigest()
        spool = Path(os.environ["PLANNER_SPOOL"])
        jobs = spool / "jobs" / name
        if not jobs.is_dir():
            jobs = spool / "jobs" / "all"
        if not jobs.is_dir():
            return {**result, "skipped": True}
        if getattr(self._connection._shell, "SHELL_FAMILY", "sh") == "powershell":
            return {**result, "failed": True, "msg": "Windows: this look needs a POSIX shell"}
        self.note = ""
        self.marker = os.environ["PLANNER_MARKER"].encode()
        self.command = PLAIN if "ansible_become" in task_vars else TRY_SUDO
        files: list[str] = []
        for script in sorted(jobs.glob("*.sh")):
            answer = self._answer(script.read_bytes())
            if isinstance(answer, str):
                return {**result, "failed": True, "msg": answer, "planner_files": files}
            out = spool / "out" / f"{name}.{script.stem}"
            descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as stream:
                stream.write(answer)
            files.append(out.name)
        return {**result, "planner_files": files, "planner_note": self.note}

    def _answer(self, script: bytes) -> bytes | str:
        """Bytes from the marker on, or the reason in words. Falls back to the plain login."""
        if not self._becomes():
            return self._attempt(script, self.command, become=False)
        try:
            answer: bytes | str = self._attempt(script, PLAIN, become=True)
        except AnsibleAuthenticationFailure:
            raise
        except AnsibleError as error:
            answer = str(error)
        if not isinstance(answer, str):
            return answer
        plain = self._attempt(script, PLAIN, become=False)
        if not isinstance(plain, str):
            self.note = f"become failed ({answer}): looked without root"
            self._connection.set_become_plugin(None)
            self.command = PLAIN
        return plain

    def _becomes(self) -> bool:
        if not self._connection.become:
            return False
        login, other = self._get_remote_user(), self.get_become_option("become_user")
        return bool(other != login or not (login or other))

    def _attempt(self, script: bytes, command: str, become: bool) -> bytes | str:
        if self._connection.has_pipelining:
            answer = self._execute(command, script, become)
            if not isinstance(answer, str) or ("tty" not in answer and "terminal" not in answer):
                return answer
        packed = base64.b64encode(gzip.compress(script, mtime=0)).decode()
        unpack = f"printf %s {packed} | base64 -d | gzip -dc"
        return self._execute(f"{unpack} | {command}", None, become)

    def _execute(self, command: str, script: bytes | None, become: bool) -> bytes | str:
        if become:
            command = self._connection.become.build_become_command(command, self._connection._shell)
        # sleep: an ssh race that can drop output, see ansible/ansible#13876
        command = "/bin/sh -c " + shlex.quote(command + " && sleep 0")
        plugin = self._connection.become
        if not become:
            self._connection.set_become_plugin(None)
        try:
            code, out, err = self._connection.exec_command(command, in_data=script, sudoable=become)
        finally:
            self._connection.set_become_plugin(plugin)
        start = out.find(self.marker)
        if start >= 0:
            return bytes(out[start:])
        if code == 255 and getattr(self._connection, "transport", "") == "ssh":
            raise AnsibleConnectionFailure(_last_line(err) or "the connection broke")
        return _last_line(err) or _last_line(out) or f"the shell ended with {code} and no answer"


def _last_line(raw: bytes) -> str:
    lines = [line.strip() for line in raw.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
