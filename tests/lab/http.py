"""One HTTP request to an address under a URL's own host name."""

import http.client
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

COMPARED = ("content-type", "content-length", "location", "last-modified", "etag", "server")
"""Headers that matter, beside every one that begins with X-; the others change by themselves."""


@dataclass(frozen=True)
class Answer:
    """Status, the headers that matter, body. ``status`` 0: nobody answered, ``body`` says why."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def ask(address: str, url: str) -> Answer:
    """Ask *address* for *url*; a certificate of its own is accepted."""
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(address, parts.port, timeout=10, context=context)
    else:
        connection = http.client.HTTPConnection(address, parts.port, timeout=10)
    try:
        connection.request("GET", parts.path or "/", headers={"Host": parts.netloc})
        answer = connection.getresponse()
        headers = ((name.lower(), value) for name, value in answer.getheaders())
        kept = sorted(h for h in headers if h[0] in COMPARED or h[0].startswith("x-"))
        return Answer(answer.status, tuple(kept), answer.read())
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, (), str(error).encode())
    finally:
        connection.close()
