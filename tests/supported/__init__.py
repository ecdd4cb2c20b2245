"""Which kinds of workload the planner knows, and where each is proven.

A kind is supported where a case in ``tests/kinds`` has it, with data of its own and settings that
are not the default. What runs in the laboratory is told by the definitions of its machines, which a
run of the laboratory holds against the plan.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from planner import facts, store, workloads
from planner.model import Snapshot, Workload
from planner.workloads import job, kernel, service
from tests.judgement import kit
from tests.lab.definition import Machine, load_all

TESTS = Path(__file__).parents[1]
MOVES = ("container", "container-with-changes")
KEEPS_NOTHING = {
    "exporter": "it asks others and keeps nothing",
    "haproxy": "it hands on and keeps nothing",
    "pgbouncer": "it hands on and keeps nothing",
}
"""Kinds that have no data of their own, whatever their case."""


@dataclass
class Kind:
    """A kind, and everything that has it."""

    name: str
    detector: str
    known: str
    """How it is known, in the words of its detector."""
    lab: list[tuple[Machine, str]] = field(default_factory=list)
    """Machines of the laboratory, each with the verdict that is expected."""
    cases: list[tuple[str, Workload]] = field(default_factory=list)
    hosts: list[tuple[str, str, Workload]] = field(default_factory=list)
    """Name, origin, workload."""

    @property
    def runs(self) -> list[Machine]:
        """Machines of the laboratory on which it moves, so that its container has to answer."""
        return [machine for machine, verdict in self.lab if verdict in MOVES]

    @property
    def lacks(self) -> str:
        """Why it does not count as supported; empty: it does."""
        found = [w for _, w in self.cases]
        if not found:
            return "no case of its own"
        if self.name not in KEEPS_NOTHING and not any(w.volumes for w in found):
            return "no case with data of its own"
        if not any(map(_set, found)):
            return "no case with settings that are not the default"
        return ""


def _set(w: Workload) -> bool:
    """Whether something is not as its package brings it: a file, a variable, the program, or where
    its command puts the data."""
    placed = any(v.path in word for v in w.volumes for word in w.command)
    return bool(w.copies or w.secrets or w.environment or not w.packages or placed)


def kinds(detectors: Iterable[Callable[..., object]] = workloads.DETECTORS) -> list[Kind]:
    """Every kind of which a container can come, by name."""
    cases = {p.stem: kit.load(p).snapshot for p in sorted((TESTS / "kinds").glob("*.yaml"))}
    hosts = {
        p.parent.name: store.read_snapshots([p])[0]
        for p in sorted((TESTS / "hosts").glob("*/snapshot.json"))
    }
    by_case, by_host = _found(cases), _found(hosts)
    every = {*by_case, *by_host}
    found = []
    for module, detect in _modules(detectors):
        for name in named(module, every):
            kind = Kind(name, module.__name__.rpartition(".")[2], phrase(detect))
            kind.cases += by_case.get(name, ())
            kind.hosts += [(h, hosts[h].origin, w) for h, w in by_host.get(name, ())]
            kind.lab += _in_lab(name)
            found.append(kind)
    return sorted(found, key=lambda kind: kind.name)


def _modules(
    detectors: Iterable[Callable[..., object]],
) -> Iterator[tuple[ModuleType, Callable[..., object]]]:
    for detect in (*detectors, job.detect, service.detect):
        module = sys.modules[detect.__module__]
        if module is not kernel:
            yield module, detect


def _in_lab(name: str) -> list[tuple[Machine, str]]:
    found = []
    for machine in load_all():
        verdicts = [dict(machine.expect)[w] for w, kind in machine.kinds if kind == name]
        if verdicts:
            found.append((machine, next((v for v in verdicts if v in MOVES), verdicts[0])))
    return found


def _found(snapshots: Mapping[str, Snapshot]) -> dict[str, list[tuple[str, Workload]]]:
    """What is found on machines without Windows, by kind."""
    found = defaultdict(list)
    for name, snapshot in snapshots.items():
        host = facts.read(snapshot)
        for w in workloads.detect(host).workloads if host.windows is None else ():
            found[w.kind].append((name, w))
    return found


def named(module: ModuleType, seen: Iterable[str] = ()) -> tuple[str, ...]:
    """The kinds that a detector's source gives; ``seen``: kinds that are known to come up.

    A kind stands as a text, or comes from a table of the module that has every kind as a key.
    """
    found: list[str] = []
    for path in _sources(module):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in (
                "Kind",
                "Known",
            ):
                continue
            texts = [c.value for c in ast.walk(node.args[0]) if isinstance(c, ast.Constant)]
            found += [t for t in texts if isinstance(t, str)] or _keys(module, set(seen))
    return tuple(dict.fromkeys(found))


def _sources(module: ModuleType) -> list[Path]:
    path = Path(str(module.__file__))
    return sorted(path.parent.glob("*.py")) if path.name == "__init__.py" else [path]


def _keys(module: ModuleType, seen: set[str]) -> list[str]:
    tables = (v for v in vars(module).values() if isinstance(v, dict) and seen & set(v))
    return list(next(tables, ()))


def phrase(detect: Callable[..., object]) -> str:
    """``Nginx by its program; any other: None.`` -> ``Nginx by its program``."""
    text = " ".join((detect.__doc__ or "").split()).replace("``", "`")
    return re.split(r";|: (?:any other|else|None)|, any other|\.(?: |$)", text)[0].strip()
