"""What the other targets' own programs say of what is written for them, in trixie's userland.

Quadlet's generator (podman 5), systemd's reader of units and timers, and Docker's reader of
stacks. Nothing is started, and no machine or network is needed but for the packages.
"""

import importlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from planner import render, rules, store
from planner.facts.execline import words
from planner.model import Plan
from planner.plan import make_plan
from planner.render.pods import pods
from planner.render.quoting import unit_clean
from planner.render.swarm import stack

from . import apt, rootfs
from .errors import LabError
from .shell import run
from .state import State

_PACKAGES = ("docker-cli", "podman")
_SUITE = "trixie"
_INSIDE = """
mount -t tmpfs none "$1"
mkdir "$1/up" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=$2:$3,upperdir=$1/up,workdir=$1/work" "$1/root"
mkdir "$1/root/plan" "$1/root/out"
mount --bind "$4" "$1/root/plan"
mount -t proc proc "$1/root/proc"
exec chroot "$1/root" sh -ec "$5"
"""
_QUADLET = """
export QUADLET_UNIT_DIRS=/plan/%(host)s/quadlet
/usr/libexec/podman/quadlet -no-kmsg-log -dryrun
/usr/libexec/podman/quadlet -no-kmsg-log /out
cp /plan/%(host)s/quadlet/*.timer /out 2>/dev/null || true
rm -rf /out/*.wants
cd /out
SYSTEMD_UNIT_PATH=/out: systemd-analyze verify --man=no ./*.service ./*.timer* 2>&1 |
    grep -v 'timer\\*' | sed 's/^/@verify /' || true
"""
_STACK = """
export REGISTRY=registry.example NODE=node HOME=/tmp
docker stack config -c /plan/%(host)s/stack.yaml
"""


def check(state: State, folder: Path | None) -> list[str]:
    """Return a line for each machine of a plan's folder, or of the demo and of hostile machines.

    Raises LabError with what a program said.
    """
    with tempfile.TemporaryDirectory() as place:
        if folder:
            return _folder(state, folder.resolve(), None)
        said = []
        for name, plan in _plans():
            out = Path(place) / name
            for artifact in render.render(plan, store.templates()):
                path = out / artifact.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(artifact.text, encoding="utf-8")
            said += [f"{name}: {line}" for line in _folder(state, out, plan)]
        return said


def _plans() -> Iterator[tuple[str, Plan]]:
    """The recorded fleet, and the hand-made machines of the tests, hostile ones among them."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    tests: Any = importlib.import_module("test_targets")
    fleet = store.read_snapshots([store.demo_folder()])
    loaded = rules.load(store.rule_texts(), examples=False)
    found = {"demo": make_plan(fleet, loaded, as_of=None, version="0")}
    found |= {name.replace(" ", "-"): made() for name, made in tests.MADE.items() if name != "demo"}
    found |= {f"hostile-{i}": tests.hostile(text)[0] for i, text in enumerate(tests.HOSTILE)}
    for name, plan in found.items():
        yield name, type(plan)(**{**_fields(plan), "targets": tests.EVERY})


def _fields(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in plan.__struct_fields__}


def _folder(state: State, folder: Path, plan: Plan | None) -> list[str]:
    made = []
    for host in sorted(p for p in (folder / "hosts").iterdir() if p.is_dir()):
        done = []
        if (host / "quadlet").is_dir():
            done.append(_quadlet(state, folder / "hosts", host.name, plan))
        if (host / "stack.yaml").exists():
            done.append(_stack(state, folder / "hosts", host.name, plan))
        if done:
            made.append(f"{host.name}: {', '.join(done)}")
    return made


def _quadlet(state: State, hosts: Path, host: str, plan: Plan | None) -> str:
    text = inside(state, hosts, _QUADLET % {"host": host})
    sources = [p for p in (hosts / host / "quadlet").iterdir() if p.suffix != ".timer"]
    units = dict(_units(text))
    if len(units) != len(sources):
        raise LabError(f"{host}: {len(sources)} files of Quadlet gave {len(units)} units:\n{text}")
    wrong = [line for line in text.splitlines() if line.startswith("@verify ")]
    if wrong:
        raise LabError(f"{host}: systemd does not take the units:\n" + "\n".join(wrong))
    for container, wanted, health in _expected(plan, host):
        started = _started(units[f"{container}.service"])
        if started[len(started) - len(wanted) :] != wanted:
            raise LabError(f"{host}: {container} runs {started}, not {wanted}")
        if health and json.loads(started[started.index("--health-cmd") + 1]) != health:
            raise LabError(f"{host}: {container} has another check than {health}")
    return f"{len(sources)} units of Quadlet"


def _expected(plan: Plan | None, host: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Container, the words that podman is to run in it, and its check."""
    for found in plan.hosts if plan else ():
        if found.slug == host:
            for pod in pods(found):
                for m in (*pod.members, *pod.jobs):
                    health = list(m.health.command) if m.health and not m.service.job else []
                    said = [unit_clean(w) for w in m.service.command]
                    name = m.service.container or f"{host}-{m.service.name}"
                    yield name, [f"localhost/{m.service.image}", *said], health


def _units(text: str) -> Iterator[tuple[str, str]]:
    """Name and text of each unit that the generator printed."""
    name = ""
    lines: list[str] = []
    for line in text.split("\n"):
        if line.startswith("---") and line.endswith(".service---"):
            if name:
                yield name, "\n".join(lines)
            name, lines = line.strip("-"), []
        else:
            lines.append(line)
    if name:
        yield name, "\n".join(lines)


def _started(unit: str) -> list[str]:
    """Words of the command as systemd runs it."""
    (line,) = [x for x in unit.split("\n") if x.startswith("ExecStart=")]
    return [w.replace("%%", "%").replace("$$", "$") for w in words(line.removeprefix("ExecStart="))]


def _stack(state: State, hosts: Path, host: str, plan: Plan | None) -> str:
    text = inside(state, hosts, _STACK % {"host": host})
    services = yaml.safe_load(text)["services"]
    for found in plan.hosts if plan else ():
        if found.slug == host:
            for one in stack(found):
                said = services[one.name].get("command", [])
                if said != list(one.service.command):
                    raise LabError(f"{host}: {one.name} runs {said} in a stack")
    return f"{len(services)} services of a stack"


def inside(state: State, folder: Path, script: str) -> str:
    """Run a script in trixie with the packages, and a folder at /plan; return what it prints."""
    with tempfile.TemporaryDirectory(dir=state.root) as scratch:
        base = rootfs.base(state, _SUITE)
        return run(
            ["unshare", "--mount", "sh", "-ec", _INSIDE, "sh", scratch, tools(state), base, folder,
             script]
        )  # fmt: skip


def tools(state: State) -> Path:
    """The packages of trixie unpacked, beside its root file system; once for each version of it."""
    place = state.root / "tools" / f"{_SUITE}-{rootfs.key(_SUITE)}"
    if place.exists():
        return place
    part = rootfs.renewed(place.with_suffix(".part"), _SUITE)
    lists, debs = part / "lists", part / "debs"
    for path in (lists / "partial", debs):
        path.mkdir(parents=True)
    (part / "debian.sources").write_text(apt.sources(_SUITE))
    (part / "apt.conf").write_text(
        f'{apt.options()}Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "{part}";\n'
        f'Dir::State::lists "{lists}";\nDir::Cache "{part}/cache";\n'
        'APT::Sandbox::User "root";\n'
    )
    env = {"APT_CONFIG": str(part / "apt.conf"), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    run(["apt-get", "-q", "update"], env=env)
    run(["sh", "-ec", f'cd "$1" && apt-get -q download {" ".join(_PACKAGES)}', "sh", debs], env=env)
    (part / "root").mkdir()
    for deb in sorted(debs.glob("*.deb")):
        run(["dpkg-deb", "-x", deb, part / "root"])
    (part / "root").rename(place)
    rootfs.renewed(part)
    return place
