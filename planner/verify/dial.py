"""One exchange with a server over a socket: what is said to it, and what it answers."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

MOST = 1 << 20
"""Bytes of one answer; what is beyond is not compared."""
CONNECT, FIRST, IDLE, WHOLE = 5.0, 4.0, 0.7, 20.0
"""Seconds for a connection, the first byte, silence after it, an answer that ends by itself."""


@dataclass(frozen=True)
class Exchange:
    """``ends``: the server closes when it has said all (HTTP); otherwise silence is the end."""

    host: str
    port: int
    say: bytes = b""
    tls: bool = False
    name: str = ""
    """For TLS: which site is meant."""
    ends: bool = False


@dataclass(frozen=True)
class Reply:
    """``reason``: why there is none; a connection that says nothing has neither."""

    data: bytes = b""
    certificate: bytes = b""
    reason: str = ""
    connected: bool = False


def dial_all(exchanges: Mapping[int, Exchange]) -> dict[int, Reply]:
    """Have these exchanges from here, some at the same time."""
    with ThreadPoolExecutor(8) as pool:
        return dict(zip(exchanges, pool.map(dial, exchanges.values()), strict=True))


def dial(exchange: Exchange) -> Reply:
    """Have one exchange; what fails is a reply with its reason."""
    certificate, connected = b"", False
    try:
        plain = socket.create_connection((exchange.host, exchange.port), CONNECT)
        with plain:
            connected = True
            stream: socket.socket = plain
            if exchange.tls:
                stream = _context().wrap_socket(plain, server_hostname=exchange.name or None)
                certificate = stream.getpeercert(True) or b""
            with stream:
                if exchange.tls and not exchange.say:
                    return Reply(b"", certificate, "", True)
                stream.sendall(exchange.say)
                return Reply(_heard(stream, exchange.ends), certificate, "", True)
    except (OSError, ValueError) as error:
        return Reply(b"", certificate, str(error) or type(error).__name__, connected)


def _heard(stream: socket.socket, ends: bool) -> bytes:
    said = bytearray()
    until = time.monotonic() + (WHOLE if ends else FIRST)
    with suppress(TimeoutError, ConnectionResetError, ssl.SSLError):
        while len(said) < MOST and (left := until - time.monotonic()) > 0:
            stream.settimeout(left if ends or not said else IDLE)
            more = stream.recv(65536)
            if not more:
                break
            said += more
    return bytes(said[:MOST])


def _context() -> ssl.SSLContext:
    """Any certificate and any version that either side speaks: it is compared, not trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with suppress(ssl.SSLError):
        context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context
