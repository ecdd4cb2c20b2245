"""What a listener may be asked: HTTP, a talk, a TLS handshake, nothing. Nobody is spoken to in a
language that its kind is known not to understand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planner.model import Listener, Workload
from planner.questions.talks import BY_NAME, TALKS, Talk, talk_of

TLS = frozenset({443, 465, 636, 853, 989, 990, 993, 995, 5061, 5671, 6443, 8443, 8883, 9443})
"""Ports that speak TLS by their number."""
_ACTS_ON_BYTES = frozenset(
    {102, 502, 515, 623, 1911, 2404, 4911, 5007, 5094, 20000, 44818, 47808}
) | {*range(9100, 9110)}
"""Printers and controllers, which take whatever arrives for an order: not spoken to where nothing
tells that they are none."""
_QUIET = frozenset({4369, 25672, 9300})
"""Erlang's and Elasticsearch's own protocols, which answer nobody else."""
_QUIET_OF = {
    "java": frozenset({8005, 8009}), "tomcat": frozenset({8005, 8009}),
    "wildfly": frozenset({8009}),
    "jenkins": frozenset({50000}), "influxdb": frozenset({8088}), "nats": frozenset({6222}),
    "etcd": frozenset({2380}),
}  # fmt: skip
"""A port that shuts the server down, AJP, agents, peers."""
_SILENT = frozenset({"php-fpm", "phpfpm"})
"""FastCGI alone, whatever their trait says of the web."""
_EITHER = frozenset({"uwsgi"})
"""Of the web, and by its settings in a protocol of its own."""
_MONITORS = frozenset({"exporter", "prometheus", "alertmanager", "grafana"})
_NO_WEB = frozenset({kind for talk in TALKS for kind in talk.kinds}) | {
    "dovecot", "kafka", "mongodb", "pgbouncer", "zookeeper",
}  # fmt: skip
_WEB_OF = {
    "rabbitmq": frozenset({15671, 15672, 15692}),
    "nats": frozenset({8222}),
}
"""What of these is HTTP none the less."""
_ALIKE = frozenset({"mosquitto"})
"""Every listener of these speaks the same."""


@dataclass(frozen=True)
class Speech:
    """``talk``: known to be spoken. Where ``kind`` is ``unsure``, nothing tells for sure; ``then``
    is what is asked next: ``http`` where nobody greets, a talk where it is no TLS."""

    kind: Literal["web", "talk", "tls", "unsure", "none"]
    talk: Talk | None = None
    then: str = ""
    tls: bool | None = None
    """Of ``web``; None: as the port's number says."""


def _told(workload: Workload, port: int) -> Speech | None:
    """By its settings; None: they tell nothing. Where they tell some ports of what is no HTTP, the
    others are no clients'."""
    said = dict(workload.speaks).get(port, "none" if workload.kind in _NO_WEB else "")
    if not workload.speaks or not said:
        return None
    if said in ("http", "https"):
        return Speech("web", tls=said == "https")
    if said in BY_NAME:
        return Speech("talk", BY_NAME[said])
    return Speech("tls" if said == "tls" else "none")


def speech(workload: Workload, listener: Listener) -> Speech:
    """What a listener of a workload may be asked."""
    kind, port = workload.kind, listener.port
    if listener.protocol != "tcp" or kind in _SILENT:
        return Speech("none")
    if told := _told(workload, port):
        return told
    if port in _QUIET_OF.get(kind, ()):
        return Speech("none")
    talk = talk_of(workload, listener)
    if talk and port in talk.ports:
        return Speech("talk", talk)
    if talk:
        return Speech("unsure", then=talk.name)
    if "web" in workload.traits and kind not in _EITHER and kind not in _NO_WEB:
        return Speech("none" if port in _QUIET else "web")
    if port in _QUIET or (port in _ACTS_ON_BYTES and kind not in _MONITORS):
        return Speech("none")
    if kind in _ALIKE:
        return Speech("unsure", then=next(t.name for t in TALKS if kind in t.kinds))
    http = kind not in _NO_WEB or port in _WEB_OF.get(kind, ())
    return Speech("unsure", then="http" if http else "")
