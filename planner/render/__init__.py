"""Plan and templates in, artifacts out.

A template's folder is its scope, its path the destination: ``plan/report.md.j2`` becomes
``report.md``, ``host/change.md.j2`` becomes ``hosts/<slug>/change.md`` for each machine, and
``workload/Dockerfile.j2`` becomes ``workloads/<host>/<workload>/Dockerfile`` for each workload. A
template that gives nothing writes no file. Templates ask, they never decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import jinja2

from planner.change.names import build_folder, moving
from planner.errors import InputError
from planner.model import Artifact, HostPlan, Owner, Plan, WorkloadPlan
from planner.render.data import data_plan
from planner.render.fleet import Fleet, Link, fleet
from planner.render.image import recipe
from planner.render.quoting import FILTERS
from planner.render.services import services
from planner.store import encode

__all__ = ["render"]


def render(plan: Plan, templates: Mapping[str, str]) -> tuple[Artifact, ...]:
    """Return every file of a plan, ``plan.json`` included, sorted by path.

    Raises InputError naming the template if one is broken, which only an edited one can be.
    """
    environment, glance = _environment(templates), fleet(plan)
    made = [Artifact("plan.json", encode(plan).decode())]
    for name in sorted(templates):
        scope, _, rest = name.partition("/")
        for folder, context in _contexts(scope, plan, glance):
            text = _text(environment, name, context)
            if text.strip():
                made.append(Artifact(folder + rest.removesuffix(".j2"), text))
    return tuple(sorted(made, key=lambda a: a.path))


def _environment(templates: Mapping[str, str]) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(dict(templates)),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - no HTML; every language has its own filter
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= FILTERS
    environment.filters["dirname"] = lambda path: path.rpartition("/")[0] or "/"
    environment.filters["looks"] = _looks
    environment.filters["few"] = _few
    environment.filters["json"] = lambda value: encode(value).decode()
    environment.globals["own"] = _own
    return environment


def _few(items: Iterable[object], attribute: str, most: int = 12) -> str:
    """The first names and how many more there are: ``a, b and 30 more``."""
    names = [str(getattr(item, attribute)) for item in items]
    if len(names) <= most + 1:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def _looks(host: HostPlan) -> str:
    """How many looks the plan has of a machine: ``3 looks since 2026-01-31``."""
    useful = [look.taken_at for look in host.looks if look.status == "seen" and not look.lacks]
    if len(useful) < 2:
        return "one look" if useful else "no look"
    return f"{len(useful)} looks since {useful[0][:10]}"


def _text(environment: jinja2.Environment, name: str, context: Mapping[str, object]) -> str:
    try:
        return environment.get_template(name).render(context)
    except jinja2.TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f"templates/{name}" + (f" line {line}" if line else "")
        raise InputError(f"{where}: {error}: correct the template") from None


def _contexts(scope: str, plan: Plan, glance: Fleet) -> Iterable[tuple[str, dict[str, object]]]:
    links: dict[str, list[Link]] = {}
    for link in glance.links:
        for name in link.hosts:
            links.setdefault(name, []).append(link)
    if scope == "plan":
        yield "", {"plan": plan, "fleet": glance}
    for host in plan.hosts if scope in ("host", "workload") else ():
        if scope == "host":
            yield f"hosts/{host.slug}/", _host(plan, host, links.get(host.name, []))
        for item in host.workloads if scope == "workload" else ():
            yield f"{build_folder(host, item)}/", _workload(plan, host, item)


def _host(plan: Plan, host: HostPlan, links: Sequence[Link]) -> dict[str, object]:
    items, made = moving(host), services(host)
    sources = {(m.source, m.origin) for s in made for m in s.mounts}
    return {
        "plan": plan,
        "host": host,
        "moving": items,
        "staying": [i for i in host.workloads if i.image is None],
        "unbuildable": [i for i in host.workloads if i.image and i.image.problems],
        "services": made,
        "volumes": sorted(source for source, origin in sources if origin == "external"),
        "shared": sorted(source for source, origin in sources if origin == "managed"),
        "secrets": sorted({(name, file) for s in made for name, file, _ in s.secrets}),
        "downtime": sum(max(s.seconds, 0) for s in host.steps if s.downtime),
        "downtime_known": all(s.seconds >= 0 for s in host.steps if s.downtime),
        "links": links,
        "data": data_plan(host),
    }


def _workload(plan: Plan, host: HostPlan, item: WorkloadPlan) -> dict[str, object]:
    return {
        "plan": plan,
        "host": host,
        "w": item.workload,
        "verdict": item.verdict,
        "image": item.image,
        "recipe": recipe(host, item, plan.planner),
    }


def _own(owner: Owner, mode: str) -> str:
    """Options of ``install`` for an owner; *mode* where the machine's is not known."""
    known = owner.mode if owner.mode and set(owner.mode) <= set("01234567") else mode
    return f" -o {owner.uid} -g {owner.gid} -m {known}"
