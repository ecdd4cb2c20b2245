"""Files of services: text that the look carried, folders with their sizes, who owns them."""

from __future__ import annotations

import posixpath
from functools import cache
from typing import Any

import yaml

from tests.judgement.kit import form
from tests.judgement.kit.draft import Draft, Text
from tests.judgement.kit.systems import DATA


def lay(draft: Draft, told: dict[str, Any], where: str, owned: str) -> None:
    user = form.text(told.get("user", "root"), where)
    keys = ("text", "mode", "masked", "owner", "shipped", "unowned", "link")
    for path, one in form.table(told.get("config"), f"{where}.config").items():
        entry = one if isinstance(one, dict) else {"text": one}
        entry = form.table(entry, f"{where}.config", keys)
        if "link" in entry:
            draft.link(path, form.text(entry["link"], f"{where}.config.link"))
        else:
            add_file(draft, path, entry, f"{where}.config")
        nobody = form.flag(entry.get("unowned", not owned), f"{where}.config.unowned")
        if not entry.get("shipped") and path.startswith("/etc/"):
            draft.changed[path] = "" if nobody else owned
        draft.own(path, "" if nobody else owned)
    for path, one in form.table(told.get("data"), f"{where}.data").items():
        entry = one if isinstance(one, dict) else {"size": one}
        add_size(draft, path, {"owner": user, **entry}, f"{where}.data")


def add_file(draft: Draft, path: str, entry: dict[str, Any], where: str) -> None:
    """A file of which the look carried the text; text None: it did not."""
    form.path(path, where)
    uid, gid = draft.user(form.text(entry.get("owner", "root"), where), where)
    mode = form.text(entry.get("mode", "0644"), where).removeprefix("0")
    content = entry.get("text")
    if content is None:
        draft.files[path] = None
    else:
        known = form.text(content, where)
        masked = form.number(entry.get("masked", known.count("***")), where)
        draft.files[path] = Text(known, mode, uid, gid, masked)
    draft.path(path, "file", uid, gid, mode)


def add_size(draft: Draft, path: str, told: dict[str, Any], where: str) -> None:
    entry = form.table(told, where, ("size", "files", "modified", "mode", "owner"))
    form.path(path, where)
    uid, gid = draft.user(form.text(entry.get("owner", "root"), where), where)
    size = form.size(entry.get("size", 0), f"{where}.{path}")
    files = form.number(entry.get("files", 200), f"{where}.{path}")
    stamp = form.moment(entry.get("modified", "1 hour ago"), f"{where}.{path}", draft.now)
    draft.sizes[path] = f"{size}\t{files}\t{stamp}\t{path}"
    mode = form.text(entry.get("mode", "0755"), where).removeprefix("0")
    draft.path(path, "dir", uid, gid, mode)


@cache
def _shipped_texts() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load((DATA / "shipped.yaml").read_text("utf-8"))
    return found


def shipped(draft: Draft, exe: str, owned: str) -> None:
    for path, content in _shipped_texts().get(posixpath.basename(exe), {}).items():
        if path == "/etc/redis/redis.conf" and not draft.system.debian:
            path = "/etc/redis.conf"
        if path not in draft.files:
            draft.files[path] = Text(content)
            draft.path(path, "file")
            draft.own(path, owned)


def environment(draft: Draft, told: dict[str, Any], where: str) -> list[str]:
    told_files = told.get("env_file")
    found = {told_files: None} if isinstance(told_files, str) else told_files
    paths = list(form.table(found, f"{where}.env_file"))
    for path in paths:
        add_file(draft, path, {"text": (found or {})[path], "mode": "0640"}, f"{where}.env_file")
        if path.startswith("/etc/"):
            draft.changed.setdefault(path, "")
        draft.own(path, "")
    return paths
