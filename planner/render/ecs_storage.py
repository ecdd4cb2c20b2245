"""Volumes, secrets and commands of a task of ECS, which gives secrets to environments alone.

Folders that are empty at every start begin as root's own, and secret files are no kind of volume:
a container that ends before the others start makes both ready.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from planner.model import Data, HostPlan, Secret
from planner.render.pods import Member, can_mount, label
from planner.render.services import Mount
from planner.service.places import below

# NAME='value' line by line, as the steps that stream secrets write it: quotes are taken off, and
# nothing is evaluated, for values come from the machine. No pipe, which has a subshell, and no
# here-document, for which some shells write a file where the root file system is read-only.
_READ = """\
planner_read() {
planner_rest=$1
while [ -n "$planner_rest" ]; do
planner_line=${planner_rest%%"$planner_end"*}
planner_rest=${planner_rest#"$planner_line"}
planner_rest=${planner_rest#"$planner_end"}
planner_name=${planner_line%%=*} planner_left=${planner_line#*=} planner_value=
case $planner_line in *=*) ;; *) continue ;; esac
case $planner_name in ''|[0-9]*|*[!A-Za-z0-9_]*) continue ;; esac
case $planner_left in
"'"*"'") planner_left=${planner_left#?}; planner_left=${planner_left%?} ;;
esac
while :; do
case $planner_left in *"'\\''"*) ;; *) break ;; esac
planner_value=$planner_value${planner_left%%"'\\''"*}"'"
planner_left=${planner_left#*"'\\''"}
done
export "$planner_name=$planner_value$planner_left"
done
}
planner_end='
'
"""


class File(Data, frozen=True):
    """A secret that becomes a file: ``variable`` of the container that writes it."""

    secret: Secret
    name: str
    variable: str
    folder: str
    volume: str


def arn(host: HostPlan, name: str) -> str:
    """Where the value of a secret comes from."""
    account = "${PLANNER_REGION}:${PLANNER_ACCOUNT}"
    return f"arn:aws:secretsmanager:{account}:secret:{stored(host, name)}"


def stored(host: HostPlan, name: str) -> str:
    """Name of a secret in Secrets Manager."""
    return f"{label(host.slug)}/{label(name)}"


def command(host: HostPlan, member: Member) -> tuple[list[dict[str, str]], list[str]]:
    """Secret variables, and the command that takes a whole environment file out of each; an empty
    command is the image's own."""
    job = member.service.job
    run = list(job.command if job else member.w.command)
    names = [
        name
        for (name, _, _), secret in zip(member.service.secrets, member.w.secrets, strict=True)
        if secret.form == "env"
    ]
    if not names:
        return [], run if job else []
    variables = [f"PLANNER_ENV_{i}" for i, _ in enumerate(names, 1)]
    read = "".join(f'planner_read "${v}"\n' for v in variables)
    script = f"{_READ}{read}unset {' '.join(variables)}"
    given = [{"name": v, "valueFrom": arn(host, n)} for v, n in zip(variables, names, strict=True)]
    return given, ["sh", "-c", f'{script}\nexec "$@"', "sh", *run]


def volumes(mounts: Mapping[str, Mount], members: Sequence[Member]) -> list[dict[str, Any]]:
    """Every volume of a task: of the file system, of its instance, or empty."""
    found: list[dict[str, Any]] = []
    for mount in mounts.values():
        if mount.origin == "bind":
            found.append({"name": label(mount.source), "host": {"sourcePath": mount.source}})
        elif kept(mount):
            efs = {
                "fileSystemId": "${PLANNER_FILE_SYSTEM}",
                "rootDirectory": f"/{mount.source}",
                "transitEncryption": "ENABLED",
            }
            found.append({"name": label(mount.source), "efsVolumeConfiguration": efs})
    fresh = {volume for member in members for volume, _ in empty(member)}
    fresh |= {file.volume for member in members for file in secret_files(member)}
    return found + [{"name": volume} for volume in sorted(fresh)]


def mounted(member: Member) -> list[dict[str, Any]]:
    """Mount points of a container."""
    found: list[dict[str, Any]] = []
    for mount in member.service.mounts:
        if can_mount(mount.target) and (kept(mount) or mount.origin == "bind"):
            found.append(point(label(mount.source), mount.target, mount.read_only))
    found += [point(volume, path) for volume, path in empty(member)]
    folders = {file.volume: file.folder for file in secret_files(member)}
    return found + [point(volume, folders[volume], True) for volume in sorted(folders)]


def point(volume: str, path: str, read_only: bool = False) -> dict[str, Any]:
    """Where a container sees a volume."""
    return {"sourceVolume": volume, "containerPath": path, "readOnly": read_only}


def kept(mount: Mount) -> bool:
    """Whether what a volume holds outlives the task."""
    return mount.volume is not None and mount.volume.kind != "cache" and mount.origin != "bind"


def empty(member: Member) -> Iterator[tuple[str, str]]:
    """Folders of sockets, and those that a read-only root file system needs."""
    for mount in member.service.mounts:
        if mount.volume is None and can_mount(mount.target):
            yield label(mount.source), mount.target
    for path in member.service.writes.scratch:
        if can_mount(path):
            yield label(f"{member.service.name}{path}"), path


def secret_files(member: Member) -> tuple[File, ...]:
    """Secrets whose folder holds nothing of the image, so that a volume can take its place."""
    found = []
    for number, ((name, _, target), secret) in enumerate(
        zip(member.service.secrets, member.w.secrets, strict=True), 1
    ):
        folder = posixpath.dirname(target)
        taken = (*(c.path for c in member.w.copies), *(m.target for m in member.service.mounts))
        alone = not any(below(path, folder) or below(folder, path) for path in taken)
        if secret.form == "file" and can_mount(target) and alone and folder.count("/") > 1:
            variable = f"PLANNER_FILE_{number}"
            volume = label(f"{member.service.name}{folder}")
            found.append(File(secret, name, variable, folder, volume))
    return tuple(found)
