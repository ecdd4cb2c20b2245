"""Which workloads a machine has: every service is claimed by a detector or listed otherwise.

A detector is a module with ``detect(service) -> Workload | None`` (for jobs: ``detect(host,
job)``). Adding a kind is adding its module here, before the general one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from planner.facts import unitfile
from planner.model import Agent, CronJob, Data, Host, Listener, TextFile, Volume, Workload
from planner.service import (
    agents,
    config,
    discover,
    jobs,
    known,
    neighbours,
    network,
    places,
    pm2,
    scripts,
    serving,
    sockets,
    traits,
)
from planner.service.view import Service, called, program, stem, why_unknown
from planner.store import slug
from planner.workloads import (
    apache,
    binary,
    bind,
    caddy,
    dotnet,
    dovecot,
    elasticsearch,
    etcd,
    exporter,
    gitea,
    grafana,
    haproxy,
    influxdb,
    java,
    jenkins,
    job,
    kafka,
    kernel,
    memcached,
    mongodb,
    mosquitto,
    mysql,
    nats,
    nginx,
    node,
    openldap,
    pgbouncer,
    phpfpm,
    postfix,
    postgresql,
    prometheus,
    python,
    rabbitmq,
    redis,
    registry,
    ruby,
    runner,
    service,
    squid,
    tomcat,
    traefik,
    uwsgi,
    varnish,
    wildfly,
    windows,
)

_RELAYS = frozenset({"postfix", "master", "exim4", "exim", "sendmail", "nullmailer", "msmtpd"})
DETECTORS = (
    nginx.detect,
    apache.detect,
    haproxy.detect,
    varnish.detect,
    squid.detect,
    caddy.detect,
    traefik.detect,
    phpfpm.detect,
    postgresql.detect,
    redis.detect,
    mysql.detect,
    memcached.detect,
    etcd.detect,
    influxdb.detect,
    elasticsearch.detect,
    mongodb.detect,
    registry.detect,
    prometheus.detect,
    exporter.detect,
    grafana.detect,
    gitea.detect,
    jenkins.detect,
    runner.detect,
    pgbouncer.detect,
    rabbitmq.detect,
    kafka.detect,
    mosquitto.detect,
    nats.detect,
    postfix.detect,
    dovecot.detect,
    openldap.detect,
    bind.detect,
    kernel.detect,
    uwsgi.detect,
    python.detect,
    tomcat.detect,
    wildfly.detect,
    java.detect,
    node.detect,
    ruby.detect,
    dotnet.detect,
    binary.detect,
)
"""Asked in this order; who answers first has the service, the rest is for the general one."""


class Detected(Data, frozen=True):
    """Everything that runs on a machine, besides the operating system's own plumbing."""

    workloads: tuple[Workload, ...] = ()
    agents: tuple[Agent, ...] = ()
    leftover_jobs: tuple[CronJob, ...] = ()


def detect(host: Host) -> Detected:
    """Return the workloads of a machine by name, its agents, and the jobs of neither.

    Nothing is made up: what could not be seen is in the ``unknowns`` of the workload that it would
    belong to.
    """
    if host.status != "seen":
        return Detected()
    if host.windows is not None:
        named, kept = windows.detect(host, host.windows)
        order = sorted(kept, key=lambda agent: (agent.name, agent.unit))
        return Detected(_unique(named), tuple(order))
    found = discover.services(host)
    listed: dict[tuple[str, str], Agent] = {}
    workloads: list[Workload] = []
    texts: dict[str, tuple[TextFile, ...]] = {}
    wants: dict[str, frozenset[str]] = {}
    for candidate in (part for one in found.services for part in pm2.parts(one)):
        if _is_umbrella(candidate, found.services):
            continue
        claimed = _claim(candidate)
        if isinstance(claimed, Agent):
            listed[claimed.name, claimed.unit] = claimed
        elif claimed is not None:
            workloads.append(claimed)
            texts[claimed.id] = _texts(host, candidate, claimed)
            wants[claimed.id] = _wants(candidate)
    workloads += [_orphan(host, entry, number) for number, entry in _orphans(host, found)]
    with_jobs, left = jobs.assign(host, workloads, jobs.of_host(host))
    made = [(entry, job.detect(host, entry)) for entry in left]
    named = _unique([*with_jobs, *(w for _, w in made if w)])
    tied = network.couplings(host, named, texts, wants)
    return Detected(
        tuple(neighbours.finished(host, w, tied, texts.get(w.id, ())) for w in tied),
        tuple(listed[key] for key in sorted(listed)),
        tuple(entry for entry, w in made if w is None),
    )


def _claim(candidate: Service) -> Workload | Agent | None:
    """Plumbing is nobody's (None); agents stay with the machine; the rest is a workload.

    The lists of names come first: a detector would take what is written in Python for somebody's.
    They count only for what does not serve other machines.
    """
    unit = candidate.unit.name if candidate.unit else ""
    name = stem(unit).partition("@")[0] if unit else candidate.name
    if _switched_off(candidate):
        return None
    if not serving.serves(candidate):
        if _plumbing(candidate):
            return None
        if agent := agents.agent(candidate):
            return agent
    if relay := _mail_relay(candidate):
        return relay
    claimed, broken = _detected(candidate)
    if claimed:
        return claimed
    if known.is_filter(name):
        return Agent(name, unit, "packet filter of the host, which forwards for nobody")
    found = service.detect(candidate)
    return replace(found, unknowns=(*found.unknowns, *broken))


def _detected(candidate: Service) -> tuple[Workload | None, tuple[str, ...]]:
    """What a detector says, else why one that might have could not: what a machine says in its
    configuration must not end the plan of all others."""
    broken: list[str] = []
    for entry in DETECTORS:
        try:
            if workload := entry(candidate):
                return workload, ()
        except (ValueError, LookupError, TypeError, RecursionError, OverflowError) as error:
            kind = entry.__module__.rpartition(".")[2]
            broken.append(
                f"What its configuration says was not understood ({kind}: {type(error).__name__}): "
                "it is planned as a service of no known kind."
            )
    return None, tuple(broken)


def _plumbing(candidate: Service) -> bool:
    if candidate.unit:
        name = stem(candidate.unit.name)
        if known.is_display_manager(name) and known.has_desktop(candidate.host):
            return False
        return known.is_base(name) and not _own(candidate)
    own = places.role(program(candidate)) in ("application", "content", "data", "home")
    return not own and any(known.is_base(name) for name in called(candidate))


def _switched_off(candidate: Service) -> bool:
    seen = candidate.host.processes
    if candidate.unit is None or candidate.processes or candidate.listeners or seen.partial:
        return False
    return seen.value is not None and scripts.switched_off(candidate.host, candidate.unit)


def _own(candidate: Service) -> bool:
    """A unit or init script that somebody wrote under a name of the system's own."""
    unit, host = candidate.unit, candidate.host
    if unit is None:
        return False
    if path := scripts.script(unit):
        listed = () if host.config_files.partial else host.config_files.value or ()
        return any(f.path == path and f.state == "unowned" for f in listed)
    return unit.path.startswith("/etc/systemd/system/") and not unit.name.startswith("systemd-")


def _mail_relay(candidate: Service) -> Agent | None:
    """A mail server that answers to its own machine only is a satellite of it."""
    if not called(candidate) & _RELAYS or "mail" not in traits.of(candidate):
        return None
    if candidate.host.listeners.unknown or (
        candidate.listeners and not network.only_loopback(candidate.listeners)
    ):
        return None
    unit = candidate.unit.name if candidate.unit else ""
    return Agent(candidate.name, unit, "local mail of the host")


def _is_umbrella(candidate: Service, every: Sequence[Service]) -> bool:
    """postgresql.service and openvpn.service only stand for their instances."""
    unit = candidate.unit
    if unit is None or candidate.processes or unit.active == "failed":
        return False
    umbrella = stem(unit.name) in ("postgresql", "openvpn", "nfs", "redis", "memcached", "tomcat")
    once = unit.sub == "exited" or unitfile.value(unit, "Service", "Type") == "oneshot"
    return (umbrella and once) or any(
        other.unit is not None and other.unit.name.startswith(f"{stem(unit.name)}@") and umbrella
        for other in every
    )


def _texts(host: Host, candidate: Service, workload: Workload) -> tuple[TextFile, ...]:
    """Configuration that may name other services: copies, secrets and their own folders."""
    named = [c.path for c in workload.copies] + [s.path for s in workload.secrets]
    folders = config.own_folders(called(candidate) | {workload.name.partition("@")[0]})
    return config.texts(host, [*folders, *named], named)


def _wants(candidate: Service) -> frozenset[str]:
    unit = candidate.unit
    if unit is None:
        return frozenset()
    names = ("Requires", "Requisite", "Wants", "BindsTo", "PartOf", "After")
    written = [v for n in names for v in unitfile.values(unit, "Unit", n)]
    return frozenset(" ".join(written).split())


def _orphans(host: Host, found: sockets.Found) -> list[tuple[int, Listener]]:
    """One of each port whose process was not seen, without those of the system itself."""
    ssh = any(
        stem(u.name) in ("ssh", "sshd") and u.active == "active" for u in host.units.value or ()
    )
    kept: dict[tuple[int, str], Listener] = {}
    for entry in found.orphans:
        system = (
            (entry.port == 22 and ssh)
            or (entry.protocol == "udp" and entry.port in (68, 546, 5353, 323))
            or (entry.port in (53, 5355) and entry.address.startswith("127."))
        )
        if not system:
            kept.setdefault((entry.port, entry.protocol), entry)
    return [(port, kept[port, protocol]) for port, protocol in sorted(kept)]


def _orphan(host: Host, entry: Listener, port: int) -> Workload:
    name = f"listener-{entry.protocol}-{port}"
    reason = (
        host.listeners.partial
        or host.processes.unknown
        or host.processes.partial
        or ("the kernel itself, or a process that the look could not see")
    )
    return Workload(
        id=f"{host.name}/{name}",
        host=host.name,
        name=name,
        kind="service",
        title=f"something that listens on {entry.protocol} port {port}",
        state="running",
        listeners=(entry,),
        unknowns=(
            f"What listens on {entry.protocol} port {port} is not known: {reason}.",
            "How it is started is not known, so no container can be derived.",
            *why_unknown(host.units, "Which units run"),
        ),
    )


def _unique(workloads: Sequence[Workload]) -> tuple[Workload, ...]:
    """Sorted by name; a name that comes twice gets a number. Volumes are named for the machine,
    too, since two machines may come to one target. A path of two workloads is one volume.
    """
    seen: dict[str, int] = {}
    taken: set[str] = set()
    found: list[Workload] = []
    held: dict[str, str] = {}
    for workload in sorted(workloads, key=lambda w: (w.name, w.title)):
        number = seen[workload.name] = seen.get(workload.name, 0) + 1
        name = workload.name if number == 1 else f"{workload.name}-{number}"
        volumes = []
        for volume in _widened(workload, workloads):
            path = volume.path.strip("/").replace("/", "-")
            made = held.get(volume.path) or slug(
                f"{slug(workload.host)}-{name}-{path}".replace("@", "-"), taken
            )
            held[volume.path] = made
            taken.add(made)
            volumes.append(replace(volume, name=made))
        found.append(
            replace(workload, name=name, id=f"{workload.host}/{name}", volumes=tuple(volumes))
        )
    return tuple(found)


def _widened(workload: Workload, every: Sequence[Workload]) -> Iterable[Volume]:
    """Its volumes; for content that lies inside of another one's (a document root in the folder of
    its application), that one: two volumes of the same files would part."""
    outer = {
        v.path: v
        for other in every
        for v in other.volumes
        if v.kind in ("content", "upload") and v.consistency != "none"
    }
    done: set[str] = set()
    for volume in workload.volumes:
        around = [
            o
            for path, o in outer.items()
            if volume.kind in ("content", "upload")
            and path != volume.path
            and places.below(volume.path, path)
        ]
        if around:
            widest = min(around, key=lambda o: len(o.path))
            reason = f"{volume.path} in it: {volume.reason}"
            volume = replace(widest, reason=reason, read_only=volume.read_only)
        if volume.path not in done:
            done.add(volume.path)
            yield volume
