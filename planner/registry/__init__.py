"""Registries of images, asked for the digest that a tag has now.

The distribution API (OCI Distribution Specification 1.1): GET of a manifest, whose SHA-256 is the
digest whatever a header says, anonymously, with the token that the registry's own service hands
out, or with what ``docker login`` and ``podman login`` left in their files.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import re
import urllib.error
import urllib.parse
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from planner.errors import PlannerError
from planner.images.references import DIGEST, Reference
from planner.registry.opening import is_loopback, read

MANIFEST, TOKEN = 4 << 20, 1 << 20
"""Most bytes of a manifest, of the answer that holds a token."""
_HOSTS = {"docker.io": "registry-1.docker.io"}
_MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_REALM = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?(/[^\s#\\]*)?", re.I)
_TRUSTED = {"registry-1.docker.io": "auth.docker.io"}
"""Whose token service is another host, that may see the login."""


def digests(references: Iterable[Reference]) -> dict[str, str]:
    """Ask for the digest of each, side by side; by full name.

    Raises PlannerError naming every one that has none, and why.
    """
    wanted = list(dict.fromkeys(references))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(_answer, wanted))
    failed = [f"{r}: {a}" for r, a in zip(wanted, answers, strict=True) if not DIGEST.fullmatch(a)]
    if failed:
        raise PlannerError("; ".join(failed))
    return {str(r): a for r, a in zip(wanted, answers, strict=True)}


def _answer(reference: Reference) -> str:
    """Its digest, or why there is none."""
    try:
        return _digest(reference)
    except urllib.error.HTTPError as error:
        said = {401: "the registry wants a login", 403: "not allowed", 404: "not in the registry"}
        return said.get(error.code, f"the registry answers {error.code}")
    except (OSError, ValueError, RecursionError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        return f"the registry does not answer: {reason}: try again, or give the digest by hand"


def _digest(reference: Reference) -> str:
    scheme = "http" if is_loopback(reference.registry) else "https"
    host = _HOSTS.get(reference.registry, reference.registry)
    path = urllib.parse.quote(f"/v2/{reference.repository}/manifests/{reference.tag or 'latest'}")
    url, login = f"{scheme}://{host}{path}", _login(reference.registry)
    headers = {"Accept": _MANIFESTS}
    try:
        return _asked(url, headers)
    except urllib.error.HTTPError as error:
        if error.code != 401:
            raise
        challenge = error.headers.get("WWW-Authenticate", "")
    return _asked(url, {**headers, "Authorization": _authorization(challenge, login, url)})


def _asked(url: str, headers: Mapping[str, str]) -> str:
    text, told = read(url, headers, MANIFEST)
    made = _decoded(text)
    if made.get("schemaVersion") != 2:
        raise ValueError("what it sends is no manifest")
    found = f"sha256:{hashlib.sha256(text).hexdigest()}"
    if (said := told.get("Docker-Content-Digest")) and said != found:
        raise ValueError("what it sends has another digest than its header")
    return found


def _decoded(text: bytes) -> dict[str, Any]:
    """Empty for what is no object of JSON."""
    try:
        made = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return made if isinstance(made, dict) else {}


def _authorization(challenge: str, login: str, url: str) -> str:
    """Header for a second try: Basic with the user's login, or the token of the service named.

    The service sees the login only where it is the registry's own.
    """
    kind, _, rest = challenge.partition(" ")
    if kind.lower() == "basic" and login:
        return f"Basic {login}"
    told = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    realm = told.pop("realm", "")
    if kind.lower() != "bearer" or not _REALM.fullmatch(realm):
        raise ValueError(f"it asks for {kind or 'nothing'} that is not known")
    registry, service = urllib.parse.urlsplit(url), urllib.parse.urlsplit(realm)
    own = service.hostname == registry.hostname
    if service.scheme != "https" and not (own and registry.scheme == "http"):
        raise ValueError(f"its tokens come from {service.hostname} without TLS")
    query = urllib.parse.urlencode({k: told[k] for k in ("service", "scope") if k in told})
    trusted = own or service.netloc == _TRUSTED.get(registry.netloc)
    headers = {"Authorization": f"Basic {login}"} if login and trusted else {}
    joint = "&" if service.query else "?"
    found = _decoded(read(f"{realm}{joint}{query}", headers, TOKEN)[0])
    token = found.get("token") or found.get("access_token")
    if not isinstance(token, str):
        raise ValueError(f"{service.hostname} gives no token")
    return f"Bearer {token}"


def _login(registry: str) -> str:
    """``user:password`` in base64 from the engines' own files; empty: none there. What a helper
    program keeps is not asked for."""
    names = (registry, *(("https://index.docker.io/v1/",) if registry == "docker.io" else ()))
    for file in _files():
        try:
            kept = json.loads(file.read_text(encoding="utf-8")).get("auths", {})
        except (OSError, ValueError, AttributeError):
            continue
        for name in names:
            if isinstance(entry := kept.get(name), dict) and isinstance(entry.get("auth"), str):
                base64.b64decode(entry["auth"], validate=True)
                return str(entry["auth"])
    return ""


def _files() -> Iterable[Path]:
    if told := os.environ.get("REGISTRY_AUTH_FILE"):
        yield Path(told)
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "containers/auth.json"
    yield Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"
