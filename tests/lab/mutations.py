"""A comparison that cannot fail proves nothing: break a container, and see it fail."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from planner.change.names import container_name
from planner.model import Plan

from . import compared
from .change import base_environment
from .errors import LabError
from .state import State

_SOURCE = 'podman inspect -f "{{range .Mounts}}{{.Source}}{{println}}{{end}}" "$NAME"'


@dataclass(frozen=True)
class Mutation:
    """``command`` breaks the running container ``$NAME`` of a workload, ``undo`` mends it."""

    name: str
    workload: str
    command: str
    undo: str = ""


MUTATIONS = (
    Mutation(
        "a wrong page",
        "web/nginx",
        # Volumes of content are read-only inside, so the page is changed where the engine keeps it.
        f"page=$({_SOURCE} | grep /volumes/ | xargs -I@ find @ -name about.html | head -n 1);"
        ' test -n "$page" && sed -i "s/1987/1988/" "$page"',
    ),
    Mutation(
        "a missing row",
        "db/postgresql@15-main",
        'podman exec --user postgres "$NAME" psql -q stats -c'
        ' "delete from visits where ctid = (select ctid from visits limit 1)"',
    ),
    Mutation(
        "a missing variable",
        "app/shop",
        # One that the shop only needs now and then, so that no page of it tells.
        f'file=$({_SOURCE} | grep "shop.env$"); cp -p "$file" "$file.was" &&'
        ' sed /^SESSION_KEY=/d "$file.was" >"$file" && podman restart -t 20 "$NAME"',
        f'file=$({_SOURCE} | grep "shop.env$"); cat "$file.was" >"$file" && rm "$file.was" &&'
        ' podman restart -t 20 "$NAME"',
    ),
    Mutation(
        "a wrong owner",
        "app/shop",
        f"receipt=$({_SOURCE} | grep /volumes/ | xargs -I@ find @ -name 1002.txt | head -n 1);"
        ' test -n "$receipt" && chown 0:0 "$receipt"',
        f"receipt=$({_SOURCE} | grep /volumes/ | xargs -I@ find @ -name 1002.txt | head -n 1);"
        ' chown --reference "$(dirname "$receipt")" "$receipt"',
    ),
    Mutation(
        "a service that dies at start",
        "app/shop",
        'podman exec --user 0:0 "$NAME" mv /opt/shop/venv/bin/gunicorn /opt/shop/venv/bin/gone &&'
        ' { podman restart -t 20 "$NAME" || true; }',
    ),
)


def survivors(state: State, plan: Plan, folder: Path) -> Iterator[str]:
    """Break the containers that a comparison kept, and yield each break that was not noticed."""
    names = {
        item.workload.id: compared.container(container_name(host, item.workload))
        for host in plan.hosts
        for item in host.workloads
    }
    for mutation in (m for m in MUTATIONS if m.workload in names):
        env = {**base_environment(state), "NAME": names[mutation.workload]}
        _do(mutation.name, mutation.command, env)
        code, found = compared.verify(state, folder, mutation.workload, "--again", "--keep")
        told = list(compared.unequal(code, found))
        print(f"mutation {mutation.name!r}: {told[0] if told else 'NOT NOTICED'}", flush=True)
        if not told or code == 0:
            yield f"mutation {mutation.name!r} on {mutation.workload} was not noticed"
        if mutation.undo:
            _do(mutation.name, mutation.undo, env)
            code, found = compared.verify(state, folder, mutation.workload, "--again", "--keep")
            for difference in compared.unequal(code, found):
                yield f"mutation {mutation.name!r} was undone, but {difference}"


def _do(name: str, command: str, env: Mapping[str, str]) -> None:
    done = subprocess.run(
        ["sh", "-ec", command], env={**os.environ, **env}, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise LabError(f"mutation {name!r} could not be made or undone: {done.stderr[-500:]}")
