"""Quoting for ``sh``, and command lines that run on the machine."""

from __future__ import annotations

import re
import shlex


def shell_word(text: object) -> str:
    """Quote for ``sh`` on one line: what is not printable is made by printf from octal digits.

    A line end at the very end is lost; nothing that is quoted here means one.
    """
    if str(text).isprintable():
        return min(shlex.quote(str(text)), _double_quoted(str(text)), key=len)
    octal = "".join(
        c if c.isascii() and c.isalnum() else "".join(f"\\0{b:03o}" for b in _bytes(c))
        for c in str(text)
    )
    return f"\"$(printf '%b' '{octal}')\""


def _double_quoted(text: str) -> str:
    """Between double quotes, which nest more readably; with a ``!`` an interactive shell would
    look into its history, so that is left to single quotes."""
    if "!" in text or "'" not in text:
        return shlex.quote(text)
    escaped = re.sub(r'([\\"$`])', r"\\\1", text)
    return f'"{escaped}"'


def _bytes(char: str) -> bytes:
    return char.encode("utf-8", "surrogatepass")


def remote(command: str) -> str:
    """Run a command line on the machine as root; standard input stays with the operator."""
    return f'$SSH "$SUDO "{shell_word(command)} </dev/null'
