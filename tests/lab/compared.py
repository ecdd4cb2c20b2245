"""`planner verify` in the lab: every workload equal, nothing left, every break noticed."""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from planner.questions import Verification
from planner.verify import identity
from planner.verify.stage import SUFFIX

from .change import base_environment
from .definition import Machine
from .errors import LabError
from .state import State


def verify(state: State, plan: Path, *words: str) -> tuple[int, Verification]:
    """Run the command as an operator would; exit status and what verify.json says then."""
    program = Path(sys.executable).with_name("planner")
    log, written = state.run / f"verify-{plan.name}.log", plan / "verify.json"
    written.unlink(missing_ok=True)
    with log.open("a") as out:
        out.write(f"\n@@ planner verify {' '.join(words)}\n")
        out.flush()
        start = out.tell()
        done = subprocess.run(
            ["timeout", "1800", program, "verify", plan, "-i", state.inventory, *words],
            cwd=state.run,
            env=base_environment(state),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    if not written.exists():
        with log.open() as text:
            text.seek(start)
            raise LabError(f"planner verify {' '.join(words)} (log: {log})\n{text.read()[-3000:]}")
    return done.returncode, msgspec.json.decode(written.read_bytes(), type=Verification)


def paths(machines: Sequence[Machine]) -> list[str]:
    """Options that name the paths which the definitions want to be asked."""
    urls = [urlsplit(a["http"]) for m in machines for a in m.answers if "http" in a]
    said = (f"{url.path}?{url.query}" if url.query else url.path for url in urls)
    return [word for path in dict.fromkeys(said) for word in ("--path", path)]


def unequal(code: int, found: Verification) -> Iterator[str]:
    """Everything that is not as it should be."""
    for w in found.workloads:
        if w.problem:
            yield f"{w.workload}: {w.problem}"
        for r in w.results:
            if r.outcome not in ("equal", "measured"):
                said = "; ".join(r.differences) or f"{r.machine} / {r.container}"
                yield f"{w.workload}: {r.question.title}: {r.outcome}: {said}"
        if not any(r.outcome == "equal" for r in w.results):
            yield f"{w.workload}: nothing was compared"
    if (code == 0) != found.equal:
        yield f"planner verify ended with {code}, but verify.json says equal: {found.equal}"


def places(state: State, slugs: Iterable[str]) -> list[Path]:
    """The run's plan, and the copy of it for each machine that is compared by itself."""
    return [state.run / "plan", *(state.run / "proofs" / slug for slug in slugs)]


def left(state: State, plan: Path) -> Iterator[str]:
    """What the comparisons of a plan should have removed."""
    env, id = base_environment(state), identity(plan)
    for words in (("ps", "-a"), ("volume", "ls"), ("network", "ls")):
        argv = ["podman", *words, "--filter", f"label=planner.verify={id}", "--format", "{{.Name}}"]
        if words[0] == "ps":
            argv[-1] = "{{.Names}}"
        done = subprocess.run(argv, env=env, capture_output=True, text=True)
        for name in done.stdout.split():
            yield f"left behind by planner verify: {words[0]} {name}"
    yield from (f"left behind: {path}" for path in private(plan))


def private(plan: Path) -> list[Path]:
    """The folders with secrets that the comparisons of a plan have while they last."""
    places = (Path("/dev/shm"), Path("/tmp"), Path("/run/user/0"))
    return [path for place in places for path in place.glob(f"planner-verify-*-{identity(plan)}")]


def container(name: str) -> str:
    """Name of the container that stands for one of the plan."""
    return f"{name}{SUFFIX}"
