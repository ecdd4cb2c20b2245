"""All kinds of secrets planted on the machine that runs the tests, and the planner from one end
to the other: none is in anything that it writes.

Files stand in an overlay over /etc in a mount namespace of our own, so it needs root.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lab import plant

RUN = r"""
set -e
mkdir -p "$1/upper" "$1/work"
mount -t tmpfs none "$1/upper" 2>/dev/null
mkdir -p "$1/upper/u" "$1/upper/w"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/upper/u,workdir=$1/upper/w" /etc
shift
exec "$@"
"""
INSIDE = """
import json, os, subprocess, sys
from pathlib import Path
files, processes, commands = json.load(sys.stdin)
for path, text in files.items():
    if path.startswith("/etc/"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
running = [
    subprocess.Popen(["sh", "-c", "read x; :", *words], env={**os.environ, **extra},
                     stdin=subprocess.PIPE)
    for words, extra in processes
]
code = 0
for command in commands:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    sys.stdout.buffer.write(done.stdout + done.stderr)
    print(f"== {command[1]}: {done.returncode}", flush=True)
    code = code or done.returncode
for process in running:
    process.kill()
sys.exit(code)
"""


def _refused() -> str:
    """Why there is no mount namespace of our own here; where CI is set it must work."""
    if os.environ.get("CI"):
        return ""
    try:
        tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, text=True)
    except OSError as error:
        return f"unshare: {error.strerror}"
    return tried.stderr.strip() or "refused" if tried.returncode else ""


REFUSED = "needs root" if os.geteuid() != 0 and not os.environ.get("CI") else _refused()


@pytest.mark.skipif(bool(REFUSED), reason=f"no mount namespace of its own: {REFUSED}")
def test_no_planted_secret_is_in_anything_that_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planner = str(Path(sys.executable).with_name("planner"))
    inventory = tmp_path / "inventory.yml"
    inventory.write_text("all: {hosts: {here: {ansible_connection: local}}}\n")
    out = tmp_path / "out"
    plan, snapshots = str(out / "plan"), str(out / "snapshots")
    commands = [
        [planner, "run", "-i", str(inventory), "-o", plan, "--snapshots", snapshots],
        [planner, "explain", "here", "--plan", plan],
        [planner, "explain", "here", "--plan", plan, "--facts", "--snapshots", snapshots],
        [planner, "extract", plan, "-i", str(inventory)],
    ]
    given = json.dumps([plant.files(), list(plant.processes()), commands])
    argv = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        RUN,
        "sh",
        str(tmp_path),
        sys.executable,
        "-c",
        INSIDE,
    ]
    done = subprocess.run(argv, input=given.encode(), capture_output=True, timeout=300)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-3000:]
    snapshot = "".join(p.read_text() for p in (out / "snapshots").rglob("*.json"))
    seen = plant.seen(snapshot)
    found = plant.leaks([out], done.stdout + done.stderr)
    with capsys.disabled():
        count = (
            len({p.kind for p in plant.plantings()}),
            len(list(plant.plantings())),
            sum(seen.values()),
        )
        print("\n{} kinds, {} plantings, {} files and processes seen".format(*count), end="")
        print(f" of {len(seen)}, {len(found)} secrets in the clear")
    assert found == []
    # that they were looked at: their files and processes are there, with what stands for them
    assert sum(seen.values()) > 150
    assert snapshot.count("***") > 3000


def test_a_secret_that_is_written_is_found(tmp_path: Path) -> None:
    one = next(iter(plant.plantings()))
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "x.json").write_text(f'{{"a": "b{one.secret}c"}}')
    assert plant.leaks([tmp_path]) == [f"{one.kind} in {one.place} is in {tmp_path}/plan/x.json"]
    assert plant.leaks([], one.text.encode()) != []
    assert plant.leaks([tmp_path / "none"], b"nothing") == []
