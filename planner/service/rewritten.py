"""What a workload writes into its own code and configuration, which an image would hold."""

from __future__ import annotations

from planner.facts.text import joined
from planner.model import Fact, Host, Workload
from planner.service.places import below

_OF_AN_IMAGE = ("/etc", "/usr", "/opt", "/bin", "/sbin", "/lib", "/lib64", "/boot")
"""Folders that come with a distribution or a program, and not with what it does."""


def rewritten(host: Host, workload: Workload) -> Fact[tuple[str, ...]]:
    """Files that its processes hold open for writing, or write to through memory, below what its
    image takes from the machine or in folders of programs, and in no volume; sorted.
    """
    files, maps, pids = host.open_files, host.mapped, set(workload.pids)
    if files.value is None:
        return Fact(files.section, unknown=files.unknown)
    written = {file.path for file in files.value if file.pid in pids}
    written |= {m.path for m in maps.value or () if m.written and pids & set(m.pids)}
    volumes = [v.path for v in workload.volumes if not v.read_only]
    image = (*_OF_AN_IMAGE, *(copy.path for copy in workload.copies))
    found = (
        path
        for path in written
        if any(below(path, one) for one in image) and not any(below(path, v) for v in volumes)
    )
    lack = joined(files.partial, maps.unknown, maps.partial)
    return Fact(files.section, tuple(sorted(found)), partial=lack)
