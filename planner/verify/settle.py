"""Wait until a container's own check is content."""

from __future__ import annotations

import time

from planner.verify.engine import Engine, run
from planner.verify.shell import complaint
from planner.verify.stage import Berth

RESTARTS = 5
"""How often a container that ended is started again: the plan's Compose file would, too."""


def settle(engine: Engine, berth: Berth, patience: int = 0) -> tuple[int, str]:
    """Seconds until the check of a container was content, and what is wrong (empty: nothing)."""
    begun = time.monotonic()
    health = berth.item.workload.health
    patience = patience or 2 * max(health.start_period if health else 0, 30)
    restarts, ended = 0, ""
    while time.monotonic() - begun < patience:
        state = run(engine, "inspect", "-f", "{{.State.Status}}", berth.name)
        if state.returncode:
            return -1, f"no container {berth.name}"
        said = state.stdout.decode().strip()
        if said in ("exited", "dead", "stopped"):
            ended = complaint(run(engine, "logs", "--tail", "5", berth.name))
            if restarts == RESTARTS:
                break
            restarts += 1
            run(engine, "start", berth.name)
        elif said == "running" and (
            not health or run(engine, "exec", berth.name, *health.command).returncode == 0
        ):
            return round(time.monotonic() - begun), ""
        time.sleep(1)
    if ended:
        return -1, f"its container ends: {ended}"
    return -1, f"its check was not content in {patience} s"
