"""``docs/kinds.md``: the kinds of workload, those that run in the laboratory apart from others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from planner.images import official
from planner.service import catalogue
from planner.workloads import kernel, windows
from tests.lab.chosen import WHOLE
from tests.lab.definition import load_all
from tests.supported import KEEPS_NOTHING, Kind


def page(found: Sequence[Kind]) -> str:
    """``docs/kinds.md``."""
    good = [kind for kind in found if not kind.lacks]
    lines = [
        "<!-- Generated from tests/kinds, tests/lab/machines and the detectors by"
        " `pytest tests/test_supported.py --accept`. -->",
        "# Kinds of workload",
        "",
        "A kind counts as supported where a case in `tests/kinds` has it, with data of its own and "
        "settings that are not the default. In the laboratory it runs on a real machine "
        "(`tests/lab/machines`), and its container has to answer as the machine does and to hold "
        "the same data; *not whole yet*: no full run has proven all of that machine so far. A "
        "described machine is constructed (`tests/kinds`, `tests/hosts`), a captured look is one "
        "at a real machine (`tests/hosts`): of both the plan is checked, and nothing runs. What no "
        "detector knows is a `service`, by its unit, its package and its open files.",
        "",
        "How data moves, as the cases have it: *stop*, it is stopped and its files are copied; "
        "*base-backup*, the application makes a copy while it runs; *live*, copied while it runs, "
        "with a final pass; *none*, made again. A census counts what the data holds, on the "
        "machine and in the container; *some*: not in every case. An own image is one of the "
        "application itself, which the policy `official` takes.",
        "",
        "## In the laboratory",
        "",
        *_rows([kind for kind in good if kind.runs], lab=True),
        "## Described machines only",
        "",
        *_rows([kind for kind in good if not kind.runs], lab=False),
    ]
    if bad := [kind for kind in found if kind.lacks]:
        lines += ["## Not supported yet", ""]
        lines += [f"- `{k.name}` ({k.known}): not supported yet: {k.lacks}." for k in bad]
        lines += [""]
    lines += ["## No image of their own", ""]
    lines += ["Why the policy `official` has none; of other kinds none is known.", ""]
    lines += [f"- `{kind}`: {why}" for kind, why in sorted(official.table().without.items())]
    return "\n".join([*lines, "", *_named()]).rstrip() + "\n"


def _rows(found: Sequence[Kind], *, lab: bool) -> list[str]:
    where = ["laboratory"] if lab else []
    head = ["kind", "known by", "own image", "data moves", "health check", "census", *where,
            "described machines", "captured looks"]  # fmt: skip
    rows = []
    for kind in found:
        described = [name for name, _ in kind.cases]
        described += [name for name, origin, _ in kind.hosts if origin != "captured"]
        captured = [name for name, origin, _ in kind.hosts if origin == "captured"]
        runs = ", ".join(
            f"{m.name} ({m.suite}{'' if m.name in WHOLE else ', not whole yet'})" for m in kind.runs
        )
        rows.append(
            [
                f"`{kind.name}`",
                kind.known,
                _image(kind.name),
                _moves(kind),
                _some([w.health is not None for _, w in kind.cases]),
                _some([bool(w.census) for _, w in kind.cases]),
                *([runs] if lab else []),
                ", ".join(dict.fromkeys(described)),
                ", ".join(dict.fromkeys(captured)),
            ]
        )
    every = [head, ["---"] * len(head), *rows]
    return [*(f"| {' | '.join(row)} |" for row in every), ""]


def _image(kind: str) -> str:
    names = {e.image.rpartition("/")[2] for e in official.table().images if e.kind == kind}
    return ", ".join(sorted(names)) or "no"


def _moves(kind: Kind) -> str:
    ways = defaultdict(set)
    for w in (w for _, w in kind.cases):
        for volume in w.volumes:
            ways[volume.kind].add(volume.consistency)
    told = "; ".join(f"{of}: {', '.join(sorted(how))}" for of, how in sorted(ways.items()))
    return told or KEEPS_NOTHING.get(kind.name, "no data seen")


def _some(answers: Sequence[bool]) -> str:
    return "yes" if all(answers) else "some" if any(answers) else "no"


def _named() -> Iterator[str]:
    """What is told by its name, so that the verdict has its reason: no container comes of it."""
    shared = kernel._SHARED
    keys = [entry.key for entry in catalogue.workloads() if entry.kernel]
    kernels = sorted({"firewall", *(shared.get(key, key) for key in keys)})
    here = {kind: m.name for m in load_all() for _, kind in m.kinds if kind in kernels}
    yield from ("## Named, and no container comes of them", "")
    yield (
        "What works on the machine's kernel, by its unit or program in "
        "`planner/service/catalogue/workloads.yaml`; the machine stays virtual: "
        + ", ".join(f"`{k}`" + (f" (laboratory: {here[k]})" if k in here else "") for k in kernels)
        + "."
    )
    yield ""
    told = {kind for kind, _, _ in windows.names.ROLES.values()}
    yield (
        "What runs on Windows, on described machines only: `iis`, `mssql`, `mssql-olap`, "
        "`mssql-reports`, `file-server`, `task`, `service`, "
        + ", ".join(f"`{kind}`" for kind in sorted(told - {"file-server"}))
        + "."
    )
