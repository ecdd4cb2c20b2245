"""Configuration that the image takes from the machine, and what of it must not be in an image."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from planner.model import Account, ConfigFile, Copy, Directory, Host, Owner, Secret, TextFile
from planner.service import denied, places
from planner.service.accounts import stat_owner
from planner.service.view import MASK, why_unknown
from planner.words import counted

_PATH = re.compile(r"(?<![\w.~/-])/[A-Za-z0-9_@%+=:,./-]*[A-Za-z0-9_@%+=/-]")
_COMMENT = re.compile(r"^\s*[#;].*$", re.MULTILINE)


@dataclass(frozen=True)
class Carried:
    """Copies, secrets and removals of one workload."""

    copies: tuple[Copy, ...] = ()
    secrets: tuple[Secret, ...] = ()
    removals: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()


def changed(
    host: Host,
    folders: Collection[str],
    packages: Collection[str],
    run_as: Account | None,
    *,
    skip: Collection[str] = (),
) -> Carried:
    """What differs from the packages below ``folders`` or belongs to ``packages``.

    A file with masked values or key material is a secret; one that the machine has deleted is
    removed from the image again. ``skip``: paths that something else decides about.
    """
    copies: list[Copy] = []
    secrets: list[Secret] = []
    removals: list[str] = []
    for file in host.config_files.value or ():
        inside = any(places.below(file.path, folder) for folder in folders)
        if not (inside or (file.package and file.package in packages)) or file.path in skip:
            continue
        if file.state == "deleted":
            removals.append(file.path)
        elif not file.link and _secret_file(host, file.path, file.mode):
            secrets.append(secret(host, file.path, run_as))
        elif file.link and denied.reason(file.path):
            # The key behind the link: a link to nothing in the image would break the program.
            secrets.append(secret(host, file.path, run_as))
        else:
            copies.append(_copy(file))
    unknown = why_unknown(host.config_files, "Which configuration differs from the packages'")
    unlooked = _unlooked(host, [c.path for c in copies])
    return Carried(tuple(copies), tuple(secrets), tuple(removals), (*unknown, *unlooked))


def _unlooked(host: Host, paths: Collection[str]) -> tuple[str, ...]:
    """Why secrets in these files may have been overlooked."""
    files = host.files.value or {}
    cut = [p for p in paths if p in files and files[p].truncated]
    found = tuple(
        f"{p} was carried in part: whether its rest holds secrets is not known." for p in cut
    )
    if any(file.truncated for file in files.values()):
        return found
    return (*found, *why_unknown(host.files, "Which configuration holds secrets"))


def _copy(file: ConfigFile) -> Copy:
    reason = (
        f"changed since {file.package} installed it"
        if file.package and file.state == "changed"
        else "changed since its package installed it"
        if file.state == "changed"
        else "made on this machine, no package owns it"
    )
    return Copy(file.path, "config", reason, Owner(file.uid, file.gid, file.mode))


def _secret_file(host: Host, path: str, mode: str = "") -> bool:
    """Key material, masked values, or a file that others may not read and whose text was not
    carried, so that nobody looked for secrets in it.
    """
    text = (host.files.value or {}).get(path)
    if text is None and re.fullmatch("[0-7]+", mode) and not int(mode, 8) & 0o004:
        return True
    seen = text is not None and (text.masked > 0 or MASK in text.text)
    return seen or bool(denied.reason(path))


def secret(
    host: Host, path: str, run_as: Account | None, mode: str = "0400", reason: str = ""
) -> Secret:
    """A file that only the container's user reads; its text never left the machine."""
    text = (host.files.value or {}).get(path)
    why = reason or (
        counted(text.masked, "value in it is secret", "values in it are secret")
        if text and text.masked
        else denied.reason(path) or "only its owner may read it, and its text was not looked at"
    )
    account = Owner(run_as.uid, run_as.gid, mode) if run_as else Owner(0, 0, mode)
    return Secret(path, why, "file", account)


def texts(host: Host, folders: Iterable[str], named: Iterable[str] = ()) -> tuple[TextFile, ...]:
    """Carried text below ``folders`` and of the files ``named``, by path."""
    every = host.files.value or {}
    kept = tuple(folders)
    wanted = {*named, *kept}
    inside = tuple(folder.rstrip("/") + "/" for folder in kept)
    return tuple(every[path] for path in sorted(every) if path in wanted or path.startswith(inside))


def mentioned(files: Iterable[TextFile]) -> tuple[str, ...]:
    """Absolute paths named in the text outside of comments, cleaned, each once in order."""
    found: dict[str, None] = {}
    for file in files:
        for match in _PATH.finditer(_COMMENT.sub("", file.text)):
            path = places.clean(match[0].rstrip(".,:"))
            if path and path != "/":
                found.setdefault(path, None)
    return tuple(found)


def referenced(
    host: Host, paths: Iterable[str], run_as: Account | None, taken: Collection[str]
) -> Carried:
    """Keys and certificates that configuration names outside of the folders that are carried."""
    copies: list[Copy] = []
    secrets: list[Secret] = []
    unowned = {f.path: f for f in host.config_files.value or () if f.state != "deleted"}
    named = list(paths)
    # Maps of Postfix and the like are named without the ending of the file that is read.
    for path in (*named, *(f"{p}.db" for p in named if f"{p}.db" in unowned)):
        info = places.info(host, path)
        there = info is not None and info.type in ("file", "link")
        if path in taken or not (there or path in unowned) or places.role(path) != "config":
            continue
        if _secret_file(host, path, info.mode if info and info.type == "file" else ""):
            secrets.append(secret(host, path, run_as))
        elif path in unowned:
            copies.append(_copy(unowned[path]))
        elif path not in (host.owners.value or {}) and _certificate(path):
            copies.append(
                Copy(
                    path,
                    "config",
                    "certificate that the configuration names",
                    stat_owner(host, path),
                )
            )
    return Carried(tuple(copies), tuple(secrets))


def _certificate(path: str) -> bool:
    return posixpath.splitext(path)[1] in (".pem", ".crt", ".cer") and "/certs/ca-cert" not in path


def merged(*parts: Carried) -> Carried:
    """All of them, each path once; a path that is a secret anywhere is not copied."""
    secrets = {s.path: s for part in reversed(parts) for s in reversed(part.secrets)}
    copies = {c.path: c for part in reversed(parts) for c in reversed(part.copies)}
    return Carried(
        tuple(copies[path] for path in sorted(copies) if path not in secrets),
        tuple(secrets[path] for path in sorted(secrets)),
        tuple(dict.fromkeys(r for part in parts for r in part.removals)),
        tuple(dict.fromkeys(u for part in parts for u in part.unknowns)),
    )


def own_folders(names: Iterable[str]) -> tuple[str, ...]:
    """Configuration folders and files that are a program's own by convention."""
    plain = sorted({n for n in names if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9+_.-]*", n)})
    return tuple(
        folder
        for name in plain
        for folder in (
            f"/etc/{name}",
            f"/etc/{name}.conf",
            f"/etc/default/{name}",
            f"/etc/sysconfig/{name}",
        )
    )


def as_on_machine(host: Host, secrets: Iterable[Secret]) -> tuple[Secret, ...]:
    """The same with owner and mode of the machine: of a program that root starts, its parts read
    them as others."""
    listed = {
        f.path: f for f in host.config_files.value or () if f.state != "deleted" and not f.link
    }
    found = []
    for one in secrets:
        file, info = listed.get(one.path), places.info(host, one.path)
        if file and re.fullmatch("[0-7]{3,4}", file.mode):
            one = replace(one, owner=Owner(file.uid, file.gid, file.mode))
        elif info and info.type == "file" and re.fullmatch("[0-7]{3,4}", info.mode):
            one = replace(one, owner=Owner(info.uid, info.gid, info.mode))
        found.append(one)
    return tuple(found)


def owned_secrets(carried: Carried, owner: Owner) -> Carried:
    """The same with another owner and mode of every secret file."""
    secrets = tuple(replace(s, owner=owner) for s in carried.secrets)
    return Carried(carried.copies, secrets, carried.removals, carried.unknowns)


def key_folder(carried: Carried, run_as: Account | None) -> tuple[Directory, ...]:
    """Debian's /etc/ssl/private lets only the group ssl-cert through; a secret in it is for the
    container's user.
    """
    if run_as is None or not any(places.below(s.path, "/etc/ssl/private") for s in carried.secrets):
        return ()
    owner = Owner(0, run_as.gid, "0710")
    return (Directory("/etc/ssl/private", owner, "its user has to reach the key in it"),)
