"""Text protocols: what is said to a server that waits, and what of its greeting is compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from planner.model import Listener, Workload


@dataclass(frozen=True)
class Talk:
    """``say``: what the client begins with; empty: the server greets first."""

    name: str
    say: bytes = b""
    ports: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()


_MQTT = b"\x10\x15\x00\x04MQTT\x04\x02\x00\x05\x00\x09planner-v"
_LDAP = b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00"
_DNS = (
    b"\x00\x1e\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
    b"\x07version\x04bind\x00\x00\x10\x00\x03"
)

TALKS = (
    Talk("smtp", ports=(25, 587), kinds=("postfix", "exim", "opensmtpd", "sendmail")),
    Talk("pop3", ports=(110,)),
    Talk("imap", ports=(143,)),
    Talk("ftp", ports=(21,), kinds=("vsftpd", "proftpd")),
    Talk("ssh", ports=(22,), kinds=("sshd",)),
    Talk("mysql", ports=(3306,), kinds=("mariadb", "mysql")),
    Talk("nats", ports=(4222,), kinds=("nats",)),
    Talk("redis", b"PING\r\n", (6379,), ("redis", "valkey")),
    Talk("memcached", b"version\r\nquit\r\n", (11211,), ("memcached",)),
    Talk("postgresql", b"\x00\x00\x00\x08\x04\xd2\x16\x2f", (5432,), ("postgresql",)),
    Talk("amqp", b"AMQP\x00\x00\x09\x01", (5672,), ("rabbitmq",)),
    Talk("mqtt", _MQTT, (1883,), ("mosquitto",)),
    Talk("ldap", _LDAP, (389,), ("openldap", "slapd")),
    Talk("dns", _DNS, (53,), ("bind", "unbound", "named")),
    Talk("varnish-cli", ports=(6082,)),
)
BY_NAME = {talk.name: talk for talk in TALKS}
GREETING = Talk("greeting")
"""Whatever a server says before it was asked."""

# Both, as verify.sh has them for sed: 10.11.6-0+deb12u1, and Debian's own in MariaDB-0+deb12u1.
_VERSION = re.compile(
    r"[0-9]+(?:\.[0-9]+)+[0-9A-Za-z]*(?:[+~:-]+(?:deb|ubuntu|[0-9])[0-9A-Za-z.+~]*)*"
)
_REVISION = re.compile(r"-[0-9][^ ]*(?:deb|ubuntu|el|fc)[0-9][^ ]*")
_OF_ONE = re.compile(r'"(server_id|client_id|client_ip|nonce|xkey|git_commit|ip)":("[^"]*"|[0-9]+)')
"""What a server of NATS makes up at its start, or for one client."""
_PRINTABLE = re.compile(rb"[\x20-\x7e]{4,}")


def talk_of(workload: Workload, listener: Listener) -> Talk | None:
    """What a listener speaks, by the port's number where that is a known one of TCP, else by the
    kind of workload; None: nothing tells."""
    if listener.protocol != "tcp":
        return None
    for talk in TALKS:
        if listener.port in talk.ports:
            return talk
    mine = [talk for talk in TALKS if workload.kind in talk.kinds]
    known = {port for talk in mine for port in talk.ports}
    # a second port of the same server (management, peers) speaks something else
    if mine and not any(x.port in known for x in workload.listeners):
        return mine[0]
    return None


def parts(name: str, raw: bytes) -> tuple[tuple[str, str], ...]:
    """What of a reply is compared; versions, salts and counters are not. Empty: no such reply."""
    if not raw:
        return ()
    text = raw.decode("utf-8", "replace")
    if name == "postgresql":
        return (("ssl", text[:1]),)
    if name == "mqtt":
        known = raw[:2] == b"\x20\x02" and len(raw) > 3
        return (("connack", str(raw[3])),) if known else ()
    if name == "mysql":
        return _mysql(raw)
    if name == "ldap":
        return (("bind", raw[:32].hex()),)
    if name == "dns":
        return (("status", str(raw[5] & 15)),) if len(raw) > 5 else ()
    if name == "amqp":
        words = [m.decode() for m in _PRINTABLE.findall(raw)]
        return (("start", plain(" ".join(w for w in words if "@" not in w))),)
    if name == "nats":
        return (("says", plain(_OF_ONE.sub(r'"\1":-', text.rstrip("\r\n")))),)
    if name in ("redis", "memcached"):
        return (("says", plain(text.splitlines()[0])),)
    return (("says", plain(text.rstrip("\r\n"))),)


def plain(text: str) -> str:
    """Leave out versions: an image has the security fixes of its day."""
    return _REVISION.sub("-N", _VERSION.sub("N", text.replace("\r\n", "\n")))


def _mysql(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Handshake of protocol 10: version, thread, salt, flags, salt, plug-in; or an error."""
    body = raw[4:]
    if body[:1] == b"\xff":
        return (("error", body[9:].decode("utf-8", "replace")),)
    if body[:1] != b"\x0a":
        return (("says", plain(body.decode("utf-8", "replace"))),)
    version, _, rest = body[1:].partition(b"\0")
    plugin = rest.rstrip(b"\0").rpartition(b"\0")[2]
    return (
        ("server", plain(version.decode("utf-8", "replace"))),
        ("plugin", plugin.decode("utf-8", "replace")),
    )
