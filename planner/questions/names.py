"""What a server's certificate says about whose it is."""

from __future__ import annotations

import base64

from planner.facts import certificates
from planner.facts.text import UnreadableError


def parts(der: bytes) -> tuple[tuple[str, str], ...]:
    """Subject, names and addresses; never the key. Empty: no certificate."""
    if not der:
        return ()
    block = base64.b64encode(der).decode()
    lines = ["-----BEGIN CERTIFICATE-----", *_split(block), "-----END CERTIFICATE-----"]
    record = "C /served\t0\t0\t0\t0\n" + "".join(f"|{line}\n" for line in lines)
    try:
        (found,) = certificates.parse(record).value
    except (UnreadableError, ValueError):
        return (("certificate", "cannot be read"),)
    return (("subject", found.subject), ("names", " ".join(sorted(found.names))))


def _split(text: str) -> list[str]:
    return [text[at : at + 64] for at in range(0, len(text), 64)]
