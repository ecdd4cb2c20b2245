"""Answers over HTTP, of a bounded size; what is secret stays with the host that it is for."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import IO

TIMEOUT = 20
"""Seconds for each answer."""
_LOOPBACK = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?")


def is_loopback(host: str) -> bool:
    """Whether a host, with its port or without, is this machine."""
    return bool(_LOOPBACK.fullmatch(host))


def read(url: str, headers: Mapping[str, str], most: int) -> tuple[bytes, Message]:
    """GET: the body and the headers. OSError; ValueError: the body is longer than ``most``."""
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310
    with urllib.request.build_opener(Redirects).open(request, timeout=TIMEOUT) as answer:
        body: bytes = answer.read(most + 1)
        if len(body) > most:
            raise ValueError(f"its answer has more than {most} bytes")
        return body, answer.headers


class Redirects(urllib.request.HTTPRedirectHandler):
    """urllib's own keeps Authorization on the way to another host, and goes from TLS to none."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        old, new = urllib.parse.urlsplit(req.full_url), urllib.parse.urlsplit(newurl)
        if new.scheme != "https" and not (old.scheme == "http" and is_loopback(new.netloc)):
            raise ValueError(f"it sends on to {new.hostname} without TLS")
        made = super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]
        if made and _origin(old) != _origin(new):
            made.remove_header("Authorization")
        return made


def _origin(url: urllib.parse.SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or {"http": 80, "https": 443}.get(url.scheme)
