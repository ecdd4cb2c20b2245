"""A comparison that cannot fail proves nothing: break a container, and see it fail."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from planner.change.names import container_name
from planner.model import HostPlan

from . import answers, change
from .definition import Machine
from .errors import LabError
from .state import State


@dataclass(frozen=True)
class Mutation:
    """``command`` breaks the running container ``$NAME`` of a workload."""

    name: str
    machine: str
    workload: str
    command: str


MUTATIONS = (
    Mutation(
        "a wrong page",
        "web",
        "nginx",
        # Volumes of content are read-only inside, so the page is changed where the engine keeps it.
        'page=$(podman inspect -f "{{range .Mounts}}{{.Source}}{{println}}{{end}}" "$NAME"'
        ' | grep /volumes/ | xargs -I@ find @ -name about.html | head -n 1); test -n "$page" &&'
        ' sed -i "s/1987/1988/" "$page"',
    ),
    Mutation(
        "a missing row",
        "db",
        "postgresql@15-main",
        'podman exec --user postgres "$NAME" psql -q stats -c'
        ' "delete from visits where ctid = (select ctid from visits limit 1)"',
    ),
    Mutation(
        "a service that dies at start",
        "app",
        "shop",
        'podman exec --user 0:0 "$NAME" mv /opt/shop/venv/bin/gunicorn /opt/shop/venv/bin/gone &&'
        ' { podman restart -t 20 "$NAME" || true; }',
    ),
)


def survivors(
    state: State, host: HostPlan, machine: Machine, before: dict[str, answers.Answers]
) -> Iterator[str]:
    """Break what is there to break on *host*, and yield each mutation that nobody noticed."""
    for mutation in MUTATIONS:
        if mutation.machine == machine.name:
            noticed = _noticed(state, host, machine, mutation, before)
            print(f"mutation {mutation.name!r}: {'noticed' if noticed else 'NOT NOTICED'}")
            if not noticed:
                yield f"mutation {mutation.name!r} on {host.name} was not noticed"


def _noticed(
    state: State,
    host: HostPlan,
    machine: Machine,
    mutation: Mutation,
    before: dict[str, answers.Answers],
) -> bool:
    item = next(w for w in host.workloads if w.workload.name == mutation.workload)
    name = container_name(host, item.workload)
    env = {**change.environment(state, host), "NAME": name}
    was = answers.compare(
        before[mutation.workload], answers.of_container(machine, mutation.workload, name, env)
    )
    if was:
        return False
    done = subprocess.run(["sh", "-ec", mutation.command], env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError(f"mutation {mutation.name!r} could not be made: {done.stderr[-500:]}")
    after = answers.of_container(machine, mutation.workload, name, env)
    return bool(answers.compare(before[mutation.workload], after))
