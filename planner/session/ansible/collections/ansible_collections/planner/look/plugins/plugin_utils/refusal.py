# SPDX-License-Identifier: GPL-3.0-or-later
"""What a login that is no shell answers to ``/bin/sh``, in words that say what it is."""

from __future__ import annotations

import re

_STAYS = "no shell to look with; it stays what it is"
WINDOWS = "Windows: neither /bin/sh nor PowerShell answered"
_SAYS = b"planner says: "
# Expressions for the last line of the answer; sources: the programs' own messages.
_WORDS = (
    (r"this account is currently not available", f"the login's shell is nologin: {_STAYS}"),
    (
        r"this service allows sftp connections only|sftp-only|only sftp",
        f"the login may do SFTP only: {_STAYS}",
    ),
    (
        r"fatal: (interactive git shell|unrecognized command)|gitolite|git-shell",
        f"a Git server's login: {_STAYS}",
    ),
    (r"^\S*: /?\S*: restricted|rbash|restricted shell|rssh", f"a restricted shell: {_STAYS}"),
    (
        r"% ?(invalid input|unknown command|bad ip address|incomplete command)"
        r"|line has invalid autocommand",
        f"a network device's command line (Cisco or like it): {_STAYS}",
    ),
    (
        r"^(syntax )?error: ?(unknown command|syntax error).*",
        f"a network device's command line (Junos or like it): {_STAYS}",
    ),
    (r"bad command name /bin/sh|expected end of command", f"MikroTik RouterOS: {_STAYS}"),
    (r"command parse error|unknown action 0", f"FortiOS: {_STAYS}"),
    (r"unknown command: [`'\"]?/bin/sh", f"an appliance's own shell: {_STAYS}"),
    (r"invalid (input|command|option)s?: ?/bin/sh", f"an appliance's own shell: {_STAYS}"),
    (
        r"rejected by server|administratively prohibited|exec request failed",
        f"the server runs no commands for this login: {_STAYS}",
    ),
)
_WINDOWS = re.compile(
    r"is not recognized as (an internal or external command|the name of a cmdlet)"
    r"|the system cannot find the path specified|CommandNotFoundException|ObjectNotFound: \(/bin/sh"
    r"|operable program or batch file",
    re.IGNORECASE,
)


def explained(said: str) -> str:
    """``said`` behind what it means, where that is known."""
    for pattern, words in _WORDS:
        if re.search(pattern, said, re.IGNORECASE):
            return f"{words} ({said})"
    return said


def is_windows(out: bytes, err: bytes) -> bool:
    """Whether it was cmd.exe or PowerShell that refused ``/bin/sh``."""
    return bool(_WINDOWS.search((err + b"\n" + out)[-5000:].decode("utf-8", "replace")))


def bootstrap(out: bytes) -> str:
    """What the command for PowerShell said instead of running the script; empty: nothing."""
    for line in out.splitlines():
        if line.startswith(_SAYS):
            return line[len(_SAYS) :].decode("utf-8", "replace").strip()[:300]
    return ""
