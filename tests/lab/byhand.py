"""Sizes of the planner's images against Dockerfiles that were written by hand for the same service.

``byhand/MACHINE.WORKLOAD/Dockerfile``: what an engineer writes for it from the same base.
"""

import os
import statistics
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from .shell import run
from .state import State

FOLDER = Path(__file__).parent / "byhand"
MOST = 1.3
"""Median of the ratios, of all that were built."""


def compare(state: State, sizes: Mapping[tuple[str, str], int], *, every: bool) -> Iterator[str]:
    """Build those whose planned image has a size (bytes by machine and workload), print the table,
    and yield what is too large; with ``every``, one that was not there to compare, too."""
    env = {**os.environ, "CONTAINERS_CONF": str(state.containers_conf)}
    ratios: dict[str, float] = {}
    print(f"\n{'image':<28}{'planned':>12}{'by hand':>12}{'ratio':>8}")
    for folder in sorted(FOLDER.iterdir()):
        machine, _, workload = folder.name.partition(".")
        planned = sizes.get((machine, workload))
        if planned is None:
            if every:
                yield f"{folder.name}: no planned image to compare with the one by hand"
            continue
        tag = f"localhost/by-hand-{machine}"
        run(["podman", "build", "--quiet", "--network", "host", "-t", tag, folder], env=env)
        size = int(run(["podman", "image", "inspect", "-f", "{{.Size}}", tag], env=env))
        subprocess.run(["podman", "rmi", "-f", tag], env=env, capture_output=True)
        ratios[folder.name] = planned / size
        print(
            f"{folder.name:<28}{planned / 2**20:>8.0f} MiB{size / 2**20:>8.0f} MiB"
            f"{ratios[folder.name]:>8.2f}"
        )
    if ratios:
        median = statistics.median(ratios.values())
        print(f"{'median':<52}{median:>8.2f}")
        if median > MOST:
            yield f"planned images are {median:.2f} times those by hand (median), {MOST} is allowed"
