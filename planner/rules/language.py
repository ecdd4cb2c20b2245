"""The language of rules: which filters and tests an expression may use, and what it may not."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, NoReturn

from jinja2 import StrictUndefined, filters, nodes
from jinja2 import tests as jinja_tests
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from planner.images.parameters import unusual
from planner.model import BlockDevice, Data, Module, Process
from planner.rules.scope import Cause, HostView, NotKnownError, WorkloadView

SHOWN = 200
"""Characters of a fact that a message shows."""
MATCHED = 4096
"""Characters of a fact that a pattern sees."""


def clean(value: object) -> str:
    """Give a fact as one line of plain text, without what could steer a terminal."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    text = text[: SHOWN + 1]
    if not text.isprintable():
        text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _matching(value: object, pattern: str) -> bool:
    return re.search(pattern, str(value)[:MATCHED]) is not None


def _holding(value: Collection[object], wanted: object) -> bool:
    """Whether a list has it: ``in`` the other way round, for ``selectattr``."""
    return wanted in value


def _within(value: object, *networks: str) -> bool:
    """Whether an address (a zone or prefix length is ignored) lies in one of the networks."""
    try:
        address = ipaddress.ip_address(re.split("[%/]", str(value))[0].strip("[]"))
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in networks)


def _older(value: object, than: str) -> bool:
    """Whether a dotted version comes before another, number by number; ``5.10-rt`` is 5.10."""
    one, other = (
        tuple(map(int, re.findall("[0-9]+", str(v).split("-")[0]))) for v in (value, than)
    )
    return one < other


def _lines(files: Iterable[Any]) -> list[str]:
    """Lines of configuration files that are no comments, runs of blanks and tabs as one blank."""
    return [
        " ".join(line.split())
        for file in files
        for line in _uncommented(file.text).split("\n")
        if line.strip() and not line.lstrip().startswith(("#", ";", "//"))
    ]


def _uncommented(text: str) -> str:
    """Without the comments of XML; by search, since a pattern is slow on what never ends."""
    head, *rest = text.split("<!--")
    return head + "".join(part.partition("-->")[2] for part in rest)


def _later(day: str, days: int) -> str:
    """The day (``2026-01-31``, a time behind it is ignored) so many days later."""
    return (date.fromisoformat(day[:10]) + timedelta(days)).isoformat()


def _unsure(question: str) -> NoReturn:
    raise NotKnownError(Cause("question", "owner", question))


@cache
def _getter(path: str | int) -> Callable[[Any], Any]:
    """Read an attribute by its dotted path, or an item by its number."""
    if isinstance(path, int):
        return itemgetter(path)
    if path.startswith("_") or "._" in path:
        raise ValueError(f"{path!r} is private")
    first, get = path.partition(".")[0], attrgetter(path)
    if first not in _MAY_LACK:
        return get

    def read(entry: Any) -> Any:
        if isinstance(entry, _LACKING):
            _known(entry, first)
        return get(entry)

    return read


_OF = {Process: "processes", BlockDevice: "block_devices", Module: "modules"}
"""What may lack fields of its own, with the fact that it is of."""
_LACKING = tuple(_OF)
_MAY_LACK = {field for kind in _OF for field in kind.__struct_fields__} - {"pid", "name", "path"}


def _known(entry: Process | BlockDevice | Module, name: Any) -> None:
    if name in entry.untold:
        raise NotKnownError(Cause("fact", _OF[type(entry)], f"{name} was not told of all"))


def _holds(test: str, arguments: tuple[Any, ...]) -> Callable[[Any], bool]:
    if not test:
        return bool
    found: Any = ENVIRONMENT.tests[test]
    return lambda value: bool(found(value, *arguments))


# Jinja's own filters of these names give generators, which are true even when they are empty, and
# look every attribute up through the sandbox, which costs milliseconds on a list of packages.


def _select(values: Iterable[Any], test: str = "", *arguments: Any) -> list[Any]:
    holds = _holds(test, arguments)
    return [value for value in values if holds(value)]


def _reject(values: Iterable[Any], test: str = "", *arguments: Any) -> list[Any]:
    holds = _holds(test, arguments)
    return [value for value in values if not holds(value)]


def _selectattr(values: Iterable[Any], path: Any, test: str = "", *arguments: Any) -> list[Any]:
    get, holds = _getter(path), _holds(test, arguments)
    return [value for value in values if holds(get(value))]


def _rejectattr(values: Iterable[Any], path: Any, test: str = "", *arguments: Any) -> list[Any]:
    get, holds = _getter(path), _holds(test, arguments)
    return [value for value in values if not holds(get(value))]


def _map(values: Iterable[Any], *, attribute: str | int) -> list[Any]:
    return list(map(_getter(attribute), values))


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


_OWN = {
    "later": _later,
    "lines": _lines,
    "map": _map,
    "reject": _reject,
    "rejectattr": _rejectattr,
    "select": _select,
    "selectattr": _selectattr,
    "unique": _unique,
    "unusual": unusual,
}
_FILTERS = (
    "count",
    "filesizeformat",
    "first",
    "int",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "max",
    "min",
    "round",
    "sort",
    "string",
    "sum",
)
_TESTS = (
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "none",
    "true",
    "false",
)
_NEGATIVE_TESTS = {"!=", "<", "<=", "ne", "lt", "le", "none", "false"}
_NEGATIVE_FILTERS = {"reject", "rejectattr", "first", "last", "min", "max", "sum"}
_NEGATIVE_COMPARISONS = {"ne", "notin", "lt", "lteq"}


class _Environment(ImmutableSandboxedEnvironment):
    """What a machine did not tell of an entry has no value, however it is asked for."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """As the sandbox does, which takes ten times as long to find out that data is data."""
        if isinstance(obj, _LACKING):
            _known(obj, attribute)
        if isinstance(obj, _DATA) and not attribute.startswith("_"):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """What filters read attributes with (``sort(attribute='cpu')``)."""
        if isinstance(obj, _LACKING):
            _known(obj, argument)
        return super().getitem(obj, argument)


_DATA = (Data, HostView, WorkloadView)


def _environment() -> ImmutableSandboxedEnvironment:
    made = _Environment(undefined=StrictUndefined, finalize=clean)
    made.filters = {name: filters.FILTERS[name] for name in _FILTERS} | _OWN
    made.tests = {name: jinja_tests.TESTS[name] for name in _TESTS}
    made.tests |= {"matching": _matching, "within": _within, "holding": _holding, "older": _older}
    made.globals = {"unsure": _unsure}
    return made


ENVIRONMENT = _environment()


def parse(text: str) -> nodes.Expr:
    """Return the syntax tree of an expression; raises jinja2's TemplateError, ValueError."""
    if "\\" in text:
        raise ValueError("Jinja eats a backslash: write [.] or [0-9] in a pattern")
    parser = Parser(ENVIRONMENT, text, state="variable")
    tree = parser.parse_expression()
    if not parser.stream.eos:
        parser.fail(f"unexpected {parser.stream.current.value!r}", 1)
    return tree


def positive(tree: nodes.Node) -> bool:
    """Whether knowing more of the facts can only make a true expression stay true."""
    return not any(_negative(node) for node in (tree, *tree.find_all(nodes.Node)))


def _negative(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Not | nodes.CondExpr | nodes.Sub | nodes.Neg):
        return True
    if isinstance(node, nodes.Compare):
        counted = any(isinstance(n, nodes.Filter) for n in (node.expr, *(o.expr for o in node.ops)))
        return any(o.op in _NEGATIVE_COMPARISONS or (o.op == "eq" and counted) for o in node.ops)
    if isinstance(node, nodes.Test):
        return node.name in _NEGATIVE_TESTS
    if isinstance(node, nodes.Filter):
        arguments = {a.value for a in node.args if isinstance(a, nodes.Const)}
        tested = node.name in ("select", "selectattr") and bool(arguments & _NEGATIVE_TESTS)
        return node.name in _NEGATIVE_FILTERS or tested
    return False
