"""Acceptances and forced verdicts, as the overrides that a plan shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import PurePath

from planner.model import Override
from planner.settings.file import Acceptance, Force, SettingsFile
from planner.yamltext import Lines, Path, fail


def overrides(file: str, lines: Lines, found: SettingsFile) -> Iterator[Override]:
    """In the order of the file; InputError for days and names that cannot be."""
    entries: list[tuple[Path, Acceptance | Force]] = [
        *((("accept", i), entry) for i, entry in enumerate(found.accept)),
        *((("force", i), entry) for i, entry in enumerate(found.force)),
    ]
    for at, entry in entries:
        name = f"{at[0]}[{at[1]}]"
        for key in ("when", "until"):
            try:
                date.fromisoformat(getattr(entry, key))
            except ValueError:
                reason = f"{name}.{key}: {getattr(entry, key)!r} is no day: correct it"
                fail(file, lines, (*at, key), reason)
        if entry.until < entry.when:
            when = f"{entry.when}, when it was decided"
            reason = f"{name}.until: {entry.until} is before {when}: correct it"
            fail(file, lines, (*at, "until"), reason)
        host = entry.host if isinstance(entry, Acceptance) else ""
        if bool(host) == bool(entry.workload):
            reason = "name either a workload or a host: write `workload:` or `host:`"
            fail(file, lines, at, f"{name}: {reason}")
        if entry.workload and not all(entry.workload.partition("/")):
            reason = f"{name}.workload: {entry.workload!r} names no machine: write host/name"
            fail(file, lines, (*at, "workload"), reason)
        yield Override(
            where=f"{PurePath(file).name}:{lines[at]}",
            who=entry.who,
            when=entry.when,
            why=entry.why,
            until=entry.until,
            workload=entry.workload,
            host=host,
            finding=entry.finding if isinstance(entry, Acceptance) else "",
            verdict=entry.verdict if isinstance(entry, Force) else None,
        )
