"""The container of a task that ends before the others start: it makes empty folders writable, and
secret files out of secret variables."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Sequence
from typing import Any

from planner.model import HostPlan
from planner.render.ecs_storage import File, arn, empty, point, secret_files
from planner.render.pods import Member

__all__ = ["prepare", "secret_files"]

_MODE = re.compile(r"[0-7]{3,4}")


def prepare(host: HostPlan, members: Sequence[Member]) -> dict[str, Any] | None:
    """The container that makes empty folders and secret files ready; None: there are none."""
    lines: list[str] = []
    points: dict[str, dict[str, Any]] = {}
    secrets: list[dict[str, str]] = []
    for member in members:
        for volume, _ in empty(member):
            points[volume] = point(volume, f"/planner/{volume}")
            lines.append(f"chmod 1777 /planner/{volume}")
        for file in secret_files(member):
            variable = f"{file.variable}_{len(secrets)}"
            points[file.volume] = point(file.volume, f"/planner/{file.volume}")
            secrets.append({"name": variable, "valueFrom": arn(host, file.name)})
            lines += _written(file, variable)
    if not points:
        return None
    return {
        "name": "prepare",
        "image": f"${{PLANNER_REGISTRY}}/{members[0].service.image}",
        "essential": False,
        "user": "0:0",
        "command": ["sh", "-c", " && ".join(dict.fromkeys(lines))],
        "secrets": secrets,
        "mountPoints": [points[volume] for volume in sorted(points)],
        "readonlyRootFilesystem": True,
    }


def _written(file: File, variable: str) -> Iterable[str]:
    owner = file.secret.owner
    mode = owner.mode if _MODE.fullmatch(owner.mode) else "0400"
    path = shlex.quote(f"/planner/{file.volume}/{posixpath.basename(file.secret.path)}")
    yield f"printf '%s\\n' \"${variable}\" >{path}"
    yield f"chown {owner.uid}:{owner.gid} {path}"
    yield f"chmod {mode} {path}"
