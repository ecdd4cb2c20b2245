"""Registries of images, asked for the digest that a tag has now.

The distribution API (OCI Distribution Specification 1.1): HEAD on a manifest, anonymously, with
the token that the registry's own service hands out, or with what ``docker login`` and ``podman
login`` left in their files.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from planner.errors import PlannerError
from planner.images.references import DIGEST, Reference

TIMEOUT = 20
"""Seconds for each answer."""
_HOSTS = {"docker.io": "registry-1.docker.io"}
_MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_LOOPBACK = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?")


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
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return f"the registry does not answer: {reason}: try again, or give the digest by hand"


def _digest(reference: Reference) -> str:
    scheme = "http" if _LOOPBACK.fullmatch(reference.registry) else "https"
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
    return _asked(url, {**headers, "Authorization": _authorization(challenge, login, scheme)})


def _asked(url: str, headers: Mapping[str, str]) -> str:
    with _open(url, headers, "HEAD") as answer:
        told: str = answer.headers.get("Docker-Content-Digest", "")
    if DIGEST.fullmatch(told):
        return told
    with _open(url, headers, "GET") as answer:
        return f"sha256:{hashlib.sha256(answer.read()).hexdigest()}"


def _open(url: str, headers: Mapping[str, str], method: str) -> Any:
    request = urllib.request.Request(url, headers=dict(headers), method=method)  # noqa: S310
    return urllib.request.urlopen(request, timeout=TIMEOUT)  # noqa: S310


def _authorization(challenge: str, login: str, scheme: str) -> str:
    """Header for a second try: Basic with the user's login, or the token of the service named."""
    kind, _, rest = challenge.partition(" ")
    if kind.lower() == "basic" and login:
        return f"Basic {login}"
    told = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    realm = told.pop("realm", "")
    if kind.lower() != "bearer" or not realm.startswith(f"{scheme}://"):
        raise ValueError(f"it asks for {kind or 'nothing'} that is not known")
    query = urllib.parse.urlencode({k: told[k] for k in ("service", "scope") if k in told})
    headers = {"Authorization": f"Basic {login}"} if login else {}
    with _open(f"{realm}?{query}", headers, "GET") as answer:
        found = json.loads(answer.read())
    return f"Bearer {found.get('token') or found.get('access_token')}"


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
