"""``planner demo``: the recorded fleet, without a machine or a network."""

from __future__ import annotations

from pathlib import Path

from planner.cli.common import ImagePolicy, Output, Targets


def demo(output: Output = Path("plan"), target: Targets = None, images: ImagePolicy = None) -> None:
    """Plan the recorded demo fleet."""
    from planner import store
    from planner.cli.common import make_and_write, with_images, with_targets
    from planner.cli.settings import judge

    store.claim_output(output)
    make_and_write(
        store.read_snapshots([store.demo_folder()]),
        output,
        None,
        with_images(with_targets(judge(None, default=False), target), images, None),
    )
