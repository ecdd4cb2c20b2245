"""Settings of a service that the look found and did not tell: files whose text stayed on the
machine, whole or in part, and values that the mask took where a path belongs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence

from planner.model import Host, TextFile
from planner.service import denied, places
from planner.service.config import Carried
from planner.service.view import MASK

_NO_SETTINGS = re.compile(
    r".*\.(pem|crt|cer|der|csr|crl|srl|gpg|kbx|asc|sig|p7b|pub"  # keys and certificates
    r"|db|cdb|lmdb|mdb|dir|pag|sqlite3?|mmdb|dat|bin|cache|lock|pid|state"  # maps, data
    r"|gz|xz|bz2|zst|zip|tar|tgz|jar|war|whl|deb|rpm|so|o|pyc|class|mo|svbin|swp"
    r"|png|jpe?g|gif|ico|webp|pdf|ttf|woff2?|wav|mp3|ogg|gsm)",
    re.IGNORECASE | re.DOTALL,
)
"""What no program reads its settings from."""
_NAMED_LIKE_SETTINGS = re.compile(
    r".*\.(conf|config|cfg|cnf|cf|ini|ya?ml|json|toml|properties|xml)", re.IGNORECASE | re.DOTALL
)
_MASKED_PATH = re.compile(
    r"""^[ \t]*["'<-]*[ \t]*[\w.-]*(dir|directory|path|folder|home|root|location|datastore)["']?"""
    rf"""(?:[ \t]*[=:][ \t]*|[ \t]+)["']?{re.escape(MASK)}""",
    re.IGNORECASE | re.MULTILINE,
)


def of(
    host: Host, carried: Carried, argv: Sequence[str], files: Collection[str] = ()
) -> tuple[str, ...]:
    """Paths of which settings are not known, sorted: of what is carried over, of what the command
    names, of ``files``. What is kept back by its name holds secrets and counts as none."""
    return tuple(sorted({*_listed(host, carried, files), *_named(host, argv)}))


def sentences(paths: Collection[str], host: Host) -> tuple[str, ...]:
    """What is not known because of them, one each."""
    files = host.files.value or {}
    return tuple(
        f"What {path} says is known in part only: "
        + ("it was carried in part." if files[path].truncated else "a path in it is masked.")
        if path in files
        else f"What {path} says is not known: its text was not carried."
        for path in paths
    )


def _listed(host: Host, carried: Carried, files: Collection[str]) -> Iterator[str]:
    taken = {c.path for c in carried.copies if c.kind == "config"}
    taken |= {*files, *(s.path for s in carried.secrets)}
    for file in host.config_files.value or ():
        there = file.path in taken and file.state != "deleted" and not file.link and file.size
        if there and _unknown(host, file.path):
            yield file.path


def _named(host: Host, argv: Sequence[str]) -> Iterator[str]:
    for word in argv[1:]:
        path = places.clean(word.rpartition("=")[2]) if "/" in word else ""
        if path.startswith("/") and _NAMED_LIKE_SETTINGS.fullmatch(path):
            info = places.info(host, path)
            if info is not None and info.type == "file" and _unknown(host, path):
                yield path


def _unknown(host: Host, path: str) -> bool:
    if host.files.value is None or _NO_SETTINGS.fullmatch(posixpath.basename(path)):
        return False  # without any text, the fact itself is unknown
    text = host.files.value.get(path)
    if text is None:
        return not denied.kept_back(path)
    return _in_part(text)


def _in_part(file: TextFile) -> bool:
    return file.truncated or (MASK in file.text and bool(_MASKED_PATH.search(file.text)))
