"""Whether a service that answers nobody else is an agent of its machine, and which."""

from __future__ import annotations

import re

from planner.model import Agent, Host
from planner.service import config, forwarding, known, names, pins, traits
from planner.service.view import Service, called, stem

_EXPORTERS = frozenset(range(9100, 10000))
"""Where exporters of Prometheus are asked, by its wiki of default ports."""
_SCANNERS = re.compile(r"clamd(@.*)?|clamav-(daemon|freshclam|server)|freshclam")
_MAIL_FILTERS = re.compile(
    r"amavis(d|d-new|-mc)?|rspamd|mimedefang(\.pl)?|clamav-milter|clamsmtpd?|mailscanner"
)
_MAIL_FOLDERS = ("/etc/amavis", "/etc/amavisd", "/etc/rspamd", "/etc/exim4", "/etc/exim",
                 "/etc/postfix", "/etc/mail", "/etc/MailScanner", "/etc/dovecot")  # fmt: skip
_ASKS = re.compile(r"^[^#\n]*\b(clamd|clamav|av_scanner)\b", re.MULTILINE | re.IGNORECASE)
_OVERLAYS = frozenset({"tailscaled", "zerotier-one"})


def agent(service: Service) -> Agent | None:
    """By its unit, else by its programs where each is one's, else by its package.

    A scanner that mail is given to is a part of the mail server, and a network that is routed
    through the machine is a service to others: None, as for whatever nobody knows.
    """
    unit = service.unit.name if service.unit else ""
    name = stem(unit).partition("@")[0] if unit else service.name
    programs = names.names(service) | {name}
    if any(map(_SCANNERS.fullmatch, programs)) and scans_mail(service.host):
        return None
    if programs & _OVERLAYS:
        routed = forwarding.routes(service.host) or _forwards(service.host)
        return None if routed else Agent(name, unit, "remote access to the host")
    return (
        known.agent("amazon-ecs-init" if _of_amazon(service, name) else name, unit)
        or _by_programs(service, name, unit)
        or known.agent_by_package(
            {pins.main_package(service), pins.unit_package(service)}, unit, name
        )
        or _unknown_exporter(service, name, unit)
    )


def _forwards(host: Host) -> bool:
    """Whether the kernel passes packets on at the look, and no engine had it do so."""
    engines = host.engines.value.engines if host.engines.value else ()
    return bool(host.firewall.value and host.firewall.value.forwarding) and not any(
        e.running for e in engines
    )


def scans_mail(host: Host) -> bool:
    """Whether something on the machine gives mail to a virus scanner, or nobody could look."""
    if host.processes.unknown or host.files.unknown:
        return any(_is_filter(unit.name) for unit in host.units.value or ())
    running = (name for p in host.processes.value or () for name in names.of_process(p))
    if any(map(_MAIL_FILTERS.fullmatch, running)):
        return True
    if any(_is_filter(u.name) and u.active == "active" for u in host.units.value or ()):
        return True
    return any(_ASKS.search(file.text) for file in config.texts(host, _MAIL_FOLDERS))


def _is_filter(unit: str) -> bool:
    return _MAIL_FILTERS.fullmatch(stem(unit).partition("@")[0]) is not None


def _of_amazon(service: Service, name: str) -> bool:
    """``ecs`` is Amazon's agent where it starts that, and somebody's own program elsewhere."""
    return name == "ecs" and "amazon-ecs-init" in called(service)


def _by_programs(service: Service, name: str, unit: str) -> Agent | None:
    found = [known.agent_by_program(called) for called in names.each(service)]
    told = [one for one in found if one is not None]
    if not told or len(told) < len(found):
        return None
    return Agent(name if unit else told[0].name, unit, told[0].purpose, told[0].fate)


def _unknown_exporter(service: Service, name: str, unit: str) -> Agent | None:
    """Something called an exporter that answers where those of Prometheus do."""
    ports = {entry.port for entry in service.listeners}
    if not ports or not ports <= _EXPORTERS or not known.is_exporter(name):
        return None
    if traits.entries(service):
        return None
    return Agent(name, unit, "monitoring: metrics of an application", "sidecar")
