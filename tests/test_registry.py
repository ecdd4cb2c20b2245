"""Digests asked of registries: a server on loopback that speaks the distribution API as they do.

Debian's own ``docker-registry`` is asked in the laboratory (``tests/lab/registry.py``).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest
from typer.testing import CliRunner

from planner import cli, registry, store
from planner.errors import PlannerError
from planner.images import references
from planner.images.references import Reference
from planner.registry.opening import Redirects, read

MANIFEST = b'{"schemaVersion": 2}'
LOGIN = base64.b64encode(b"ops:s3cret").decode()


def digest(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(body).hexdigest()


DIGEST = digest(MANIFEST)
BODIES = {
    "page": b"<html>sign in</html>",
    "other": b'{"errors": []}',
    "list": b"[]",
    "deep": b"[" * 100_000,
    "long": MANIFEST + b" " * (4 << 20),
}


class Registry(BaseHTTPRequestHandler):
    """``/v2/<how>/x/manifests/1``: ``open``, ``silent`` (no header), ``token``, ``basic``."""

    asked: list[str]

    def do_GET(self) -> None:
        self.server.logins.append(self.headers.get("Authorization", ""))  # type: ignore[attr-defined]
        self.server.asked.append(f"{self.command} {self.path}")  # type: ignore[attr-defined]
        how = self.path.split("/")[2] if self.path.startswith("/v2/") else ""
        host = self.headers["Host"]
        given = self.headers.get("Authorization", "")
        if self.path.startswith("/token"):
            wanted = "service=reg&scope=repository%3Atoken%2Fx%3Apull" in self.path
            return self._say(200 if wanted else 400, json.dumps({"token": "t0"}).encode())
        if how == "token" and given != "Bearer t0":
            challenge = (
                f'Bearer realm="http://{host}/token",service="reg",scope="repository:token/x:pull"'
            )
            return self._say(401, b"", {"WWW-Authenticate": challenge})
        if how == "basic" and given != f"Basic {LOGIN}":
            return self._say(401, b"", {"WWW-Authenticate": 'Basic realm="x"'})
        if how == "elsewhere" and not given:
            realm = 'Bearer realm="ftp://evil.example/token"'
            return self._say(401, b"", {"WWW-Authenticate": realm})
        if how in ("open", "token", "basic"):
            return self._say(200, MANIFEST, {"Docker-Content-Digest": DIGEST})
        if how == "lies":
            return self._say(200, MANIFEST, {"Docker-Content-Digest": f"sha256:{'0' * 64}"})
        if how in BODIES:
            return self._say(200, BODIES[how], {"Docker-Content-Digest": digest(BODIES[how])})
        if how == "realm":
            realm = f'Bearer realm="{self.server.realm}"'  # type: ignore[attr-defined]
            return self._say(401, b"", {"WWW-Authenticate": realm})
        if how == "onward":
            return self._say(307, b"", {"Location": self.server.onward})  # type: ignore[attr-defined]
        return self._say(200 if how == "silent" else 404, MANIFEST)

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def serve() -> ThreadingHTTPServer:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    running.asked = []  # type: ignore[attr-defined]
    running.logins = []  # type: ignore[attr-defined]
    threading.Thread(target=running.serve_forever, daemon=True).start()
    return running


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    for name in ("REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    with serve() as running:
        yield running
        running.shutdown()


@pytest.fixture
def other(running: Any) -> Iterator[Any]:
    """Another server, on another port."""
    with serve() as other:
        yield other
        other.shutdown()


def place(running: Any) -> str:
    return f"127.0.0.1:{running.server_address[1]}"


@pytest.fixture
def server(running: Any) -> str:
    return place(running)


def log_in(tmp_path: Path, name: str) -> None:
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker/config.json").write_text(json.dumps({"auths": {name: {"auth": LOGIN}}}))


def reference(server: str, how: str) -> Reference:
    return Reference(server, f"{how}/x", "1")


@pytest.mark.parametrize("how", ["open", "silent", "token"])
def test_a_registry_tells_the_digest(server: str, how: str) -> None:
    asked = reference(server, how)
    assert registry.digests([asked, asked]) == {str(asked): DIGEST}


def test_a_registry_that_wants_a_login_gets_the_one_of_the_engine(
    server: str, tmp_path: Path
) -> None:
    with pytest.raises(PlannerError, match=r"asks for Basic|wants a login"):
        registry.digests([reference(server, "basic")])
    log_in(tmp_path, server)
    assert registry.digests([reference(server, "basic")])


def test_every_image_without_a_digest_is_named(server: str) -> None:
    gone = Reference("127.0.0.1:1", "x/y", "1")
    with pytest.raises(PlannerError) as error:
        registry.digests([reference(server, "open"), reference(server, "none"), gone])
    said = str(error.value)
    assert f"{server}/none/x:1: not in the registry" in said
    assert "127.0.0.1:1/x/y:1: the registry does not answer" in said
    assert "open" not in said


def test_a_token_is_fetched_from_nowhere_else(server: str) -> None:
    with pytest.raises(PlannerError, match="not known"):
        registry.digests([reference(server, "elsewhere")])


@pytest.mark.parametrize("how", ["lies", *BODIES])
def test_the_digest_is_of_what_was_sent_and_only_of_a_manifest(server: str, how: str) -> None:
    with pytest.raises(PlannerError, match=r"another digest|no manifest|more than 4194304 bytes"):
        registry.digests([reference(server, how)])


def test_a_token_of_any_length_is_not_read(running: Any) -> None:
    running.realm = f"http://{place(running)}/v2/long/x"
    with pytest.raises(PlannerError, match="more than 1048576 bytes"):
        registry.digests([reference(place(running), "realm")])


@pytest.mark.parametrize("far", [False, True])
def test_a_redirect_to_another_host_gets_no_login(
    running: Any, other: Any, tmp_path: Path, far: bool
) -> None:
    log_in(tmp_path, place(running))
    end = place(other if far else running)
    running.onward = f"http://{end}/v2/open/x/manifests/1"
    url = f"http://{place(running)}/v2/onward/x/manifests/1"
    read(url, {"Authorization": f"Basic {LOGIN}"}, 99)
    assert running.logins == [f"Basic {LOGIN}"] * (1 if far else 2)
    assert other.logins == ([""] if far else [])


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("https://registry.example/v2/", "http://registry.example/v2/"),
        ("https://registry.example/v2/", "http://127.0.0.1/v2/"),
        ("http://127.0.0.1/v2/", "http://registry.example/v2/"),
        ("https://registry.example/v2/", "ftp://registry.example/v2/"),
    ],
)
def test_a_redirect_leads_to_no_place_without_tls(start: str, end: str) -> None:
    request = Request(start, headers={"Authorization": "Basic x"})
    with pytest.raises(ValueError, match="without TLS"):
        Redirects().redirect_request(request, BytesIO(), 302, "", Message(), end)


@pytest.mark.parametrize("end", ["https://b.example/", "https://a.example:8443/"])
def test_host_and_port_count_for_a_login(end: str) -> None:
    request = Request("https://a.example/v2/", headers={"Authorization": "Basic x"})
    hop = Redirects().redirect_request
    sent, kept = (
        hop(request, BytesIO(), 302, "", Message(), url) for url in (end, request.full_url)
    )
    assert sent
    assert kept
    assert not sent.has_header("Authorization")
    assert kept.has_header("Authorization")


@pytest.mark.parametrize(
    ("url", "realm", "seen"),
    [
        ("https://registry-1.docker.io/v2/", "https://auth.docker.io/token", True),
        ("https://registry-1.docker.io/v2/", "https://auth.docker.io:8443/token", False),
        ("https://registry.example/v2/", "https://auth.docker.io/token", False),
        ("https://ghcr.io/v2/", "https://ghcr.io/token", True),
        ("https://quay.io/v2/", "https://quay.io/v2/auth", True),
        ("https://quay.io/v2/", "https://quay.io.evil.example/v2/auth", False),
        ("http://127.0.0.1:5000/v2/", "http://127.0.0.1:5001/token", True),
        ("http://127.0.0.1:5000/v2/", "https://evil.example/token", False),
    ],
)
def test_a_login_is_for_the_registry_s_own_service_of_tokens(
    url: str, realm: str, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Mapping[str, str]] = []

    def answer(url: str, headers: Mapping[str, str], most: int) -> tuple[bytes, Message]:
        sent.append(headers)
        return b'{"token": "t1"}', Message()

    monkeypatch.setattr(registry, "read", answer)
    asked = f'Bearer realm="{realm}",service="s"'
    assert registry._authorization(asked, LOGIN, url) == "Bearer t1"
    assert sent == [{"Authorization": f"Basic {LOGIN}"} if seen else {}]


@pytest.mark.parametrize(
    ("url", "realm"),
    [
        ("https://registry.example/v2/", "http://registry.example/token"),
        ("http://127.0.0.1:5000/v2/", "http://evil.example/token"),
        ("https://registry.example/v2/", "https://evil.example\\@registry.example/token"),
        ("https://registry.example/v2/", "https://registry.example@evil.example/token"),
        ("https://registry.example/v2/", "https://evil.example#@registry.example/token"),
    ],
)
def test_a_service_of_tokens_without_tls_or_with_two_names_is_not_asked(
    url: str, realm: str
) -> None:
    with pytest.raises(ValueError, match=r"without TLS|not known"):
        registry._authorization(f'Bearer realm="{realm}"', LOGIN, url)


def test_digests_of_a_plan_pin_the_next_one(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By way of a mirror on loopback, as the settings say."""
    monkeypatch.chdir(tmp_path)
    Path("planner.yml").write_text(f"images:\n  mirrors: {{docker.io: '{server}/open'}}\n")
    run = CliRunner().invoke
    demo = str(store.demo_folder())
    first = run(cli.app, ["plan", demo])
    assert first.exit_code == 0, first.output
    made = {
        i.image.base
        for h in store.read_plan(Path("plan/plan.json")).hosts
        for i in h.workloads
        if i.image and i.image.base
    }
    asked = run(cli.app, ["digests", "plan"])
    assert asked.exit_code == 0, asked.output
    assert set(made) == set(asked.output.split()[::2])
    assert run(cli.app, ["plan", demo, "--digests", "digests.yml"]).exit_code == 0
    pinned = [
        i.image.base
        for h in store.read_plan(Path("plan/plan.json")).hosts
        for i in h.workloads
        if i.image and i.image.base
    ]
    assert pinned
    assert all(base.endswith(f"@{DIGEST}") for base in pinned)
    assert all(references.parse(base) for base in pinned)
    text = Path("plan/workloads/web/nginx/Dockerfile").read_text()
    assert f'ARG BASE="{server}/open/library/debian:bookworm-slim@{DIGEST}"' in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: y\n", "d.yml:1: x is no full name"),
        (f"docker.io/library/debian: {DIGEST}\n", "d.yml:1: docker.io/library/debian is no full"),
        ("\ndocker.io/library/debian:12: sha256:1\n", "d.yml:2: docker.io/library/debian:12: no"),
        ("- x\n", "no digests by name"),
    ],
)
def test_a_file_of_digests_is_checked(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("d.yml").write_text(text)
    made = CliRunner().invoke(cli.app, ["plan", str(store.demo_folder()), "--digests", "d.yml"])
    assert made.exit_code == 1
    assert said in str(made.exception)
