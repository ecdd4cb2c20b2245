"""What is laid over a snapshot word by word: sections, other doors, the hypervisor; fixtures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from planner.gather.look import SECTIONS, WINDOWS_SECTIONS
from planner.model import Host, Section, Snapshot, Typed, VirtualMachine
from planner.model.snapshot import SectionState
from planner.session.guests import lacks
from tests.judgement.kit import form
from tests.judgement.kit.form import wrong

_HOSTS = Path(__file__).parents[2] / "hosts"
_FIXTURES = ("windows-2019", "windows-2012r2", "freebsd-13")


def fixture(name: str, told: dict[str, Any]) -> Snapshot:
    entry = form.table(told["os"], "os", ("fixture",))
    chosen = form.one_of(entry["fixture"], "os.fixture", _FIXTURES)
    text = (_HOSTS / chosen / "snapshot.json").read_bytes()
    found = msgspec.json.decode(text, type=Snapshot)
    sections = dict(found.sections)
    for dropped in form.texts(told.get("drop"), "drop"):
        _drop(sections, dropped)
    return msgspec.structs.replace(found, host=name, sections=sections)


def _drop(sections: dict[str, Section], name: str) -> None:
    """Takes the rows ``Name=name`` of Windows' lists away, and the processes of such a service."""
    hit = False
    for key, section in sections.items():
        rows = section.text.split("\n")
        kept = [row for row in rows if f"Name={name}" not in row.split("\t")]
        if key.startswith("win-") and len(kept) != len(rows):
            hit = True
            sections[key] = msgspec.structs.replace(section, text="\n".join(kept))
    if not hit:
        raise wrong("drop", f"{name!r} is in no list of the fixture")


def common(whole: Snapshot, told: dict[str, Any]) -> Snapshot:
    variables = form.table(told.get("variables"), "variables")
    address = form.text(told.get("address", whole.address), "address")
    return msgspec.structs.replace(
        whole,
        address=address,
        groups=tuple(sorted(form.texts(told.get("groups"), "groups"))),
        variables={key: form.text(value, f"variables.{key}") for key, value in variables.items()},
    )


def laid(seen: Snapshot, told: dict[str, Any]) -> Snapshot:
    """What the file says of sections and of other doors, word by word."""
    sections, typed = dict(seen.sections), dict(seen.typed)
    every = {*SECTIONS, *WINDOWS_SECTIONS}
    for name, one in form.table(told.get("sections"), "sections", every).items():
        entry = one if isinstance(one, dict) else {"text": one}
        entry = form.table(entry, f"sections.{name}", ("state", "text", "reason"))
        state: Any = form.one_of(entry.get("state", "ok"), f"sections.{name}.state",
                                 ("ok", "partial", "missing"))  # fmt: skip
        sections[name] = Section(state, str(entry.get("text", "")), str(entry.get("reason", "")))
    states: dict[str, SectionState] = {"unseen": "missing", "partial": "partial"}
    for key, kept in states.items():
        for name, reason in form.table(told.get(key), key, every).items():
            text = sections[name].text if key == "partial" and name in sections else ""
            sections[name] = Section(kept, text, form.text(reason, f"{key}.{name}"))
    for name, one in form.table(told.get("typed"), "typed", Host.__struct_fields__).items():
        whole = isinstance(one, dict) and bool({"door", "value", "unknown"} & set(one))
        entry = one if whole else {"value": one}
        entry = form.table(entry, f"typed.{name}", ("door", "value", "partial", "unknown"))
        typed[name] = Typed(entry.get("door", "setup"), entry.get("value"),
                            entry.get("partial", ""), entry.get("unknown", ""))  # fmt: skip
    if "guest" in told:
        typed["guest"] = _guest(told["guest"])
    return msgspec.structs.replace(seen, sections=sections, typed=typed)


def _guest(told: Any) -> Typed:
    """What the hypervisor tells, as an inventory plugin's variables become it."""
    entry = form.table(told, "guest", VirtualMachine.__struct_fields__)
    for key in ("memory", "memory_reservation"):
        if key in entry:
            entry[key] = form.size(entry[key], f"guest.{key}")
    entry["disks"] = None if "disks" not in entry else [
        {**disk, **({"size": form.size(disk["size"], "guest.disks")} if "size" in disk else {})}
        for disk in form.items(entry["disks"], "guest.disks")
    ]  # fmt: skip
    try:
        guest = msgspec.convert(entry, VirtualMachine)
    except msgspec.ValidationError as error:
        raise wrong("guest", str(error)) from None
    value = msgspec.json.decode(msgspec.json.encode(guest))
    return Typed(f"inventory:{guest.platform}", value, lacks(guest))
