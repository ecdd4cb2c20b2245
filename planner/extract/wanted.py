"""What to ask a machine for, and what it says there is: the first of extract's two looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from planner.model import Copy, Workload
from planner.session.framing import CUT, Payload
from planner.session.script import script

BLOCK = 65536
_BATCH = 256 * BLOCK
"""Contents of one answer: Ansible holds it in memory, and copies it as it grows."""
_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\t": "\t", "\\r": "\r"}
_ENTRY = re.compile(
    r"K\t([fdl])\t([0-7]{1,4})\t(\d+)\t(\d+)\t(\d+)\t(-?\d+)\t([^\t]+)\t([^\t]*)\t(.*)"
)
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """A file (f), folder (d) or link (l) that may travel."""

    type: str
    mode: int
    size: int
    modified: int
    path: str
    link: str = ""
    digest: str = ""
    """SHA-256 of a file's content, made on the machine."""


@dataclass(frozen=True)
class Listing:
    """What there is of one workload; ``left_out`` has (path, reason)."""

    entries: tuple[Entry, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Slice:
    """A part of a file, in blocks of 64 KiB."""

    path: str
    skip: int
    count: int
    size: int
    """Bytes that it must have."""


@dataclass
class _Found:
    entries: dict[str, Entry] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def list_script(workloads: Sequence[Workload], nonce: str) -> str:
    """Script that lists every tree of these workloads of one machine."""
    lines = []
    for number, copy in enumerate(_trees(workloads)):
        leave = [_pattern(path) for path in copy.exclude if _plain(path)]
        path = copy.path if _plain(copy.path) else "/nonexistent"
        lines.append("\t".join((str(number), copy.kind, path, *leave)))
    return script(_body("list.sh"), nonce, PLANNER_WANTED="\n".join(lines))


def listings(workloads: Sequence[Workload], payload: Payload) -> dict[str, Listing]:
    """What the machine answered, by id of the workload. Nothing outside of the trees asked for."""
    found: dict[str, _Found] = {workload.id: _Found() for workload in workloads}
    number = 0
    for workload in workloads:
        mine = found[workload.id]
        for copy in workload.copies:
            section = payload.sections.get(f"tree-{number}")
            number += 1
            reason = payload.problem or CUT
            if section is not None:
                reason = section.reason
                _read(section.text, copy, mine)
            if section is None or section.state != "ok":
                mine.left_out[copy.path] = reason
    return {
        id: Listing(
            tuple(mine.entries[path] for path in sorted(mine.entries)),
            tuple(sorted(mine.left_out.items())),
        )
        for id, mine in found.items()
    }


def batches(entries: Sequence[Entry]) -> list[list[Slice]]:
    """Slices of all files, in batches of some 16 MiB."""
    made: list[list[Slice]] = [[]]
    room = _BATCH
    for entry in entries:
        done = 0
        while done < entry.size:
            if room < BLOCK:
                made.append([])
                room = _BATCH
            size = min(entry.size - done, room // BLOCK * BLOCK)
            made[-1].append(Slice(entry.path, done // BLOCK, -(-size // BLOCK), size))
            done += size
            room -= size
    return [batch for batch in made if batch]


def fetch_script(batch: Sequence[Slice], nonce: str) -> str:
    """Script that answers the contents of a batch."""
    lines = "\n".join(f"{part.skip}\t{part.count}\t{part.path}" for part in batch)
    return script(_body("fetch.sh"), nonce, PLANNER_SLICES=lines)


def _trees(workloads: Sequence[Workload]) -> list[Copy]:
    return [copy for workload in workloads for copy in workload.copies]


def _plain(path: str) -> bool:
    """Whether a path is absolute, clean and fits into one field of one line."""
    pure = PurePosixPath(path)
    clean = str(pure) == path and pure.is_absolute() and ".." not in pure.parts
    return clean and path != "/" and not re.search(r"[\x00-\x1f\x7f\ufffd]", path)


def _pattern(path: str) -> str:
    return re.sub(r"([][*?\\])", r"\\\1", path)


def _body(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _unescape(text: str) -> str:
    return re.sub(r"\\[\\ntr]", lambda match: _ESCAPES[match[0]], text)


def _read(text: str, copy: Copy, found: _Found) -> None:
    for line in text.splitlines():
        if line.startswith("X\t"):
            path, _, reason = line[2:].partition("\t")
            found.left_out[_unescape(path)] = reason
        elif entry := _entry(line):
            inside = entry.path == copy.path or entry.path.startswith(copy.path + "/")
            if inside and _plain(entry.path):
                found.entries[entry.path] = entry
            else:
                found.left_out[entry.path] = "not a path that was asked for, or not a clean one"


def _entry(line: str) -> Entry | None:
    match = _ENTRY.fullmatch(line)
    if not match or (match[1] == "f") != bool(_DIGEST.fullmatch(match[9])):
        return None
    return Entry(
        type=match[1],
        mode=int(match[2], 8),
        size=int(match[5]) if match[1] == "f" else 0,
        modified=int(match[6]),
        path=_unescape(match[7]),
        link=_unescape(match[8]) if match[1] == "l" else "",
        digest=match[9],
    )
