"""Which workloads a machine has: every service is claimed by a detector or listed otherwise.

A detector is a module with ``detect(service) -> Workload | None`` (for jobs: ``detect(host,
job)``). Adding a kind is adding its module here, before the general one.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from planner.facts import unitfile
from planner.model import Agent, CronJob, Data, Host, TextFile, Workload
from planner.service import (
    agents,
    config,
    discover,
    jobs,
    known,
    neighbours,
    network,
    orphans,
    places,
    pm2,
    scripts,
    serving,
    traits,
    unique,
)
from planner.service.view import Service, called, program, stem
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
        return Detected(unique.named(named), tuple(order))
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
    workloads += orphans.workloads(host, found)
    with_jobs, left = jobs.assign(host, workloads, jobs.of_host(host))
    made = [(entry, job.detect(host, entry)) for entry in left]
    named = unique.named([*with_jobs, *(w for _, w in made if w)])
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
