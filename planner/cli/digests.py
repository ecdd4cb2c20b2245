"""``planner digests``: which digests the base images of a plan have in their registries now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def digests(
    plan: Annotated[Path, typer.Argument(help="Folder of the plan.")] = Path("plan"),
    output: Annotated[
        Path, typer.Option("-o", "--output", help="File to write; `--digests` of `planner plan`.")
    ] = Path("digests.yml"),
) -> None:
    """Ask the registries for the digest of every base image, to pin them by.

    It replaces the file as a whole, so that a second run brings every pin up to date.
    """
    from msgspec.structs import replace

    from planner import store
    from planner.errors import InputError
    from planner.images import references
    from planner.registry import digests as ask

    made = store.read_plan(plan / "plan.json")
    bases = {i.image.base for h in made.hosts for i in h.workloads if i.image and i.image.base}
    found = [r for name in sorted(bases) if (r := references.parse(name))]
    if not found:
        raise InputError(f"{store.printable(plan)}: no workload of this plan has a base image")
    answers = ask([replace(r, digest="") for r in found])
    lines = [f'"{name}": "{digest}"\n' for name, digest in sorted(answers.items())]
    head = "# Digests of base images, as their registries had them: planner plan --digests FILE\n"
    store.write_file(output, (head + "".join(lines)).encode())
    for name, digest in sorted(answers.items()):
        typer.echo(f"{name} {digest}")
