"""Plan and templates in, artifacts out.

A template's folder is its scope, its path the destination: ``plan/report.md.j2`` becomes
``report.md``, ``host/change.md.j2`` becomes ``hosts/<slug>/change.md`` for each machine, and
``workload/Dockerfile.j2`` becomes ``workloads/<host>/<workload>/Dockerfile`` for each workload.
Those of ``quadlet/`` and ``ecs/`` are named for the ending of their files, of which there are
several for a machine. A template that gives nothing, or whose target nobody asked for, writes no
file. Templates ask, they never decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import jinja2

from planner.change.names import build_folder, moving
from planner.errors import InputError
from planner.model import Artifact, HostPlan, Output, Owner, Plan, WorkloadPlan
from planner.render import connections, ecs, kubernetes, kubernetes_storage, quadlet, swarm
from planner.render.commands import commands
from planner.render.data import data_plan
from planner.render.fleet import Fleet, Link, fleet
from planner.render.image import recipe
from planner.render.pods import label, pods
from planner.render.quoting import FILTERS, is_variable
from planner.render.sandboxes import sandboxes
from planner.render.services import Service, services
from planner.store import encode
from planner.words import counted

__all__ = ["render"]


def render(plan: Plan, templates: Mapping[str, str]) -> tuple[Artifact, ...]:
    """Return every file of a plan, ``plan.json`` included, sorted by path.

    Raises InputError naming the template if one is broken, which only an edited one can be.
    """
    environment, glance = _environment(templates), fleet(plan)
    made = [Artifact("plan.json", encode(plan).decode())]
    scopes: dict[str, list[tuple[str, dict[str, object]]]] = {}
    for name in sorted(templates):
        scope, _, rest = name.partition("/")
        if (_target(name) or "compose") not in plan.targets:
            continue
        if scope in ("quadlet", "ecs"):
            found = _several(scope, rest.removesuffix(".j2"), plan)
        else:
            if scope not in scopes:
                scopes[scope] = list(_contexts(scope, plan, glance))
            found = [(folder + rest.removesuffix(".j2"), c) for folder, c in scopes[scope]]
        for path, context in found:
            text = _text(environment, name, context)
            if text.strip():
                made.append(Artifact(path, text))
    return tuple(sorted(made, key=lambda a: a.path))


def _target(name: str) -> Output | None:
    """What a template is written for; None: for whoever reads the plan, or for every engine."""
    if name == "host/stack.yaml.j2":
        return "swarm"
    if name.startswith("host/kubernetes/"):
        return "kubernetes"
    return {"quadlet": "quadlet", "ecs": "ecs"}.get(name.partition("/")[0])  # type: ignore[return-value]


def _several(scope: str, ending: str, plan: Plan) -> list[tuple[str, dict[str, object]]]:
    """Path and context of each file of one ending, of all machines."""
    made = []
    for host in plan.hosts:
        files: Sequence[tuple[str, object]] = (
            quadlet.files(host, ending) if scope == "quadlet" else ecs.files(host, ending)
        )
        for name, data in files:
            path = f"hosts/{host.slug}/{scope}/{name}.{ending}"
            made.append((path, {"plan": plan, "host": host, "x": data}))
    return made


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
    environment.filters["counted"] = counted
    environment.filters["label"] = label
    environment.tests["variable"] = is_variable
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
    where = connections.places(plan) if scope == "host" else {}
    for host in plan.hosts if scope in ("host", "workload") else ():
        if scope == "host":
            context = _host(plan, host, links.get(host.name, []))
            yield f"hosts/{host.slug}/", context | _targets(plan, host, where)
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
        "networks": sandboxes(host, made),
        "volumes": sorted(source for source, origin in sources if origin == "external"),
        "shared": sorted(source for source, origin in sources if origin == "managed"),
        "secrets": _secrets(made),
        "downtime": sum(max(s.seconds, 0) for s in host.steps if s.downtime),
        "downtime_known": all(s.seconds >= 0 for s in host.steps if s.downtime),
        "links": links,
        "data": data_plan(host, plan.as_of),
    }


def _secrets(made: Iterable[Service]) -> list[tuple[str, str]]:
    """Name and file of each secret."""
    return sorted({(name, file) for s in made for name, file, _ in s.secrets})


def _targets(plan: Plan, host: HostPlan, where: connections.Places) -> dict[str, object]:
    """What the other targets' files of a machine, and its page about targets, are made of."""
    asked = plan.targets
    sets = kubernetes.sets(plan, host, where) if "kubernetes" in asked else ()
    claims = kubernetes_storage.claims(host) if "kubernetes" in asked else ()
    stack = swarm.stack(host) if "swarm" in asked else ()
    tasks = ecs.tasks(host) if "ecs" in asked else ()
    units = quadlet.units(host) if "quadlet" in asked else quadlet.Units()
    return {
        "namespace": label(host.slug),
        "pods": pods(host),
        "sets": sets,
        "standard": kubernetes.standard(sets),
        "claims": claims,
        "stack": stack,
        "tasks": tasks,
        "units": units,
        "commands": commands(
            host, _secrets(services(host)), sets, claims, bool(stack), units, tasks
        ),
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
