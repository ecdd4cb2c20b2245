"""The commands that bring a machine's containers to each target, one line for ``sh`` each.

Run in the plan's folder, after the change streamed the secrets and filled the volumes there.
``$ENGINE`` is docker or podman, ``$REGISTRY`` where the nodes pull from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from planner.change.names import moving
from planner.model import Data, HostPlan
from planner.render.ecs import Task
from planner.render.kubernetes import Set
from planner.render.kubernetes_storage import Claim
from planner.render.loading import loaded
from planner.render.pods import label
from planner.render.quadlet import Units
from planner.render.services import services
from planner.shell import shell_word

_NAMED = 'sed "s#registry[.]invalid/#$REGISTRY/#"'
_LOAD = "app.kubernetes.io/component=load"
_ACCOUNT = (
    "PLANNER_REGION",
    "PLANNER_ACCOUNT",
    "PLANNER_EXECUTION_ROLE",
    "PLANNER_FILE_SYSTEM",
)


class Commands(Data, frozen=True):
    """Empty where a target was not asked for."""

    registry: tuple[str, ...]
    kubernetes: tuple[str, ...]
    swarm: tuple[str, ...]
    quadlet: tuple[str, ...]
    ecs: tuple[str, ...]


Secrets = Sequence[tuple[str, str]]
"""(name, file beside the Compose file) of each."""


def commands(
    host: HostPlan,
    secrets: Secrets,
    sets: Sequence[Set],
    claims: Sequence[Claim],
    stacked: bool,
    units: Units,
    tasks: Sequence[Task],
) -> Commands:
    """Say how a machine's containers come to the targets that were asked for."""
    return Commands(
        registry=tuple(_pushed(host)) if sets or stacked or tasks else (),
        kubernetes=tuple(_kubernetes(host, secrets, sets, claims)) if sets else (),
        swarm=tuple(_swarm(host, secrets)) if stacked else (),
        quadlet=tuple(_quadlet(host, secrets, units)) if units.containers else (),
        ecs=tuple(_ecs(host, tasks)) if tasks else (),
    )


def _pushed(host: HostPlan) -> Iterator[str]:
    yield "export REGISTRY=..."
    for item in moving(host):
        tag = shell_word(item.image.tag if item.image else "")
        there = f'"$REGISTRY"/{tag}'
        yield f"$ENGINE tag {tag} {there} && $ENGINE push {there}"


def _file(host: HostPlan, file: str) -> str:
    """A secret's file from the plan's folder."""
    return f"hosts/{host.slug}/{file.removeprefix('./')}"


def _read(host: HostPlan, file: str) -> str:
    """Print a secret, which belongs to the container's user by now, as root of a container; what
    follows the pipe is not started where the file cannot be reached."""
    image = next(s.image for s in services(host) if file in (f for _, f, _ in s.secrets))
    folder, _, name = _file(host, file).rpartition("/")
    run = f'$ENGINE run --rm --network none --user 0:0 -v "$PWD/{folder}:/secrets:ro,z"'
    there = f"{shell_word(image)} {{}}/secrets/{name}"
    known = f"{run} --entrypoint test {there.format('-f ')}"
    return f"{known} && {run} --entrypoint cat {there.format('')}"


def _kubernetes(
    host: HostPlan, secrets: Secrets, sets: Sequence[Set], claims: Sequence[Claim]
) -> Iterator[str]:
    space, folder = label(host.slug), f"hosts/{host.slug}/kubernetes"
    yield f"kubectl apply -f {folder}/namespace.yaml"
    for name, file in secrets:
        made = f"kubectl -n {space} create secret generic {label(name)}"
        yield f"{_read(host, file)} | {made} --from-file=value=/dev/stdin"
    if any(c.room.bytes > 0 for c in claims):
        yield f"kubectl -n {space} apply -f {folder}/storage.yaml"
    if claims:
        # The pods that fill claims are root's, which the restricted standard refuses.
        enforced = f"kubectl label namespace {space} pod-security.kubernetes.io/enforce"
        yield f"{enforced}=baseline --overwrite"
        yield f"{_NAMED} {folder}/load.yaml | kubectl -n {space} apply -f -"
        yield f"kubectl -n {space} wait --for=condition=Ready pod -l {_LOAD}"
        for found in sets:
            yield from loaded(space, found, claims)
        yield f"kubectl -n {space} delete pod -l {_LOAD}"
    yield f"kubectl kustomize {folder} | {_NAMED} | kubectl apply -f -"


def _swarm(host: HostPlan, secrets: Secrets) -> Iterator[str]:
    yield "export NODE=..."
    for name, file in secrets:
        yield f"{_read(host, file)} | docker secret create {name} -"
    yield f"docker stack deploy -c hosts/{host.slug}/stack.yaml {label(host.slug)}"


def _quadlet(host: HostPlan, secrets: Secrets, units: Units) -> Iterator[str]:
    folder = f"hosts/{host.slug}/quadlet"
    timers = [t.name for t in units.timers if t.settings]
    kinds = ["container", "network", *(["volume"] if units.volumes else [])]
    kinds += ["pod"] if units.pods else []
    for name, file in secrets:
        yield f"podman secret create {name} {shell_word(_file(host, file))}"
    files = " ".join(f"{folder}/*.{kind}" for kind in kinds)
    yield f"install -D -m 0644 -t /etc/containers/systemd {files}"
    if timers:
        yield f"install -m 0644 -t /etc/systemd/system {folder}/*.timer"
    yield "systemctl daemon-reload"
    for pod in units.pods:
        yield f"systemctl start {pod.name}-pod.service"
    for container in units.containers:
        if not container.s.job and not container.pod:
            yield f"systemctl start {container.name}.service"
    for name in timers:
        yield f"systemctl enable --now {name}.timer"


def _ecs(host: HostPlan, tasks: Sequence[Task]) -> Iterator[str]:
    yield "export PLANNER_REGISTRY=$REGISTRY " + " ".join(f"{n}=..." for n in _ACCOUNT)
    for name, file in sorted({s for t in tasks for s in t.secrets}):
        made = f"aws secretsmanager create-secret --name {name}"
        yield f"{_read(host, file)} | {made} --secret-string file:///dev/stdin"
    names = " ".join(f"${name}" for name in ("PLANNER_REGISTRY", *_ACCOUNT))
    for task in tasks:
        if not task.problem:
            yield (
                f"envsubst '{names}' <hosts/{host.slug}/ecs/{task.name}.json >task.json && "
                "aws ecs register-task-definition --cli-input-json file://task.json"
            )
