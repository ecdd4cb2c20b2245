"""The public keys of a repository that an image needs."""

from __future__ import annotations

import re

from planner.imaging import archive, logins
from planner.imaging.archive import OWN_KEYS
from planner.model import OS, Copy, Data, Repository
from planner.service import denied

ADDRESS = re.compile(r"(https?|ftp)://([^/@\s]+)(/[^\s\"'\\<>\x00-\x20]*)?")
_FOLDERS = (
    "/usr/share/keyrings/",
    "/usr/share/postgresql-common/pgdg/",
    "/etc/apt/keyrings/",
    "/etc/apt/trusted.gpg.d/",
    "/etc/pki/rpm-gpg/",
)
"""Where keys lie that an image may take; nothing else is ever asked for as a key."""
_TRUSTED = "/etc/apt/trusted.gpg"
VARIABLE = re.compile(r"\$(?:\{(\w+)[^}]*\}|(\w+))")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_INLINE = re.compile(r"[A-Za-z0-9+/=: .,()<>@-]*")


class Keys(Data, frozen=True):
    """``named``: as the entry names them; ``copied``: those that the base image does not have."""

    named: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    problem: str = ""
    wide: bool = False
    """Whether the machine trusts each of them for all of apt."""
    left: tuple[str, ...] = ()
    """Files that it trusts so, too, and that no image may take."""


def keys(repository: Repository, os: OS, own: bool = False) -> Keys:
    """Which public keys the image needs for it; ``own``: it is one of the distribution's."""
    if repository.checked is False:
        return Keys()
    if "inline" in repository.signed_by:
        lines = repository.key.strip().split("\n")
        fits = lines[0] == "-----BEGIN PGP PUBLIC KEY BLOCK-----"
        fits = fits and all(_INLINE.fullmatch(line) for line in lines)
        return Keys(("inline",)) if fits else Keys(problem="what its entry holds is no public key")
    wide = all(k.startswith(_TRUSTED) for k in repository.signed_by) and os.family == "debian"
    files = [_expanded(k.removeprefix("file://"), os) for k in repository.signed_by]
    if wide:  # no Signed-By: all that apt trusts
        if own:
            return Keys((archive.keyring(os),))
        files = [k for k in files if not OWN_KEYS.search(k)]
    if not files:
        return Keys(problem="no key that signs it was seen")
    refused = {path: why for path in files if (why := _refused(repository, path))}
    if wide and len(refused) < len(files):  # what it signs is not told: one of the others may
        files = [path for path in files if path not in refused]
    elif refused:
        return Keys(problem=next(iter(refused.values())))
    named = tuple(files if wide else repository.signed_by)
    copied = tuple(k for k in files if k.startswith("/") and not OWN_KEYS.search(k))
    return Keys(named, copied, wide=wide, left=tuple(refused))


def _expanded(path: str, os: OS) -> str:
    """With the release that dnf and yum put in; what they make of other variables is not known."""
    major = os.version.partition(".")[0]
    release = major if os.id in ("rhel", "rocky", "almalinux", "centos", "ol") else os.version
    known = {"releasever": release, "releasever_major": major}
    return VARIABLE.sub(lambda match: known.get(match[1] or match[2], match[0]), path)


def _refused(repository: Repository, path: str) -> str:
    if logins.within(path):
        return "the address of its key holds a login, which no image may hold"
    if path.startswith("https://") and repository.kind == "rpm" and ADDRESS.fullmatch(path):
        return ""
    folder = next((f for f in _FOLDERS if path.startswith(f)), "")
    if OWN_KEYS.search(path):
        return ""
    if path != _TRUSTED and (not folder or not _NAME.fullmatch(path.removeprefix(folder))):
        return f"its key, {path}, is in no place that keys are fetched from"
    if why := denied.kept_back(path):
        return f"its key, {path}, stays on the machine ({why}): give it a name that tells it apart"
    return "" if path in repository.seen else f"its key, {path}, was not seen"


def key_copies(keyed: Keys, host: str) -> tuple[Copy, ...]:
    """The files of the machine that hold the keys."""
    why = f"signs what comes from {host}"
    if keyed.wide:
        why = f"trusted by the machine for all of apt, so for {host}, too"
        why += ": keep the right one" if len(keyed.copied) > 1 else ""
    return tuple(Copy(path, "key", why) for path in keyed.copied)
