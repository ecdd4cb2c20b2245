"""``python -m tests.bench [--quick]``: start-up, the demo, and planning many machines."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from planner import __version__, facts, render, rules, store
from planner.model import Snapshot
from planner.plan import make_plan

PROGRAM = (str(Path(sys.executable).with_name("planner")),)


def timed(command: tuple[str, ...], runs: int) -> float:
    """Median wall time in seconds of *runs* runs of *command*."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return median(times)


def startup(runs: int) -> None:
    bare = timed((sys.executable, "-c", "pass"), runs)
    typer = timed((sys.executable, "-c", "import typer"), runs)
    print(f"\n{'start-up':<34}{'ms':>8}{'x python':>10}")
    for name, seconds in (
        ("python -c pass", bare),
        ("python -c 'import typer'", typer),
        ("planner --help", timed((*PROGRAM, "--help"), runs)),
        ("planner rules list", timed((*PROGRAM, "rules", "list"), runs)),
    ):
        print(f"{name:<34}{seconds * 1000:>8.0f}{seconds / bare:>10.1f}")


def demo(runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        seconds = timed((*PROGRAM, "demo", "-o", f"{folder}/plan"), runs)
        files = [p for p in Path(folder).rglob("*") if p.is_file()]
    print(f"\nplanner demo: {seconds:.2f} s, {len(files)} files")


def many(machines: int) -> None:
    """Plan *machines* machines made from the demo fleet, stage by stage."""
    fleet = store.read_snapshots([store.demo_folder()])
    copies = tuple(
        _renamed(fleet[i % len(fleet)], f"m{i:04}.{fleet[i % len(fleet)].host}")
        for i in range(machines)
    )
    ruleset = rules.load(store.rule_texts())
    start = time.perf_counter()
    for snapshot in copies:
        facts.read(snapshot)
    parsed = time.perf_counter()
    plan = make_plan(copies, ruleset, as_of=None, version=__version__)
    planned = time.perf_counter()
    artifacts = render.render(plan, store.templates())
    rendered = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{machines} machines{'':<22}{'s':>8}{'ms each':>10}")
    for name, seconds in (
        ("facts (alone)", parsed - start),
        ("the whole plan", planned - parsed),
        (f"render ({len(artifacts)} files)", rendered - planned),
    ):
        print(f"{name:<34}{seconds:>6.2f}{seconds / machines * 1000:>10.1f}")
    print(f"peak memory {peak:.0f} MiB")


def _renamed(snapshot: Snapshot, name: str) -> Snapshot:
    import msgspec

    return msgspec.structs.replace(snapshot, host=name)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--quick", action="store_true", help="fewer runs, fewer machines")
    quick = parser.parse_args().quick
    startup(5 if quick else 20)
    demo(2 if quick else 5)
    many(60 if quick else 1000)


if __name__ == "__main__":
    main()
