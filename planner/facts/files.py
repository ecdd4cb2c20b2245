"""Files and folders: changed configuration, carried text, metadata, sizes."""

from __future__ import annotations

from typing import Literal

from planner.facts.text import Parsed, each_line, fields, moment, number, octal, text_files
from planner.model import ConfigFile, DirSize, PathInfo, TextFile
from planner.words import counted

_STATES: dict[str, Literal["changed", "unowned", "deleted"]] = {
    "changed": "changed",
    "unowned": "unowned",
    "deleted": "deleted",
}
PathType = Literal["file", "dir", "link", "socket", "fifo", "device", "other"]
_TYPES: dict[str, PathType] = {
    "file": "file",
    "dir": "dir",
    "link": "link",
    "socket": "socket",
    "fifo": "fifo",
    "device": "device",
    "other": "other",
}


def _absolute(path: str) -> str:
    if not path.startswith("/"):
        raise ValueError(path)
    return path


def _config_file(line: str) -> ConfigFile:
    found = fields(line, 3) + [""] * 5
    state, path, package, mode, uid, gid, size, link = found[:8]
    if state not in _STATES:
        raise ValueError(line)
    if state == "deleted":
        return ConfigFile(_absolute(path), "deleted", package.partition(":")[0])
    return ConfigFile(
        path=_absolute(path),
        state=_STATES[state],
        package=package.partition(":")[0],
        mode=octal(mode),
        uid=number(uid),
        gid=number(gid),
        size=number(size),
        link=link,
    )


def parse_config_files(text: str) -> Parsed[tuple[ConfigFile, ...]]:
    """Tabs: state, path, package, mode, uid, gid, size, link target; sorted by path."""
    found = each_line(text, _config_file)
    return Parsed(tuple(sorted(found.value, key=lambda f: f.path)), found.partial)


def parse_files(text: str) -> Parsed[dict[str, TextFile]]:
    """Multi-file format, by path."""
    found = text_files(text)
    cut = [f.path for f in found.value if f.truncated]
    reason = f"{counted(len(cut), 'file')} cut, first: {min(cut)}" if cut else ""
    by_path = {f.path: f for f in sorted(found.value, key=lambda f: f.path)}
    return Parsed(by_path, "; ".join(s for s in (found.partial, reason) if s))


def _path(line: str) -> PathInfo:
    kind, mode, uid, gid, size, mtime, path, *rest = fields(line, 7)
    if kind not in _TYPES:
        raise ValueError(line)
    return PathInfo(
        path=_absolute(path),
        type=_TYPES[kind],
        mode=octal(mode),
        uid=number(uid),
        gid=number(gid),
        size=number(size),
        link=rest[0] if rest else "",
        modified=moment(mtime),
    )


def parse_paths(text: str) -> Parsed[dict[str, PathInfo]]:
    """Tabs: type, mode, uid, gid, size, mtime epoch, path, link target."""
    found = each_line(text, _path)
    return Parsed({p.path: p for p in sorted(found.value, key=lambda p: p.path)}, found.partial)


def _size(line: str) -> DirSize:
    size, files, mtime, path = fields(line, 4)[:4]
    return DirSize(
        path=_absolute(path),
        bytes=number(size),
        files=number(files) if files.isdigit() else -1,
        modified=moment(mtime),
    )


def parse_sizes(text: str) -> Parsed[dict[str, DirSize]]:
    """Tabs: bytes on disk, regular files (``-``: not counted), newest mtime epoch, path."""
    found = each_line(text, _size)
    return Parsed({d.path: d for d in sorted(found.value, key=lambda d: d.path)}, found.partial)
