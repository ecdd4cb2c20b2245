"""The network that the containers stand on, and the proof that nothing leads out of it."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable

from planner.errors import RunError
from planner.model import Plan
from planner.verify import far
from planner.verify.engine import Engine, must, run
from planner.verify.routes import TABLE, leads_nowhere, leads_out, routes, subnets
from planner.verify.shell import complaint

_TABLES = "cat /proc/net/route; echo; echo =; cat /proc/net/ipv6_route 2>/dev/null || true"
_MACHINE = "cat /proc/net/route; echo; echo =; cat /proc/sys/net/ipv4/conf/*/proxy_arp"


def network(engine: Engine, plan: Plan, name: str) -> ipaddress.IPv4Network:
    """Make a network without a way out; RunError if the engine refuses."""
    known = routes(TABLE.read_text()) if TABLE.exists() else []
    known += routes(far.table(engine)) if engine.far else []
    problem = ""
    for _, subnet in zip(range(4), subnets(plan, known, name), strict=False):
        done = run(engine, *_create(name, str(subnet)))
        if done.returncode == 0:
            return subnet
        problem = complaint(done)
    raise RunError(f"{engine.name} network create: {problem}")


def _create(name: str, subnet: str, *more: str) -> tuple[str, ...]:
    return ("network", "create", "--internal", *more, "--subnet", subnet, name)


def prove(engine: Engine, name: str, subnet: str, images: Iterable[str]) -> None:
    """RunError unless a container on the network sees no way out of it.

    Where it sees one and the engine can hide its machine from the network, the network is made
    anew so: then its route has to lead to an address that nobody has.
    """
    images = tuple(images)
    _internal(engine, name)
    if not images:
        return
    tables = _look(engine, name, images, _TABLES)
    out = leads_out(*tables) if tables else bool(engine.kind.hidden)
    if not out:
        return
    if not engine.kind.hidden:
        raise RunError(f"a container on network {name} has a default route: nothing was started")
    must(engine, "network", "rm", name)
    must(engine, *_create(name, subnet, *engine.kind.hidden))
    _internal(engine, name)
    tables = _look(engine, name, images, _TABLES)
    machine = _look(engine, "host", images, _MACHINE)
    if not tables or not machine:
        raise RunError(
            f"this {engine.name} gives containers of network {name} a default route, and no image "
            "has a shell to see where it leads: nothing was started"
        )
    if leads_out(*tables) and not leads_nowhere(*tables, *machine, subnet):
        raise RunError(
            f"a container on network {name} has a default route to somebody: nothing was started"
        )


def _internal(engine: Engine, name: str) -> None:
    made = json.loads(must(engine, "network", "inspect", name))[0]
    if not (made.get("internal") or made.get("Internal")):
        raise RunError(f"{engine.name} made network {name} with a way out: nothing was started")


def _look(engine: Engine, name: str, images: Iterable[str], what: str) -> tuple[str, str] | None:
    """Two tables, as the first image that can tells them; None: none can."""
    for image in images:
        words = ("run", "--rm", "--network", name, "--entrypoint", "sh", image, "-c", what)
        done = run(engine, *words)
        if done.returncode == 0:
            first, _, second = done.stdout.decode("utf-8", "replace").partition("\n=\n")
            return first, second
    return None
