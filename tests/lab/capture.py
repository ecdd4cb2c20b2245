"""Takes the snapshots of the last run into the demo fleet, without the name of a package mirror."""

import re
from pathlib import Path

import msgspec

from planner import store
from planner.model import Section, Snapshot

from .definition import secrets
from .errors import LabError
from .state import State

MIRROR = "mirror.example"
_SOURCE = re.compile(r"(\bURIs: *|^\|?deb(?:-src)? (?:\[[^\]]*\] )?)(https?://)([^/\s]+)", re.M)


def capture(state: State, folder: Path) -> list[Path]:
    """Write every snapshot of the last run into *folder*; LabError if one holds a secret."""
    found = store.read_snapshots([state.run / "snapshots"])
    cleaned = [_without_mirrors(snapshot) for snapshot in found]
    for snapshot in cleaned:
        for name, value in secrets().items():
            if value in store.encode(snapshot).decode():
                raise LabError(f"{snapshot.host}: its snapshot holds the secret {name}")
    return [store.write_snapshot(folder, snapshot) for snapshot in cleaned]


def _without_mirrors(snapshot: Snapshot) -> Snapshot:
    """The host of each source of packages replaced, wherever it stands in the snapshot."""
    texts = (section.text for section in snapshot.sections.values())
    mirrors = {m[3] for text in texts for m in _SOURCE.finditer(text)} - {MIRROR}

    def clean(section: Section) -> Section:
        text = section.text
        for mirror in sorted(mirrors, key=len, reverse=True):
            text = text.replace(mirror, MIRROR)
        return msgspec.structs.replace(section, text=text)

    sections = {name: clean(section) for name, section in snapshot.sections.items()}
    return msgspec.structs.replace(
        snapshot, sections=sections, origin_note="a machine of the laboratory (tests/lab)"
    )
