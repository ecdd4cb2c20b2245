"""Files of facts: what ``ansible -m setup --tree`` writes, and caches of the plugin ``jsonfile``.

- ``--tree``: a file for each host, ``{"ansible_facts": {...}, "changed": false}``; of a host that
  gave nothing ``{"msg": ..., "unreachable": true}`` or ``{"failed": true, "msg": ...}``.
- A cache of ansible-core 2.18 and older: a file ``<fact_caching_prefix><host>`` with the facts.
- A cache of 2.19 and later: ``<fact_caching_prefix>s1_<host>`` with ``{"__payload__": "<JSON>"}``,
  in which a value can be wrapped with where it came from: ``{"__ansible_type":
  "_AnsibleTaggedStr", "value": ..., "tags": [...]}`` (lib/ansible/_internal/_json/_profiles).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from planner.errors import InputError
from planner.model import SnapshotStatus
from planner.store import files_of, printable

KNOWN = frozenset(
    {
        "ansible_architecture", "ansible_date_time", "ansible_distribution", "ansible_fqdn",
        "ansible_hostname", "ansible_interfaces", "ansible_kernel", "ansible_machine_id",
        "ansible_memtotal_mb", "ansible_mounts", "ansible_nodename", "ansible_os_family",
        "ansible_processor_vcpus", "ansible_service_mgr", "ansible_system",
        "ansible_virtualization_type", "mount_points", "packages", "services", "tcp_listen",
        "udp_listen",
    }
)  # fmt: skip
"""Facts by which a file is known to be one of facts."""

_SCHEMA = "s1_"
_LONGEST_REASON = 200
_SECRET = re.compile(
    r"((?:passw|pwd|passphrase|secret|token|credential|api[_-]?key|authorization|bearer)"
    r"[\w-]{0,40})[\"']?(?: ?[=:] ?| )\S.*",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"(?<=://)[^/\s@]*@")
_OPAQUE = re.compile(r"\b[\w+=-]{32,}")


@dataclass(frozen=True)
class Told:
    """What the files say of one host."""

    host: str
    facts: Mapping[str, Any]
    changed: float
    """When the newest of its files was written, seconds since the epoch."""
    status: SnapshotStatus = "seen"
    reason: str = ""


class _UnusableError(Exception):
    pass


def read(paths: Sequence[Path], prefix: str = "") -> tuple[list[Told], list[str]]:
    """Facts by host from files and folders, in the order of the hosts, and lines about files that
    are of no use. Folders add to each other, the later one wins; two files for one host in one
    folder do not count, since nobody knows which of them is right. ``prefix``: the cache's
    ``fact_caching_prefix``. InputError for a path that cannot be read and for a folder without
    files.
    """
    merged: dict[str, Told] = {}
    problems: list[str] = []
    for path in paths:
        for told in _of_one(path, prefix, problems):
            merged[told.host] = _joined(merged[told.host], told) if told.host in merged else told
    return [merged[host] for host in sorted(merged)], problems


def _of_one(path: Path, prefix: str, problems: list[str]) -> list[Told]:
    found: dict[str, list[tuple[Path, Told]]] = {}
    for file in _files(path):
        try:
            told = _read(file, prefix)
        except _UnusableError as error:
            problems.append(f"{printable(file)}: {error}")
        else:
            found.setdefault(told.host, []).append((file, told))
    for host, several in found.items():
        if len(several) > 1:
            names = ", ".join(printable(file.name) for file, _ in several)
            problems.append(f"{printable(path)}: two files for host {printable(host)}: {names}: "
                            "keep the newer one")  # fmt: skip
    return [several[0][1] for several in found.values() if len(several) == 1]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = [file for file in files_of(path) if not file.is_dir()]
    if not files:
        raise InputError(
            f"{printable(path)}: no files in this folder: name the folder of `ansible -m setup "
            "--tree`, or that of the fact cache"
        )
    return files


def _read(file: Path, prefix: str) -> Told:
    try:
        file.name.encode()
    except UnicodeEncodeError:
        raise _UnusableError("its name is not UTF-8: rename it as its host is called") from None
    try:
        data = msgspec.json.decode(file.read_bytes())
        name, wrapped = file.name.removeprefix(prefix), isinstance(data, dict)
        if wrapped and isinstance(data.get("__payload__"), str):
            data = _unwrapped(msgspec.json.decode(data["__payload__"]))
            name = name.removeprefix(_SCHEMA)
        changed = file.stat().st_mtime
    except OSError as error:
        raise _UnusableError(f"{error.strerror}: make it readable") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _UnusableError(f"no JSON ({printable(error)}): gather this host again") from None
    except RecursionError:
        raise _UnusableError("nested too deeply: gather this host again") from None
    if not isinstance(data, dict):
        raise _UnusableError("no facts in it: move it out of this folder")
    host = name.removesuffix(".json") or name
    facts = data.get("ansible_facts", data)
    if isinstance(facts, dict) and KNOWN & facts.keys():
        return Told(host, facts, changed)
    outcomes: tuple[SnapshotStatus, ...] = ("unreachable", "failed")
    for status in outcomes:
        if data.get(status) is True:
            reason = data.get("msg")
            text = reason if isinstance(reason, str) else f"setup was {status}"
            return Told(host, {}, changed, status, _reason(text))
    raise _UnusableError("no facts in it: move it out of this folder")


def _reason(text: str) -> str:
    """One short line without what looks like a secret: from the word that names it on, nothing."""
    line = "".join(c for c in " ".join(text[:2000].split()) if c.isprintable())
    line = _OPAQUE.sub("***", _LOGIN.sub("***@", _SECRET.sub(r"\1 ***", line)))
    return line if len(line) <= _LONGEST_REASON else f"{line[: _LONGEST_REASON - 3]}..."


def _unwrapped(value: Any) -> Any:
    """The plain value, without the tags that ansible-core 2.19 keeps; what is encrypted is None."""
    if isinstance(value, list):
        return [_unwrapped(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "__ansible_type" in value:
        return _unwrapped(value.get("value"))
    return {key: _unwrapped(item) for key, item in value.items()}


def _joined(first: Told, second: Told) -> Told:
    if second.status != "seen" or first.status != "seen":
        return second if second.status == "seen" else first
    changed = max(first.changed, second.changed)
    return Told(first.host, {**first.facts, **second.facts}, changed)
