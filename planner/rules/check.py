"""Typos in expressions, found when a rule is loaded: names of facts against the model."""

from __future__ import annotations

import typing
from collections.abc import Collection, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any

import msgspec
from jinja2 import nodes

from planner.images import Base, Lifecycle
from planner.images.userspace import UserSpace
from planner.model import Fact, Host, Workload
from planner.rules.context import SIGNALS, Target
from planner.rules.language import ENVIRONMENT
from planner.rules.scope import DEPENDS, DERIVED
from planner.service import told

NAMES: dict[str, Any] = {
    "host": Host,
    "workload": Workload,
    "w": Workload,
    "lifecycle": Lifecycle,
    "runtime": Lifecycle,
    "userspace": UserSpace,
    "base": Base,
    "as_of": str,
    "unsure": Any,
    "signals": Any,
    "limit": Any,
    "target": Target,
    "staying": tuple[str, ...],
    "undecided": tuple[str, ...],
    "others": tuple[int, ...],
}
_SAME = {"list", "reject", "rejectattr", "select", "selectattr", "sort", "unique"}
_ONE = {"first", "last", "min", "max"}


def check(tree: nodes.Node, limits: Collection[str], signals: Collection[str] = SIGNALS) -> None:
    """Raise ValueError, with what is meant by whom, for a name that the model does not have, a
    limit that the rule does not give, and a signal that nobody gives.
    """
    _type(tree)
    for name, known in (("limit", limits), ("signals", signals)):
        asked = {
            n.attr
            for n in (tree, *tree.find_all(nodes.Getattr))
            if isinstance(n, nodes.Getattr)
            and isinstance(n.node, nodes.Name)
            and n.node.name == name
        }
        if strangers := sorted(asked - set(known)):
            there = ", ".join(sorted(known)) or "none"
            raise ValueError(f"{name} has no {strangers[0]!r}; there are {there}")


def needs(tree: nodes.Node) -> tuple[str, ...]:
    """Facts that the expression asks for: ``host.pci``, ``workload.listeners``,
    ``signals.isolation``; sorted. A field of a workload brings the machine's facts that it was
    made from.
    """
    found = set()
    for node in (tree, *tree.find_all(nodes.Getattr)):
        if not isinstance(node, nodes.Getattr) or not isinstance(node.node, nodes.Name):
            continue
        if node.node.name in ("host", "signals", "target"):
            found.add(f"{node.node.name}.{node.attr}")
            made = told.HOST.get(node.attr) if node.node.name == "host" else None
            found.update(f"host.{source}" for source in (made.needs if made else ()))
        elif node.node.name in ("w", "workload"):
            found.add(f"workload.{node.attr}")
            found.update(f"host.{source}" for source in DEPENDS.get(node.attr, ()))
    named = {n.name for n in (tree, *tree.find_all(nodes.Name)) if isinstance(n, nodes.Name)}
    found.update({"host.os"} if named & {"lifecycle", "base", "userspace"} else ())
    found.update({"host.packages"} if "userspace" in named else ())
    found.update({"workload.kind", "workload.version"} if "runtime" in named else ())
    return tuple(sorted(found))


def _type(node: nodes.Node) -> Any:
    """Type of what the node comes to, Any where it is not followed; checks all below it."""
    if isinstance(node, nodes.Name):
        if node.name not in NAMES:
            raise ValueError(f"no name {node.name!r}; there are {', '.join(sorted(NAMES))}")
        return NAMES[node.name]
    if isinstance(node, nodes.Getattr):
        return _field(_type(node.node), node.attr)
    if isinstance(node, nodes.Filter):
        _registered("filter", node.name, ENVIRONMENT.filters)
        return _filtered(node)
    if isinstance(node, nodes.Test):
        _registered("test", node.name, ENVIRONMENT.tests)
    for child in node.iter_child_nodes():
        _type(child)
    return Any


def _filtered(node: nodes.Filter) -> Any:
    given = _type(node.node) if node.node is not None else Any
    for child in (*node.args, *node.kwargs):
        _type(child)
    _tested(node)
    element = _element(given)
    if node.name in ("selectattr", "rejectattr") and node.args:
        _path(element, node.args[0])
    attribute = next((k.value for k in node.kwargs if k.key == "attribute"), None)
    if attribute is not None:
        element = _path(element, attribute)
    if node.name == "map":
        return tuple[element, ...] if attribute is not None else Any  # type: ignore[valid-type]
    if node.name in _SAME:
        return given
    return element if node.name in _ONE else Any


def _tested(node: nodes.Filter) -> None:
    place = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}.get(node.name)
    if place is not None and len(node.args) > place:
        test = node.args[place]
        if not isinstance(test, nodes.Const):
            raise ValueError(f"{node.name}: name its test as text")
        _registered("test", str(test.value), ENVIRONMENT.tests)


def _registered(kind: str, name: str, known: Mapping[str, Any]) -> None:
    if name not in known:
        raise ValueError(f"no {kind} {name!r}; there are {', '.join(sorted(known))}")


def _path(given: Any, node: nodes.Node) -> Any:
    if not isinstance(node, nodes.Const):
        return Any
    for part in str(node.value).split("."):
        given = _field(given, part)
    return given


def _element(given: Any) -> Any:
    arguments = typing.get_args(given)
    if typing.get_origin(given) is tuple and arguments[-1] is not Ellipsis:
        return Any
    return arguments[0] if arguments else Any


def _field(given: Any, name: str) -> Any:
    if not (isinstance(given, type) and issubclass(given, msgspec.Struct)):
        return Any
    fields = _fields(given)
    if name not in fields:
        raise ValueError(f"{given.__name__} has no {name!r}; it has {', '.join(sorted(fields))}")
    return _plain(fields[name])


@cache
def _fields(given: type) -> dict[str, Any]:
    of_host = {name: made.type for name, made in told.HOST.items()}
    own = DERIVED if given is Workload else of_host if given is Host else {}
    return typing.get_type_hints(given) | own


def _plain(given: Any) -> Any:
    """``Fact[X]`` as X, ``X | None`` as X."""
    if typing.get_origin(given) is Fact:
        return _plain(typing.get_args(given)[0])
    if isinstance(given, UnionType):
        known = [t for t in typing.get_args(given) if t is not NoneType]
        return known[0] if len(known) == 1 else Any
    return given
