"""Packages, configuration and language runtimes."""

from __future__ import annotations

from typing import Literal

from planner.model.data import Data


class Package(Data, frozen=True):
    name: str
    version: str
    arch: str = ""
    origin: str = ""
    """Where it came from ("Debian", a vendor, empty: unknown or installed by hand)."""
    source: str = ""
    manual: bool | None = None
    """Whether somebody asked for it, as opposed to a dependency; None: not told."""


class ConfigFile(Data, frozen=True):
    """A file under /etc or another configuration folder that is not as the package shipped it."""

    path: str
    state: Literal["changed", "unowned", "deleted"]
    package: str = ""
    """Owner of a changed or deleted conffile."""
    mode: str = ""
    uid: int = 0
    gid: int = 0
    size: int = 0
    link: str = ""
    """Target, if it is a symbolic link."""


class TextFile(Data, frozen=True):
    """Text of a configuration file that the collector carried."""

    path: str
    text: str
    mode: str = ""
    uid: int = 0
    gid: int = 0
    masked: int = 0
    """How many secrets were replaced by ``***`` before the text left the machine."""
    truncated: bool = False


class PathInfo(Data, frozen=True):
    """Metadata of one path that a service uses (file or directory)."""

    path: str
    type: Literal["file", "dir", "link", "socket", "fifo", "device", "other"]
    mode: str
    uid: int
    gid: int
    size: int = 0
    link: str = ""
    modified: str = ""


class Python(Data, frozen=True):
    """A virtual environment: the folder with its pyvenv.cfg."""

    path: str
    version: str = ""
    base: str = ""
    """Folder of the interpreter that it was made from (``home`` in pyvenv.cfg)."""
    packages: tuple[str, ...] = ()
    """``name==version``, sorted."""
