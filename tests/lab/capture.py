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
    return [store.write_snapshot(folder, s) for s in _taken(state.run / "snapshots", "tests/lab")]


def fixtures(state: State, folder: Path) -> list[Path]:
    """Look at the machines that run, and write ``NAME/snapshot.json`` of each into *folder*."""
    taken = state.run / "fixtures"
    program = Path(sys.executable).with_name("planner")
    subprocess.run(
        [program, "gather", "-i", state.inventory, "-o", taken],
        stdin=subprocess.DEVNULL,
        check=True,
    )
    found = _taken(taken, "tests/lab/fixtures")
    paths = [folder / snapshot.host / "snapshot.json" for snapshot in found]
    for path, snapshot in zip(paths, found, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(store.encode(snapshot))
    return paths


def _taken(folder: Path, where: str) -> list[Snapshot]:
    cleaned = [_cleaned(snapshot, where) for snapshot in store.read_snapshots([folder])]
    for snapshot in cleaned:
        for name, value in secrets().items():
            if value in store.encode(snapshot).decode():
                raise LabError(f"{snapshot.host}: its snapshot holds the secret {name}")
    return cleaned


def _cleaned(snapshot: Snapshot, where: str) -> Snapshot:
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
        snapshot, sections=sections, origin_note=f"a machine of the laboratory ({where})"
    )
