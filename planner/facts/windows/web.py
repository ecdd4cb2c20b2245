"""IIS, from applicationHost.config, appcmd and the web.config of each application."""

from __future__ import annotations

from planner.facts.text import Parsed
from planner.facts.windows.record import Record, records
from planner.model import Iis, Pool, Site, WebApplication

_KINDS = ("pool", "site", "directory", "defaults")


def parse(text: str) -> Parsed[Iis]:
    """Sites and pools by name, applications by site and path. No text: no IIS."""
    found = records(text, _known)
    default = next((r.one("Pool") for r in found.value if r.one("Kind") == "defaults"), "")
    by_path: dict[tuple[str, str], list[Record]] = {}
    for told in found.value:
        if told.one("Kind") == "directory":
            by_path.setdefault((told.one("Site"), told.one("Application")), []).append(told)
    return Parsed(
        Iis(
            sites=tuple(
                sorted(
                    (_site(r) for r in found.value if r.one("Kind") == "site"),
                    key=lambda one: one.name,
                )
            ),
            applications=tuple(_application(by_path[key], default) for key in sorted(by_path)),
            pools=tuple(
                sorted(
                    (_pool(r) for r in found.value if r.one("Kind") == "pool"),
                    key=lambda one: one.name,
                )
            ),
        ),
        found.partial,
    )


def _known(told: Record) -> Record:
    if told.one("Kind") not in _KINDS:
        raise ValueError(told.one("Kind"))
    return told


def _site(told: Record) -> Site:
    bindings = [one.partition(" ") for one in told.get("Binding", ())]
    return Site(told.one("Name"), told.one("State"), tuple((p, info) for p, _, info in bindings))


def _pool(told: Record) -> Pool:
    return Pool(
        told.one("Name"),
        told.one("State"),
        told.one("Runtime"),
        told.one("Identity"),
        told.one("User"),
    )


def _application(folders: list[Record], default: str) -> WebApplication:
    root = next((one for one in folders if one.one("Path") == "/"), folders[0])
    return WebApplication(
        site=root.one("Site"),
        path=root.one("Application"),
        pool=root.one("Pool") or default,
        directory=root.one("PhysicalPath") if root.one("Path") == "/" else "",
        framework=root.one("TargetFramework"),
        runs=root.one("AspNetCore"),
        connections=root.get("ConnectionName", ()),
        folders=tuple(
            (one.one("Path"), one.one("PhysicalPath")) for one in folders if one.one("Path") != "/"
        ),
        note=root.one("Note"),
    )
