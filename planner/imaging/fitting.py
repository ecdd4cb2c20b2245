"""Why a workload cannot be built from its application's own image, by what the machine says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

from planner.images.official import Official
from planner.model import Host, TextFile, Workload, WorkloadPlan
from planner.service import config, denied
from planner.service.places import below
from planner.service.view import MASK

_SYSTEM = re.compile(r"/(usr|opt|etc|lib|lib32|lib64|bin|sbin|srv|home|mnt|var/lib|var/www)/.+")
"""Other absolute paths in configuration may be those of a URL."""
_SHARES = frozenset({"socket", "file"})
SHELLS = ("/bin/sh", "sh", "/bin/bash", "bash", "/usr/bin/sh", "/usr/bin/bash")


def against(
    host: Host, w: Workload, entry: Official, others: Sequence[WorkloadPlan]
) -> Iterator[str]:
    """Yield what speaks against the image; the first is reason enough."""
    if not w.command:
        yield "no safe command to start it was found"
    for pin in w.packages:
        if not re.fullmatch(entry.packages, pin.name):
            yield f"its image has nothing of the package {pin.name} ({pin.reason})"
    if w.jobs:
        yield f"its job {w.jobs[0].name} may use programs that only the machine has"
    if w.locales and not entry.locales:
        yield f"its image has no locale {w.locales[0]}"
    if w.run_as is None and (entry.user or entry.starts_as != "root"):
        yield "it runs as root here, which its image does not"
    if entry.user:
        yield from _shared(w, others)
    texts = configuration(host, w, entry)
    if entry.trees and not texts:
        yield "what its configuration says was not seen"
    for path in words(w):
        if path.startswith("/etc/") and not _seen(host, w, path):
            yield f"what {path} says was not seen"
    if cut := next((t.path for t in texts if t.truncated), ""):
        yield f"{cut} was carried in part"
    yield from _refused(host, w, entry, texts)
    for path in _unmapped(w, entry, texts):
        yield f"its configuration names {path}, which its image may not have"


def configuration(host: Host, w: Workload, entry: Official) -> tuple[TextFile, ...]:
    """Text of the configuration that it reads: of its folders and of what is copied."""
    found = trees(host, w, entry)
    single = [
        c.path for c in w.copies if c.kind == "config" and not (found and elsewhere(c.path, entry))
    ]
    return config.texts(host, (*found, *single), words(w))


def trees(host: Host, w: Workload, entry: Official) -> tuple[str, ...]:
    """Folders of the machine that the table wants copied whole, and this workload reads.

    What the command names decides; without any such name, the configuration that is there.
    """
    known = [*(host.files.value or {}), *(f.path for f in host.config_files.value or ())]
    for paths in (words(w), (*(c.path for c in w.copies), *known)):
        found = {
            match[0]
            for path in paths
            for tree in entry.trees
            if (match := re.match(rf"(?:{tree})(?=/|$)", path))
        }
        if found:
            return tuple(sorted(found))
    return ()


def elsewhere(path: str, entry: Official) -> bool:
    """Whether a path is in a folder of the kind, but of another instance."""
    return any(re.match(rf"(?:{tree})(?=/|$)", path) for tree in entry.trees)


def hidden(host: Host, path: str) -> bool:
    """Whether a file may hold a secret: an image never takes it along with its folder."""
    text = (host.files.value or {}).get(path)
    if text is not None:
        return text.masked > 0 or MASK in text.text or bool(denied.reason(path))
    modes = (f.mode for f in host.config_files.value or () if f.path == path and not f.link)
    closed = any(re.fullmatch("[0-7]+", m) and not int(m, 8) & 0o004 for m in modes)
    return closed or bool(denied.reason(path))


def _seen(host: Host, w: Workload, path: str) -> bool:
    """Whether its text was carried, or it is a folder, or one that is streamed as a secret."""
    files = host.files.value or {}
    secret = any(s.path == path for s in w.secrets)
    return path in files or secret or any(below(f, path) for f in files)


def words(w: Workload) -> tuple[str, ...]:
    """Absolute paths of the command."""
    text = TextFile("", "\n".join(w.command[1:]))
    return config.mentioned([text])


def _shared(w: Workload, others: Sequence[WorkloadPlan]) -> Iterator[str]:
    """Numbers of owners cannot change for one where two use the same files."""
    for tie in w.couplings:
        if tie.kind in _SHARES:
            yield f"it shares {tie.detail} with {tie.workload}, by the machine's numeric owners"
    mine = {v.name for v in w.volumes}
    for other in others:
        both = sorted(mine & {v.name for v in other.workload.volumes})
        if other.workload.id != w.id and both:
            yield f"{other.workload.id} uses {both[0]} too, by the machine's numeric owners"


def _refused(host: Host, w: Workload, entry: Official, texts: Sequence[TextFile]) -> Iterator[str]:
    files = {*(f.path for f in host.config_files.value or () if f.state != "deleted")}
    files |= {*(host.paths.value or {}), *(u.path for u in host.unowned.value or ())}
    for refusal in entry.refuse:
        for text in texts:
            if refusal.text and re.search(refusal.text, text.text, re.MULTILINE):
                yield f"{refusal.why} ({text.path})"
        for path in sorted(files):
            if refusal.file and re.fullmatch(refusal.file, path):
                yield f"{refusal.why} ({path})"


def _unmapped(w: Workload, entry: Official, texts: Sequence[TextFile]) -> Iterable[str]:
    folders = [
        *(c.path for c in w.copies),
        *(v.path for v in w.volumes),
        *(d.path for d in (*w.directories, *w.touch)),
        *(s.path for s in w.secrets),
        *(path for path, _ in (*w.log_links, *w.links)),
        *entry.takes,
    ]
    known = [*entry.trees, *entry.has, *entry.leaves]
    for path in (*config.mentioned(texts), *words(w)):
        program = posixpath.basename(path) in entry.programs
        if not _SYSTEM.fullmatch(path) or program:
            continue
        if path.startswith("/etc/") and path in words(w):
            continue
        if any(below(path, folder) or below(folder, path) for folder in folders):
            continue
        if not any(re.fullmatch(rf"(?:{one})(/.*)?", path) for one in entry.trees) and not any(
            re.fullmatch(one, path) for one in known
        ):
            yield path
