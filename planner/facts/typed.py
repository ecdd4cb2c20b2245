"""Facts that other doors tell: typed sections, and what the hypervisor says of the guest."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from planner.facts import guestos
from planner.facts.text import joined
from planner.model import Fact, Host, Memory, Snapshot, Typed, VirtualMachine

T = TypeVar("T")
Typeds = dict[str, Typed]

NO_GUEST = "no inventory plugin and no import told what the hypervisor knows"

_FACT_MODULES = ("mount_facts", "package_facts", "service_facts", "listen_ports_facts")
_DAY = 86_400


def told(door: str, value: object, partial: str = "") -> Typed:
    """Carry a value of the model, as JSON has it."""
    return Typed(door, msgspec.json.decode(msgspec.json.encode(value)), partial)


def source(door: str) -> str:
    """The import that a typed section came with: fact modules write into the cache of ``setup``."""
    return "setup" if door in _FACT_MODULES else door.partition(":")[0]


def another(machine_id: str, typed: Typeds) -> bool:
    """Whether both machine ids are known, and differ."""
    told_id = typed["machine_id"].value if "machine_id" in typed else None
    return bool(machine_id) and bool(told_id) and told_id != machine_id


def seconds(taken_at: str) -> float | None:
    """Since the epoch; a time without a zone counts as UTC. None: it cannot be read."""
    try:
        seen = datetime.fromisoformat(taken_at)
        return (seen if seen.tzinfo else seen.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def joined_doors(host: Host, snapshot: Snapshot) -> Host:
    """Fill the unknown facts of ``host`` from typed sections, then from what the hypervisor says.

    A known fact stands: the machine itself was looked at. What is of another machine, by its
    machine id, counts for nothing, and the host's reason says so; what is older than the look by
    more than a day is partial. Raises nothing, whatever is told.
    """
    shapes = _shapes()
    found: dict[str, Fact[Any]] = {}
    typed, reason = _of_this_machine(host, snapshot.typed)
    for name in sorted(typed.keys() & shapes.keys()):
        fact: Fact[Any] = getattr(host, name)
        if fact.value is None:
            old = _old(typed[name], snapshot.taken_at)
            found[name] = _read(typed[name], shapes[name], fact.unknown, old)
    guest: Fact[VirtualMachine] = found.get("guest", host.guest)
    if guest.value is not None:
        old = _old(typed["guest"], snapshot.taken_at) if "guest" in found else ""
        for name, filled in _of_guest(guest.section, guest.value).items():
            if found.get(name, getattr(host, name)).value is None:
                partial = joined(filled.partial, old)
                found[name] = msgspec.structs.replace(filled, partial=partial)
    if not found and not reason:
        return host
    return msgspec.structs.replace(host, **found, reason=joined(host.reason, reason))


def _of_this_machine(host: Host, typed: Typeds) -> tuple[Typeds, str]:
    machine_id = host.machine_id.value or ""
    if not another(machine_id, typed):
        return typed, ""
    door = source(typed["machine_id"].door)
    kept = {name: one for name, one in typed.items() if source(one.door) != door}
    return kept, f"what {door} tells is of another machine: its machine id differs"


def _old(section: Typed, looked: str) -> str:
    """Says so, where a section is older than the look by more than a day, or of no known time."""
    if not section.taken_at:
        return ""
    then, now = seconds(section.taken_at), seconds(looked)
    if then is None:
        return f"by {section.door}, of a time that cannot be read"
    if now is not None and now - then <= _DAY:
        return ""
    return f"by {section.door}, of {section.taken_at[:10]}"


@cache
def _shapes() -> dict[str, Any]:
    """Type of the value of every fact, by field of Host."""
    hints = get_type_hints(Host)
    return {name: get_args(hint)[0] for name, hint in hints.items() if get_origin(hint) is Fact}


def _read(section: Typed, shape: Any, unseen: str, old: str) -> Fact[Any]:
    """``unseen``: why the machine itself did not tell; ``old``: what to say of its age."""
    if section.value is None:
        unknown = joined(section.unknown or f"not told by {section.door}", _elsewhere(unseen))
        return Fact(section.door, unknown=unknown)
    try:
        value = msgspec.convert(section.value, shape)
    except (msgspec.ValidationError, ValueError, OverflowError, RecursionError) as error:
        return Fact(section.door, unknown=f"what {section.door} tells does not fit: {error}")
    return Fact(section.door, value, partial=joined(section.partial, old))


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
