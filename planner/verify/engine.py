"""The container engine: every command through one wrapper that labels what it makes."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from planner.errors import RunError
from planner.session.guard import NAME
from planner.verify.kinds import KINDS, Kind
from planner.verify.shell import complaint, shell

LABEL = "planner.verify"
_LABELLED = """\
case "$1 ${{2-}}" in
"run "* | "create "*) verb=$1; shift; set -- "$verb" --label {label} "$@" ;;
"volume create" | "network create")
	kind=$1; shift 2; set -- "$kind" create --label {label} "$@" ;;
esac
"""
_HERE = 'exec {program} "$@"\n'
_FAR = r"""
line={line} place={place} folder={folder}
for word do
	case $word in "$place"/*) word=$folder/${{word#"$place"/}} ;; esac
	word=$(printf '%s\n' "$word" | sed "s/'/'\\\\''/g")
	line="$line '$word'"
done
exec {far} "$line"
"""


@dataclass(frozen=True)
class Engine:
    """``name``: its kind; ``place``: the private folder of this comparison; ``id``: value of the
    label."""

    name: str
    program: str
    place: Path
    id: str
    far: str = ""
    """Command that runs a line for sh on the machine of the engine; empty: it is here."""
    folder: str = ""
    """The private folder there, which stands for ``place`` at the start of every word."""
    on: str = ""
    """Name of that machine in the inventory."""

    @property
    def kind(self) -> Kind:
        return KINDS[self.name]

    @property
    def environment(self) -> dict[str, str]:
        """What the plan's commands find; everything that runs carries the folder's name."""
        wrapper = f"sh {shlex.quote(str(self.place / 'engine'))}"
        return {**os.environ, "ENGINE": wrapper, NAME: str(self.place), "BUILDAH_FORMAT": "docker"}


def prepare(engine: Engine) -> None:
    """Write the wrapper, a script that sh reads: the folder may lie where nothing is executed. And
    which engine it is, for ``--again`` and for whoever cleans up after a kill."""
    text = _LABELLED.format(label=f"{LABEL}={engine.id}")
    text += (_FAR if engine.far else _HERE).format(
        program=shlex.quote(engine.program),
        line=shlex.quote(f"BUILDAH_FORMAT=docker {shlex.quote(engine.program)}"),
        place=shlex.quote(str(engine.place)),
        folder=shlex.quote(engine.folder),
        far=engine.far,
    )
    (engine.place / "engine").write_text(text)
    (engine.place / "engine.json").write_text(json.dumps(asdict(engine), default=str))


def remembered(place: Path) -> Engine | None:
    """The engine of an earlier comparison whose folder is still there."""
    try:
        known = json.loads((place / "engine.json").read_text())
    except (OSError, ValueError):
        return None
    return Engine(**{**known, "place": place})


def run(
    engine: Engine, *words: str, given: bytes | None = None, seconds: int = 300
) -> subprocess.CompletedProcess[bytes]:
    """Run an engine's command; whoever calls looks at its exit status."""
    line = f"$ENGINE {shlex.join(words)}"
    return shell(line, engine.environment, engine.place, given=given, seconds=seconds)


def must(engine: Engine, *words: str, given: bytes | None = None, seconds: int = 300) -> str:
    """Run an engine's command and return what it prints; RunError if it fails."""
    done = run(engine, *words, given=given, seconds=seconds)
    if done.returncode:
        raise RunError(f"{engine.name} {' '.join(words[:2])}: {complaint(done)}")
    return done.stdout.decode("utf-8", "replace").strip()


def volumes(engine: Engine) -> list[str]:
    """Names of the volumes of this comparison."""
    return must(engine, "volume", "ls", "-q", "--filter", f"label={LABEL}={engine.id}").split()


def sweep(engine: Engine) -> str:
    """Remove every container, network and volume of this comparison; what is left, in words."""
    wanted = ("--filter", f"label={LABEL}={engine.id}")
    kinds = {
        "containers": (("ps", "-aq", *wanted), ("rm", "-f", "-v", *engine.kind.at_once)),
        "networks": (("network", "ls", "-q", *wanted), ("network", "rm")),
        "volumes": (("volume", "ls", "-q", *wanted), ("volume", "rm")),
    }
    left: dict[str, list[str]] = {}
    for attempt in range(4):
        left = {}
        for kind, (listing, removal) in kinds.items():
            if names := _listed(engine, listing):
                run(engine, *removal, *names)
                left[kind] = _listed(engine, listing)
        if not any(left.values()):
            return ""
        time.sleep(attempt)
    return "; ".join(f"{kind}: {' '.join(names)}" for kind, names in left.items() if names)


def _listed(engine: Engine, listing: tuple[str, ...]) -> list[str]:
    done = run(engine, *listing)
    return done.stdout.decode().split() if done.returncode == 0 else [f"? ({complaint(done)})"]
