"""What a fact's value looks like as evidence: what tells it apart, not all of it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

import msgspec
from jinja2.filters import do_filesizeformat

_MOST = 5
_IS_CALLED = ("path", "where", "name", "workload", "id", "command", "description", "pid")
_MATTERS = (
    "value",
    "kind",
    "type",
    "version",
    "filesystem",
    "options",
    "state",
    "schedule",
    "driver",
    "network",
    "address",
    "not_after",
)
_BYTES = ("available", "memory", "memory_peak", "size", "swap", "total", "used")
_NOTHING: tuple[object, ...] = (None, "", [], ())


def shown(fact: str, value: object) -> str:
    """One line: a few entries of a list and how many more there are; ``none`` for nothing."""
    if fact.endswith((".argv", ".command")) and isinstance(value, list | tuple) and value:
        return shlex.join(map(str, value))
    if isinstance(value, set | frozenset):
        value = sorted(value, key=str)
    if isinstance(value, list | tuple):
        return _several(value) or "none"
    return _record(value) or "none"


def _several(values: Sequence[object]) -> str:
    """The first that differ; of a long list no more is looked at than is shown."""
    found: dict[str, None] = {}
    looked = 0
    for value in values:
        if len(found) == _MOST:
            break
        found[_entry(_plain(value))] = None
        looked += 1
    between = "; " if any(" " in entry for entry in found) else ", "
    more = f" and {len(values) - looked} more" if len(values) > looked else ""
    return between.join(found) + more


def _plain(value: object) -> object:
    try:
        return msgspec.to_builtins(value)
    except TypeError:
        return str(value)


def _entry(value: object) -> str:
    """What it is called, and what matters of it in brackets."""
    if isinstance(value, list | tuple):
        return " ".join(map(_entry, value))
    if not isinstance(value, Mapping):
        return _scalar(value)
    if "address" in value and "port" in value:
        address = f"[{value['address']}]" if ":" in value["address"] else value["address"]
        port = f":{value['port']}" if value["port"] else ""
        return f"{value.get('protocol', '')} {address}{port}".strip()
    if "workload" in value and "detail" in value:
        return f"{value['workload']} ({value.get('kind', 'tie')} {value['detail']})"
    name = next((value[key] for key in _IS_CALLED if value.get(key) not in _NOTHING), None)
    if name is None:
        return f"({_record(value)})"
    more = [_entry(value[key]) for key in _MATTERS if value.get(key) not in _NOTHING]
    return f"{_entry(name)} ({', '.join(more)})" if more else _entry(name)


def _record(value: object) -> str:
    """A single one: the plain fields that it has, or the value itself."""
    value = _plain(value)
    if not isinstance(value, Mapping):
        return _entry(value)
    fields = {k: v for k, v in value.items() if not isinstance(v, list | tuple | Mapping)}
    return ", ".join(f"{k}={_scalar(v, str(k))}" for k, v in fields.items() if v not in _NOTHING)


def _scalar(value: object, field: str = "") -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and value >= 0 and field in _BYTES:
        return do_filesizeformat(value, binary=True)
    return "" if value is None else str(value)
