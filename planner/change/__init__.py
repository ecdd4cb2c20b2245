"""The numbered steps of a change for one machine: what the operator runs, and in which order.

Each command is one line for ``sh`` in the plan's folder. ``$SSH`` reaches the machine, ``$SUDO``
makes a command there run as root, ``$ENGINE`` and ``$COMPOSE`` are the container engine and its
Compose. Facts reach a command only through ``shell_word``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import structs

from planner.change import checks, data, schedule, secrets
from planner.change.names import (
    build_folder,
    moving,
    service_name,
)
from planner.model import HostPlan, Step, WorkloadPlan
from planner.service import stopping
from planner.service.network import is_loopback
from planner.shell import remote, shell_word

_LOGIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@\\-]*")


def steps(host: HostPlan) -> tuple[Step, ...]:
    """Return the steps for what moves off this machine, in order; none if nothing does."""
    items = moving(host)
    if not items:
        return ()
    made = [
        _prepare(host, items),
        *(_build(host, item) for item in items),
        *secrets.steps(host, items),
        *data.create(items),
        *data.rehearse(items),
        _stop(host, items),
        *data.move(items),
        *_start(host, [i for i in items if i.workload.kind != "job"]),
        *(checks.step(host, item) for item in items if item.workload.kind != "job"),
        *_jobs(host, items),
        _cutover(host, items),
        _backout(host, items),
    ]
    return tuple(_numbered(made))


def _numbered(made: Iterable[Step]) -> Iterable[Step]:
    for number, step in enumerate(made, 1):
        yield structs.replace(step, id=f"{number:02d}")


def login_command(host: HostPlan) -> str:
    """How the operator reaches the machine, as the inventory does; empty if that is unknown."""
    address = host.address or host.name
    if not checks.ADDRESS.fullmatch(address):
        return ""
    user = f"{host.login.user}@" if _LOGIN.fullmatch(host.login.user) else ""
    port = f"-p {host.login.port} " if host.login.port not in (0, 22) else ""
    return f"ssh {port}{user}{address}"


def _prepare(host: HostPlan, items: tuple[WorkloadPlan, ...]) -> Step:
    ssh = login_command(host)
    sudo = "" if host.login.user == "root" else "sudo -n "
    before = f"hosts/{host.slug}/before"
    admits = any(i.workload.admissions for i in items)
    asks = [
        f"{ask} >{before}/{name}"
        for item in items
        for name, ask in checks.requests(host, item, checks.bracketed(host.address))
    ]
    note = (
        "Jump hosts and keys of the inventory's own SSH arguments belong into SSH."
        if ssh
        else "The machine's address is not known: set SSH before the first line."
    )
    if admits:
        note += " CLIENT_NETWORK: the network that clients in containers come from."
    return Step(
        id="",
        phase="prepare",
        title="Set the variables, and see that machine and engine answer",
        commands=(
            'export ENGINE="${ENGINE:-podman}"',
            'export COMPOSE="${COMPOSE:-podman-compose}"',
            f'export SSH="${{SSH:-{ssh}}}"',
            f'export SUDO="${{SUDO-{sudo}}}"',
            *(('export CLIENT_NETWORK="${CLIENT_NETWORK-}"',) if admits else ()),
            "$ENGINE version",
            remote("id -u"),
            f"mkdir -p {before}",
            *asks,
        ),
        note=note,
        seconds=60,
        expect="an engine's version and then 0 are printed"
        + (", and every curl ends with status 0" if asks else ""),
    )


def _build(host: HostPlan, item: WorkloadPlan) -> Step:
    tag = item.image.tag if item.image else ""
    target = shell_word(item.workload.id)
    return Step(
        id="",
        phase="build",
        title=f"Fetch the files of {item.workload.name} and build its image",
        commands=(
            f"planner extract . {target}",
            *_admit(host, item),
            f"BUILDAH_FORMAT=docker $ENGINE build ${{BUILD_FLAGS-}} -t {shell_word(tag)} "
            f"{build_folder(host, item)}",
        ),
        note="The first command reaches the machine through Ansible: give it -i and what else the "
        "gathering took, or set ANSIBLE_INVENTORY. BUILDAH_FORMAT keeps the health check in "
        f"podman's images; docker ignores it.{_repositories(item)}",
        expect=f"the image is tagged {tag}",
    )


def _repositories(item: WorkloadPlan) -> str:
    """What the build needs beyond the repositories of its base."""
    found = item.image.sources if item.image else ()
    hosts = ", ".join(sorted({host for source in found for host in source.hosts}))
    keys = any(file.kind == "key" for source in found for file in source.files)
    if not hosts:
        return ""
    fetched = ", whose public keys come with the first command" if keys else ""
    return f" The build takes packages from {hosts}, too{fetched}."


def _admit(host: HostPlan, item: WorkloadPlan) -> Iterable[str]:
    """Let clients in from ``CLIENT_NETWORK`` wherever the machine let some in by address."""
    context = f"{build_folder(host, item)}/rootfs"
    for line in item.workload.admissions:
        if ".." in line.path.split("/"):
            continue
        words = f'{shell_word(line.before)}"$CLIENT_NETWORK"{shell_word(line.after)}'
        yield (
            f"test -z \"${{CLIENT_NETWORK-}}\" || printf '%s\\n' {words} "
            f">>{shell_word(context + line.path)}"
        )


def _stop(host: HostPlan, items: tuple[WorkloadPlan, ...]) -> Step:
    jobs = schedule.parked(host, items, park=True)
    counted = [i for i in items if i.workload.census]
    # What writes into counted data stops before it is counted.
    writers = _stopped(i for i in items if i not in counted)
    rest = [i.workload.name for i in items if not schedule.UNIT.fullmatch(i.workload.unit)]
    return Step(
        id="",
        phase="stop",
        title=f"Stop what moves on {host.name}",
        commands=(
            *jobs,
            *writers,
            *checks.census_before(host, items),
            *_stopped(counted),
        ),
        note=" ".join(
            filter(
                None,
                (
                    schedule.by_hand(rest, "stopped") or "From here on the service is down.",
                    schedule.crontabs_by_hand(host, items),
                    _clients(counted),
                ),
            )
        ),
        downtime=True,
        expect="every command ends with status 0",
    )


def _clients(counted: Iterable[WorkloadPlan]) -> str:
    """Clients on other machines write on while the data is counted."""
    names = [i.workload.name for i in counted if i.workload.clients or i.workload.admissions]
    if not names:
        return ""
    return (
        f"{', '.join(names)} has clients on other machines: stop them first, or what they write "
        "between the count and the stop makes the check of the counts differ."
    )


def _stopped(items: Iterable[WorkloadPlan]) -> list[str]:
    every = schedule.units(reversed(tuple(items)))
    return [remote(f"systemctl stop {shell_word(unit)}") for unit in every]


def _start(host: HostPlan, items: Sequence[WorkloadPlan]) -> Iterable[Step]:
    if not items:
        return
    names = " ".join(service_name(i.workload) for i in items)
    period = max((i.workload.health.start_period for i in items if i.workload.health), default=-1)
    yield Step(
        id="",
        phase="start",
        title="Start the containers",
        commands=(f"{_compose(host)} up -d --no-build {names}",),
        seconds=period,
        downtime=True,
        expect="every container is listed as running",
    )


def _compose(host: HostPlan) -> str:
    return f"$COMPOSE -f hosts/{host.slug}/compose.yaml"


def _jobs(host: HostPlan, items: tuple[WorkloadPlan, ...]) -> Iterable[Step]:
    names = [job.name for i in items for job in i.workload.jobs]
    if names:
        yield Step(
            id="",
            phase="cutover",
            title=f"Schedule the jobs on the target: {', '.join(names)}",
            commands=(f"cat hosts/{host.slug}/jobs.cron",),
            note="The lines are for the target's own scheduler, in a crontab of whoever may run "
            "$COMPOSE: put in the plan's folder and the Compose, and run each once by hand. On the "
            "machine they are parked since the stop.",
            expect="each job ran once in its container and left what it leaves on the machine",
        )


def _cutover(host: HostPlan, items: tuple[WorkloadPlan, ...]) -> Step:
    named = ", ".join(dict.fromkeys((*host.names, *host.addresses))) or "unknown"
    ports = sorted(
        {
            f"{x.port}/{x.protocol}"
            for i in items
            for x in i.workload.listeners
            if not is_loopback(x.address)
        }
    )
    return Step(
        id="",
        phase="cutover",
        title="Point names and addresses to the target, and keep the units from coming back",
        commands=tuple(
            schedule.kept_away(u) for u in schedule.units(items) if not u.endswith(".timer")
        ),
        note=f"Clients know this machine as {named}; ports: {', '.join(ports) or 'none'}. "
        "Repoint DNS records, load balancers and monitoring; who owns them is unknown.",
        expect="clients reach the containers under the old names",
    )


def _backout(host: HostPlan, items: tuple[WorkloadPlan, ...]) -> Step:
    units = schedule.units(items)
    rest = [i.workload.name for i in items if not schedule.UNIT.fullmatch(i.workload.unit)]
    written = [v.name for i in items for v in i.workload.volumes if not v.read_only]
    loss = (
        "What the containers wrote since they started is not on the machine: "
        f"it stays in the volumes {', '.join(written)}."
        if written
        else "The containers wrote no data that would be lost."
    )
    return Step(
        id="",
        phase="backout",
        title=f"Backout: take the containers down, start the services on {host.name}",
        commands=(
            f"{_compose(host)} down -t {max(stopping.of(i.workload) for i in items)}",
            *(schedule.brought_back(unit) for unit in units),
            *(remote(f"systemctl start {shell_word(unit)}") for unit in units),
            *schedule.parked(host, items, park=False),
            f"rm -rf hosts/{host.slug}/secrets",
        ),
        note=" ".join(filter(None, (schedule.by_hand(rest, "started"), loss))),
        expect="the services answer on the machine as before",
    )
