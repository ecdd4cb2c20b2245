"""Exporters for Prometheus that serve others: those that look at other machines, and those of one
program that listen beside the usual ports. What belongs to the host is an agent, and not asked.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from planner.model import Adaptation, Health, Workload
from planner.service import formats, health, optioned, pins, places
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.view import Service, called

_NAME = re.compile(r"(?:prometheus-)?([a-z0-9-]+?)[_-]exporter")
_PORTS = {"blackbox": 9115, "snmp": 9116, "mysqld": 9104, "postgres": 9187, "redis": 9121,
          "nginx": 9113, "apache": 9117, "haproxy": 9101, "statsd": 9102, "graphite": 9108,
          "json": 7979, "memcached": 9150, "elasticsearch": 9114}  # fmt: skip
"""Where they listen by default, by Prometheus's list of ports."""
_ALIVE = {"blackbox": "/-/healthy", "statsd": "/-/healthy", "json": "/-/healthy"}
"""Paths that answer without a look at anything else; / is a page of links."""
_CONFIG = ("config.file", "config.my-cnf", "config", "config.path", "extend.query-path",
           "statsd.mapping-config", "graphite.mapping-config", "redis.password-file",
           "script", "tls-client-cert-file", "tls-client-key-file", "tls-ca-cert-file",
           "es.ca", "es.client-cert", "es.client-private-key")  # fmt: skip
"""Options that name a file which it reads."""
_PING = ("net.ipv4.ping_group_range", "0 2147483647")
_DEFAULT = {"blackbox": "/etc/prometheus/blackbox.yml", "snmp": "/etc/prometheus/snmp.yml"}
"""As Debian's packages have it."""
_USUAL_PING = Adaptation(
    "other",
    "net.ipv4.ping_group_range lets its group send pings",
    "the program on the machine may open raw sockets; its container may not",
)


def detect(service: Service) -> Workload | None:
    """By its name; any other: None."""
    found = (_NAME.fullmatch(name) for name in sorted(called(service)))
    of = next((m[1] for m in found if m), "")
    if not of:
        return None
    words = optioned.argv(service)
    flags = optioned.flags(words)
    packaged = bool(pins.main_package(service))
    files = [places.clean(flags[f]) for f in _CONFIG if flags.get(f, "").startswith("/")]
    files += [_DEFAULT[of]] if of in _DEFAULT and packaged and not files else []
    text = (service.host.files.value or {}).get(files[0]) if files else None
    settings = formats.flat(text.text) if text else {}
    # Who has not seen its modules cannot say that it sends none.
    pings = of == "blackbox" and (not settings or "icmp" in _probers(settings))
    web = places.clean(flags.get("web.config.file", ""))
    made = described(
        service,
        Known(
            "exporter",
            f"Prometheus exporter ({of})",
            stop_signal="SIGTERM",
            needs_init=False,
            folders=tuple(f for f in (*files, web) if places.role(f) == "config") if files else (),
            command=optioned.command(service, words),
            packages=(optioned.TRUSTED,),
            named=[*files, web],
            keys=[*files, web, *_keys(settings)],
            health=_health(service, of, flags, tls=bool(web)),
            adaptations=[_USUAL_PING] if pings else [],
            run_as=container_user(service),
        ),
    )
    if pings:
        made = replace(made, sysctls=tuple(dict.fromkeys((*made.sysctls, _PING))))
    return optioned.settled(service, made)


def _probers(settings: dict[str, str]) -> set[str]:
    return {v for k, v in settings.items() if k.endswith(".prober")}


def _keys(settings: dict[str, str]) -> list[str]:
    told = (v for k, v in settings.items() if re.fullmatch(r".*[._](file|key|cert)", k))
    return [p for v in told if (p := places.clean(v))]


def _health(service: Service, of: str, flags: dict[str, str], *, tls: bool) -> Health | None:
    told = flags.get("web.listen-address", flags.get("statsd.web.listen-address", ""))
    if not told and of not in _PORTS:
        return health.of_listeners(service.listeners)
    port = optioned.port(told, _PORTS.get(of, 0))
    if not port or tls:
        return health.tcp(port) if port else health.of_listeners(service.listeners)
    return health.http(port, path=_ALIVE.get(of, "/"))
