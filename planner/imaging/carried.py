"""What a container of the application's own image takes from the machine."""

from __future__ import annotations

import posixpath
import re

from msgspec.structs import replace

from planner.imaging.fit import Fit
from planner.imaging.fitting import elsewhere, hidden, trees, words
from planner.model import Account, Copy, Directory, EnvVar, Health, Owner
from planner.service.places import below


def copies(fit: Fit) -> tuple[Copy, ...]:
    """Folders of configuration whole, since the image's own files are others than the package's."""
    host, w, entry = fit.host, fit.workload, fit.entry
    folders = trees(host, w, entry)
    kept = [
        replace(c, owner=fit.owner(c.owner))
        for c in w.copies
        if not any(below(c.path, folder) for folder in folders)
        and not (folders and elsewhere(c.path, entry))
    ]
    stays = [s.path for s in w.secrets] + [v.path for v in w.volumes]
    files = [*(host.files.value or {}), *(f.path for f in host.config_files.value or ())]
    stays += [p for p in files if any(re.fullmatch(one, p) for one in entry.leaves)]
    stays += [p for p in files if hidden(host, p)]
    why = "the image's own configuration is another than the package's: all of it as here"
    for folder in folders:
        inside = tuple(sorted({p for p in stays if below(p, folder) and p != folder}))
        kept.append(Copy(folder, "config", why, _owned(fit, folder), inside))
    why = "its configuration takes it for granted, and the image has none"
    kept += [Copy(path, "config", why) for path in entry.takes]
    covered = (*(c.path for c in kept), *stays)
    why = "its command names it, and the image has none"
    kept += [
        Copy(path, "config", why, _owned(fit, path))
        for path in words(w)
        if path.startswith("/etc/") and not any(below(path, c) for c in covered)
    ]
    return tuple(sorted(kept, key=lambda c: c.path))


def _owned(fit: Fit, path: str) -> Owner:
    """Owner of configuration in the image: its user's where one file of it is, else root's, and
    of its group, so that it can read what others may not."""
    user, host = fit.workload.run_as, fit.host
    if user is None:
        return Owner()
    owners = {f.uid for f in host.config_files.value or () if below(f.path, path)}
    owners |= {t.uid for p, t in (host.files.value or {}).items() if below(p, path)}
    return fit.owner(Owner(user.uid if user.uid in owners else 0, user.gid))


def directories(fit: Fit, run_as: Account | None) -> tuple[Directory, ...]:
    """Those of the machine that the image uses, too, and what its program writes."""
    data, entry = fit.data, fit.entry
    kept = [
        replace(d, owner=fit.owner(d.owner))
        for d in fit.workload.directories
        if not any(re.fullmatch(one, d.path) for one in entry.drops)
        and not (data and below(d.path, data.path))
    ]
    if run_as:
        own = Owner(run_as.uid, run_as.gid, "0700")
        kept += [Directory(path, own, "where the image's program writes") for path in entry.makes]
    return tuple(kept)


def environment(fit: Fit) -> tuple[EnvVar, ...]:
    """The machine's, and what takes back a variable of the image."""
    w = fit.workload
    home = next((v.value for v in w.environment if v.name == "HOME"), "")
    home = home or (w.run_as.home if w.run_as else "/root")
    told = {v.name for v in w.environment}
    return (
        *(v if v.secret else replace(v, value=fit.text(v.value)) for v in w.environment),
        *(
            EnvVar(name, value.replace("{home}", home), source="the image says otherwise")
            for name, value in sorted(fit.entry.environment.items())
            if name not in told
        ),
    )


def health(fit: Fit) -> Health | None:
    """The same check where the image has what it takes; else whether it accepts a connection."""
    w, entry = fit.workload, fit.entry
    if w.health is None:
        return None
    program, *rest = w.health.command
    name = posixpath.basename(program)
    if entry.family == "debian" or name == "test":
        path = entry.programs.get(name, program).replace("{series}", fit.tag.series)
        return replace(w.health, command=(path, *map(fit.text, rest)))
    ports = sorted(x.port for x in w.listeners if x.protocol == "tcp")
    if not ports:
        return None
    what = f"accepts connections on port {ports[0]}"
    return replace(w.health, command=("nc", "-z", "127.0.0.1", str(ports[0])), what=what)
