"""``planner demo``: the recorded fleet, without a machine or a network."""

from __future__ import annotations

from pathlib import Path

from planner.cli.common import Output


def demo(output: Output = Path("plan")) -> None:
    """Plan the recorded demo fleet."""
    from planner import store
    from planner.cli.common import make_and_write
    from planner.cli.settings import judge

    store.claim_output(output)
    make_and_write(
        store.read_snapshots([store.demo_folder()]), output, None, judge(None, default=False)
    )
