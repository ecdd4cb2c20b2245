"""Whether what goes by the name of plumbing or of an agent answers other machines as a service."""

from __future__ import annotations

import re

from planner.model import Host, Listener
from planner.service import config, network
from planner.service.view import Service, called

_EPHEMERAL = 32768
"""From here on Linux takes ports for clients (ip_local_port_range): what a program that only sends
datagrams listens on is where the answers come back to."""
_ANY = range(65536)
_NTP = re.compile(r"ntp|ntpd|ntpsec")
_OWN: tuple[tuple[str, range | frozenset[int]], ...] = (
    # Logins stay with the machine; these ask others and are answered at any port.
    (r"sshd?|sshd-.*|dropbear|dhclient.*|dhcpcd|udhcpc|avahi-.*", _ANY),
    # What NFS, as a client or as a server that is a workload itself, needs beside it.
    (r"rpc\.?bind|portmap|rpc[.-].*|rpc[a-z]*gssd|rpcidmapd|nfslock|nfs-.*|nfsdcl.*|ypbind", _ANY),
    (r"quotarpc", frozenset({875})),
    (r"NetworkManager|networking|network|wicked.*|ifup", frozenset({68, 546})),
    (r"systemd-networkd", frozenset({68, 546})),
    (r"systemd-resolve(d)?", frozenset({5353, 5355})),
    (r"cups-browsed", frozenset({631})),
    (r"[a-z0-9_-]+[-_]exporter", range(9100, 10000)),
    (r"jmx_prometheus.*|cadvisor", frozenset({8080, *range(9100, 10000)})),
    (r"grafana-(agent.*|alloy)|alloy", frozenset({12345})),
    (r"otelcol.*|opentelemetry-collector", frozenset({4317, 4318, 8888, 13133})),
    (r"datadog-.*|agent|trace-agent|process-agent", frozenset({5001, 8125, 8126})),
    (r"zabbix[-_]agent(2|d)?", frozenset({10050})),
    (r"nagios-nrpe-server|nrpe", frozenset({5666})),
    (r"ncpa.*", frozenset({5693})),
    (r"gmond|ganglia-monitor", frozenset({8649})),
    (r"lldpd", _ANY),
    (r"omi(d|server|engine)?|scx.*", frozenset({1270, 5985, 5986})),
    (r"check[-_]mk-agent.*|cmk-agent-ctl.*", frozenset({6556})),
    (r"munin-node", frozenset({4949})),
    (r"collectd", frozenset({9103})),
    (r"telegraf", frozenset({8125, 9126, 9273})),
    (r"netdata", frozenset({19999})),
    (r"monit", frozenset({2812})),
    (r"snmpd", frozenset({161, 199, 705})),
    (r"pcp|pmcd|pmlogger.*", frozenset({4330, 44321})),
    (r"glances", frozenset({61208, 61209})),
    (r"cockpit.*", frozenset({9090})),
    (r"promtail", frozenset({9080, 9095})),
    (r"fluent-bit", frozenset({2020})),
    (r"vector", frozenset({8686, 9598})),
    (r"splunk(d|forwarder)?", frozenset({8089})),
    (r"ptp4l|phc2sys", frozenset({319, 320})),
    (r"puppet|pe-puppet", frozenset({8139})),
    (r"cfengine3|cf-.*|rudder-agent", frozenset({5308, 5309})),
    (r"bacula-fd|bareos-fd", frozenset({9102})),
    (r"veeam.*", frozenset({6160, 6162, *range(2500, 3301)})),
    (r"commvault.*|cvlaunchd|cvd", frozenset({8400, 8402, 8403})),
    (r"networker|nsrexecd", frozenset({7937, 7938})),
    (r"rubrik.*", frozenset({12800, 12801})),
    (r"cohesity.*", frozenset({50051, 59999})),
    (r"urbackupclient.*", frozenset({35621, 35622, 35623})),
    (r"burp-client", frozenset({4971, 4972})),
    (r"nessusagent|nessus-agent", frozenset({8834})),
    (r"ds_agent|ds-agent", frozenset({4118})),
    (r"besclient", frozenset({52311})),
    (r"klnagent(64)?", frozenset({15000})),
    (r"winbindd?|vasd|adclient|realmd|sssd.*", _ANY),
    (r"tailscaled", _ANY),
    (r"zerotier-one", frozenset({9993})),
    (r"teamviewerd?|anydesk", frozenset({5938, 5939, 7070})),
    (r"dsmcad", frozenset({1501, 1581})),
    (r"nbclient|vxpbx_exchanged", frozenset({1556, 13724, 13782})),
)  # fmt: skip
"""Ports at which agents are asked about their own machine, by their makers' documentation and
IANA's registry. Another port of theirs is a service for others."""
_COMPILED = tuple((re.compile(pattern), ports) for pattern, ports in _OWN)
_SERVES_TIME = re.compile(r"^[ \t]*(restrict[ \t].*\bmask[ \t]|broadcast[ \t])", re.MULTILINE)


def serves(service: Service) -> bool:
    """Whether it listens for other machines at a port that is not that of an agent of its name."""
    names = called(service) | {service.name.partition("@")[0]}
    return any(_for_others(service.host, entry, names) for entry in service.listeners)


def _for_others(host: Host, entry: Listener, names: frozenset[str]) -> bool:
    if network.is_loopback(entry.address):
        return False
    if entry.protocol == "udp" and entry.port >= _EPHEMERAL:
        return False
    if entry.port == 123 and any(_NTP.fullmatch(name) for name in names):
        return _serves_time(host)
    return not any(
        entry.port in ports and pattern.fullmatch(name)
        for pattern, ports in _COMPILED
        for name in names
    )


def _serves_time(host: Host) -> bool:
    """Ntpd listens on every address, as a client too: what it lets in tells. A file that is as the
    package shipped it was not carried, and lets in nobody in particular.
    """
    if host.files.unknown:
        return True
    files = config.texts(host, ("/etc/ntp.conf", "/etc/ntpsec", "/etc/ntp"))
    return any(_SERVES_TIME.search(file.text) for file in files)
