"""``python -m tests.bench.gather [--hosts N] [--forks N] [--quick]``: one run, printed as tables.

Over real SSH to addresses of loopback, every way with the same options and the same number of
connections at a time. The payload is fixed, so that the ways are compared and not what is asked;
what the whole collector costs stands beside it, by section. The playbook's and pyinfra's programs
come with the extra ``bench``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from planner.gather.look import collector
from planner.session.framing import decode

from .endpoints import Endpoints, endpoints
from .payload import payload

HERE = Path(__file__).parent
NONCE = "beefbeefbeefbeefbeefbeefbeefbeef"
SIZE = 100_000
BIN = Path(sys.executable).parent


def inventory(place: Endpoints, folder: Path) -> Path:
    """For Ansible: an address each, and the options that every way has."""
    path = folder / "inventory.ini"
    arguments = " ".join(place.options)
    path.write_text(
        "\n".join(f"h{n:03} ansible_host={a}" for n, a in enumerate(place.addresses))
        + f"\n[all:vars]\nansible_port={place.port}\nansible_user={place.user}\n"
        f"ansible_ssh_private_key_file={place.key}\nansible_ssh_args='{arguments}'\n"
        "ansible_become=false\nansible_pipelining=true\n"
        f"ansible_python_interpreter={sys.executable}\n"
    )
    return path


def run(command: list[str], **environment: str) -> float:
    """Seconds that a command took; what it said if it failed."""
    start = time.perf_counter()
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"{command[0]}: {done.returncode}: {(done.stdout + done.stderr)[-2000:]}"
        )
    return time.perf_counter() - start


def playbook(name: str, hosts: Path, forks: int) -> float:
    command = [str(BIN / "ansible-playbook"), "-i", str(hosts), "-f", str(forks), str(HERE / name)]
    return run(command, ANSIBLE_STDOUT_CALLBACK="minimal", ANSIBLE_GATHERING="explicit")


def plain_ssh(place: Endpoints, folder: Path, forks: int, size: int) -> float:
    script = folder / "payload.sh"
    script.write_text(payload(NONCE, size))
    out = folder / "ssh"
    out.mkdir(exist_ok=True)
    ssh = ["ssh", *place.options, "-i", str(place.key), "-p", str(place.port), "-l", place.user]
    names = folder / "addresses"
    names.write_text("".join(f"{a}\n" for a in place.addresses))
    one = f'{" ".join(ssh)} "$1" /bin/sh -s <{script} >{out}/"$1"'
    seconds = run(["xargs", "-a", str(names), "-P", str(forks), "-n1", "sh", "-c", one, "sh"])
    _all_there(out.iterdir(), place, size)
    return seconds


def pyinfra(place: Endpoints, folder: Path, forks: int, size: int) -> float:
    out = folder / "pyinfra"
    out.mkdir(exist_ok=True)
    (folder / "payload.sh").write_text(payload(NONCE, size))
    known = next(o for o in place.options if o.startswith("UserKnownHostsFile=")).partition("=")[2]
    data = {
        "ssh_user": place.user, "ssh_port": place.port, "ssh_key": str(place.key),
        "ssh_known_hosts_file": known, "ssh_strict_host_key_checking": "yes",
    }  # fmt: skip
    hosts = folder / "pyinfra_hosts.py"
    hosts.write_text(f"hosts = [(a, {data!r}) for a in {list(place.addresses)!r}]\n")
    deploy = [str(hosts), str(HERE / "pyinfra_fact.py")]
    seconds = run(
        [str(BIN / "pyinfra"), "-y", "--parallel", str(forks), *deploy],
        BENCH_SCRIPT=str(folder / "payload.sh"),
        BENCH_OUT=str(out),
    )  # fmt: skip
    _all_there(out.iterdir(), place, size)
    return seconds


def ours(hosts: Path, folder: Path, forks: int, size: int, count: int) -> tuple[float, int, int]:
    """Seconds, and KiB at the peak: of the planner itself and of the largest program it started."""
    out = folder / f"snapshots-{size}"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "tests.bench.gather.ours", str(hosts), str(out), str(forks)]
    done = subprocess.run(
        [*command, str(size)], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    )
    seen, seconds, own, started = done.stdout.split()[-4:]
    if int(seen) != count or any(f.stat().st_size < size // 2 for f in out.glob("h*.json")):
        raise RuntimeError(f"{seen} of {count} machines seen: {done.stderr[-2000:]}")
    return float(seconds), int(own), int(started)


def _all_there(files: object, place: Endpoints, size: int) -> None:
    sizes = [f.stat().st_size for f in files if isinstance(f, Path)]  # type: ignore[attr-defined]
    if len(sizes) != len(place.addresses) or min(sizes) < size * 0.9:
        raise RuntimeError(f"{len(sizes)} answers, the smallest of {min(sizes, default=0)} bytes")


AIMS = {"playbook of five modules": 0.07, "setup alone": 0.4, "plain ssh": 1.6}


def compare(count: int, forks: int) -> None:
    with tempfile.TemporaryDirectory(prefix="planner-bench-") as name:
        folder = Path(name)
        with endpoints(count, folder) as place:
            hosts = inventory(place, folder)
            ways: Mapping[str, Callable[[], float]] = {
                "plain ssh": lambda: plain_ssh(place, folder, forks, SIZE),
                "pyinfra": lambda: pyinfra(place, folder, forks, SIZE),
                "planner": lambda: ours(hosts, folder, forks, SIZE, count)[0],
                "setup alone": lambda: playbook("setup.yml", hosts, forks),
                "playbook of five modules": lambda: playbook("playbook.yml", hosts, forks),
            }
            taken = {way: measure() for way, measure in ways.items()}
            memory = {
                size: ours(hosts, folder, forks, size, count)[1:] for size in (SIZE, 10 * SIZE)
            }
    mine = taken["planner"]
    print(f"\n{count} machines over ssh, {forks} at a time, {SIZE // 1000} kB each")
    said = [o for o in place.options if o != "-o" and "KnownHosts" not in o]
    print(f"ssh {' '.join(said)}; Ansible with pipelining")
    print(f"{'':<28}{'s':>8}{'ms each':>10}{'planner is':>12}{'at most':>9}")
    for way, seconds in sorted(taken.items(), key=lambda item: item[1]):
        aim = f"{AIMS[way]:>9.2f}" if way in AIMS else ""
        print(
            f"{way:<28}{seconds:>8.1f}{seconds / count * 1000:>10.0f}{mine / seconds:>12.2f}{aim}"
        )
    small, large = memory[SIZE], memory[10 * SIZE]
    print(f"\npeak memory, MiB{'':<12}{'100 kB':>8}{'1 MB':>10}{'ratio':>12}{'at most':>9}")
    for index, what in enumerate(("planner", "ansible-playbook")):
        ratio = large[index] / small[index]
        sizes = f"{small[index] / 1024:>8.0f}{large[index] / 1024:>10.0f}"
        print(f"{what:<28}{sizes}{ratio:>12.2f}{1.1:>9.2f}")


def sections(runs: int) -> None:
    """What the whole collector costs on this box, by section."""
    spent: dict[str, list[int]] = {}
    totals, size = [], 0
    for _ in range(runs):
        start = time.perf_counter()
        script = collector(NONCE).encode()
        done = subprocess.run(["/bin/sh", "-s"], input=script, capture_output=True, check=True)
        totals.append(time.perf_counter() - start)
        size = len(done.stdout)
        for name, section in decode(done.stdout, NONCE).sections.items():
            spent.setdefault(name, []).append(section.ms)
    costs = sorted(((min(ms), name) for name, ms in spent.items()), reverse=True)
    what = f"{min(totals):.2f} s, {size / 1000:.0f} kB, {len(costs)} sections"
    print(f"\nthe collector, on this box: {what}")
    for cost, name in costs[:12]:
        print(f"  {name:<26}{cost:>8} ms")
    print(f"  {'the others':<26}{sum(cost for cost, _ in costs[12:]):>8} ms")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gather")
    parser.add_argument("--hosts", type=int, default=0, help="endpoints (default 200, quick 16)")
    parser.add_argument("--forks", type=int, default=10)
    parser.add_argument("--quick", action="store_true", help="fewer endpoints")
    given = parser.parse_args()
    compare(given.hosts or (16 if given.quick else 200), given.forks)
    sections(1 if given.quick else 3)


if __name__ == "__main__":
    main()
