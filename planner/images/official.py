"""Images of the applications themselves: which there are, under which tag, and what is in them.

The table is ``official.yaml``, after the images' own Dockerfiles and the list of their tags.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from planner import store, yamltext
from planner.model import Data


class User(Data, frozen=True, forbid_unknown_fields=True):
    """Account that the image makes for the application."""

    name: str
    uid: int
    gid: int


class Refusal(Data, frozen=True, forbid_unknown_fields=True):
    """What the image cannot serve: a line of the configuration, or a file of the machine."""

    why: str
    text: str = ""
    """Regular expression of a line."""
    file: str = ""
    """Regular expression of a whole path."""


class Official(Data, frozen=True, forbid_unknown_fields=True):
    """An image of an application. The head of ``official.yaml`` says how the fields are read."""

    kind: str
    program: str
    """Names of the program on the machine, as a regular expression."""
    image: str
    source: str
    """Where the Dockerfile is that this was read from."""
    parts: int
    """How many numbers of the version are a series."""
    packages: str
    """Packages of distributions whose work the image does, as a regular expression."""
    programs: dict[str, str]
    """Path in the image by name on the machine."""
    tags: dict[str, tuple[str, ...]] = {}  # noqa: RUF012
    kept: dict[str, tuple[str, ...]] = {}  # noqa: RUF012
    prefix: str = ""
    family: str = "debian"
    """Whose tools it has: debian (bash, GNU's) or alpine (busybox's)."""
    user: User | None = None
    """None: the image starts as root and has no account of its own."""
    starts_as: str = "root"
    arguments: tuple[str, ...] = ()
    """What the program has to be told, since it was built with other paths."""
    data: dict[str, str] = {}  # noqa: RUF012
    """Path of the data by series; none: it stays where the configuration says."""
    data_option: tuple[str, ...] = ()
    declares: dict[str, tuple[str, ...]] = {}  # noqa: RUF012
    """VOLUME by series: without a mount there, an engine makes one without a name."""
    config: str = ""
    """Where its own configuration is, which is not used."""
    logs: str = ""
    """Where it logs to if not told otherwise."""
    trees: tuple[str, ...] = ()
    """Folders of configuration (regular expressions) that are copied whole."""
    leaves: tuple[str, ...] = ()
    """Files in them (regular expressions) that stay on the machine."""
    takes: tuple[str, ...] = ()
    """Files of other packages that the configuration takes for granted."""
    has: tuple[str, ...] = ()
    """Paths in the image (regular expressions) that configuration may name."""
    links: dict[str, str] = {}  # noqa: RUF012
    """Links from a path of the machine to where the image has it."""
    makes: tuple[str, ...] = ()
    """Folders that its user must be able to write."""
    drops: tuple[str, ...] = ()
    """Folders of the machine (regular expressions) that it does not use."""
    environment: dict[str, str] = {}  # noqa: RUF012
    """Variables of the image that must be set otherwise."""
    sets: tuple[str, ...] = ()
    """Variables that the image sets."""
    entrypoint: str = ""
    """What its own entrypoint does, which is not used."""
    locales: bool = False
    """Whether it can make locales."""
    collates: bool = False
    """Whether its data depends on how the C library sorts text."""
    note: str = ""
    """Why a series is not in the table."""
    refuse: tuple[Refusal, ...] = ()


class Table(Data, frozen=True, forbid_unknown_fields=True):
    as_of: str
    lists: str
    images: tuple[Official, ...]
    without: dict[str, str]
    """Why a kind has none that could be used."""


class Tag(Data, frozen=True):
    """An image with its tag; ``variant``: the release of the distribution that it is made of."""

    image: str
    series: str
    variant: str
    rebuilt: bool


@cache
def table() -> Table:
    """The table, checked."""
    value, _ = yamltext.read("official.yaml", store.image_table())
    return msgspec.convert(value, Table)


def find(kind: str, program: str) -> Official | None:
    """The image for a kind of workload that this program serves."""
    fits = (o for o in table().images if o.kind == kind and re.fullmatch(o.program, program))
    return next(fits, None)


def series(entry: Official, version: str) -> str:
    """``15.6`` -> ``15`` where one number is a series; empty: the version says too little."""
    numbers = re.match(r"(?:\d+:)?(\d+(?:\.\d+)*)", version)
    parts = numbers[1].split(".") if numbers else []
    return ".".join(parts[: entry.parts]) if len(parts) >= entry.parts else ""


def tag(entry: Official, version: str, codename: str) -> Tag | None:
    """The tag for a version, on the machine's own release where data or fixes speak for it.

    None: the table has none; no tag is made up.
    """
    of = series(entry, version)
    found = [
        (variant, rebuilt)
        for rebuilt, by in ((True, entry.tags), (False, entry.kept))
        for variant, known in by.items()
        if of in known
    ]
    if not found:
        return None
    own = [f for f in found if f[0] == codename]
    rebuilt = [f for f in found if f[1]]
    same = own if entry.collates or (own and own[0][1]) else []
    variant, alive = (same or rebuilt or own or found)[0]
    name = f"{entry.image}:{entry.prefix}{of}{f'-{variant}' if variant else ''}"
    return Tag(name, of, variant, alive)


def by_series(paths: dict[str, str], of: str) -> str:
    """Value for a series, else that of all others."""
    return paths.get(of, paths.get("", ""))
