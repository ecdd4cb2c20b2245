"""A program's own files, which no package owns: what of them the image takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from planner.model import Account, Copy, Host, Owner
from planner.service import config, denied, places
from planner.service.accounts import stat_owner

OWN = ("application", "data", "content", "home")
"""Roles of the places where people put programs of their own."""


@dataclass(frozen=True)
class Application:
    """``roots``: folders and files that are copied, none inside of another; ``links``: symbolic
    links that lead to them from outside, as (path, target as it is written).
    """

    roots: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


def at(host: Host, paths: Iterable[str]) -> Application:
    """The application at ``paths``, links such as ``/srv/shop/current`` followed: what is copied
    is the release that they lead to.
    """
    real: dict[str, None] = {}
    links: dict[str, str] = {}
    for path in paths:
        found = places.follow(host, path)
        # Nobody owns a link that leads to a packaged place.
        if places.role(found.path) not in OWN or places.shared_top(found.path):
            continue
        real[found.path] = None
        links.update(found.links)
    roots = tuple(sorted(r for r in real if not any(r != o and places.below(r, o) for o in real)))
    outside = {
        path: target
        for path, target in links.items()
        if not any(places.below(path, root) for root in roots) and places.role(path) in OWN
    }
    return Application(roots, tuple(sorted(outside.items())))


def carried(host: Host, found: Application, reason: str, run_as: Account | None) -> config.Carried:
    """Copies of the roots; what lies in them and holds secrets is a secret, and in no copy."""
    return config.Carried(
        tuple(Copy(root, "application", reason, _owner(host, root)) for root in found.roots),
        tuple(config.secret(host, path, run_as) for path in _secrets(host, found.roots)),
    )


def _owner(host: Host, root: str) -> Owner:
    return stat_owner(host, root)


def _secrets(host: Host, roots: Collection[str]) -> tuple[str, ...]:
    masked = {path for path, file in (host.files.value or {}).items() if file.masked}
    named = {
        path
        for path, info in (host.paths.value or {}).items()
        if info.type == "file" and denied.reason(path)
    }
    return tuple(
        path for path in sorted(masked | named) if any(places.below(path, r) for r in roots)
    )
