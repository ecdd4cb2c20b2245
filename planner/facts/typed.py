"""Facts that other doors tell: typed sections, and what the hypervisor says of the guest."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from planner.facts import guestos
from planner.facts.text import joined
from planner.model import Fact, Host, Memory, Snapshot, Typed, VirtualMachine

T = TypeVar("T")

NO_GUEST = "no inventory plugin and no import told what the hypervisor knows"


def told(door: str, value: object, partial: str = "") -> Typed:
    """Carry a value of the model, as JSON has it."""
    return Typed(door, msgspec.json.decode(msgspec.json.encode(value)), partial)


def joined_doors(host: Host, snapshot: Snapshot) -> Host:
    """Fill the unknown facts of ``host`` from typed sections, then from what the hypervisor says.

    A known fact stands: the machine itself was looked at. Raises nothing, whatever is told.
    """
    shapes = _shapes()
    found: dict[str, Fact[Any]] = {}
    for name in sorted(snapshot.typed.keys() & shapes.keys()):
        fact: Fact[Any] = getattr(host, name)
        if fact.value is None:
            found[name] = _read(snapshot.typed[name], shapes[name], fact.unknown)
    guest: Fact[VirtualMachine] = found.get("guest", host.guest)
    if guest.value is not None:
        for name, filled in _of_guest(guest.section, guest.value).items():
            if found.get(name, getattr(host, name)).value is None:
                found[name] = filled
    return msgspec.structs.replace(host, **found) if found else host


@cache
def _shapes() -> dict[str, Any]:
    """Type of the value of every fact, by field of Host."""
    hints = get_type_hints(Host)
    return {name: get_args(hint)[0] for name, hint in hints.items() if get_origin(hint) is Fact}


def _read(section: Typed, shape: Any, unseen: str) -> Fact[Any]:
    """``unseen``: why the machine itself did not tell."""
    if section.value is None:
        unknown = joined(section.unknown or f"not told by {section.door}", _elsewhere(unseen))
        return Fact(section.door, unknown=unknown)
    try:
        value = msgspec.convert(section.value, shape)
    except (msgspec.ValidationError, ValueError, OverflowError, RecursionError) as error:
        return Fact(section.door, unknown=f"what {section.door} tells does not fit: {error}")
    return Fact(section.door, value, partial=section.partial)


def _elsewhere(unseen: str) -> str:
    return "" if unseen.startswith("not told by ") else unseen


def _of_guest(door: str, guest: VirtualMachine) -> dict[str, Fact[Any]]:
    """What the hypervisor's word can stand in for, where nobody asked the machine."""
    found: dict[str, Fact[Any]] = {}
    if guest.cpus > 0:
        found["cpus"] = Fact(door, guest.cpus)
    if guest.memory > 0:
        found["memory"] = Fact(door, Memory(guest.memory), partial="available memory not told")
    if guest.virtualization:
        found["virtualization"] = Fact(door, guest.virtualization)
    if guest.hostname:
        found["hostname"] = Fact(door, guest.hostname)
    if guest.addresses:
        lacks = any("/" not in address for address in guest.addresses)
        partial = "without the length of its prefix" if lacks else ""
        found["addresses"] = Fact(door, guest.addresses, partial=partial)
    if os := guestos.read(guest):
        found["os"] = Fact(door, os.value, partial=os.partial)
    return found
