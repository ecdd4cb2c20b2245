"""Settings of a service that the look found and did not tell: files whose text stayed on the
machine, whole or in part, and values that the mask took where a path belongs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from planner.model import ConfigFile, Host, PathInfo, TextFile
from planner.service import denied, included, places
from planner.service.config import Carried
from planner.service.view import MASK

_NO_SETTINGS = re.compile(
    r".*(\.(pem|crt|cer|der|csr|crl|srl|gpg|kbx|asc|sig|p7b|pub|keystore|truststore"  # keys
    r"|db|cdb|lmdb|mdb|dir|pag|sqlite3?|rdb|rrd|mmdb(\..*)?|dat|bin|cache|lock|pid|state"  # data
    r"|jnl|signed|map|lst|gz|xz|bz2|zst|zip|7z|tar|tgz|jar|war|whl|deb|rpm"
    r"|so(\.[0-9.]+)?|o|pyc|class|wasm|mo|svbin|sw[a-p]|bak|orig|old|(dpkg|ucf|rpm)-?[a-z]+"
    r"|svg|png|jpe?g|gif|ico|webp|pdf|ttf|woff2?|wav|mp3|ogg|gsm)|~)"
    r"|keystore|truststore|domains|urls|expressions",
    re.IGNORECASE | re.DOTALL,
)
"""What no program reads its settings from."""
_NAMED_LIKE_SETTINGS = re.compile(
    r".*\.(conf|config|cfg|cnf|cf|ini|ya?ml|json|toml|properties|xml)", re.IGNORECASE | re.DOTALL
)
_NAMES_SETTINGS = re.compile(r"-(c|f|-?conf(ig)?(-?(file|path))?)")
_GLUED = re.compile(r"-[cf](/.*)", re.DOTALL)
_INCLUDE = re.compile(
    r"""^[ \t]*!?(?:[-@\w.]*include\w*|imports?)[ \t:=]+["'<]?(/[^\s"';>]+)""",
    re.IGNORECASE | re.MULTILINE,
)
_MASKED_PATH = re.compile(
    r"""^[ \t]*["'<-]*[ \t]*[\w.-]*(dir|directory|path|folder|home|root|location|datastore)["']?"""
    rf"""(?:[ \t]*[=:][ \t]*|[ \t]+)["']?{re.escape(MASK)}""",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST = 512 * 1024
"""Bytes beyond which a file that is not named like settings is a list of something."""
_MANY = 3


def of(
    host: Host,
    carried: Carried,
    commands: Iterable[Sequence[str]],
    files: Collection[str] = (),
    texts: Iterable[TextFile] = (),
) -> tuple[str, ...]:
    """Paths of which settings are not known, sorted: of what is carried over, of what its commands
    name, of ``files``, and of what ``texts``, its configuration, include from outside of /etc.
    What is kept back by its name holds secrets and counts as none."""
    found = {
        *_listed(host, carried, files),
        *(p for c in commands for p in _named(host, c)),
        *_included(host, texts),
    }
    return tuple(sorted(found))


def sentences(paths: Sequence[str], host: Host) -> tuple[str, ...]:
    """What is not known because of them; many of one folder in one sentence."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault(posixpath.dirname(path), []).append(path)
    return tuple(
        told
        for folder, inside in folders.items()
        for told in (
            [_sentence(path, host) for path in inside]
            if len(inside) <= _MANY
            else [f"What {len(inside)} files in {folder} say is not known, or in part only."]
        )
    )


def _sentence(path: str, host: Host) -> str:
    text = (host.files.value or {}).get(path)
    if text is None:
        return f"What {path} says is not known: its text was not carried."
    why = "it was carried in part." if text.truncated else "a path in it is masked."
    return f"What {path} says is known in part only: {why}"


def _listed(host: Host, carried: Carried, files: Collection[str]) -> Iterator[str]:
    taken = {c.path for c in carried.copies if c.kind == "config"}
    taken |= {*files, *(s.path for s in carried.secrets)}
    listed = {f.path: f for f in host.config_files.value or () if f.state != "deleted"}
    for file in (listed[path] for path in sorted(taken & listed.keys())):
        if file.link:
            target = included.real_path(host, file.path)
            away = not places.below(target, "/etc") and not _of_packages(target)
            if (away or target in listed) and target != file.path and _unknown(host, target):
                yield target
        elif file.size and not _is_list(file) and _unknown(host, file.path):
            yield file.path


def _is_list(file: ConfigFile) -> bool:
    return file.size > _LONGEST and not _NAMED_LIKE_SETTINGS.fullmatch(file.path)


def _named(host: Host, argv: Sequence[str]) -> Iterator[str]:
    """Of the command: what is named like settings, and what an option for settings names."""
    for before, word in zip(("", *argv[1:]), argv[1:], strict=False):
        glued = _GLUED.fullmatch(word)
        path = places.clean(glued[1] if glued else word.rpartition("=")[2])
        if not path.startswith("/") or _of_packages(path):
            continue
        option = bool(glued) or bool(_NAMES_SETTINGS.fullmatch(before))
        option = option or bool(_NAMES_SETTINGS.fullmatch(word.partition("=")[0]))
        like = bool(_NAMED_LIKE_SETTINGS.fullmatch(path))
        info = places.info(host, path)
        there = info is not None and info.type == "file" and not _runs(info)
        if ((there and (like or option)) or (like and host.paths.unknown)) and _unknown(host, path):
            yield path


def _runs(file: PathInfo) -> bool:
    """A program: ``sh -c /srv/shop/nightly``."""
    return bool(re.fullmatch("[0-7]+", file.mode)) and bool(int(file.mode, 8) & 0o111)


def _included(host: Host, texts: Iterable[TextFile]) -> Iterator[str]:
    """Files that its configuration takes in from where the look carries none."""
    for text in texts:
        for match in _INCLUDE.finditer(text.text):
            path = places.clean(match[1].rstrip(",)"))
            if path and not places.below(path, "/etc") and not _of_packages(path):
                every = included.matching(host, path) if re.search(r"[*?\[]", path) else [path]
                yield from (p for p in every or [path] if _unknown(host, p))


def _of_packages(path: str) -> bool:
    return places.role(path) in ("image", "runtime", "temporary")


def _unknown(host: Host, path: str) -> bool:
    if host.files.value is None or _NO_SETTINGS.fullmatch(posixpath.basename(path)):
        return False  # without any text, the fact itself is unknown
    text = host.files.value.get(path)
    if text is None:
        return not denied.kept_back(path)
    return _in_part(text)


def _in_part(file: TextFile) -> bool:
    return file.truncated or (MASK in file.text and bool(_MASKED_PATH.search(file.text)))
