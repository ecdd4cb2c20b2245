"""What other machines are given from here: NFS, Samba, rsync, iSCSI, NVMe over fabrics."""

from __future__ import annotations

import re
from typing import Any

from planner.facts.text import Parsed, each_line, fields
from planner.model import Export

_WORDS = re.compile(r'((?:"[^"]*"|[^\s"(]|\([^)]*\))+)')
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")
_LONGEST = 8192
_KINDS = ("smb", "rsync", "iscsi", "nvme")


def parse(text: str) -> Parsed[tuple[Export, ...]]:
    """Tabs: ``nfs``, source, line of exports(5); other kinds: kind, source, name, path."""
    parsed = each_line(text, _exports)
    found = {export for group in parsed.value for export in group}
    order = sorted(found, key=lambda e: (e.kind, e.name, e.source, e.path, e.clients))
    return Parsed(tuple(order), parsed.partial)


def _exports(line: str) -> tuple[Export, ...]:
    kind, source, name, *rest = fields(line, 3)
    if kind == "nfs":
        return _nfs(source, name)
    if kind not in _KINDS or not name:
        raise ValueError(line)
    named: Any = kind
    return (Export(named, name, rest[0] if rest else "", source=source),)


def _nfs(source: str, line: str) -> tuple[Export, ...]:
    """``/srv/data 10.0.0.0/8(rw,sync) -ro,async *.lab(sec=krb5p)``; ``-options`` hold for the
    clients behind them, which have them in front of their own here. A BSD's line may have
    several paths.
    """
    if len(line) > _LONGEST:
        raise ValueError(line)
    words = _WORDS.findall(line.partition(" #")[0])
    paths: list[str] = []
    while words and words[0].startswith(("/", '"/')):
        paths.append(_OCTAL.sub(lambda m: chr(int(m[1], 8)), words.pop(0).replace('"', "")))
    if not paths:
        raise ValueError(line)
    clients: list[str] = []
    default = ""
    for word in words:
        if word.startswith("-"):
            default = f"{default},{word[1:]}".strip(",")
            continue
        host, _, options = word.partition("(")
        both = ",".join(part for part in (default, options.rstrip(")")) if part)
        clients.append(f"{host or '*'}({both})" if both else host)
    if not clients:
        clients = [f"*({default})" if default else "*"]
    return tuple(Export("nfs", path, path, tuple(clients), source) for path in paths)
