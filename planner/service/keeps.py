"""Folders that are a service's own without an open file or a setting that says so: by their name,
by its command, by whose they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from planner.model import Account, Host
from planner.service import places
from planner.service.places import Wanted
from planner.service.storage import Storage, consistency, of_mentions
from planner.service.view import Service, commands, owner

_OWN_DATA = ("/var/lib", "/srv")
_PROGRAMS = re.compile(
    r"/(s?bin|lib(64|exec)?|\.?v?env|node_modules|vendor|webapps|deployments"
    r"|__pycache__)(/|$)"
)


def by_convention(
    service: Service, names: Iterable[str], application: Collection[str] = ()
) -> Storage:
    """/var/lib/<name> and /srv/<name>, or what was measured in them, where they hold something
    and no program.
    """
    filled = _filled(service.host)
    own = [places.clean(f"{b}/{n}") for n in sorted(set(names)) if "/" not in n for b in _OWN_DATA]
    return Storage(
        tuple(
            Wanted(path, "state", "its own folder by name, and not empty", *consistency("state"))
            for folder in own
            if folder and not any(places.below(root, folder) for root in application)
            for path in ([folder] if folder in filled else filled)
            if places.below(path, folder) and not any(places.below(path, r) for r in application)
        )
    )


def _filled(host: Host) -> list[str]:
    """Folders that were measured and hold files."""
    sizes, paths = host.sizes.value or {}, host.paths.value or {}
    return [p for p, size in sizes.items() if size.files and p in paths and paths[p].type == "dir"]


def by_command(
    service: Service, run_as: Account | None, application: Collection[str], covered: Collection[str]
) -> Storage:
    """Folders outside of every package that its command names, also behind ``=``; and folders in
    ``application`` that its user has for itself, where the rest is another's.
    """
    host = service.host
    argv = [w for c in commands(service, "ExecStart") for w in c.argv[1:]]
    argv += service.main.argv[1:] if service.main else ()
    words = (places.clean(w.rpartition("=")[2]) for w in argv if w.rpartition("=")[2][:1] == "/")
    named = [
        path
        for path in dict.fromkeys(words)
        if path
        and not owner(host, path)
        and not any(places.below(root, path) for root in application)
        and not any(places.below(path, root) for root in application)
    ]
    found = of_mentions(service, named, run_as, covered)
    kept = [replace(w, reason="its command names it") for w in found.wanted]
    for path in _filled(host):
        roots = [r for r in application if places.below(path, r) and path != r]
        info = places.info(host, path)
        if roots and info and run_as and info.uid == run_as.uid != 0:
            around = [places.info(host, r) for r in roots]
            if not any(r and r.uid == run_as.uid for r in around) and not _PROGRAMS.search(path):
                kept.append(Wanted(path, "data", "its user's own folder", *consistency("data")))
    return Storage(tuple(kept))
