"""Takes snapshots of machines into the demo fleet and the fixtures, without the name of a package
mirror."""

import re
import subprocess
import sys
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
    return [store.write_snapshot(folder, s) for s in _taken(state.run / "snapshots")]


def fixtures(state: State, folder: Path) -> list[Path]:
    """Look at the machines that run, and write ``NAME/snapshot.json`` of each into *folder*."""
    taken = state.run / "fixtures"
    program = Path(sys.executable).with_name("planner")
    subprocess.run(
        [program, "gather", "-i", state.inventory, "-o", taken],
        stdin=subprocess.DEVNULL,
        check=True,
    )
    found = _taken(taken)
    paths = [folder / snapshot.host / "snapshot.json" for snapshot in found]
    for path, snapshot in zip(paths, found, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(store.encode(snapshot))
    return paths


def _taken(folder: Path) -> list[Snapshot]:
    cleaned = [_cleaned(snapshot) for snapshot in store.read_snapshots([folder])]
    for snapshot in cleaned:
        for name, value in secrets().items():
            if value in store.encode(snapshot).decode():
                raise LabError(f"{snapshot.host}: its snapshot holds the secret {name}")
    return cleaned


def _cleaned(snapshot: Snapshot) -> Snapshot:
    """The host of each source of packages replaced, wherever it stands in the snapshot."""
    texts = (section.text for section in snapshot.sections.values())
    mirrors = {m[3] for text in texts for m in _SOURCE.finditer(text)} - {MIRROR}

    def clean(section: Section) -> Section:
        text, reason = section.text, section.reason
        for mirror in sorted(mirrors, key=len, reverse=True):
            text, reason = text.replace(mirror, MIRROR), reason.replace(mirror, MIRROR)
        return msgspec.structs.replace(section, text=text, reason=reason)

    sections = {name: clean(section) for name, section in snapshot.sections.items()}
    note = "a machine of the planner's laboratory"
    return msgspec.structs.replace(snapshot, sections=sections, origin_note=note)
