"""Any other service: what its unit, its package and its configuration say of it."""

from __future__ import annotations

from planner.model import Health, Workload
from planner.service import health, traits
from planner.service.general import Known, described, main_package, names
from planner.service.view import Service

# fmt: off
_REAPS = frozenset({
    "apache2", "httpd", "lighttpd", "haproxy", "mysqld", "mariadbd", "memcached", "dovecot",
    "master", "postfix", "php-fpm", "supervisord", "named", "vsftpd",
})
# fmt: on
_NOT_HTTP = frozenset({8005, 8009})
"""Tomcat's: where it is told to stop, and AJP."""


def detect(service: Service) -> Workload:
    """The workload of a service that no other detector claimed."""
    found = traits.of(service)
    return described(
        service,
        Known(
            "service",
            _title(service, main_package(service)),
            found,
            needs_init=not names(service) & _REAPS,
            health=_health(service, found),
        ),
    )


def _title(service: Service, package: str) -> str:
    told = ""
    for section, name, value in service.unit.directives if service.unit else ():
        told = value if (section, name) == ("Unit", "Description") and "%" not in value else told
    return told[:120] or package or service.name


def _health(service: Service, found: tuple[str, ...]) -> Health | None:
    if "web" in found:
        for listener in sorted(service.listeners, key=lambda entry: entry.port):
            address = health.target(listener)
            if (
                listener.protocol == "tcp"
                and listener.port % 1000 != 443
                and listener.port not in _NOT_HTTP
                and (address.startswith("127."))
            ):
                return health.http(listener.port, address=address)
    return health.of_listeners(service.listeners)
