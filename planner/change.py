"""The numbered steps of a change for one machine: what the operator runs, and in which order.

Each command is one line for ``sh`` in the plan's folder. ``$SSH`` reaches the machine, ``$SUDO``
makes a command there run as root, ``$ENGINE`` and ``$COMPOSE`` are the container engine and its
Compose. Facts reach a command only through ``shell_word``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from msgspec import structs

from planner import volumes
from planner.model import HostPlan, Secret, Step, Volume, Workload, WorkloadPlan
from planner.store import context_folder, slug

MOVES = ("container", "container-with-changes")
_CRON_FILE = re.compile(r"/etc/cron\.(d|hourly|daily|weekly|monthly)/[A-Za-z0-9_.-]+")
_UNIT = re.compile(r"[A-Za-z0-9:_.@\\-]+\.(service|timer|socket)")
_ADDRESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:%-]*")
_LOGIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@\\-]*")
_PARKED = "/var/lib/planner-parked-cron"

# systemd's EnvironmentFile to lines NAME='value' for sh: continued lines joined, comments and
# blanks dropped, systemd's own quotes and backslashes taken off.
_FOR_SHELL = (
    r"""sed -n -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' -e 's/^[[:space:]]*//' """
    r"""-e '/^[A-Za-z_][A-Za-z0-9_]*=/!d' -e 's/[[:space:]]*$//' """
    r"""-e '/^[^=]*=".*"$/{s/="\(.*\)"$/=\1/;s/\\\([\\"$`]\)/\1/g;bq' -e '}' """
    r"""-e "/^[^=]*='.*'\$/{s/='\(.*\)'\$/=\1/;bq" -e '}' -e 's/\\\(.\)/\1/g' """
    r"""-e ':q' -e "s/'/'\\\\''/g" -e "s/=\(.*\)/='\1'/p" """
).strip()


def shell_word(text: object) -> str:
    """Quote for ``sh`` on one line: what is not printable is made by printf from octal digits.

    A line end at the very end is lost; nothing that is quoted here means one.
    """
    if str(text).isprintable():
        return shlex.quote(str(text))
    octal = "".join(
        c if c.isascii() and c.isalnum() else "".join(f"\\0{b:03o}" for b in _bytes(c))
        for c in str(text)
    )
    return f"\"$(printf '%b' '{octal}')\""


def _bytes(char: str) -> bytes:
    return char.encode("utf-8", "surrogatepass")


def moving(host: HostPlan) -> tuple[WorkloadPlan, ...]:
    """Return the workloads of a machine that become containers and whose image can be built."""
    return tuple(
        item
        for item in host.workloads
        if item.verdict.outcome in MOVES and item.image and not item.image.problems
    )


def service_name(workload: Workload) -> str:
    """Name of a workload's service in the machine's Compose file."""
    return slug(workload.name)


def container_name(host: HostPlan, workload: Workload) -> str:
    """Name of a workload's container, the same with every engine."""
    return f"{host.slug}-{service_name(workload)}"


def build_folder(host: HostPlan, item: WorkloadPlan) -> str:
    """Folder of the build context below the plan's folder."""
    return context_folder(host.slug, item.workload.name)


def secret_file(host: HostPlan, secret: Secret) -> str:
    """Place of a secret in the target's secret store, below the plan's folder."""
    path = secret.path.strip("/")
    clean = re.fullmatch(r"[A-Za-z0-9/_.+@-]+", path) and ".." not in path.split("/")
    return f"hosts/{host.slug}/secrets/{path if clean else slug(secret.path)}"


def port_variable(port: int, protocol: str) -> str:
    """Variable that publishes a port elsewhere than on the machine's own number."""
    return f"PORT_{port}" if protocol == "tcp" else f"PORT_{port}_{protocol.upper()}"


def is_loopback(address: str) -> bool:
    """Whether a listener answers to its own machine only."""
    return address.startswith("127.") or address in ("::1", "localhost", "[::1]")


def remote(command: str) -> str:
    """Run a command line on the machine as root; standard input stays with the operator."""
    return f'$SSH "$SUDO "{shell_word(command)} </dev/null'


def steps(host: HostPlan) -> tuple[Step, ...]:
    """Return the steps for what moves off this machine, in order; none if nothing does."""
    items = moving(host)
    if not items:
        return ()
    made = [
        _prepare(host, items),
        *(_build(host, item) for item in items),
        *_secrets(host, items),
        *_create(items),
        *_rehearse(items),
        _stop(host, items),
        *_move(items),
        _start(host, items),
        *(_check(host, item) for item in items),
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
    if not _ADDRESS.fullmatch(address):
        return ""
    user = f"{host.login.user}@" if _LOGIN.fullmatch(host.login.user) else ""
    return f"ssh {user}{address}"


def _prepare(host: HostPlan, items: tuple[WorkloadPlan, ...]) -> Step:
    ssh = login_command(host)
    sudo = "" if host.login.user == "root" else "sudo -n "
    before = f"hosts/{host.slug}/before"
    return Step(
        id="",
        phase="prepare",
        title="Set the variables, and see that machine and engine answer",
        commands=(
            'export ENGINE="${ENGINE:-podman}"',
            'export COMPOSE="${COMPOSE:-podman-compose}"',
            f'export SSH="${{SSH:-{ssh}}}"',
            f'export SUDO="${{SUDO-{sudo}}}"',
            "$ENGINE version",
            remote("id -u"),
            f"mkdir -p {before}",
            *(
                f"{_answer(url)} >{before}/{name}"
                for item in items
                for name, url in _addresses(host, item, _bracketed(host.address))
            ),
        ),
        note="Jump hosts, keys and ports of the inventory's own SSH arguments belong into SSH."
        if ssh
        else "The machine's address is not known: set SSH before the first line.",
        seconds=60,
        expect="an engine's version and then 0 are printed",
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
            f"BUILDAH_FORMAT=docker $ENGINE build ${{BUILD_FLAGS-}} -t {shell_word(tag)} "
            f"{build_folder(host, item)}",
        ),
        note="The first command reaches the machine through Ansible: give it -i and what else the "
        "gathering took, or set ANSIBLE_INVENTORY. BUILDAH_FORMAT keeps the health check in "
        "podman's images; docker ignores it.",
        expect=f"the image is tagged {tag}",
    )


def _secrets(host: HostPlan, items: tuple[WorkloadPlan, ...]) -> Iterable[Step]:
    for item in items:
        secrets = item.workload.secrets
        if secrets:
            yield Step(
                id="",
                phase="secrets",
                title=f"Stream the secrets of {item.workload.name} to the target",
                commands=tuple(c for s in secrets for c in _secret(host, item, s)),
                note="The values pass through a pipe into files that only the operator and the "
                "container read; no command line, image or plan holds them.",
                seconds=10 * len(secrets),
                expect="every command ends with status 0, and no file is empty",
            )


def _secret(host: HostPlan, item: WorkloadPlan, secret: Secret) -> Iterable[str]:
    file = secret_file(host, secret)
    folder = file.rpartition("/")[0]
    fetch = remote(f"cat {shell_word(secret.path)}")
    if secret.form == "env":
        fetch = f"{fetch} | {_FOR_SHELL}"
    yield f"( umask 077 && mkdir -p {folder} && {fetch} >{file} && test -s {file} )"
    owner, mode = f"{secret.owner.uid}:{secret.owner.gid}", secret.owner.mode
    if secret.form == "env":
        user = item.workload.run_as
        owner, mode = f"{user.uid}:{user.gid}" if user else "0:0", "0400"
    elif not re.fullmatch(r"[0-7]{3,4}", mode):
        mode = "0400"
    image = shell_word(item.image.tag if item.image else "")
    script = shell_word(f'chown {owner} "$1" && chmod {mode} "$1"')
    yield (
        f'$ENGINE run --rm --network none --user 0:0 -v "$PWD/{folder}:/secrets:z" '
        f"--entrypoint sh {image} -c {script} sh /secrets/{file.rpartition('/')[2]}"
    )


def _moves(items: Iterable[WorkloadPlan]) -> Iterable[tuple[Volume, volumes.Move]]:
    """Yield each volume once, with its commands."""
    seen = set()
    for item in items:
        for volume in item.workload.volumes:
            if item.image and volume.name not in seen:
                seen.add(volume.name)
                yield volume, volumes.move(volume, item.image.tag, item.image.family)


def _create(items: tuple[WorkloadPlan, ...]) -> Iterable[Step]:
    moves = [(volume, move) for volume, move in _moves(items) if move.create]
    if moves:
        yield Step(
            id="",
            phase="prepare",
            title="Create the volumes",
            commands=tuple(c for _, move in moves for c in move.create),
            seconds=len(moves),
            expect="the name of each volume is printed",
        )


def _rehearse(items: tuple[WorkloadPlan, ...]) -> Iterable[Step]:
    for volume, move in _moves(items):
        if move.rehearse and volume.consistency in ("live", "base-backup"):
            yield Step(
                id="",
                phase="rehearse",
                title=f"Rehearse the copy of {volume.name} while the service runs",
                commands=move.rehearse,
                note="The time that it takes is the time to expect of the move.",
                seconds=move.seconds,
                expect="the copy ends, and the volume's content is listed",
            )


def _move(items: tuple[WorkloadPlan, ...]) -> Iterable[Step]:
    for volume, move in _moves(items):
        yield Step(
            id="",
            phase="move",
            title=f"Move {volume.name}" if move.copy else f"{volume.name} is not copied",
            commands=(*move.copy, *move.check),
            note=" ".join((*move.notes, move.problem)).strip(),
            seconds=move.seconds if move.copy else 0,
            downtime=True,
            expect="both sides of every comparison are the same" if move.check else "",
        )


def _stop(host: HostPlan, items: tuple[WorkloadPlan, ...]) -> Step:
    jobs = [c for item in items for c in _parked(item.workload, park=True)]
    units = [remote(f"systemctl stop {shell_word(u)}") for u in _units(reversed(items))]
    rest = [i.workload.name for i in items if not _UNIT.fullmatch(i.workload.unit)]
    return Step(
        id="",
        phase="stop",
        title=f"Stop what moves on {host.name}",
        commands=(*jobs, *units),
        note=_by_hand(rest, "stopped") or "From here on the service is down.",
        downtime=True,
        expect="every command ends with status 0",
    )


def _by_hand(names: Iterable[str], word: str) -> str:
    listed = ", ".join(names)
    return f"No unit is known for {listed}: to be {word} by hand." if listed else ""


def _start(host: HostPlan, items: tuple[WorkloadPlan, ...]) -> Step:
    names = " ".join(service_name(i.workload) for i in items)
    period = max((i.workload.health.start_period for i in items if i.workload.health), default=-1)
    return Step(
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


def _check(host: HostPlan, item: WorkloadPlan) -> Step:
    w, name = item.workload, container_name(host, item.workload)
    if w.health:
        probe = " ".join(shell_word(word) for word in w.health.command)
        probe = f"$ENGINE exec {name} {probe} >/dev/null"
    else:
        probe = f"test \"$($ENGINE inspect -f '{{{{.State.Running}}}}' {name})\" = true"
    answers = (
        f'test "$({_answer(url)})" = "$(cat hosts/{host.slug}/before/{before})"'
        for before, url in _addresses(host, item, "127.0.0.1")
    )
    period = w.health.start_period if w.health else 30
    return Step(
        id="",
        phase="check",
        title=f"Check {w.name}",
        commands=(
            f"( n=0; until {probe}; do n=$((n+1)); test $n -lt {max(period, 15)} || exit 1; "
            "sleep 2; done )",
            *answers,
        ),
        note=w.health.what if w.health else "No check of the service itself is known.",
        seconds=period,
        downtime=True,
        expect="every command ends with status 0",
    )


def _addresses(host: HostPlan, item: WorkloadPlan, address: str) -> Iterable[tuple[str, str]]:
    """Name and URL of what a web server answered on the machine and answers in the container."""
    if "web" not in item.workload.traits or not address:
        return
    ports = {
        x.port
        for x in item.workload.listeners
        if x.protocol == "tcp" and not is_loopback(x.address)
    }
    for port in sorted(ports):
        scheme = "https" if str(port).endswith("443") else "http"
        number = f"${{{port_variable(port, 'tcp')}:-{port}}}" if address == "127.0.0.1" else port
        yield f"{service_name(item.workload)}-{port}", f'"{scheme}://{address}:{number}/"'


def _answer(url: str) -> str:
    return f"curl -ksS -m 20 -o /dev/null -w '%{{http_code}} %{{content_type}}' {url}"


def _bracketed(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        return ""
    return f"[{address}]" if ":" in address else address


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
        commands=tuple(remote(f"systemctl disable {shell_word(u)}") for u in _units(items)),
        note=f"Clients know this machine as {named}; ports: {', '.join(ports) or 'none'}. "
        "Repoint DNS records, load balancers and monitoring; who owns them is unknown.",
        expect="clients reach the containers under the old names",
    )


def _backout(host: HostPlan, items: tuple[WorkloadPlan, ...]) -> Step:
    units = _units(items)
    rest = [i.workload.name for i in items if not _UNIT.fullmatch(i.workload.unit)]
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
            f"{_compose(host)} down -t 60",
            *(
                remote(f"systemctl enable {shell_word(i.workload.unit)}")
                for i in items
                if i.workload.enabled == "enabled" and _UNIT.fullmatch(i.workload.unit)
            ),
            *(remote(f"systemctl start {shell_word(unit)}") for unit in units),
            *(c for item in items for c in _parked(item.workload, park=False)),
        ),
        note=" ".join(filter(None, (_by_hand(rest, "started"), loss))),
        expect="the services answer on the machine as before",
    )


def _units(items: Iterable[WorkloadPlan]) -> list[str]:
    """Return what was running and has a unit that systemd would know by this name."""
    return [
        i.workload.unit
        for i in items
        if i.workload.state == "running" and _UNIT.fullmatch(i.workload.unit)
    ]


def _parked(workload: Workload, *, park: bool) -> Iterable[str]:
    """Take a workload's own timers and cron files out of the machine's schedule, or put back."""
    for source in sorted({job.source for job in workload.jobs}):
        if source.endswith(".timer") and _UNIT.fullmatch(source):
            yield remote(f"systemctl {'stop' if park else 'start'} {shell_word(source)}")
        elif _CRON_FILE.fullmatch(source):
            there = f"{_PARKED}{source}"
            old, new = (source, there) if park else (there, source)
            script = f"mkdir -p {new.rpartition('/')[0]}; test ! -e {old} || mv {old} {new}"
            yield remote(f"sh -c {shell_word(script)}")
