# SPDX-License-Identifier: GPL-3.0-or-later
"""Feed scripts to the shell of one machine, and write what comes back into files, in the worker.

The planner's session says by environment variables where the private folder is:
``PLANNER_SPOOL/jobs/<sha256 of the host's name>/`` (or ``jobs/all``) holds the scripts, in order:
``*.sh`` for /bin/sh, ``*.ps1`` for PowerShell where the connection's shell is one of Windows, or
cmd.exe or PowerShell answered instead of /bin/sh. Answers go to
``PLANNER_SPOOL/out/<sha256>.<script>``. An answer counts once it holds
``PLANNER_MARKER``; what stands before it (banners, a sudo message) is dropped.
Nothing but names and sizes returns in the result. After ``PLANNER_SECONDS``, and beyond
``PLANNER_MOST`` bytes, what arrived is the answer, if the marker is in it.
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
from ansible_collections.planner.look.plugins.plugin_utils import refusal
from ansible_collections.planner.look.plugins.plugin_utils.watch import Interrupted, Watch

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
        self.windows = bool(getattr(self._connection._shell, "_IS_WINDOWS", False))
        if self.windows and not [*jobs.glob("*.ps1")]:
            return {**result, "failed": True, "msg": "Windows: this needs a POSIX shell"}
        self.note = ""
        self.marker = os.environ["PLANNER_MARKER"].encode()
        self.most = int(os.environ["PLANNER_MOST"])
        self.command = PLAIN if "ansible_become" in task_vars else TRY_SUDO
        files: list[str] = []
        with Watch(float(os.environ["PLANNER_SECONDS"]), self.most) as self.watch:
            for script in sorted(jobs.glob("*.ps1" if self.windows else "*.sh")):
                answer = (self._powershell if self.windows else self._answer)(script.read_bytes())
                if isinstance(answer, str) and answer == refusal.WINDOWS and not self.watch.reason:
                    for other in sorted(jobs.glob("*.ps1"))[:1]:
                        answer = self._powershell(other.read_bytes())
                if isinstance(answer, str):
                    return {**result, "failed": True, "msg": answer, "planner_files": files}
                files.append(self._keep(spool / "out", f"{name}.{script.stem}", answer))
                if self.watch.reason:
                    break
        note = "; ".join(filter(None, (self.note, self.watch.reason)))
        return {**result, "planner_files": files, "planner_note": note}

    def _keep(self, folder: Path, name: str, answer: bytes) -> str:
        if len(answer) > self.most:
            self.watch.reason = self.watch.reason or f"sent more than {self.most / 2**20:g} MiB"
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as stream:
            stream.write(memoryview(answer)[: self.most])
        return name

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
        if not isinstance(answer, str) or self.watch.reason:
            return answer
        plain = self._attempt(script, PLAIN, become=False)
        if not isinstance(plain, str):
            self.note = f"become failed ({answer}): looked without root"
            self._connection.set_become_plugin(None)
            self.command = PLAIN
        return plain

    def _powershell(self, script: bytes) -> bytes | str:
        """As the login itself: runas is part of Ansible's module wrapper, not of a connection."""
        from ansible_collections.planner.look.plugins.plugin_utils import powershell

        if self._connection.become:
            self.note = "become is not used on Windows: looked as the login"
        return self._send(powershell.command(), powershell.packed(script), become=False)

    def _becomes(self) -> bool:
        if not self._connection.become:
            return False
        login, other = self._get_remote_user(), self.get_become_option("become_user")
        return bool(other != login or not (login or other))

    def _attempt(self, script: bytes, command: str, become: bool) -> bytes | str:
        if self._connection.has_pipelining:
            answer = self._execute(command, script, become)
            if not isinstance(answer, str) or self.watch.reason:
                return answer
            if "tty" not in answer and "terminal" not in answer:
                return answer
        packed = base64.b64encode(gzip.compress(script, mtime=0)).decode()
        unpack = f"printf %s {packed} | base64 -d | gzip -dc"
        return self._execute(f"{unpack} | {command}", None, become)

    def _execute(self, command: str, script: bytes | None, become: bool) -> bytes | str:
        if become:
            command = self._connection.become.build_become_command(command, self._connection._shell)
        # sleep: an ssh race that can drop output, see ansible/ansible#13876
        command = "/bin/sh -c " + shlex.quote(command + " && sleep 0")
        if self._connection.transport == "local":  # our limit is not for the look
            command = f"ulimit -S -d $(ulimit -H -d) 2>/dev/null; {command}"
        return self._send(command, script, become)

    def _send(self, command: str, script: bytes | None, become: bool) -> bytes | str:
        plugin = self._connection.become
        if not become:
            self._connection.set_become_plugin(None)
        try:
            code, out, err = self._connection.exec_command(command, in_data=script, sudoable=become)
        except MemoryError:
            self.watch.flooded()
            code, out, err = 0, b"", b""
        except (AnsibleError, Interrupted):
            if not self.watch.reason:
                raise
            code, out, err = 0, b"", b""
        finally:
            self._connection.set_become_plugin(plugin)
        start = out.find(self.marker)
        if start >= 0:
            return bytes(out[start:])
        if self.watch.reason:
            return f"{self.watch.reason}: given up"
        if code == 255 and getattr(self._connection, "transport", "") == "ssh":
            raise AnsibleConnectionFailure(_last_line(err) or "the connection broke")
        if told := str(refusal.bootstrap(out)):
            return told
        if refusal.is_windows(out, err):
            return str(refusal.WINDOWS)
        said = _last_line(err) or _last_line(out) or f"the shell ended with {code} and no answer"
        return str(refusal.explained(said))


def _last_line(raw: bytes) -> str:
    lines = [line.strip() for line in raw.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
