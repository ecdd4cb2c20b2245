"""A script with an answer of a given size, framed as the collector's is."""

from __future__ import annotations

_SCRIPT = """\
line={line}
lines={lines}
printf '%s B identity\\n%s |machine_id=bench\\n%s |uid=%s\\n%s E identity ok 0 0 2 \\n' \\
    {nonce} {nonce} {nonce} "$(id -u)" {nonce}
printf '%s B payload\\n' {nonce}
yes "{nonce} |$line" 2>/dev/null | head -n "$lines"
printf '%s E payload ok 0 0 %s \\n%s Z 2 %s\\n' {nonce} "$lines" {nonce} "$((lines + 2))"
"""


def payload(nonce: str, size: int) -> str:
    """A script for ``/bin/sh -s`` whose whole answer has about ``size`` bytes."""
    line = "x" * 66
    return _SCRIPT.format(nonce=nonce, line=line, lines=size // (len(nonce) + 3 + len(line)))
