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
    listed: Literal["", "version", "other", "none"] = ""
    """Whether a repository has it today: this version, only others, or not even the name (a file
    that was installed by hand, or gone from the archive); empty: not told."""
    suite: str = ""
    """Code name and component of that repository: ``bookworm-security/main``."""
    repository: str = ""
    """``id`` of that repository; empty: not told."""
    signer: str = ""
    """Id of the key that signed it (rpm), else who built it (pacman)."""


class Repository(Data, frozen=True):
    """A place that packages come from, as the machine's configuration names it."""

    id: str
    """Section of a .repo file; for apt what the names of its lists begin with."""
    kind: Literal["apt", "rpm", "apk", "pacman", "pkg"]
    url: str
    """Without the secrets in it; for rpm the first of baseurl, mirrorlist, metalink."""
    enabled: bool = True
    suites: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    signed_by: tuple[str, ...] = ()
    """Files or addresses of the keys; ``inline`` for a key inside the file. Of apt without
    Signed-By: every key that it trusts."""
    checked: bool | None = None
    """Whether signatures are asked for; None: left to the package manager's default."""
    path: str = ""
    address: Literal["", "mirrorlist", "metalink"] = ""
    """What ``url`` is, for rpm; empty: the place itself."""
    seen: tuple[str, ...] = ()
    """Those of ``signed_by`` that are files there, so far as the look went."""
    key: str = ""
    """Text of an ``inline`` key, which is public."""
    login: bool = False
    """Whether its entry holds a name, a password or a client's certificate."""
    options: dict[str, str] = {}
    """What else its entry says of how packages are chosen from it."""


class Program(Data, frozen=True):
    """An executable that no package owns."""

    path: str
    kind: Literal["elf", "script", "link", "other", "unread"]
    mode: str = ""
    uid: int = 0
    gid: int = 0
    size: int = 0
    modified: str = ""
    running: bool = False
    link: str = ""
    interpreter: str = ""
    """Of a script: what stands behind ``#!``, without secrets."""


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


class Runtime(Data, frozen=True):
    """An interpreter, virtual machine or framework, whether a package owns it or not."""

    kind: Literal["java", "node", "python", "ruby", "php", "dotnet", "erlang", "perl", "go", "rust"]
    path: str
    """Its folder."""
    version: str = ""
    vendor: str = ""
    source: str = ""
    """What told the version: a file, or ``path`` for a folder's name."""


class Application(Data, frozen=True):
    """What somebody built on a runtime and put here: the folder or file it lies in."""

    kind: Literal["node", "java", "php", "php-pool", "ruby", "go", "rust", "dotnet", "python"]
    path: str
    name: str = ""
    version: str = ""
    runtime: str = ""
    """What it needs or was built with, as it says so: ``>=18``, ``go1.22.1``."""
    start: str = ""
    """Its entry: main file, main class or start script, without secrets."""
    packages: tuple[str, ...] = ()
    """``name==version``, sorted."""
    size: int = 0
    modified: str = ""
    details: dict[str, str] = {}


class Certificate(Data, frozen=True):
    """The first certificate of a file; never a key."""

    path: str
    subject: str
    """Common name, else the whole distinguished name."""
    issuer: str = ""
    names: tuple[str, ...] = ()
    """DNS names and addresses that it is for, sorted."""
    not_before: str = ""
    not_after: str = ""
    serial: str = ""
    """Hexadecimal."""
    key: str = ""
    """Type and bits of its public key: ``RSA 2048``, ``EC secp256r1``, ``Ed25519``."""
    self_signed: bool = False
    authority: bool = False
    """Whether it may sign others (basic constraints)."""
    private_key: bool = False
    """Whether the same file also holds a private key, which stayed on the machine."""
    mode: str = ""
    uid: int = 0
    gid: int = 0
