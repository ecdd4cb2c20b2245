"""What ``planner verify`` shows: a table, then what a person has to look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.cli.common import plain

if TYPE_CHECKING:
    from planner.questions import Result, Verification, Verified

_ORDER = ("equal", "unanswered", "different")


def table(found: Verification) -> None:
    """Print it; names and reasons come from machines."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    shown = Table(
        "workload", "result", "equal", "no answer", "different", "image", "ready", box=None
    )
    for w in found.workloads:
        count = (str(sum(r.outcome == o for r in w.results)) for o in _ORDER)
        size = f"{w.image_bytes / 2**20:.0f} MiB" if w.image_bytes >= 0 else "not built"
        ready = f"{w.seconds} s" if w.seconds >= 0 else "never"
        shown.add_row(Text(plain(w.workload)), result(w), *count, size, ready)
    console.print(shown)
    for w in found.workloads:
        for line in lines(w):
            console.print(Text(plain(f"{w.workload}: {line}")), soft_wrap=True)


def result(w: Verified) -> str:
    """One word or two: a difference was seen, or something was not seen at all, or neither."""
    kinds = {r.outcome for r in w.results}
    if "different" in kinds:
        return "different"
    return "equal" if w.equal else "no answer"


def lines(w: Verified) -> Iterator[str]:
    """What a person has to look at, and the figures. Questions without an answer for one and the
    same reason are one line."""
    if w.problem:
        yield f"problem: {w.problem}"
    silent: dict[str, list[str]] = {}
    for r in w.results:
        title = r.question.title
        if r.outcome == "different":
            yield from (f"different: {title}: {d}" for d in r.differences)
        elif r.outcome == "unanswered":
            silent.setdefault(_why(r), []).append(title)
        elif r.question.kind in ("root", "job"):
            yield f"{title}: {r.container}"
        elif r.outcome == "measured":
            yield f"{title}: {r.machine} / {r.container}"
    for why, titles in silent.items():
        rest = f" and {len(titles) - 3} more" if len(titles) > 3 else ""
        yield f"no answer: {', '.join(titles[:3])}{rest}: {why}"


def _why(r: Result) -> str:
    if r.differences:
        return "; ".join(r.differences)
    if r.question.kind == "job" or r.machine == r.container:
        return r.container
    return f"the machine: {r.machine}; the container: {r.container}"
