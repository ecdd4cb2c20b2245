# SPDX-License-Identifier: GPL-3.0-or-later
"""A script for PowerShell, through any connection: a short command, and the script on its input.

A command line holds 8191 characters (cmd.exe) or 32767, so the script travels as standard input:
gzip in base64, in short lines, since PSRP hands lines over and has no bytes. The command is the
one form that the connection plugins winrm, psrp and ssh all know as a script of their own
(``PowerShell ... -EncodedCommand``), so that none wraps it again.

Written from documentation and the plugins' sources; it has met no real Windows.
"""

from __future__ import annotations

import base64
import gzip

# As ansible.plugins.shell.powershell has it: psrp and winrm compare the beginning of the command.
_PROGRAM = "PowerShell -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -EncodedCommand "
# For PowerShell 2.0, too, which has to be told that it is too old.
_BOOTSTRAP = """
if ($PSVersionTable.PSVersion.Major -lt 3) {
'planner says: PowerShell ' + $PSVersionTable.PSVersion + ': the look needs 3.0 (' +
'Windows Management Framework 3.0)'
exit 0
}
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
'planner says: PowerShell runs in ' +
$ExecutionContext.SessionState.LanguageMode +
' here, and the look needs the full language'
exit 0
}
$Packed = [Convert]::FromBase64String((@($input) -join ''))
$Stream = New-Object IO.MemoryStream (, $Packed)
$Mode = [IO.Compression.CompressionMode]::Decompress
$Plain = New-Object IO.Compression.GZipStream $Stream, $Mode
$Reader = New-Object IO.StreamReader $Plain, ([Text.Encoding]::UTF8)
& ([ScriptBlock]::Create($Reader.ReadToEnd()))
"""
_LINE = 3000


def command() -> str:
    """The command line that reads a script from its input and runs it."""
    return _PROGRAM + base64.b64encode(_BOOTSTRAP.strip().encode("utf-16-le")).decode()


def packed(script: bytes) -> bytes:
    """``script`` as the input of ``command``."""
    text = base64.b64encode(gzip.compress(script, mtime=0))
    return b"".join(text[at : at + _LINE] + b"\r\n" for at in range(0, len(text), _LINE))
