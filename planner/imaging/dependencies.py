"""Libraries of a language's own package manager: from their manifest, or as the machine has them.

A build has to work without the registries of languages, so they are copied unless the settings say
``images: {dependencies: built}``. Then a stage of its own installs them, with a compiler that the
image does not keep: pip with the names and versions of the environment's metadata (what ``pip
freeze`` prints), npm, Bundler and Composer with the lock file.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec.structs import replace

from planner.images.choice import Choice
from planner.model import Application, Dependencies, Host, Image, Python, Workload
from planner.service import pins, places

_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][A-Za-z0-9.!_-]*")
_OF_ENVIRONMENT = frozenset({"pip", "setuptools", "wheel", "pkg-resources", "pkg_resources"})
"""What a new environment has by itself, and an entry of Debian's that is none."""
_FOLDERS = {"node": "node_modules", "ruby": "vendor/bundle", "php": "vendor"}
_LOCKS = {"node": "package-lock.json", "ruby": "Gemfile.lock", "php": "composer.lock"}
_RUNTIMES = {"python": "python", "node": "nodejs|npm", "ruby": "ruby", "php": "php|composer"}
_MANAGERS = {"python": "pip", "node": "npm", "ruby": "Bundler", "php": "Composer"}


def with_dependencies(host: Host, w: Workload, image: Image, choice: Choice) -> tuple[
    Workload, Image
]:  # fmt: skip
    """The image with what its applications need of their language; what a stage installs is in no
    copy of the workload any more."""
    found = tuple(_of(host, w, image, choice.dependencies == "built"))
    built = [d.path for d in found if d.built]
    copies = tuple(
        replace(c, exclude=tuple(sorted({*c.exclude, *inside})))
        if (inside := [p for p in built if places.below(p, c.path) and p != c.path])
        else c
        for c in w.copies
        if c.path not in built
    )
    return replace(w, copies=copies), replace(image, dependencies=found)


def _of(host: Host, w: Workload, image: Image, wanted: bool) -> Iterator[Dependencies]:
    roots = [c.path for c in w.copies if c.kind == "application"]

    def copied(path: str) -> bool:
        return any(places.below(path, r) for r in roots)

    every = [_environment(host, e) for e in host.virtualenvs.value or () if copied(e.path)]
    every += [
        d
        for a in host.applications.value or ()
        if a.kind in _FOLDERS and copied(a.path) and (d := _locked(host, a))
    ]
    for made in sorted(every, key=lambda d: d.path):
        problem = made.reason
        if any(re.match(_RUNTIMES[made.language], p) for s in image.sources for p in s.packages):
            problem = problem or "what runs it is not the distribution's"
        if image.family != "debian":
            problem = problem or "stages for libraries are known for Debian and its kin only"
        if problem or not wanted:
            how = f"copied as {_MANAGERS[made.language]} installed them on the machine"
            why = problem or "no registry of the language is needed so; images.dependencies: built"
            yield replace(made, reason=f"{how}: {why}")
        else:
            source = _LOCKS.get(made.language, "the metadata of what is installed")
            yield replace(made, built=True, reason=f"installed anew, from {source}")


def _environment(host: Host, found: Python) -> Dependencies:
    """``reason``: why it cannot be made from its metadata; empty: it can."""
    kept = tuple(p for p in found.packages if p.partition("==")[0].lower() not in _OF_ENVIRONMENT)
    odd = [p for p in kept if not _REQUIREMENT.fullmatch(p)]
    usual = pins.installed(host, "python3")
    series = ".".join(found.version.split(".")[:2])
    problem = ""
    if host.virtualenvs.partial:
        problem = "not all of what it holds was seen"
    elif odd:
        problem = f"no registry has these versions: {', '.join(odd[:3])}"
    elif not kept:
        problem = "what it holds was not seen"
    elif not usual or not pins.upstream(usual.version).startswith(series):
        problem = "its Python is not the distribution's"
    return Dependencies("python", found.path, kept, reason=problem)


def _locked(host: Host, found: Application) -> Dependencies | None:
    """None: it has no libraries of its own, so far as was seen."""
    folder = f"{found.path}/{_FOLDERS[found.kind]}"
    if not found.packages or places.shared_top(found.path):
        return None
    known = host.paths.value or {}
    if found.kind == "ruby" and folder not in known:
        return None
    if found.kind not in ("node", "ruby", "php"):
        return None
    problem = ""
    if found.kind == "node" and not found.details.get("lock"):
        problem = "it has no package-lock.json, so far as was seen"
    if host.applications.partial:
        problem = "not all of what it holds was seen"
    root = posixpath.normpath(found.path)
    return Dependencies(found.kind, folder, found.packages, root, reason=problem)
